"""Comparison of the releases of several installations, each verified and scored again."""
