"""The schema's history: one numbered file a step, each up and down, on both databases."""
