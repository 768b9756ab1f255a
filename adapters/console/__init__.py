"""The console: the platform that needs no token and no network."""
