"""Forms of the subject scores."""
