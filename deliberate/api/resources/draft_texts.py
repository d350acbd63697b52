"""Draft texts under consultation: versions, units, contributions to units, and answers."""

from collections.abc import Mapping, Sequence

from deliberate import vocabulary
from deliberate.api.fields import PublicRow, Reading, computed, released, stored
from deliberate.api.resources.resource import (
    AUTHOR,
    ID,
    IN_RELEASES,
    TECHNICAL,
    Resource,
)
from deliberate.queries.documents.answers import list_answers, list_named_ids
from deliberate.queries.documents.lineage import list_sources

_DOCUMENTS, _UNITS, _AMENDMENTS, _ANSWERS = (
    "documents.csv",
    "units.csv",
    "amendments.csv",
    "answers.csv",
)


def _version_url(row: PublicRow, reading: Reading) -> str:
    path = f"documents/{row.document_id}/versions/{row.number}"
    return f"{reading.base_url}/{reading.language}/{path}"


def _unit_url(row: PublicRow, reading: Reading) -> str:
    return f"{_version_url(row.version, reading)}/{row.address}"


def _status(row: PublicRow, _reading: Reading) -> object:
    return row.status if row.version.number > 1 else None


def _answer_states(rows: Sequence[PublicRow]) -> Mapping[int, tuple[bool, bool]]:
    """Return whether contributions are named in an answer, and in one with a reason."""
    answers = list_answers([row.id for row in rows])
    return {row_id: (True, any(one.reason for one in named)) for row_id, named in answers.items()}


def _is_considered(row: PublicRow, reading: Reading) -> object:
    return reading.shared.get(row.id, (False, False))[0]


def _is_explained(row: PublicRow, reading: Reading) -> object:
    return reading.shared.get(row.id, (False, False))[1]


DRAFT_TEXTS = Resource(
    name="draft_texts",
    one="a version of a draft text under consultation; the highest is in force",
    model="DocumentVersion",
    file=_DOCUMENTS,
    renamed={"version_id": "id"},
    fields=(
        ID,
        computed("url", "uri", "its page", _version_url),
        released(_DOCUMENTS, "document_id", 2),
        computed(
            "process_id",
            "integer",
            "process of the draft text",
            lambda row, _reading: row.document.process_id,
            1,
        ),
        released(_DOCUMENTS, "version", 1, value=lambda r, _: r.number, columns=("number",)),
        released(_DOCUMENTS, "title", value=lambda r, _: r.document.title, columns=()),
        released(_DOCUMENTS, "language", "id", value=lambda r, _: r.document.language, columns=()),
        released(
            _DOCUMENTS,
            "institution_id",
            2,
            value=lambda r, _: r.document.institution_id,
            columns=(),
        ),
        stored("note", "string", "what changed and why"),
        stored("preamble", "string", "the words before the first unit"),
        stored("closing", "string", "the words after the last unit"),
        stored("explanation", "string", "the general explanation"),
        released(_DOCUMENTS, "published_at"),
        released(_DOCUMENTS, "closed_at", value=lambda r, _: r.document.closed_at, columns=()),
    ),
    left_out={
        "source": "the file as it was read; the units have its words",
        "counts": "follows from the units of the versions",
        "published_by_id": AUTHOR,
        "salt": TECHNICAL,
    },
)

UNITS = Resource(
    name="units",
    one="a unit of a version of a draft text, with its words and the units it comes from",
    model="UnitText",
    file=_UNITS,
    share=list_sources,
    fields=(
        ID,
        computed("url", "uri", "its page", _unit_url),
        released(_UNITS, "version_id", 4),
        released(_UNITS, "document_id", 2, value=lambda r, _: r.version.document_id, columns=()),
        released(_UNITS, "version", 1, value=lambda r, _: r.version.number, columns=()),
        released(_UNITS, "unit_id", 31),
        released(_UNITS, "position", 0),
        released(_UNITS, "kind", "pasal"),
        released(_UNITS, "number", "12A"),
        released(_UNITS, "address", "pasal-12A"),
        released(_UNITS, "parent", "bab-2"),
        released(_UNITS, "status", "changed", value=_status),
        released(_UNITS, "moved", value=lambda r, _: r.is_moved, columns=("is_moved",)),
        stored(
            "sources",
            "array",
            "units of the version before that it comes from, itself first",
            [31],
            value=lambda row, r: r.shared.get(row.id, []),
            columns=(),
        ),
        released(_UNITS, "heading"),
        released(_UNITS, "text", value=lambda row, _: row.body, columns=("body",)),
        stored("explanation", "string", "the explanation of the unit"),
    ),
    left_out={},
)

