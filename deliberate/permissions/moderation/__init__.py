"""Permissions of the subject moderation."""
