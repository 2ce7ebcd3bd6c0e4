"""Scenario files: text to a validated, frozen Scenario."""
