"""Models of the subject responses."""
