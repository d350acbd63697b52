"""The only door to a change: an act, its one row in the interaction log, and what its rules add."""

import hashlib
import hmac
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeVar

from flask import g, has_app_context
from sqlalchemy import insert, inspect, select, text
from sqlalchemy.orm import Session

from deliberate.clock import now
from deliberate.database import new_id, writing
from deliberate.models import Interaction, Person
from deliberate.vocabulary import AccountClass, Kind, Origin, Role

T = TypeVar("T")
_KEEP = insert(Interaction.__table__)  # type: ignore[arg-type]
_OWN = text("SELECT pg_advisory_xact_lock(:acting, :person)")
_ACTING = 7
"""The kind of lock, of our choice; sealing has one of another form."""
_CODE = re.compile(r"[A-Za-z0-9_.:+-]{0,80}")


class Subject(Protocol):
    """A thing an act can be about: a row with an id and the name of its type."""

    @property
    def subject_type(self) -> Any:
        """The name of its type."""

    @property
    def id(self) -> Any:
        """Its number."""


class Actor(Protocol):
    """Who acts: a person, or what an import knows of one."""

    @property
    def actor_id(self) -> Any:
        """The pseudonym in the log."""

    @property
    def role(self) -> Any:
        """What the account may do at that moment."""

    @property
    def account_class(self) -> Any:
        """Who stands behind it at that moment."""

    @property
    def institution_id(self) -> Any:
        """For whom staff act."""


class ActWithoutSubject(RuntimeError):
    """An act ended without saying what it was about."""


class RepeatedForm(Exception):
    """The same form with the same content came again: `first` is the row the first one left."""

    def __init__(self, first: Interaction) -> None:
        super().__init__(f"form already recorded as {first.id}")
        self.subject_type = first.subject_type
        self.subject_id = first.subject_id
        self.proposal_id = first.proposal_id


class ChangedForm(Exception):
    """A form's one-time key came again with other content: it is shown back with a new key."""


@dataclass
class Submission:
    """What the form of a signed-in person carries besides its fields; `written` is its content.

    Stored as hashes keyed by the form key, which only the browser knows: whoever reads the
    database learns nothing of the content, not even by trying.
    """

    form_key: str
    written: str

    @property
    def key_hash(self) -> str:
        """What stands in the log: SHA-256 of the key."""
        return hashlib.sha256(self.form_key.encode()).hexdigest()

    @property
    def digest(self) -> str:
        """HMAC of the content under the key."""
        return hmac.new(self.form_key.encode(), self.written.encode(), hashlib.sha256).hexdigest()


@dataclass
class Act:
    """An act in the making; the operation says what it is about, the database keeps it or not."""

    session: Session
    actor: Person | None
    kind: Kind
    origin: Origin
    moment: datetime
    institution_id: int | None = None
    columns: dict[str, Any] = field(default_factory=dict)
    consequences: list[dict[str, Any]] = field(default_factory=list)
    id: str = field(default_factory=new_id)

    def locked(self, thing: T) -> T:
        """Read the thing again under the row lock (SQLite's write lock serves the same)."""
        if "together" in self.session.info and not inspect(thing).expired:
            return thing
        self.session.refresh(thing, with_for_update={"of": type(thing)})
        return thing

    def about(
        self,
        subject: Subject,
        *,
        parent_id: int | None = None,
        stance: int | None = None,
        written: str | None = None,
        salt: bytes | None = None,
        **details: Any,
    ) -> None:
        """Say what the act is about, what it answers, and the codes its kind holds.

        `written` enters the row only as HMAC under the object's own `salt`.
        """
        self.session.flush()
        self.columns = {
            **place_columns(subject),
            "parent_id": parent_id,
            "stance": stance,
            "content": content_mark(written, salt),
            "details": checked_details(self.kind, details),
        }

    def consequence(self, kind: Kind, subject: Subject, **details: Any) -> None:
        """A rule that fires inside the act leaves its own row: actor the system, cause this act."""
        self.session.flush()
        self.consequences.append(
            {
                "id": new_id(),
                "kind": kind.value,
                **actor_columns(None),
                **place_columns(subject),
                "details": checked_details(kind, details),
            }
        )

    def rows(self) -> list[Interaction]:
        """The act's row and those of its consequences."""
        if not self.columns:
            raise ActWithoutSubject(self.kind.value)
        act = {"id": self.id, "kind": self.kind.value, **actor_columns(self.actor), **self.columns}
        if self.institution_id is not None:
            act["institution_id"] = self.institution_id
        common = {"occurred_at": self.moment, "origin": self.origin.value}
        return [
            Interaction(**common, **act),
            *(Interaction(**common, cause=self.id, **row) for row in self.consequences),
        ]


