"""workflows room."""
