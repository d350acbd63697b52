"""Models of the subject scores."""
