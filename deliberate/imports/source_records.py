"""Records read from the files: authors, proposals, comments and responses with their times."""

from dataclasses import dataclass, field
from datetime import date, datetime

from deliberate.vocabulary import AccountClass, Initiator, ResponseDecision, Role


@dataclass(frozen=True, slots=True)
class Author:
    """The author of an act, with role and class at the time."""

    source_id: str
    role: Role = Role.RESIDENT
    account_class: AccountClass = AccountClass.PERSON
    name: str = ""


@dataclass(frozen=True, slots=True)
class SourceInstitution:
    """An institution that the source names."""

    acronym: str
    name: str


@dataclass(frozen=True, slots=True)
class StoredComment:
    """A comment that an earlier run or batch stored."""

    id: int
    proposal: str
    root_id: int | None
    depth: int


@dataclass(slots=True)
class SourceAct:
    """An act; `sort_key` orders it by time, but never before the act it replies to."""

    at: datetime
    proposal: str
    author: Author | None
    sort_key: tuple[datetime, int, int] = field(init=False)

    rank = 0

    def set_sort_key(self, earlier: datetime, depth: int = 0) -> None:
        """Set the sort key after what it replies to, which may have a later time."""
        self.sort_key = (max(self.at, earlier), self.rank, depth)


@dataclass(slots=True)
class SourceProposal(SourceAct):
    """A published proposal."""

    title: str
    body: str
    markup: str
    initiator: Initiator
    decision: ResponseDecision | None
    supports: int
    topic: str
    area: str
    url: str
    institutions: tuple[SourceInstitution, ...]


@dataclass(slots=True)
class SourceQualification(SourceAct):
    """The moment at which a proposal reached the support threshold."""

    supports: int

    rank = 1


@dataclass(slots=True)
class SourceComment(SourceAct):
    """A comment; `parent` is the source id of its parent, even if that is missing."""

    source_id: str
    parent: str
    body: str
    markup: str
    stance: int | None
    at_again: datetime | None = None
    """The second moment of a local time that the clocks repeat."""
    depth: int = 0
    is_orphan: bool = False
    is_blank: bool = False
    """Nothing to read: it keeps its place and counts nowhere."""

    rank = 2


@dataclass(slots=True)
class SourceWithdrawal(SourceAct):
    """The withdrawal of a proposal by its author."""

    rank = 3


@dataclass(slots=True)
class SourceResponse(SourceAct):
    """An official response; `dated` is its own date, `at` its publication."""

    dated: date
    headline: str
    body: str
    markup: str
    decision: ResponseDecision | None
    code: str
    grounds: tuple[str, ...]
    institutions: tuple[SourceInstitution, ...]
    repeats: int = 0
    """Earlier responses of the import with the same text."""

    rank = 4
