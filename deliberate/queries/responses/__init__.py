"""Queries of the subject responses."""
