"""Operations of the subject responses."""
