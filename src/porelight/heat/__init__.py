"""heat room."""
