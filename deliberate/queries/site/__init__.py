"""Queries of the subject site."""
