"""A bundled sample of real papers, for the first minute without a network."""
