"""Rows of JSON files: one object a line, a list of objects, or a list inside an object."""

import json
from collections.abc import Iterator
from typing import Any, TextIO

from deliberate.imports.source import Reject, Row, UnreadableSource

_BLANK = frozenset(" \t\r\n")


def line_rows(name: str, text: TextIO) -> Iterator[Row | Reject]:
    """Yield the objects of a file with one a line."""
    for line, content in enumerate(text, 1):
        if not content.strip():
            continue
        try:
            fields = json.loads(content)
        except (ValueError, RecursionError):
            yield Reject(name, line, "not JSON", content.rstrip("\r\n"))
            continue
        yield _row(name, line, fields)


def document_rows(name: str, text: TextIO, path: str) -> Iterator[Row | Reject]:
    """Yield the objects of a JSON document, or of one with an object a line.

    `path` leads to a list inside the document; without one it is the document itself, or the only
    list of objects in it. What stands beside that list is in each row as `outer`.
    """
    content = text.read()
    try:
        document = json.loads(content)
    except RecursionError as error:
        raise UnreadableSource(f"{name}: nested too deeply") from error
    except ValueError as error:
        if _looks_like_lines(content):
            text.seek(0)
            yield from line_rows(name, text)
            return
        raise UnreadableSource(f"{name}: not JSON, or an incomplete download: {error}") from error
    for document_part in document if path and isinstance(document, list) else [document]:
        yield from _rows_of_part(name, document_part, path)


def _rows_of_part(name: str, document_part: Any, path: str) -> Iterator[Row | Reject]:
    items, outer = _items(name, document_part, path)
    for number, item in enumerate(items, 1):
        with_outer = {**item, "outer": outer} if outer and isinstance(item, dict) else item
        yield _row(name, number, with_outer)


def _row(name: str, line: int, fields: Any) -> Row | Reject:
    if isinstance(fields, dict):
        return Row(name, line, fields)
    return Reject(name, line, "not a JSON object", fields)


def _looks_like_lines(content: str) -> bool:
    first = content.lstrip().partition("\n")[0]
    try:
        return isinstance(json.loads(first), dict)
    except (ValueError, RecursionError):
        return False


def _items(name: str, document: Any, path: str) -> tuple[list[Any], dict[str, Any]]:
    """Return the list at a path of a document, with the plain values beside it."""
    inner: Any = document
    outer: dict[str, Any] = {}
    for key in path.split(".") if path else _only_list(document):
        if not isinstance(inner, dict) or key not in inner:
            raise UnreadableSource(f"{name}: no list {path}")
        outer |= {k: v for k, v in inner.items() if not isinstance(v, dict | list)}
        inner = inner[key]
    if not isinstance(inner, list):
        raise UnreadableSource(f"{name}: neither a list of objects nor an object with one")
    return inner, outer


def _only_list(document: Any) -> list[str]:
    if not isinstance(document, dict):
        return []
    lists = [key for key, value in document.items() if isinstance(value, list)]
    return lists if len(lists) == 1 else []
