"""tissue room."""
