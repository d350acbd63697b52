"""Files as people have them: packed, encoded, as tables, JSON or spreadsheets."""
