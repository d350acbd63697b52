"""Queries of the subject threads."""
