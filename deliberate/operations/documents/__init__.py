"""Operations of the subject documents."""
