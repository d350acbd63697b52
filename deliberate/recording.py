"""Recording of acts: one operation, one transaction, one row in the interaction log."""

import hashlib
import hmac
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Generic, ParamSpec, Protocol, TypeVar, cast

from sqlalchemy import insert, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from deliberate.clock import is_overridden, now
from deliberate.database import ClockBehind, name_changed_thread, new_id, writing
from deliberate.models import FormKey, Interaction, Person
from deliberate.models.log.interaction import content_hmac
from deliberate.vocabulary import AccountClass, Origin, Role
from deliberate.vocabulary.events import Event
from deliberate.vocabulary.events.proposals import SupportGiven
from deliberate.vocabulary.events.threads import CommentPosted, CommentRated

Row = TypeVar("Row")
P = ParamSpec("P")
Q = ParamSpec("Q")
Columns = dict[str, Any]  # columns of the log have values of many types
_INSERT_ROWS = insert(Interaction.__table__)  # type: ignore[arg-type]  # typed FromClause
_LOCK_ACTOR = text("SELECT pg_advisory_xact_lock(:lock, :person)")
BACKDATED = "dated before the previous tree head"
"""Part of the message with which the trigger of the log refuses a row."""
THREAD_KINDS = frozenset({CommentPosted.KIND, CommentRated.KIND, SupportGiven.KIND})
"""Kinds of acts that change the pages of their proposal and of many, not those of another one."""
_ACTOR_LOCK = 7
"""First key of the advisory locks on actors; sealing uses the one-key form."""


class Subject(Protocol):
    """A row that an act can be about, identified by its type and id."""

    # Any: mapped attributes do not match the type of a plain attribute
    @property
    def subject_type(self) -> Any:
        """Return the name of the type."""

    @property
    def id(self) -> Any:
        """Return the id."""


class Actor(Protocol):
    """A person who acts, or the attributes of one that an import provides."""

    # Any: mapped attributes do not match the type of a plain attribute
    @property
    def actor_id(self) -> Any:
        """Return the pseudonym in the log."""

    @property
    def role(self) -> Any:
        """Return the role at the time of the act."""

    @property
    def account_class(self) -> Any:
        """Return the account class at the time of the act."""

    @property
    def institution_id(self) -> Any:
        """Return the institution that staff act for."""


class Salted(Protocol):
    """A row with a text and the salt of its HMAC."""

    # Any: mapped attributes do not match the type of a plain attribute
    @property
    def salt(self) -> Any:
        """Return the salt, None once the text is erased."""


class ActWithoutSubject(RuntimeError):
    """An operation ended without a call of Act.about()."""


class ActWithoutText(RuntimeError):
    """An act of a kind with text ended without the mark of the text, or its salt was missing."""


class UsedForm(Exception):
    """A form was stored before; the attributes name its act and the subject, empty if it was none.

    They are read from `first`, the act, None for what is not recorded.
    """

    def __init__(self, first: Interaction | None) -> None:
        self.entry = first.id if first else ""
        super().__init__(f"form already recorded as {self.entry or 'no act'}")
        self.subject_type = first.subject_type if first else ""
        self.subject_id = first.subject_id if first else 0
        self.proposal_id = first.proposal_id if first else None


class RepeatedForm(UsedForm):
    """The same form with the same content was recorded before."""


class ChangedForm(UsedForm):
    """A used form key was submitted with other content; the form is shown with a new key."""


@dataclass
class Submission:
    """The form key and the content of a form submitted by a signed-in person.

    The log stores hashes keyed by the form key, which only the browser has: the content cannot
    be guessed from the database.
    """

    form_key: str
    content: str

    @property
    def key_hash(self) -> str:
        """Return the SHA-256 of the form key."""
        return hashlib.sha256(self.form_key.encode()).hexdigest()

    @property
    def digest(self) -> str:
        """Return the HMAC of the content under the form key."""
        return hmac.new(self.form_key.encode(), self.content.encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True)
