"""Queries of the subject scores."""
