"""Operations of the subject processes."""
