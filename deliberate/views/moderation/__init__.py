"""Views of the subject moderation."""
