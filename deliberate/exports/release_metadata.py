"""Descriptive files of a release: README, citation, data package and manifest."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deliberate import citivoice
from deliberate.clock import now
from deliberate.days import local_today
from deliberate.exports.columns import (
    FOREIGN_KEYS,
    PRIMARY_KEYS,
    Column,
    column_meaning,
    tables,
)
from deliberate.exports.documents.licences import AGREEMENT, TERMS, Licence
from deliberate.models import Process
from deliberate.queries.releases.release_files import RELEASE_FORMAT, sha256_of

FRICTIONLESS_TYPES = {"json": "object"}


def write_manifest(
    folder: Path,
    process: Process,
    scores: citivoice.Scores,
    row_counts: Mapping[str, int],
    summary: Mapping[str, Any],
    licence: Licence,
) -> dict[str, Any]:
    """Write manifest.json with every file of the folder and return its content."""
    files: dict[str, dict[str, Any]] = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        name = path.relative_to(folder).as_posix()
        files[name] = {"sha256": sha256_of(path), "bytes": path.stat().st_size}
        if name in row_counts:
            files[name]["rows"] = row_counts[name]
    size = int(scores.facts.one("window_facts", "log_size") or 0)
    manifest = {
        "format": RELEASE_FORMAT,
        "process": process.slug,
        "title": process.title,
        "topics": [{"name": name, "name_en": name_en} for name, name_en in process.topics],
        "areas": process.areas,
        "licence": licence.name,
        "built_at": now().strftime("%Y-%m-%dT%H:%M:%SZ"),
        "formulas": scores.formulas.version,
        "log_head": {"size": size, "root": scores.facts.one("window_facts", "log_root")},
        **summary,
        "files": files,
    }
    _write_json(folder / "manifest.json", manifest)
    return manifest


@dataclass(frozen=True)
class Description:
    """What the descriptive files of a release say: tier, publisher, address, licence, log head."""

    tier: str
    publisher: str
    address: str
    """The address at which the platform publishes releases of the process; may be empty."""
    licence: Licence
    size: int
    root: str | None


def write_descriptions(
    folder: Path, process: Process, description: Description, names: Sequence[str]
) -> None:
    """Write README.md, CITATION.cff, datapackage.json, and the terms of a protected release."""
    (folder / "README.md").write_text(_readme(process, description, names), encoding="utf-8")
    (folder / "CITATION.cff").write_text(_citation(process, description), encoding="utf-8")
    if description.tier == "protected":
        (folder / TERMS).write_text(AGREEMENT, encoding="utf-8")
    _write_json(folder / "datapackage.json", _package(folder, process, description))


def _write_json(path: Path, value: Mapping[str, object]) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _citation(process: Process, description: Description) -> str:
    head = {
        "type": "other",
        "value": f"sha256:{description.root}",
        "description": f"root of the log at entry {description.size}",
    }
    fields: dict[str, object] = {
        "cff-version": "1.2.0",
        "message": "Please cite this release as below.",
        "type": "dataset",
        "title": f"{process.title}: research release",
        "authors": [{"name": description.publisher}],
        "version": f"log entry {description.size}",
        "date-released": local_today(process).isoformat(),
        "identifiers": [head],
    }
    # The format knows licences of its list alone; any other stands in README.md and manifest.json.
    if description.licence.url:
        fields["license"] = description.licence.name
    if description.address:
        fields["url"] = description.address
    # Every JSON value is a valid YAML value, so no title can break the file.
    return "".join(f"{k}: {json.dumps(v, ensure_ascii=False)}\n" for k, v in fields.items())


def _package(folder: Path, process: Process, description: Description) -> dict[str, Any]:
    """Return the Frictionless data package: each table with its fields, codes and keys."""
    return {
        "profile": "tabular-data-package",
        "name": process.slug,
        "title": process.title,
        "created": now().strftime("%Y-%m-%dT%H:%M:%SZ"),
        "licenses": [description.licence.as_entry()],
        "resources": [
            _resource(folder, name, columns, description.tier)
            for name, columns in tables().items()
            if (folder / name).is_file()
        ],
    }


def _resource(folder: Path, name: str, columns: Sequence[Column], tier: str) -> dict[str, Any]:
    path = folder / name
    return {
        "name": _resource_name(name),
        "path": name,
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": path.stat().st_size,
        "hash": f"sha256:{sha256_of(path)}",
        "schema": _schema(name, columns, tier),
    }


def _schema(name: str, columns: Sequence[Column], tier: str) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "fields": [_field(name, column, tier) for column in columns],
        "missingValues": [""],
    }
    if name in PRIMARY_KEYS:
        schema["primaryKey"] = list(PRIMARY_KEYS[name])
    if name in FOREIGN_KEYS:
        schema["foreignKeys"] = [
            {
                "fields": [column],
                "reference": {"resource": _resource_name(other), "fields": [column]},
            }
            for column, other in FOREIGN_KEYS[name].items()
        ]
    return schema


def _resource_name(name: str) -> str:
    return name.removesuffix(".csv").replace("/", "-").replace("_", "-")


def _field(file: str, column: Column, tier: str) -> dict[str, Any]:
    field: dict[str, Any] = {
        "name": column.name,
        "type": FRICTIONLESS_TYPES.get(column.type, column.type),
        "description": column.meaning,
        "description_id": column_meaning(file, column, "id"),
    }
    if column.type == "datetime" and tier == "protected":
        field["format"] = "any"
    if constraints := _constraints(file, column):
        field["constraints"] = constraints
    return field


def _constraints(file: str, column: Column) -> dict[str, Any]:
    """Return the codes of a column, and whether it is filled and different in each row."""
    rules: dict[str, Any] = {}
    if column.codes:
        is_number = column.type == "integer"
        rules["enum"] = [int(code) if is_number else code for code in column.codes]
    key = PRIMARY_KEYS.get(file, ())
    if column.name in key:
        rules |= {"required": True} | ({"unique": True} if len(key) == 1 else {})
    return rules


_OPEN_TEXT = """\
Rows of public acts of the participation process `{slug}`, with times cut to the hour and
without the texts, under pseudonyms made for this release alone.

