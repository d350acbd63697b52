"""Meetings, documents of a process, scores, and research releases."""

import json

from deliberate.api.fields import Example, Field, PublicRow, Reading, as_json, computed, stored
from deliberate.api.resources.resource import AUTHOR, ID, TECHNICAL, Resource
from deliberate.exports.columns import SCORES as SCORE_COLUMNS


def _shown(name: str, type_: str, meaning: str, example: Example = None) -> Field:
    """Return a field of a meeting that shows its last correction."""
    return stored(name, type_, meaning, example, value=lambda row, _: getattr(row.shown, name))


def _corrected_from(row: PublicRow, _reading: Reading) -> object:
    """Return what was recorded of a meeting before each of its corrections."""
    return [
        {
            "corrected_at": as_json(correction.corrected_at),
            "reason": correction.reason,
            "held_on": as_json(before.held_on),
            "place": before.place,
            "attended": before.attended,
            "minutes": before.minutes,
        }
        for correction, before in row.corrected_from
    ]


MEETINGS = Resource(
    name="meetings",
    one="a meeting of residents with decision makers",
    model="Meeting",
    fields=(
        ID,
        stored("process_id", "integer", "process of the meeting", 1),
        stored("institution_id", "integer", "institution that recorded it"),
        _shown("held_on", "date", "day of the meeting, where its process is", "2026-02-14"),
        _shown("place", "string", "where it was"),
        _shown("minutes", "string", "minutes (Markdown); empty: none"),
        _shown("attended", "integer", "people who attended, as last corrected", 34),
        _shown("language", "string", "language of the minutes", "id"),
        stored("recorded_at", "datetime", "when it was recorded here"),
        computed(
            "corrected_from",
            "array",
            "what was recorded before each correction, and why it was corrected; oldest first",
            _corrected_from,
            items=(
                stored("corrected_at", "datetime", "when it was corrected"),
                stored("reason", "string", "what was wrong, and why"),
                stored("held_on", "date", "day before the correction", "2026-02-14"),
                stored("place", "string", "place before the correction"),
                stored("attended", "integer", "people before the correction", 43),
                stored("minutes", "string", "minutes before the correction; empty: none"),
            ),
        ),
    ),
    left_out={"recorded_by_id": AUTHOR, "salt": TECHNICAL},
)


def _document_url(row: PublicRow, reading: Reading) -> str:
    """Return the address of a document: elsewhere, or of its file here."""
    slug = row.process.slug
    here = f"{reading.base_url}/{reading.language}/processes/{slug}/documents/{row.name}"
    return row.url or here


DOCUMENTS = Resource(
    name="documents",
    one="a document that a process is based on",
    model="ProcessDocument",
    fields=(
        ID,
        stored("process_id", "integer", "process of the document", 1),
        stored("title", "string", "title"),
        stored("language", "string", "language of the document", "id"),
        stored("dated_on", "date", "date of the document", "2025-11-02"),
        stored("url", "uri", "where it is", value=_document_url, columns=("url", "name")),
        stored("kind", "string", "kind of the file, or link", "pdf"),
        stored("size", "integer", "bytes of the file; 0 for a link", 184320),
        stored("sha256", "string", "SHA-256 of the file; empty for a link"),
        stored("added_at", "datetime", "when it was added"),
        stored("replaced_by_id", "integer", "newer version of the document"),
    ),
    left_out={
        "added_by_id": AUTHOR,
        "removed_at": "what was removed is not listed",
        "salt": TECHNICAL,
    },
)


def _scores(row: PublicRow, reading: Reading) -> object:
    """Return indicators and dimensions of the score document in the columns of scores.csv."""
    document = json.loads(row.document)
    totals = {name: {"value": d["score"], **d} for name, d in document["dimensions"].items()}
    return [
        {
            one.name: one.read({"id": name, "version": row.formulas, **finding}, reading)
            for one in _SCORE
        }
        for name, finding in {**document["indicators"], **totals}.items()
    ]


def _read_score(name: str) -> Field:
    column = next(column for column in SCORE_COLUMNS if column.name == name)

    def value(finding: PublicRow, _reading: Reading) -> object:
        if name in {"ci_low", "ci_high"}:
            return (finding.get("ci") or (None, None))[name == "ci_high"]
        return finding.get(name)

    return computed(name, column.type, column.meaning or "state", value, codes=column.codes)


_SCORE = tuple(_read_score(column.name) for column in SCORE_COLUMNS if column.name != "seed")

SCORES = Resource(
    name="scores",
    one="the newest CitiVoice scores of a process",
    model="ScoreSnapshot",
    file="scores.csv",
    renamed=dict.fromkeys((column.name for column in SCORE_COLUMNS), "scores"),
    fields=(
        ID,
        stored("process_id", "integer", "process that was scored", 1),
        stored("computed_at", "datetime", "when they were computed"),
        stored("formulas", "string", "version of the formulas", "1.0"),
        stored("log_size", "integer", "entries of the log that they are computed from", 11266),
        stored("log_root", "string", "root of the log at this size"),
        stored("inputs_hash", "string", "SHA-256 of the facts that they follow from"),
        computed(
            "headline",
            "string",
            "what they say, in one sentence, in the language of the request",
            lambda row, r: json.loads(row.document)["headline"][r.language],
        ),
        Field(
            "scores", "array", "indicators, then dimensions", _scores, ("document",), items=_SCORE
        ),
    ),
    left_out={
        "chart_data": "counts for the charts of the page; releases have them as facts",
        "seed": "the same for every version of the formulas; releases state it",
    },
)


def _release_url(row: PublicRow, reading: Reading, end: str) -> str:
    return f"{reading.base_url}/data/{row.process.slug}/{row.stamp}{end}"


RELEASES = Resource(
    name="releases",
    one="a research release, open tier",
    model="Release",
    fields=(
        ID,
        computed("url", "uri", "its ZIP file", lambda row, r: _release_url(row, r, ".zip")),
        computed(
            "manifest_url",
            "uri",
            "its manifest, with the SHA-256 of every file",
            lambda row, r: _release_url(row, r, "/manifest.json"),
        ),
        stored("process_id", "integer", "process that it is of", 1),
        stored("stamp", "string", "day of the build, with a number for a second one", "2026-03-04"),
        stored("built_at", "datetime", "when it was built"),
        stored("size", "integer", "bytes of the ZIP file", 412345),
        stored("removed_at", "datetime", "when it was removed"),
        stored("removed_reason", "string", "why it was removed"),
    ),
    left_out={
        "tier": "only releases of the open tier are listed",
        "manifest": "it is at `manifest_url`",
        "entry": "its time would be known to the millisecond; `manifest_url` has the receipt",
    },
)