@contextmanager
def recorded(actor: Person | None, kind: Kind, *, origin: Origin | None = None) -> Iterator[Act]:
    """One act in one transaction with one row; nothing is kept if anything fails.

    `actor` None is the system. Once kept, the row's id is `g.entry`, for the receipt. Raises
    RepeatedForm or ChangedForm for a one-time key that was used, NestedAct inside another act,
    ActWithoutSubject if the body never says what it is about.
    """
    with writing(kind.value) as session:
        submission: Submission | None = g.get("submission") if has_app_context() else None
        act = Act(session, actor, kind, origin or _door(), now())
        if submission and actor:
            _wait_for_own(session, actor)
            _refuse_repeat(session, actor, submission)
        yield act
        rows = act.rows()
        if submission and actor:
            rows[0].form_key = submission.key_hash
            rows[0].form_digest = submission.digest
        session.flush()
        session.connection().execute(_KEEP, [row.as_columns() for row in rows])
    if has_app_context():
        g.entry = act.id


def _door() -> Origin:
    return g.get("origin", Origin.WEB) if has_app_context() else Origin.WEB


def _wait_for_own(session: Session, actor: Person) -> None:
    """Let one person's acts follow each other (SQLite's write lock does so already).

    So a form sent twice at once finds the row of the first, and what exists once a person
    (a follow, a rating) is looked for after the first is kept.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_OWN, {"acting": _ACTING, "person": actor.id})


def _refuse_repeat(session: Session, actor: Person, submission: Submission) -> None:
    first = session.scalar(
        select(Interaction).where(
            Interaction.actor_id == actor.actor_id, Interaction.form_key == submission.key_hash
        )
    )
    if first is None:
        return
    if first.form_digest == submission.digest:
        raise RepeatedForm(first)
    raise ChangedForm


def actor_columns(actor: Actor | None) -> dict[str, Any]:
    """Who acted, as what at that moment, as columns of the log; None is the system."""
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


def place_columns(subject: Subject) -> dict[str, Any]:
    """What the act is about and where, as columns of the log."""
    return {
        "subject_type": subject.subject_type,
        "subject_id": subject.id,
        "process_id": getattr(subject, "process_id", None),
        "proposal_id": getattr(subject, "proposal_id", None),
    }


def content_mark(written: str | None, salt: bytes | None) -> str | None:
    """The HMAC that stands in the log for what was written."""
    if written is None or salt is None:
        return None
    return hmac.new(salt, written.encode(), hashlib.sha256).hexdigest()


def checked_details(kind: Kind, details: Mapping[str, Any]) -> dict[str, Any]:
    """The details of a row: the fields its kind has, each a number, a short code or a list of ids.

    Raises ValueError for anything else: no text, name, address or choice ever enters the log.
    """
    for name, value in details.items():
        if name not in kind.details:
            raise ValueError(f"{kind.value} has no detail {name}")
        items = value if isinstance(value, list) else [value]
        if not all(_may_stand(item) for item in items):
            raise ValueError(f"{kind.value}: {name} is neither number nor short code")
    return {name: value for name, value in details.items() if value is not None}


def _may_stand(value: Any) -> bool:
    if value is None or isinstance(value, int):
        return True
    return isinstance(value, str) and _CODE.fullmatch(value) is not None
