"""Delivery windows: constraints, searching, explaining."""
