"""paperround's core: what is decided, knowing no vendor."""

__version__ = "0.1.0"
