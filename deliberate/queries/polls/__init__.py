"""Queries of the subject polls."""
