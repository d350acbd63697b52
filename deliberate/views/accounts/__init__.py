"""Views of the subject accounts."""
