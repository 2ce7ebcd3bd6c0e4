"""One flight to the Moon and maps of flights: guess, solve, launch, arrival, descent, mass."""