CONTRIBUTIONS = Resource(
    name="contributions",
    one="an amendment, a comment or a question on a unit; a text that is not shown is null",
    model="UnitContribution",
    file=_AMENDMENTS,
    renamed={"contribution_id": "id"},
    share=_answer_states,
    fields=(
        ID,
        released(_AMENDMENTS, "document_id", 2),
        released(_AMENDMENTS, "unit_id", 31),
        released(
            _AMENDMENTS, "version", 1, value=lambda r, _: r.version.number, columns=("version_id",)
        ),
        released(_AMENDMENTS, "kind", "amendment"),
        released(_AMENDMENTS, "stance", 0),
        stored("body", "string", "the comment, the question, or the reason of an amendment"),
        stored("replacement", "string", "the words that an amendment proposes"),
        stored("quoted", "string", "the words of the unit when it was written on"),
        stored("language", "string", "language it was written in", "id"),
        stored("number", "integer", "number of its present wording", 1),
        stored("parent_id", "integer", "contribution that it replies to"),
        stored("promoted_to_id", "integer", "proposal that its authors made of it"),
        released(_AMENDMENTS, "author_role", "resident"),
        released(_AMENDMENTS, "institution_id"),
        released(_AMENDMENTS, "posted_at"),
        stored("edited_at", "datetime", "when its text was last changed"),
        released(_AMENDMENTS, "withdrawn_at"),
        released(_AMENDMENTS, "hidden_at", columns=("hidden_at",)),
        stored(
            "hidden_ground",
            "string",
            "rule by which it is hidden",
            value=lambda row, _reading: row.hidden_ground if row.is_hidden else None,
            codes=tuple(vocabulary.ModerationRule),
        ),
        released(_AMENDMENTS, "joins", 3, value=lambda r, _: r.join_count, columns=("join_count",)),
        released(_AMENDMENTS, "considered", value=_is_considered, columns=()),
        released(_AMENDMENTS, "explained", value=_is_explained, columns=()),
    ),
    left_out={
        "author_id": AUTHOR,
        "coauthor_count": AUTHOR,
        "account_class": IN_RELEASES,
        "salt": TECHNICAL,
        "held_until": "a hold ends by itself",
    },
)

UNIT_ANSWERS = Resource(
    name="unit_answers",
    one="an answer to contributions on a unit of a draft text",
    model="UnitAnswer",
    file=_ANSWERS,
    renamed={"answer_id": "id"},
    share=lambda rows: list_named_ids([row.id for row in rows]),
    fields=(
        ID,
        released(_ANSWERS, "document_id", 2),
        released(_ANSWERS, "unit_id", 31),
        released(
            _ANSWERS, "version", 1, value=lambda r, _: r.version.number, columns=("version_id",)
        ),
        released(_ANSWERS, "decision", "adopted"),
        released(_ANSWERS, "ground", "law"),
        stored("reason", "string", "the reason; empty where none was given"),
        released(_ANSWERS, "reason_chars", 120, value=lambda r, _: len(r.reason), columns=()),
        stored("language", "string", "language it was written in", "id"),
        released(_ANSWERS, "institution_id", 2),
        released(_ANSWERS, "answered_at"),
        stored(
            "contributions",
            "array",
            "ids of the contributions that it names",
            [5, 8],
            value=lambda row, r: r.shared.get(row.id, []),
            columns=(),
        ),
    ),
    left_out={"answered_by_id": AUTHOR, "salt": TECHNICAL},
)
