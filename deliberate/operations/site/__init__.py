"""Operations of the subject site."""
