"""Reads the sample city from its files; what does not fit is an error naming file and key."""

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deliberate.commands.demo_city.actions import Table
from deliberate.commands.demo_city.visitors import passers_by

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
    """Something in the city's files does not hold: names file, key and reason."""


@dataclass(frozen=True)
class Line:
    """One comment as a thread's line has it; `parent` is its place in the thread."""

    author: str
    day: float
    stance: int | None
    body: str
    parent: int | None
    strong: int = 0
    weak: int = 0


@dataclass(frozen=True)
class Story:
    """A proposal with all that happens to it: `told` is its table in the file."""

    where: str
    told: Table
    thread: Sequence[Line]

    @property
    def key(self) -> str:
        """Its name in the files."""
        return str(self.told["key"])


@dataclass
class City:
    """Everything the files say, in the order of the files."""

    institutions: list[Table] = field(default_factory=list)
    accounts: list[Table] = field(default_factory=list)
    residents: list[Table] = field(default_factory=list)
    passers_by: list[Table] = field(default_factory=list)
    sign_ins: list[Table] = field(default_factory=list)
    processes: list[Table] = field(default_factory=list)
    stories: list[Story] = field(default_factory=list)
    assessments: list[Table] = field(default_factory=list)
    samples: list[Table] = field(default_factory=list)

    @property
    def people(self) -> set[str]:
        """The keys of everybody who may act."""
        return {str(person["key"]) for person in (*self.accounts, *self.residents)}


def read_city(folder: Path = HERE) -> City:
    """The city of a folder's *.toml; raises CityError at the first thing that does not hold."""
    city = City()
    for path in sorted(folder.glob("*.toml")):
        try:
            told = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise CityError(f"{path.name}: {error}") from None
        city.institutions += told.get("institution", [])
        city.accounts += told.get("account", [])
        city.residents += told.get("resident", [])
        city.sign_ins += told.get("sign_in", [])
        city.processes += told.get("process", [])
        city.assessments += told.get("assessment", [])
        city.samples += told.get("sample", [])
        if "passers_by" in told:
            city.passers_by += passers_by(told["passers_by"])
        city.stories += [_story(path.name, proposal) for proposal in told.get("proposal", [])]
    _check(city)
    return city


def _story(file: str, told: Table) -> Story:
    where = f"{file}: {told.get('key', '(no key)')}"
    if strange := set(told) - _PROPOSAL:
        raise CityError(f"{where}: unknown {', '.join(sorted(strange))}")
    if missing := {"key", "process", "author", "day", "title", "body"} - set(told):
        raise CityError(f"{where}: lacks {', '.join(sorted(missing))}")
    return Story(where, told, list(_lines(where, told.get("thread", ""))))


def _lines(where: str, thread: str) -> Iterator[Line]:
    above: list[tuple[int, float]] = []
    for place, line in enumerate(filter(str.strip, thread.splitlines())):
        found = _LINE.fullmatch(line.rstrip())
        if found is None:
            raise CityError(f"{where}: no comment in the line {line.strip()[:60]!r}")
        level, day = len(found["indent"]) // 2, float(found["day"])
        if level > len(above):
            raise CityError(f"{where}: {found['author']}@{day} is indented too far")
        del above[level:]
        if above and day < above[-1][1]:
            raise CityError(f"{where}: {found['author']}@{day} answers something written later")
        yield Line(
            found["author"],
            day,
            STANCES.get(found["stance"] or ""),
            found["body"],
            above[-1][0] if above else None,
            int(found["strong"] or 0),
            int(found["weak"] or 0),
        )
        above.append((place, day))


def _check(city: City) -> None:
    processes = {process["slug"] for process in city.processes}
    keys: set[str] = set()
    for story in city.stories:
        if story.key in keys:
            raise CityError(f"{story.where}: a second proposal of this key")
        keys.add(story.key)
        if story.told["process"] not in processes:
            raise CityError(f"{story.where}: no process {story.told['process']!r}")
        for who in (story.told["author"], *(line.author for line in story.thread)):
            if who not in city.people:
                raise CityError(f"{story.where}: nobody has the key {who!r}")
        for revision in story.told.get("revised", []):
            for credit in revision.get("credits", []):
                named_line(story, credit)
        for hidden in story.told.get("hidden", []):
            named_line(story, hidden["comment"])


def named_line(story: Story, name: str) -> int:
    """The place in the thread of the comment that "author@day" names."""
    author, _, day = name.partition("@")
    for place, line in enumerate(story.thread):
        if line.author == author and day and line.day == float(day):
            return place
    raise CityError(f"{story.where}: no comment {name!r}")
