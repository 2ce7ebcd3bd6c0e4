"""Scenario files that ship with Moonport (installed as package data)."""
