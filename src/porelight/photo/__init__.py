"""photo room."""
