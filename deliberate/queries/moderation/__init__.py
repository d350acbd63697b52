"""Queries of the subject moderation."""
