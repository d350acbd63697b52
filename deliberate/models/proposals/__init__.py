"""Models of the subject proposals."""
