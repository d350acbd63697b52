"""Formats with readers of their own: ConvoKit, Polis, Pabulib."""
