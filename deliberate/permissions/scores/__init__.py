"""Permissions of the subject scores."""
