"""light room."""
