"""What runs: fetch, enqueue and deliver meet only in tables; match and compose are pure and serve enqueue."""
