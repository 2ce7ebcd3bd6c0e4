"""Figures drawn from results; nothing is computed here."""
