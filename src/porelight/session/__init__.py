"""What one exposure of one place does to skin, and how strong it must be to burn."""
