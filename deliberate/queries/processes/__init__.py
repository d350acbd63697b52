"""Queries of the subject processes."""
