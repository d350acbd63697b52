"""Releases opened in the tools they are made for: `make readers`."""
