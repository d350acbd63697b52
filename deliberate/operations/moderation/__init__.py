"""Operations of the subject moderation."""
