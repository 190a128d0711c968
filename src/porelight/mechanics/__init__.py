"""mechanics room."""
