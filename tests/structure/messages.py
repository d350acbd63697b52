"""Update the translation files from the code and the templates.

    python -m tests.structure.messages           write the files
    python -m tests.structure.messages --check   report what is missing, write nothing

Each subject has a template `deliberate/translations/SUBJECT.pot` and, for each language, a catalog
`deliberate/translations/LANGUAGE/SUBJECT.po`. A message remains in the catalog that contains it; a
new one goes to the subject of the first file that uses it. Messages that are no longer used become
obsolete entries (`#~`), so that no translation is lost.
"""

import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import generate_po, read_po

from deliberate.database import Base, TransientBase
from deliberate.database.personal_rows import list_models
from deliberate.models import Interaction
from deliberate.vocabulary.events import EVENT_TYPES
from tests.structure.source_tree import PACKAGE, ROOT

TRANSLATIONS = PACKAGE / "translations"
KEYWORDS = {
    "_": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
}
METHODS = [("**.py", "python"), ("**.html", "jinja2"), ("**.txt", "jinja2"), ("**.xml", "jinja2")]
OPTIONS = {"**.html": {"trimmed": "true"}, "**.txt": {"trimmed": "true"}}
FALLBACK = {"notifications": "notices", "exports": "releases", "citivoice": "scores"}
"""Subjects of packages that are not divided by subject; all others belong to `site`."""

WIDTH = 100
"""Characters of a line in the files."""
Key = tuple[str, str]
"""Context and singular of a message, which identify it."""


class Extracted(NamedTuple):
    """A message of the source, its plural if it has one, and the files that use it."""

    id: str | tuple[str, str]
    context: str | None
    files: list[str]


def extract() -> dict[Key, Extracted]:
    """Return every message of the package and the templates, in the order of the files."""
    messages: dict[Key, Extracted] = {}
    for folder in (PACKAGE, ROOT / "templates"):
        rows = extract_from_dir(folder, METHODS, OPTIONS, keywords=KEYWORDS)
        for file, _line, text, _comments, context in rows:
            message_id = text if isinstance(text, str) else tuple(text)
            key = (context or "", text if isinstance(text, str) else text[0])
            entry = messages.setdefault(key, Extracted(message_id, context, []))
            path = f"{folder.name}/{file}"
            if path not in entry.files:
                entry.files.append(path)
    for text in meanings():
        messages.setdefault(
            ("", text), Extracted(text, None, ["deliberate/vocabulary/events/log.py"])
        )
    for text, file in table_labels():
        messages.setdefault(("", text), Extracted(text, None, [file]))
    return messages


def meanings() -> list[str]:
    """Return the meanings of the kinds as the log page shows them."""
    return [event.meaning() for event in EVENT_TYPES.values()]


def table_labels() -> list[tuple[str, str]]:
    """Return the names of tables in the download of one's own data, each with its model's file."""
    assert issubclass(Interaction, Base)  # the import above has registered every table
    models = [model for base in (Base, TransientBase) for model in list_models(base)]
    labels = [(model.personal_data.label, model.__module__) for model in models]
    return [(label, f"{module.replace('.', '/')}.py") for label, module in labels if label]


def subjects() -> list[str]:
    """Return the subjects that have a catalog in some language."""
    return sorted({path.stem for path in TRANSLATIONS.glob("*/*.po")})


def subject_of(file: str, known: list[str]) -> str:
    """Return the subject that a source file belongs to, `site` if it belongs to none."""
    first, *rest = Path(file).with_suffix("").parts
    package = "" if first == "templates" else rest[0]
    named = [part for part in rest if part in known]
    subject = named[0] if named else FALLBACK.get(package, "site")
    return subject if subject in known else "site"


def assign(messages: dict[Key, Extracted]) -> dict[str, dict[Key, Extracted]]:
    """Divide the messages by subject: the present catalog of a message, else that of its file."""
    known = subjects()
    present = {
        key(message): path.stem
        for path in sorted(TRANSLATIONS.glob("*/*.po"))
        for message in _read(path)
        if message.id
    }
    divided: dict[str, dict[Key, Extracted]] = {subject: {} for subject in known}
    for name, message in messages.items():
        divided[present.get(name) or subject_of(message.files[0], known)][name] = message
    return divided


def key(message: Message) -> Key:
    """Return what identifies a message in a catalog."""
    return message.context or "", message.id if isinstance(message.id, str) else message.id[0]


def template(subject: str, messages: dict[Key, Extracted]) -> str:
    """Return the text of a subject's template: every message, without translations."""
    catalog = Catalog(charset="utf-8")
    for message in messages.values():
        catalog.add(message.id, context=message.context, locations=_locations(message))
    header = (
        f'# Messages of the subject "{subject}".\nmsgid ""\nmsgstr ""\n'
        '"MIME-Version: 1.0\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n'
        '"Content-Transfer-Encoding: 8bit\\n"\n'
    )
    return header + "\n" + _body(catalog)


def updated(path: Path, messages: dict[Key, Extracted]) -> str:
    """Return the text of a catalog with exactly these messages and its present translations."""
    header, _, _ = path.read_text(encoding="utf-8").partition("\n\n")
    before, after = _read(path), read_po(io.StringIO(header), locale=path.parent.name)
    present = {key(message): message for message in before if message.id}
    retired = {key(message): message for message in before.obsolete.values()}
    order = [name for name in present if name in messages]
    for name in [*order, *(name for name in messages if name not in present)]:
        old = present.get(name) or retired.pop(name, None)
        after.add(
            messages[name].id,
            old.string if old and _same_shape(old, messages[name]) else None,
            _locations(messages[name]),
            old.flags - {"python-format", "python-brace-format"} if old else (),
            user_comments=old.user_comments if old else (),
            context=messages[name].context,
        )
    gone = {name: message for name, message in present.items() if name not in messages}
    after.obsolete.update({message.id: message for message in (retired | gone).values()})
    return header + "\n\n" + _body(after)


def _same_shape(old: Message, new: Extracted) -> bool:
    return isinstance(old.id, str) == isinstance(new.id, str)


def _locations(message: Extracted) -> list[tuple[str, int]]:
    return [(file, 1) for file in sorted(message.files)]


def _read(path: Path) -> Catalog:
    return read_po(io.BytesIO(path.read_bytes()), locale=path.parent.name)


def _body(catalog: Catalog) -> str:
    lines = generate_po(catalog, omit_header=True, include_lineno=False, width=WIDTH)
    return "".join(lines).strip("\n") + "\n"


def files(messages: dict[Key, Extracted]) -> Iterator[tuple[Path, str]]:
    """Yield every template and catalog with the text that it should have."""
    for subject, own in assign(messages).items():
        yield TRANSLATIONS / f"{subject}.pot", template(subject, own)
        for path in sorted(TRANSLATIONS.glob(f"*/{subject}.po")):
            yield path, updated(path, own)


def outdated() -> list[str]:
    """Return the files whose messages differ from those of the source; locations do not count."""
    return [
        path.relative_to(ROOT).as_posix()
        for path, text in files(extract())
        if not path.exists() or _ids(path.read_text(encoding="utf-8")) != _ids(text)
    ]


def _ids(text: str) -> set[Key]:
    return {key(message) for message in read_po(io.StringIO(text), locale="id") if message.id}


def main() -> int:
    """Write the files, or report those that `make messages` would change."""
    if "--check" in sys.argv[1:]:
        names = outdated()
        print("\n".join(names) or "all translation files are current")
        return int(bool(names))
    for path, text in files(extract()):
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
