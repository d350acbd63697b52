"""Operations of the subject scores."""
