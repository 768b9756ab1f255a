"""Slack: its manifest, rendering, posting, and receiving commands and events."""
