"""Models of the subject log."""
