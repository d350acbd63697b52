"""Leaving for good: key, name, address and text go at once; the log stays whole and nameless."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _
from sqlalchemy import delete, func, select, update

from deliberate.clock import now
from deliberate.config import Settings
from deliberate.database import db, transient
from deliberate.models import (
    AddressChange,
    Appeal,
    Comment,
    Delivery,
    Device,
    Draft,
    Follow,
    Judgement,
    LinkedIdentity,
    MutedNotice,
    Notice,
    Option,
    Person,
    PersonKey,
    Proposal,
    ProposalVersion,
    ReadingPosition,
    RecoveryCode,
    ReleaseRequest,
    Report,
    Sanction,
    SecondFactor,
    Summary,
)
from deliberate.operations.accounts.sign_in import prove
from deliberate.operations.moderation.open_items import close_all_open_items
from deliberate.operations.proposals.attachments import take_files_of, throw_away
from deliberate.operations.threads.comments import count_stance
from deliberate.permissions.decision import Refused, is_signed_in, require
from deliberate.recording import Act, recorded
from deliberate.vocabulary import Kind, Role

ERASURES = "erasures.jsonl"


@dataclass(frozen=True)
class Erasure:
    """That an account was erased: its number and when, nothing else of the person."""

    person: int
    at: datetime


def keep_erasures(settings: Settings) -> int:
    """Write who was erased beside the log, for whoever restores a backup; gives how many.

    The list lies outside the database, so that it outlives it; a backup older than an erasure
    would otherwise bring the person back.
    """
    erased = select(Person.id, Person.erased_at).where(Person.erased_at.is_not(None))
    rows = db.session.execute(erased.order_by(Person.erased_at, Person.id)).all()
    lines = [json.dumps({"person": row.id, "at": row.erased_at.isoformat()}) for row in rows]
    text = "".join(f"{line}\n" for line in lines)
    place = settings.log_path / ERASURES
    if not place.exists() or place.read_text(encoding="utf-8") != text:
        place.parent.mkdir(parents=True, exist_ok=True)
        passing = place.with_suffix(".new")
        passing.write_text(text, encoding="utf-8")
        passing.chmod(0o600)
        passing.replace(place)
    return len(rows)


def erase_account(person: Person, passphrase: str, *, network: str = "") -> None:
    """Erase one's account at once; tombstones stand where texts were, replies by others stay.

    Raises WrongWords and TooManyTries for a wrong passphrase, Refused for the last administrator.
    """
    prove(person.sign_in_name or "", passphrase, network, [person.device_mark])
    with recorded(person, Kind.PERSON_ERASED) as act:
        require(is_signed_in(act.locked(person)))
        _refuse_last_administrator(act, person)
        act.about(person)
        files = _erase_everything(act, person)
    throw_away(files)
    _forget_devices(person)


def erase_again(erasures: Iterable[Erasure]) -> int:
    """Erase whoever was erased after a backup that was brought back; gives how many were.

    Numbers are given out once more after a restore, so an erasure older than the account is not
    this account's.
    """
    again = 0
    for erasure in erasures:
        person = db.session.get(Person, erasure.person)
        if person is None or person.is_erased or person.joined_at > erasure.at:
            continue
        _erase_by_list(person)
        again += 1
    return again


def _erase_by_list(person: Person) -> None:
    with recorded(None, Kind.PERSON_ERASED) as act:
        act.about(act.locked(person))
        files = _erase_everything(act, person)
    throw_away(files)
    _forget_devices(person)


def _erase_everything(act: Act, person: Person) -> list[str]:
    """Everything in the database; gives the files to throw away once that is kept."""
    files = _erase_proposals(act, person) + _files_of_drafts(act, person)
    _erase_comments(act, person)
    _erase_words(act, person)
    _erase_messages(act, person)
    _erase_person(act, person)
    return files


def _files_of_drafts(act: Act, person: Person) -> list[str]:
    """The drafts themselves go with the other words."""
    drafts = act.session.scalars(select(Draft).where(Draft.person_id == person.id))
    return [one["name"] for draft in drafts for one in draft.files]


def _forget_devices(person: Person) -> None:
    with transient() as store:
        store.execute(delete(Device).where(Device.person_id == person.id))
        store.execute(delete(ReadingPosition).where(ReadingPosition.person_id == person.id))
        store.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person.id))
        store.execute(delete(AddressChange).where(AddressChange.person_id == person.id))


def _refuse_last_administrator(act: Act, person: Person) -> None:
    if person.role != Role.ADMIN:
        return
    others = select(func.count(Person.id)).where(
        Person.role == Role.ADMIN, Person.erased_at.is_(None), Person.id != person.id
    )
    if not act.session.scalar(others):
        raise Refused(_("You are the only administrator: name another one first."))


def _erase_proposals(act: Act, person: Person) -> list[str]:
    """A proposal nobody has answered is withdrawn with its text: nothing is owed on a blank."""
    own = select(Proposal).where(Proposal.author_id == person.id).with_for_update(of=Proposal)
    files: list[str] = []
    for proposal in act.session.scalars(own).all():
        if proposal.withdrawn_at is None and proposal.answered_at is None:
            proposal.withdrawn_at = now()
            act.consequence(Kind.PROPOSAL_WITHDRAWN, proposal, reason_given=0)
        proposal.title, proposal.slug, proposal.withdrawn_reason = f"#{proposal.id}", "", ""
        proposal.body, proposal.body_html, proposal.salt = "", "", None
        proposal.area = ""
        act.session.execute(
            update(ProposalVersion)
            .where(ProposalVersion.proposal_id == proposal.id)
            .values(title=proposal.title, body="", note="")
        )
        act.session.execute(
            update(Summary)
            .where(Summary.proposal_id == proposal.id)
            .values(asked="", best_for="", best_against="")
        )
        files += take_files_of(act, proposal)
    return files


def _erase_comments(act: Act, person: Person) -> None:
    for comment in act.session.scalars(select(Comment).where(Comment.author_id == person.id)).all():
        is_counted = comment.withdrawn_at is None and (
            comment.hidden_since is None or comment.held_until is not None
        )
        if is_counted and comment.depth == 0 and comment.author_role == Role.RESIDENT:
            count_stance(comment.proposal, comment.stance, -1)
        comment.withdrawn_at = comment.withdrawn_at or now()
        comment.body, comment.body_html, comment.source_note = "", "", ""
        comment.salt, comment.corrections = None, []


def _erase_words(act: Act, person: Person) -> None:
    """Small texts elsewhere; a statement others voted on stays, without its author."""
    number = person.id
    close_all_open_items(act, "comment", select(Comment.id).where(Comment.author_id == number))
    close_all_open_items(act, "proposal", select(Proposal.id).where(Proposal.author_id == number))
    for change in (
        update(Report).where(Report.person_id == number).values(note="", network=""),
        update(Appeal).where(Appeal.person_id == number).values(words=""),
        update(Judgement).where(Judgement.person_id == number).values(reason=""),
        update(Option).where(Option.author_id == number).values(author_id=None),
        update(ReleaseRequest)
        .where(ReleaseRequest.person_id == number)
        .values(purpose="", ethics="", secret=None),
        delete(Draft).where(Draft.person_id == number),
        delete(Follow).where(Follow.person_id == number),
        update(Sanction).where(Sanction.person_id == number).values(appeal="", note=""),
        delete(LinkedIdentity).where(LinkedIdentity.person_id == number),
        delete(SecondFactor).where(SecondFactor.person_id == number),
    ):
        act.session.execute(change)


def _erase_messages(act: Act, person: Person) -> None:
    own = select(Notice.id).where(Notice.person_id == person.id)
    for change in (
        delete(Delivery).where((Delivery.person_id == person.id) | Delivery.notice_id.in_(own)),
        delete(Notice).where(Notice.person_id == person.id),
        delete(MutedNotice).where(MutedNotice.person_id == person.id),
    ):
        act.session.execute(change, execution_options={"synchronize_session": False})


def _erase_person(act: Act, person: Person) -> None:
    """The row stays as a number without a name; the key goes last, for the act's row bears it."""
    person.sign_in_name = person.passphrase_hash = person.email = person.source = None
    person.email_confirmed_at = person.verified_at = None
    person.display_name = person.area = ""
    person.research_consent = person.area_is_verified = False
    person.erased_at = now()
    act.session.flush()
    act.session.execute(
        delete(PersonKey).where(PersonKey.person_id == person.id),
        execution_options={"synchronize_session": False},
    )
