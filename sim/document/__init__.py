"""Text to checked values: YAML nodes with positions, quantities with units, problems with remedies."""
