"""Excerpts of a study as a REFI-QDA project (.qdpx), which NVivo, Atlas.ti and others open.

A zip with `project.qde` (XML) and one text per source: its excerpts, divided by empty lines. Like
the CSV it has the labels of the sources and the codes and memos of one coder, without a name.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby
from uuid import NAMESPACE_URL, uuid5
from xml.etree import ElementTree as Xml

from deliberate.citivoice import load_framework
from deliberate.clock import now
from deliberate.models import Excerpt, Process
from deliberate.models.scores.study import NO_CODE
from deliberate.queries.scores.studies.excerpts import CODE_LISTS, codes_by, memo_by

MIMETYPE = "application/zip"
NAMESPACE = "urn:QDA-XML:project:1.0"
BETWEEN = "\n\n"
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def refi_qda_project(
    process: Process, excerpts: Iterable[Excerpt], coder_id: int, language: str
) -> bytes:
    """Return a project with the excerpts of a study, its code book and the codes of one coder."""
    project = Xml.Element(
        "Project",
        {
            "xmlns": NAMESPACE,
            "name": process.text_in("title", language),
            "origin": "Deliberate",
            "creatingUserGUID": _guid(process, "coder"),
            "creationDateTime": _moment(now()),
        },
    )
    users = Xml.SubElement(project, "Users")
    Xml.SubElement(users, "User", guid=_guid(process, "coder"), name="Coder 1")
    _add_code_book(project, process, language)
    texts: dict[str, str] = {}
    sources = Xml.SubElement(project, "Sources")
    ordered = sorted(excerpts, key=lambda row: (row.source_id, row.id))
    for _id, rows in groupby(ordered, key=lambda row: row.source_id):
        texts |= _add_source(sources, process, list(rows), coder_id)
    return _zipped(project, texts)


def _guid(process: Process, *names: object) -> str:
    """Return the same identifier for the same thing at every download."""
    return str(uuid5(NAMESPACE_URL, "/".join(map(str, ("study", process.slug, *names)))))


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _add_code_book(project: Xml.Element, process: Process, language: str) -> None:
    """Add every code under the name of its list, which is itself no code."""
    codes = Xml.SubElement(Xml.SubElement(project, "CodeBook"), "Codes")
    framework = load_framework()
    for part in CODE_LISTS:
        group = Xml.SubElement(
            codes, "Code", guid=_guid(process, part), name=part, isCodable="false"
        )
        for code, names in framework[part].items():
            name = f"{code} {names[language]}"
            guid = _guid(process, "code", code)
            Xml.SubElement(group, "Code", guid=guid, name=name, isCodable="true")


def _add_source(
    sources: Xml.Element, process: Process, rows: Sequence[Excerpt], coder_id: int
) -> dict[str, str]:
    """Add a source with its excerpts as selections; return its text by the name of its file."""
    source = rows[0].source
    guid = _guid(process, "source", source.label)
    file = f"{guid}.txt"
    element = Xml.SubElement(
        sources,
        "TextSource",
        guid=guid,
        name=source.label,
        plainTextPath=f"internal://{file}",
        creatingUser=_guid(process, "coder"),
        creationDateTime=_moment(source.added_at),
    )
    parts: list[str] = []
    for row in rows:
        start = sum(len(part) + len(BETWEEN) for part in parts)
        parts.append(_text(row.body))
        _add_selection(element, process, row, coder_id, start)
    return {file: BETWEEN.join(parts)}


def _text(text: str) -> str:
    """Return a text with one character for each line break, as positions are counted."""
    return _NOT_IN_XML.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _add_selection(
    source: Xml.Element, process: Process, excerpt: Excerpt, coder_id: int, start: int
) -> None:
    """Add an excerpt with the memo and the codes of one coder. Positions count characters."""
    user, added_at = _guid(process, "coder"), _moment(excerpt.added_at)
    selection = Xml.SubElement(
        source,
        "PlainTextSelection",
        guid=_guid(process, "excerpt", excerpt.id),
        name=_text(excerpt.place) or str(excerpt.id),
        startPosition=str(start),
        endPosition=str(start + len(_text(excerpt.body))),
        creatingUser=user,
        creationDateTime=added_at,
    )
    if memo := memo_by(excerpt, coder_id):
        Xml.SubElement(selection, "Description").text = _text(memo)
    for code in sorted(codes_by(excerpt, coder_id) - {NO_CODE}):
        coding = Xml.SubElement(
            selection,
            "Coding",
            guid=_guid(process, "coding", excerpt.id, code),
            creatingUser=user,
            creationDateTime=added_at,
        )
        Xml.SubElement(coding, "CodeRef", targetGUID=_guid(process, "code", code))


def _zipped(project: Xml.Element, texts: dict[str, str]) -> bytes:
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("project.qde", Xml.tostring(project, "utf-8", xml_declaration=True))
        for name, text in texts.items():
            archive.writestr(f"sources/{name}", text.encode())
    return output.getvalue()