class RequestContext:
    """The request that an operation serves; the actor is its first argument."""

    language: str
    network: str
    """Address of the client, empty if unknown."""
    origin: Origin = Origin.WEB
    submission: Submission | None = None
    clerk: Person | None = None
    """The officer who enters the act of a person at an office."""
    recorded_ids: list[str] = field(default_factory=list)
    """Ids of the acts recorded for the request, for receipts."""

    def at_office(self, clerk: Person) -> "RequestContext":
        """Return the context of an act that a clerk enters for a person."""
        return replace(self, origin=Origin.DESK, clerk=clerk)

    @property
    def office_id(self) -> int | None:
        """Return the id of the institution at whose office the act is entered."""
        return self.clerk.institution_id if self.clerk else None

    def without_submission(self) -> "RequestContext":
        """Return the context for one of several acts of a form; a form key is used once."""
        return self if self.submission is None else replace(self, submission=None)


NO_REQUEST = RequestContext(language="id", network="")
"""The context of acts of commands, jobs and imports."""


@dataclass
class Act(Generic[P]):
    """An act being recorded; the operation describes it with about() and consequence()."""

    session: Session
    actor: Person | None
    event_type: Callable[P, Event]
    """The type of the kind of act; about() creates its event."""
    origin: Origin
    occurred_at: datetime
    institution_id: int | None = None
    columns: Columns = field(default_factory=dict)
    text: Columns = field(default_factory=dict)
    consequences: list[Columns] = field(default_factory=list)
    id: str = field(default_factory=new_id)

    def lock(self, row: Row) -> Row:
        """Read a row again under a row lock and return it (SQLite has one lock for all writers)."""
        if "batch" in self.session.info and not inspect(row).expired:
            return row
        self.session.refresh(row, with_for_update={"of": type(row)})
        return row

    def about(self, subject: Subject, /, *args: P.args, **details: P.kwargs) -> None:
        """Set the subject of the act and the details of its kind."""
        self.describe(subject, self.event_type(*args, **details))

    def describe(self, subject: Subject, event: Event) -> None:
        """Set the subject of the act and its event, which is of the act's kind."""
        if kind_of(self.event_type) != event.KIND:
            raise TypeError(f"{event.KIND} in an act of kind {kind_of(self.event_type)}")
        self.session.flush()
        self.columns = {**subject_columns(subject), "details": event.details()}

    def set_text(
        self,
        content: Callable[[], str],
        subject: Salted,
        *,
        parent_id: int | None = None,
        stance: int | None = None,
    ) -> None:
        """Set the text of the act, the comment it replies to, and its stance.

        The text is logged only as an HMAC under the salt of its subject, with which it is erased.
        It is read once the subject is stored: before that, columns lack their defaults. Raises
        ActWithoutText without a salt: the text would not be bound to the log.
        """
        self.session.flush()  # creates the salt of a new subject
        if subject.salt is None:
            raise ActWithoutText(f"{kind_of(self.event_type)}: the text has no salt")
        self.text = {
            "content": content_hmac(content(), subject.salt),
            "parent_id": parent_id,
            "stance": stance,
        }

    def consequence(
        self,
        event_type: Callable[Q, Event],
        subject: Subject,
        /,
        *args: Q.args,
        **details: Q.kwargs,
    ) -> None:
        """Add the row of a rule that fires inside the act: actor the system, cause this act."""
        self.add_consequence(subject, event_type(*args, **details))

    def add_consequence(self, subject: Subject, event: Event) -> None:
        """Add the row of a rule that fires inside the act, with its event."""
        self.session.flush()
        self.consequences.append(
            {
                "id": new_id(),
                "kind": event.KIND,
                **actor_columns(None),
                **subject_columns(subject),
                "details": event.details(),
            }
        )

    def joined_by(self, other: Actor) -> None:
        """Add the row of a second person who did the act described by about() with the actor."""
        self.consequences.append(
            {"id": new_id(), "kind": kind_of(self.event_type), **actor_columns(other)}
            | self.columns
        )

    def rows(self) -> list[Interaction]:
        """Return the row of the act and those of its consequences."""
        if not self.columns:
            raise ActWithoutSubject(kind_of(self.event_type))
        if cast(type[Event], self.event_type).HAS_TEXT and not self.text:
            raise ActWithoutText(kind_of(self.event_type))
        act = {
            "id": self.id,
            "kind": kind_of(self.event_type),
            **actor_columns(self.actor),
            **self.columns,
            **self.text,
        }
        if self.institution_id is not None:
            act["institution_id"] = self.institution_id
        common = {"occurred_at": self.occurred_at, "origin": self.origin.value}
        return [
            Interaction(**common, **act),
            *(Interaction(**common, cause=self.id, **row) for row in self.consequences),
        ]


