"""Views of the subject site."""
