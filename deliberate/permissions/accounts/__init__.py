"""Permissions of the subject accounts."""
