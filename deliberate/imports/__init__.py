"""Other platforms' data brought in: a profile says which column is which, one engine reads it."""
