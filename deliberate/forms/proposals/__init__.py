"""Forms of the subject proposals."""
