"""Operations of the subject polls."""
