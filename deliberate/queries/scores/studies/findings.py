"""What a study found, by topic, and the report made of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from deliberate.citivoice import load_framework
from deliberate.models import Assessment, Finding
from deliberate.queries.scores.studies.excerpts import code_names

SUMMARIES = ("summary", "strengths", "hindrances")
"""For residents on one page; then what helped and what hindered."""
MAX_RECOMMENDATIONS = 10
RECOMMENDATIONS = tuple(f"recommendation-{n}" for n in range(1, MAX_RECOMMENDATIONS + 1))


def topics() -> tuple[str, ...]:
    """Return every topic that a finding can be about, in the order of a report."""
    return (*SUMMARIES, *code_names(), *RECOMMENDATIONS)


def current_findings(assessment: Assessment) -> dict[str, Finding]:
    """Return the last version of each finding that has a text, by topic."""
    latest = {row.topic: row for row in sorted(assessment.findings, key=lambda row: row.version)}
    return {
        topic: row
        for topic in topics()
        if (row := latest.get(topic)) is not None and (row.body_id or row.body_en)
    }


def versions_of(assessment: Assessment, topic: str) -> list[Finding]:
    """Return all versions of a finding, newest first."""
    rows = [row for row in assessment.findings if row.topic == topic]
    return sorted(rows, key=lambda row: -row.version)


@dataclass(frozen=True)
class TopicGroup:
    """Topics under one heading of a report: criteria, conditions or barriers."""

    id: str
    names: Mapping[str, Mapping[str, str]]


def topic_groups() -> list[TopicGroup]:
    """Return the criteria, the conditions and the barriers with their names."""
    framework = load_framework()
    parts = ("criteria", "enabling_conditions", "barriers")
    return [TopicGroup(part, framework[part]) for part in parts]
