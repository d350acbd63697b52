"""Reader of the sample city's files; an inconsistency is an error naming file and key."""

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deliberate.commands.demo_city.actions import Table
from deliberate.commands.demo_city.visitors import make_visitors

HERE = Path(__file__).resolve().parent
STANCES = {"+": 1, "-": -1, ".": 0}
_LINE = re.compile(
    r"(?P<indent> *)(?P<author>[\w-]+)(?: (?P<stance>[-+.]))? (?P<day>\d+(?:\.\d+)?)"
    r"(?: \{(?P<strong>\d+)/(?P<weak>\d+)\})?: (?P<body>.+)"
)
_PROPOSAL = {
    "key",
    "process",
    "author",
    "initiator",
    "day",
    "title",
    "body",
    "topic",
    "area",
    "supports",
    "revised",
    "withdrawn",
    "thread",
    "hidden",
    "poll",
    "response",
}


class CityError(ValueError):
    """Raised for an inconsistency in the city's files: file, key and reason."""


@dataclass(frozen=True)
class CommentSpec:
    """One line of a thread; `parent` is the position of the comment it replies to."""

    author: str
    day: float
    stance: int | None
    body: str
    parent: int | None
    strong: int = 0
    weak: int = 0


@dataclass(frozen=True)
class ProposalSpec:
    """A proposal with everything that happens to it, as its table in the file."""

    where: str
    entry: Table
    thread: Sequence[CommentSpec]

    @property
    def key(self) -> str:
        """Return its name in the files."""
        return str(self.entry["key"])


@dataclass
class City:
    """The content of the files, in their order."""

    institutions: list[Table] = field(default_factory=list)
    accounts: list[Table] = field(default_factory=list)
    residents: list[Table] = field(default_factory=list)
    passers_by: list[Table] = field(default_factory=list)
    sign_ins: list[Table] = field(default_factory=list)
    processes: list[Table] = field(default_factory=list)
    stories: list[ProposalSpec] = field(default_factory=list)
    assessments: list[Table] = field(default_factory=list)
    samples: list[Table] = field(default_factory=list)

    @property
    def people(self) -> set[str]:
        """Return the keys of everyone who may act."""
        return {str(person["key"]) for person in (*self.accounts, *self.residents)}


def read_city(folder: Path = HERE) -> City:
    """Return the city of a folder's *.toml; raises CityError at the first inconsistency."""
    city = City()
    for path in sorted(folder.glob("*.toml")):
        try:
            entry = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise CityError(f"{path.name}: {error}") from None
        city.institutions += entry.get("institution", [])
        city.accounts += entry.get("account", [])
        city.residents += entry.get("resident", [])
        city.sign_ins += entry.get("sign_in", [])
        city.processes += entry.get("process", [])
        city.assessments += entry.get("assessment", [])
        city.samples += entry.get("sample", [])
        if "passers_by" in entry:
            city.passers_by += make_visitors(entry["passers_by"])
        city.stories += [
            _proposal_spec(path.name, proposal) for proposal in entry.get("proposal", [])
        ]
    _check(city)
    return city


def _proposal_spec(file: str, entry: Table) -> ProposalSpec:
    where = f"{file}: {entry.get('key', '(no key)')}"
    if strange := set(entry) - _PROPOSAL:
        raise CityError(f"{where}: unknown {', '.join(sorted(strange))}")
    if missing := {"key", "process", "author", "day", "title", "body"} - set(entry):
        raise CityError(f"{where}: lacks {', '.join(sorted(missing))}")
    return ProposalSpec(where, entry, list(_lines(where, entry.get("thread", ""))))


def _lines(where: str, thread: str) -> Iterator[CommentSpec]:
    above: list[tuple[int, float]] = []
    for position, line in enumerate(filter(str.strip, thread.splitlines())):
        found = _LINE.fullmatch(line.rstrip())
        if found is None:
            raise CityError(f"{where}: no comment in the line {line.strip()[:60]!r}")
        level, day = len(found["indent"]) // 2, float(found["day"])
        if level > len(above):
            raise CityError(f"{where}: {found['author']}@{day} is indented too far")
        del above[level:]
        if above and day < above[-1][1]:
            raise CityError(f"{where}: {found['author']}@{day} answers something written later")
        yield CommentSpec(
            found["author"],
            day,
            STANCES.get(found["stance"] or ""),
            found["body"],
            above[-1][0] if above else None,
            int(found["strong"] or 0),
            int(found["weak"] or 0),
        )
        above.append((position, day))


def _check(city: City) -> None:
    processes = {process["slug"] for process in city.processes}
    keys: set[str] = set()
    for story in city.stories:
        if story.key in keys:
            raise CityError(f"{story.where}: a second proposal of this key")
        keys.add(story.key)
        if story.entry["process"] not in processes:
            raise CityError(f"{story.where}: no process {story.entry['process']!r}")
        for who in (story.entry["author"], *(line.author for line in story.thread)):
            if who not in city.people:
                raise CityError(f"{story.where}: nobody has the key {who!r}")
        for revision in story.entry.get("revised", []):
            for credit in revision.get("credits", []):
                comment_position(story, credit)
        for hidden in story.entry.get("hidden", []):
            comment_position(story, hidden["comment"])


def comment_position(story: ProposalSpec, name: str) -> int:
    """Return the position in the thread of the comment that "author@day" names."""
    author, _, day = name.partition("@")
    for position, line in enumerate(story.thread):
        if line.author == author and day and line.day == float(day):
            return position
    raise CityError(f"{story.where}: no comment {name!r}")
