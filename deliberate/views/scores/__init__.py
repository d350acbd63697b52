"""Views of the subject scores."""
