"""Moonport: ephemeris-true delivery windows and kilograms for lunar stations."""