@contextmanager
def recorded(
    actor: Person | None,
    event_type: Callable[P, Event],
    context: RequestContext = NO_REQUEST,
    *,
    origin: Origin | None = None,
) -> Iterator[Act[P]]:
    """Run the body as one act: one transaction, one row; nothing is stored if anything fails.

    `actor` None is the system. After the commit the context has the id of the row. Raises
    RepeatedForm or ChangedForm for a used form key, NestedAct inside another act, and
    ActWithoutSubject if the body does not call about(). Under an overridden clock the origin is
    `seed`, whatever the caller names: a chosen time never looks like one that was measured.
    """
    with writing(kind_of(event_type)) as session:
        submission = context.submission
        channel = Origin.SEED if is_overridden() else origin or context.origin
        act = Act(session, actor, event_type, channel, now())
        if submission and actor:
            _lock_actor(session, actor)
            _reject_used_form_key(session, actor, submission)
        yield act
        rows = act.rows()
        if submission and actor:
            session.add(_used_form_key(actor, submission, act.id, act.occurred_at))
        session.flush()
        _insert(session, rows)
        _name_thread(session, rows)
    if context is not NO_REQUEST:
        context.recorded_ids.append(act.id)


@contextmanager
def unrecorded_once(reason: str, actor: Person, context: RequestContext) -> Iterator[Session]:
    """Write what is no act, as unrecorded() does, but once for each form key.

    Raises RepeatedForm or ChangedForm for a used form key.
    """
    with writing(reason) as session:
        if submission := context.submission:
            _lock_actor(session, actor)
            _reject_used_form_key(session, actor, submission)
            session.add(_used_form_key(actor, submission, "", now()))
        yield session


def _insert(session: Session, rows: Sequence[Interaction]) -> None:
    """Insert log rows; raise ClockBehind where the database refuses their time."""
    try:
        session.connection().execute(_INSERT_ROWS, [row.as_columns() for row in rows])
    except DBAPIError as error:
        if BACKDATED in str(error.orig):
            raise ClockBehind(str(error.orig)) from error
        raise


def _name_thread(session: Session, rows: Sequence[Interaction]) -> None:
    """Name the thread that an act alone changed; an act with consequences changes other pages."""
    act = rows[0]
    if (
        len(rows) == 1
        and act.kind in THREAD_KINDS
        and act.proposal_id
        and "batch" not in session.info
    ):
        name_changed_thread(session, act.proposal_id)


def kind_of(event_type: Callable[P, Event]) -> str:
    """Return the name of the kind of an event type, which callers pass for its parameters."""
    return cast(type[Event], event_type).KIND


def _lock_actor(session: Session, actor: Person) -> None:
    """Serialise the acts of one person (SQLite has one lock for all writers).

    The second of two identical forms then finds the row of the first, and what exists once a
    person (a follow, a rating) is queried after the first is committed.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_LOCK_ACTOR, {"lock": _ACTOR_LOCK, "person": actor.id})


def _reject_used_form_key(session: Session, actor: Person, submission: Submission) -> None:
    used = session.get(FormKey, (actor.actor_id, submission.key_hash))
    if used is None:
        return
    first = session.get_one(Interaction, used.entry) if used.entry else None
    raise RepeatedForm(first) if used.digest == submission.digest else ChangedForm(first)


def _used_form_key(actor: Person, submission: Submission, entry: str, used_at: datetime) -> FormKey:
    """Return a used form key, which is stored some weeks beside the log; `entry` of no act: ""."""
    return FormKey(
        actor_id=actor.actor_id,
        key=submission.key_hash,
        digest=submission.digest,
        entry=entry,
        used_at=used_at,
    )


def actor_columns(actor: Actor | None) -> Columns:
    """Return the log columns of an actor as of now; None is the system."""
    if actor is None:
        return {
            "actor_id": None,
            "actor_role": Role.SYSTEM.value,
            "account_class": AccountClass.SYSTEM.value,
        }
    return {
        "actor_id": actor.actor_id,
        "actor_role": Role(actor.role).value,
        "account_class": AccountClass(actor.account_class).value,
        "institution_id": actor.institution_id,
    }


def subject_columns(subject: Subject) -> Columns:
    """Return the log columns of a subject, its process and its proposal."""
    return {
        "subject_type": subject.subject_type,
        "subject_id": subject.id,
        "process_id": getattr(subject, "process_id", None),
        "proposal_id": getattr(subject, "proposal_id", None),
    }
