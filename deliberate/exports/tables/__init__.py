"""Tables of single pages as CSV, beside those of a release."""
