"""The delivery of pages: compressed, and cached in memory for readers without a session."""
