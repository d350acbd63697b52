"""Releases opened by the programs they are for: `make readers`."""
