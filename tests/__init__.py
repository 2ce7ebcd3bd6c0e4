"""Tests of Moonport."""
