"""Views of the subject proposals."""
