"""Forms of the subject polls."""
