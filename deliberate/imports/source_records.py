"""What was found in the files: people, proposals, comments and answers, dated as they happened."""

from dataclasses import dataclass, field
from datetime import date, datetime

from deliberate.vocabulary import AccountClass, Initiator, ResponseDecision, Role


@dataclass(frozen=True, slots=True)
class Author:
    """Who acted, and as what in that act; the number is the source's own."""

    number: str
    role: Role = Role.RESIDENT
    account_class: AccountClass = AccountClass.PERSON
    name: str = ""


@dataclass(frozen=True, slots=True)
class Office:
    """An institution the source names."""

    acronym: str
    name: str


@dataclass(slots=True)
class FoundAct:
    """One act; `turn` sorts the acts: never before what it answers, else as it happened."""

    at: datetime
    proposal: str
    author: Author | None
    turn: tuple[datetime, int, int] = field(init=False)

    rank = 0

    def follow(self, earlier: datetime, depth: int = 0) -> None:
        """Take the turn after what it answers, whose moment may bear a later time."""
        self.turn = (max(self.at, earlier), self.rank, depth)


@dataclass(slots=True)
class FoundProposal(FoundAct):
    """A proposal as it was published."""

    title: str
    body: str
    markup: str
    initiator: Initiator
    decision: ResponseDecision | None
    supports: int
    topic: str
    area: str
    url: str
    offices: tuple[Office, ...]


@dataclass(slots=True)
class FoundQualification(FoundAct):
    """The moment a proposal had enough support."""

    supports: int

    rank = 1


@dataclass(slots=True)
class FoundComment(FoundAct):
    """A comment; `parent` is the number of the comment it answers, also where that is absent."""

    number: str
    parent: str
    body: str
    markup: str
    stance: int | None
    depth: int = 0
    is_orphan: bool = False

    rank = 2


@dataclass(slots=True)
class FoundWithdrawal(FoundAct):
    """The moment its author took a proposal back."""

    rank = 3


@dataclass(slots=True)
class FoundResponse(FoundAct):
    """An official response; `dated` is the date it bears, `at` when it was published."""

    dated: date
    headline: str
    body: str
    markup: str
    decision: ResponseDecision | None
    code: str
    grounds: tuple[str, ...]
    offices: tuple[Office, ...]

    rank = 4
