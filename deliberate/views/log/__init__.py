"""Views of the subject log."""
