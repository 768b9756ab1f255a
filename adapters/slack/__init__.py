"""Slack: the menu, the rendering, the posting."""
