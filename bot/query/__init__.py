"""The query language: what a channel, a preview or a search asks for."""
