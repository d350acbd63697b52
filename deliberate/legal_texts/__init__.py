"""Texts in the form of regulations: their units, and where each comes from in an earlier version.

Pure functions without Flask or the database. `parser` reads lines into units, `sources` reads
files into lines, `matching` finds the lineage of units, `comparison` compares words.
"""
