"""What is at the station over time: light and contact."""
