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
    "picture",
    "day",
    "title",
    "body",
    "topic",
    "area",
    "place",
    "place_is_exact",
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
    proposals: list[ProposalSpec] = field(default_factory=list)
    assessments: list[Table] = field(default_factory=list)
    samples: list[Table] = field(default_factory=list)
    acts: list[Table] = field(default_factory=list)
    plans: list[Table] = field(default_factory=list)
    meetings: list[Table] = field(default_factory=list)
    populations: list[Table] = field(default_factory=list)
    questionnaires: list[Table] = field(default_factory=list)
    documents: list[Table] = field(default_factory=list)

    @property
    def people(self) -> set[str]:
        """Return the keys of everyone who may act."""
        return {str(person["key"]) for person in (*self.accounts, *self.residents)}


def read_city(folder: Path = HERE) -> City:
    """Return the city of a folder's *.toml; raises CityError at the first inconsistency."""
    city = City()
    for path in sorted(folder.glob("*.toml")):
        entry = _read_toml(path)
        city.institutions += entry.get("institution", [])
        city.accounts += entry.get("account", [])
        city.residents += entry.get("resident", [])
        city.sign_ins += entry.get("sign_in", [])
        city.processes += entry.get("process", [])
        city.assessments += entry.get("assessment", [])
        city.samples += entry.get("sample", [])
        city.acts += entry.get("act", [])
        city.plans += entry.get("plan", [])
        city.meetings += entry.get("meeting", [])
        city.populations += entry.get("population", [])
        city.questionnaires += entry.get("questionnaire", [])
        city.documents += entry.get("document", [])
        if "passers_by" in entry:
            city.passers_by += make_visitors(entry["passers_by"])
        city.proposals += [
            _proposal_spec(path.name, proposal) for proposal in entry.get("proposal", [])
        ]
    _check(city)
    return city


def _read_toml(path: Path) -> Table:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CityError(f"{path.name}: {error}") from None


def _proposal_spec(file: str, entry: Table) -> ProposalSpec:
    where = f"{file}: {entry.get('key', '(no key)')}"
    if unknown := set(entry) - _PROPOSAL:
        raise CityError(f"{where}: unknown {', '.join(sorted(unknown))}")
    if missing := {"key", "process", "author", "day", "title", "body"} - set(entry):
        raise CityError(f"{where}: missing {', '.join(sorted(missing))}")
    return ProposalSpec(where, entry, list(_lines(where, entry.get("thread", ""))))


def _lines(where: str, thread: str) -> Iterator[CommentSpec]:
    ancestors: list[tuple[int, float]] = []
    for position, line in enumerate(filter(str.strip, thread.splitlines())):
        match = _LINE.fullmatch(line.rstrip())
        if match is None:
            raise CityError(f"{where}: not a comment {line.strip()[:60]!r}")
        level, day = len(match["indent"]) // 2, float(match["day"])
        if level > len(ancestors):
            raise CityError(f"{where}: {match['author']}@{day} is indented too far")
        del ancestors[level:]
        if ancestors and day < ancestors[-1][1]:
            raise CityError(f"{where}: {match['author']}@{day} replies to a later comment")
        yield CommentSpec(
            match["author"],
            day,
            STANCES.get(match["stance"] or ""),
            match["body"],
            ancestors[-1][0] if ancestors else None,
            int(match["strong"] or 0),
            int(match["weak"] or 0),
        )
        ancestors.append((position, day))


def _check(city: City) -> None:
    processes = {process["slug"] for process in city.processes}
    keys: set[str] = set()
    for spec in city.proposals:
        if spec.key in keys:
            raise CityError(f"{spec.where}: a proposal with this key exists already")
        keys.add(spec.key)
        if spec.entry["process"] not in processes:
            raise CityError(f"{spec.where}: no process {spec.entry['process']!r}")
        _check_proposal(city, spec)
    for act in city.acts:
        if act["by"] not in city.people or act.get("proposal", next(iter(keys))) not in keys:
            raise CityError(f"act {act['do']} on day {act['day']}: nobody or no proposal")


def _check_proposal(city: City, spec: ProposalSpec) -> None:
    """Check the people and the comments that a proposal names."""
    for key in (spec.entry["author"], *(line.author for line in spec.thread)):
        if key not in city.people:
            raise CityError(f"{spec.where}: nobody has the key {key!r}")
    for revision in spec.entry.get("revised", []):
        for credit in revision.get("credits", []):
            comment_position(spec, credit)
    for entry in spec.entry.get("hidden", []):
        comment_position(spec, entry["comment"])


def comment_position(spec: ProposalSpec, name: str) -> int:
    """Return the position in the thread of the comment that "author@day" names."""
    author, _, day = name.partition("@")
    for position, line in enumerate(spec.thread):
        if line.author == author and day and line.day == float(day):
            return position
    raise CityError(f"{spec.where}: no comment {name!r}")
