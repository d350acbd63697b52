"""A copy of the whole installation in one file: made while it is used, checked, brought back."""
