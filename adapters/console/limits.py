"""What fits on the console. Nothing outside sets these numbers; they keep a page readable."""

PAPERS_PER_PART = 100
"""Papers in one message; a longer document becomes several."""

DEFAULT_WIDTH = 80
"""Columns of a terminal that does not say."""

WIDEST = 100
"""Columns used at most: longer lines are hard to read."""

NARROWEST = 24
"""Columns used at least, whatever a terminal says."""
