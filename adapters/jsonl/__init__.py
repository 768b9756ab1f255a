"""Files with one paper a line, for back-filling and for benchmarks."""
