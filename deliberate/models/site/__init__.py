"""Models of the subject site."""
