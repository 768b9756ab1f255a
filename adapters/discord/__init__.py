"""Discord: the menu of commands."""
