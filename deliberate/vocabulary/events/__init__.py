"""Typed events: one type for each kind of act, by subject."""

from deliberate.vocabulary.events import (
    accounts,
    documents,
    log,
    moderation,
    notices,
    polls,
    processes,
    proposals,
    releases,
    responses,
    scores,
    site,
    threads,
)
from deliberate.vocabulary.events.event import EVENT_TYPES, Event, kinds_with

__all__ = [
    "EVENT_TYPES",
    "Event",
    "accounts",
    "documents",
    "kinds_with",
    "log",
    "moderation",
    "notices",
    "polls",
    "processes",
    "proposals",
    "releases",
    "responses",
    "scores",
    "site",
    "threads",
]
