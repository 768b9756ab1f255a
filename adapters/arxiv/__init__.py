"""arXiv: the daily announcements by RSS, ids and past dates by the query API."""
