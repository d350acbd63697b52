"""Views of the subject polls."""
