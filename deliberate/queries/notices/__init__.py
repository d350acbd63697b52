"""Queries of the subject notices."""
