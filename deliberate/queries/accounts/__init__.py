"""Queries of the subject accounts."""
