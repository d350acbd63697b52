"""Queries of the subject search."""
