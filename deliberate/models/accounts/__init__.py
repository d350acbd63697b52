"""Models of the subject accounts."""
