"""Imports of other platforms' data: a profile maps the columns, one engine writes the acts."""
