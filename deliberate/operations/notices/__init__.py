"""Operations of the subject notices."""
