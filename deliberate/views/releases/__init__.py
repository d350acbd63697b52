"""Views of the subject releases."""
