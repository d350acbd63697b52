"""Permissions: predicates on a person and a subject, each with the reason of a refusal."""
