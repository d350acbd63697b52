"""The resources of the read API by name, in the order of the reference."""

from collections.abc import Mapping

from deliberate.api.resources.draft_texts import (
    CONTRIBUTIONS,
    DRAFT_TEXTS,
    UNIT_ANSWERS,
    UNITS,
)
from deliberate.api.resources.polls import POLLS
from deliberate.api.resources.processes import INSTITUTIONS, PHASES, PROCESSES
from deliberate.api.resources.proposals import COMMENTS, PROPOSALS
from deliberate.api.resources.records import DOCUMENTS, MEETINGS, RELEASES, SCORES
from deliberate.api.resources.resource import Resource
from deliberate.api.resources.responses import COMMITMENTS, RESPONSES

RESOURCES: Mapping[str, Resource] = {
    resource.name: resource
    for resource in (
        PROCESSES,
        PHASES,
        PROPOSALS,
        COMMENTS,
        RESPONSES,
        COMMITMENTS,
        DRAFT_TEXTS,
        UNITS,
        CONTRIBUTIONS,
        UNIT_ANSWERS,
        POLLS,
        MEETINGS,
        DOCUMENTS,
        INSTITUTIONS,
        SCORES,
        RELEASES,
    )
}
