"""How pages travel: compressed, and kept in memory for readers without a session."""
