"""Which papers a query selects, how strongly, and why."""
