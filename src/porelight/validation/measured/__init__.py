"""The model held against measurements on skin: those that set its numbers, and others."""
