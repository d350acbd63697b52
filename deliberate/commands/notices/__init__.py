"""Commands of notices: incoming mail and keys."""
