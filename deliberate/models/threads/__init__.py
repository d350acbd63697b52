"""Models of the subject threads."""
