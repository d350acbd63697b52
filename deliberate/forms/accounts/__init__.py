"""Forms of the subject accounts."""
