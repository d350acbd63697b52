"""Views of the subject processes."""
