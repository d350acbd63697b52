"""Queries of the subject log."""
