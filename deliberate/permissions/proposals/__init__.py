"""Permissions of the subject proposals."""
