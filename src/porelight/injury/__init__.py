"""injury room."""
