"""Backups of the whole installation in one file: created while running, verified, restored."""
