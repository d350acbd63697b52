"""Queries of the subject documents."""
