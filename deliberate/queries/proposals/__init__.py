"""Queries of the subject proposals."""
