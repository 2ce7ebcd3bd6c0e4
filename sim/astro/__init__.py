"""Time scales, ephemeris, orientation, frames, gravity and propagation."""
