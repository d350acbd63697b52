"""Operations of the subject proposals."""
