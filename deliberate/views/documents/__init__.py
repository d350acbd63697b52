"""Views of the subject documents."""
