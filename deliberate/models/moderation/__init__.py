"""Models of the subject moderation."""
