"""healing room."""
