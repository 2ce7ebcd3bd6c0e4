"""Terrain around a site: elevation models, and the horizon they make."""
