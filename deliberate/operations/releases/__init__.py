"""Operations of the subject releases."""
