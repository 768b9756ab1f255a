"""Discord: its menu, rendering, posting, and receiving commands and events."""
