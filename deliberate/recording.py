"""Recording of acts: one operation, one transaction, one row in the interaction log."""

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

Row = TypeVar("Row")
Columns = dict[str, Any]  # columns of the log have values of many types
_INSERT_ROWS = insert(Interaction.__table__)  # type: ignore[arg-type]
_LOCK_ACTOR = text("SELECT pg_advisory_xact_lock(:lock, :person)")
_ACTOR_LOCK = 7
"""First key of the advisory locks on actors; sealing uses the one-key form."""
_SHORT_CODE = re.compile(r"[A-Za-z0-9_.:+-]{0,80}")


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


class ActWithoutSubject(RuntimeError):
    """An operation ended without a call of Act.about()."""


class RepeatedForm(Exception):
    """The same form with the same content was recorded before; the attributes name its subject."""

    def __init__(self, first: Interaction) -> None:
        super().__init__(f"form already recorded as {first.id}")
        self.subject_type = first.subject_type
        self.subject_id = first.subject_id
        self.proposal_id = first.proposal_id


class ChangedForm(Exception):
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


@dataclass
class Act:
    """An act being recorded; the operation describes it with about() and consequence()."""

    session: Session
    actor: Person | None
    kind: Kind
    origin: Origin
    occurred_at: datetime
    institution_id: int | None = None
    columns: Columns = field(default_factory=dict)
    consequences: list[Columns] = field(default_factory=list)
    id: str = field(default_factory=new_id)

    def lock(self, row: Row) -> Row:
        """Read a row again under a row lock and return it (SQLite has one lock for all writers)."""
        if "batch" in self.session.info and not inspect(row).expired:
            return row
        self.session.refresh(row, with_for_update={"of": type(row)})
        return row

    def about(
        self,
        subject: Subject,
        *,
        parent_id: int | None = None,
        stance: int | None = None,
        content: str | None = None,
        salt: bytes | None = None,
        **details: object,
    ) -> None:
        """Set the subject of the act, the comment it replies to, and the details of its kind.

        `content` is logged only as an HMAC under the `salt` of the subject.
        """
        self.session.flush()
        self.columns = {
            **subject_columns(subject),
            "parent_id": parent_id,
            "stance": stance,
            "content": content_hmac(content, salt),
            "details": validate_details(self.kind, details),
        }

    def consequence(self, kind: Kind, subject: Subject, **details: object) -> None:
        """Add the row of a rule that fires inside the act: actor the system, cause this act."""
        self.session.flush()
        self.consequences.append(
            {
                "id": new_id(),
                "kind": kind.value,
                **actor_columns(None),
                **subject_columns(subject),
                "details": validate_details(kind, details),
            }
        )

    def rows(self) -> list[Interaction]:
        """Return the row of the act and those of its consequences."""
        if not self.columns:
            raise ActWithoutSubject(self.kind.value)
        act = {"id": self.id, "kind": self.kind.value, **actor_columns(self.actor), **self.columns}
        if self.institution_id is not None:
            act["institution_id"] = self.institution_id
        common = {"occurred_at": self.occurred_at, "origin": self.origin.value}
        return [
            Interaction(**common, **act),
            *(Interaction(**common, cause=self.id, **row) for row in self.consequences),
        ]


@contextmanager
def recorded(actor: Person | None, kind: Kind, *, origin: Origin | None = None) -> Iterator[Act]:
    """Run the body as one act: one transaction, one row; nothing is stored if anything fails.

    `actor` None is the system. After the commit `g.interaction_id` is the id of the row, for the
    receipt. Raises RepeatedForm or ChangedForm for a used form key, NestedAct inside another act,
    and ActWithoutSubject if the body does not call about().
    """
    with writing(kind.value) as session:
        submission: Submission | None = g.get("submission") if has_app_context() else None
        act = Act(session, actor, kind, origin or _current_origin(), now())
        if submission and actor:
            _lock_actor(session, actor)
            _reject_used_form_key(session, actor, submission)
        yield act
        rows = act.rows()
        if submission and actor:
            rows[0].form_key = submission.key_hash
            rows[0].form_digest = submission.digest
        session.flush()
        session.connection().execute(_INSERT_ROWS, [row.as_columns() for row in rows])
    if has_app_context():
        g.interaction_id = act.id


def _current_origin() -> Origin:
    return g.get("origin", Origin.WEB) if has_app_context() else Origin.WEB


def _lock_actor(session: Session, actor: Person) -> None:
    """Serialise the acts of one person (SQLite has one lock for all writers).

    The second of two identical forms then finds the row of the first, and what exists once a
    person (a follow, a rating) is queried after the first is committed.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_LOCK_ACTOR, {"lock": _ACTOR_LOCK, "person": actor.id})


def _reject_used_form_key(session: Session, actor: Person, submission: Submission) -> None:
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


def content_hmac(content: str | None, salt: bytes | None) -> str | None:
    """Return the HMAC that the log stores for a content, or None without content or salt."""
    if content is None or salt is None:
        return None
    return hmac.new(salt, content.encode(), hashlib.sha256).hexdigest()


def validate_details(kind: Kind, details: Mapping[str, object]) -> dict[str, object]:
    """Return the details of a row without those that are None.

    Raises ValueError for a field that the kind does not have and for a value that is no number,
    short code or list of these: texts, names, addresses and choices never enter the log.
    """
    for name, value in details.items():
        if name not in kind.details:
            raise ValueError(f"{kind.value} has no detail {name}")
        items = value if isinstance(value, list) else [value]
        if not all(_is_loggable(item) for item in items):
            raise ValueError(f"{kind.value}: {name} is neither number nor short code")
    return {name: value for name, value in details.items() if value is not None}


def _is_loggable(value: object) -> bool:
    if value is None or isinstance(value, int):
        return True
    return isinstance(value, str) and _SHORT_CODE.fullmatch(value) is not None
