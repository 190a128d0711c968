"""course room."""
