"""Operations of the subject accounts."""
