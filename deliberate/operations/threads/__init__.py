"""Operations of the subject threads."""
