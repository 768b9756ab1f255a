"""Slack: the menu, the rendering, the posting, the hearing."""