Those acts were done under a public name and can be traced to it through the pages: the pseudonym
groups them, it does not hide. Acts done in private (support, ballots, weighing) leave as totals."""

_PROTECTED_TEXT = """\
Rows of public acts of the participation process `{slug}` with their exact times
and texts, and rows of private acts of those who agreed to research, under pseudonyms of one
approved request. Private rows bear a week and other pseudonyms than the public ones: neither a
time, nor a proposal, nor a number of the log joins the two. Not to be passed on; delete it when
access ends. After somebody's erasure, fetch it anew and delete the older copy."""

_FILE_DESCRIPTIONS = {
    "events.csv": "one row for each public act, in the order of the sealed log",
    "events.parquet": "the same rows with their types; quickest to read",
    "events.jsonl": "the same rows, one JSON object a line",
    "proposals.csv": "one row for each proposal",
    "comments.csv": "one row for each comment, with its place in the thread",
    "responses.csv": "one row for each version of an official response",
    "documents.csv": "one row for each version of a draft text under consultation",
    "units.csv": "one row for each unit of each version, with the units that it comes from",
    "amendments.csv": "one row for each amendment, comment and question on a unit",
    "answers.csv": "one row for each answer, with the contributions that it names",
    "polls.csv": "one row for each figure of a poll whose result is shown",
    "texts.csv": "texts of proposals, comments and responses that are shown",
    "private_acts.csv": "private acts of those who agreed to research, by week",
    "assessments.json": "frozen plans and published judgements of the process",
    "questionnaires.csv": "what people experienced: figures of the questionnaires at the close",
    "reason_items.csv": "statements of the survey of reasons before and after the discussion",
    "reason_answers.csv": "answers of those who answered both times, by consent, without names",
    "reason_index.csv": "Deliberative Reason Index of the group and of each person",
    "study_plans.json": "study plans registered before the data, with what checks them",
    "scores.csv": "the CitiVoice indicators and dimensions with n and interval",
    "facts/*.csv": "counts over everyone from which the scores follow, private acts included",
    "notebook.ipynb": "counts the numbers of scores.csv again, with pandas and DuckDB alone",
    "TERMS.md": "the agreement under which these files were given, in both languages",
    "NOTICE": "how to cite, whose the framework and the formulas are, licence",
    "codebook.csv": "every column, code and kind of act",
    "datapackage.json": "the tables for Frictionless: fields, codes, keys, licence",
    "convokit/": "the threads as a ConvoKit corpus",
    "xes/log.xes": "IEEE 1849 event log; a case is a proposal",
    "ocel.json": "OCEL 2.0, object-centric event log",
    "replies.graphml": "who replied to whom, how often",
    "polis/": "polls of statements as Polis exports them; the last vote counts",
    "pabulib/": "public polls as Pabulib files: rules, options, one ballot a line",
    "manifest.json": "checksums, the log head, the formula version, what was withheld",
}


def _file_table(names: Sequence[str]) -> str:
    """Return a Markdown table of the files that are in a release."""
    present = "\n".join(names)
    lines = [
        f"| `{name}` | {meaning} |"
        for name, meaning in _FILE_DESCRIPTIONS.items()
        if name.removesuffix("*.csv") in present or name == "manifest.json"
    ]
    return "\n".join(["| file | what |", "|---|---|", *lines])


def _readme(process: Process, description: Description, names: Sequence[str]) -> str:
    tier, size = description.tier, description.size
    introduction = (_PROTECTED_TEXT if tier == "protected" else _OPEN_TEXT).format(
        slug=process.slug
    )
    return f"""# {process.title}: research release, {tier} tier

{introduction}

{_file_table(names)}

Rows, facts and scores end together, at entry {size} of the log: `scored` in `manifest.json`. A
scoreboard that was computed up to this entry shows exactly the numbers of `scores.csv`.

Each row can be proven to be an entry of the sealed log (`verify.py release`), and `deliberate log
verify` of the platform shows that no public act is missing. Private totals, and whether pseudonyms
group the acts as the log does, only the platform can verify: a proof would link people to acts.

    deliberate score .        # gives the numbers of the platform from these files alone

Licence: {description.licence.text}
"""
