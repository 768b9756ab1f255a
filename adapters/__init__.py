"""Everything that talks to the world; delete a folder, lose that vendor."""
