"""Views of the subject responses."""
