"""Queries of the subject releases."""
