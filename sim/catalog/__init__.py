"""Launch sites, launchers, landers, landing sites, staging orbits and partners, each figure with its source."""
