"""Orbits of the station's elements about the Moon and its libration points."""
