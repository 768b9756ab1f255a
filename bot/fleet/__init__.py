"""Channels as text: what a YAML file says of them, written and read, and what it would change. Pure."""
