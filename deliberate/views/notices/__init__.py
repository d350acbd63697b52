"""Views of the subject notices."""
