"""laser room."""
