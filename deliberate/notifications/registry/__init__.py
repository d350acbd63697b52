"""The registry: each kind of notice with its cause, its recipients, its time and its words.

The fan-out, the texts, the settings of an account, the page /help/notices and the documentation
are made from these lines.
"""

from deliberate.notifications.registry import (
    accounts,
    desk,
    documents,
    moderation,
    polls,
    processes,
    proposals,
    responses,
    threads,
)
from deliberate.notifications.registry.line import Line
from deliberate.vocabulary.notices import NoticeEvent, Topic

__all__ = ["REGISTRY", "Line", "line_of", "lines_by_topic"]

REGISTRY: dict[type[NoticeEvent], Line] = {
    line.event: line
    for module in (
        responses,
        proposals,
        threads,
        polls,
        processes,
        documents,
        desk,
        moderation,
        accounts,
    )
    for line in module.LINES
}


def line_of(event: NoticeEvent) -> Line:
    """Return the line of a notice."""
    return REGISTRY[type(event)]


def lines_by_topic() -> list[tuple[Topic | None, list[tuple[Line, str]]]]:
    """Return the lines, each with its title, by topic; those that are always mailed come last."""
    topics: list[Topic | None] = [*Topic, None]
    return [
        (topic, [(line, line.title) for line in REGISTRY.values() if line.topic == topic])
        for topic in topics
    ]
