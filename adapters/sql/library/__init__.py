"""The library: papers under their permanent keys, taken in, made one with what is known, and found again."""
