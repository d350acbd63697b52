"""Delete an account: erase its key, name, address and texts; its rows in the log stay."""

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
    Appeal,
    Comment,
    DataAccessRequest,
    Delivery,
    Device,
    Draft,
    EmailChange,
    Follow,
    Judgement,
    LinkedIdentity,
    MutedTopic,
    Notice,
    Option,
    Person,
    PersonKey,
    Proposal,
    ProposalVersion,
    ReadingPosition,
    RecoveryCode,
    Report,
    Sanction,
    SecondFactor,
    Summary,
)
from deliberate.operations.accounts.sign_in import verify_passphrase
from deliberate.operations.moderation.open_items import close_all_open_items
from deliberate.operations.proposals.attachments import mark_attachments_removed
from deliberate.operations.proposals.file_store import delete_files
from deliberate.operations.threads.comments import adjust_stance_count
from deliberate.permissions.decision import Refused, is_signed_in, require
from deliberate.recording import NO_REQUEST, Act, RequestContext, recorded
from deliberate.vocabulary import Role
from deliberate.vocabulary.events.accounts import PersonErased
from deliberate.vocabulary.events.proposals import ProposalWithdrawn

ERASURES_FILE = "erasures.jsonl"


@dataclass(frozen=True)
class Erasure:
    """An erased account: its id and the time, nothing else about the person."""

    person_id: int
    erased_at: datetime


def write_erasure_list(settings: Settings) -> int:
    """Write the list of erased accounts next to the log; return how many there are.

    `restore` reads it: a backup older than an erasure would otherwise restore the person. The
    list is outside the database, so that it survives the loss of the database.
    """
    erased = select(Person.id, Person.erased_at).where(Person.erased_at.is_not(None))
    rows = db.session.execute(erased.order_by(Person.erased_at, Person.id)).all()
    lines = [json.dumps({"person": row.id, "at": row.erased_at.isoformat()}) for row in rows]
    text = "".join(f"{line}\n" for line in lines)
    path = settings.log_path / ERASURES_FILE
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(".new")
        temporary.write_text(text, encoding="utf-8")
        temporary.chmod(0o600)
        temporary.replace(path)
    return len(rows)


def erase_account(person: Person, passphrase: str, *, context: RequestContext = NO_REQUEST) -> None:
    """Erase an account at once. Tombstones replace its texts; replies by others stay.

    Raises InvalidCredentials and TooManyAttempts for the passphrase, Refused for the last
    administrator.
    """
    verify_passphrase(
        person.sign_in_name or "", passphrase, context.network, [person.device_cookie]
    )
    with recorded(person, PersonErased, context) as act:
        require(is_signed_in(act.lock(person)))
        _refuse_last_administrator(act, person)
        act.about(person)
        files = _erase_everything(act, person)
    delete_files(files)
    _delete_transient_rows(person)


def reapply_erasures(erasures: Iterable[Erasure]) -> int:
    """Erase the accounts erased after a restored backup was made; return how many there were.

    Ids are reused after a restore, so an erasure older than the account is not this account's.
    """
    reapplied = 0
    for erasure in erasures:
        person = db.session.get(Person, erasure.person_id)
        if person is None or person.is_erased or person.joined_at > erasure.erased_at:
            continue
        _erase_from_list(person)
        reapplied += 1
    return reapplied


def _erase_from_list(person: Person) -> None:
    with recorded(None, PersonErased) as act:
        act.about(act.lock(person))
        files = _erase_everything(act, person)
    delete_files(files)
    _delete_transient_rows(person)


def _erase_everything(act: Act[...], person: Person) -> list[str]:
    """Erase the rows in the database; return the files to delete after the commit."""
    files = _erase_proposals(act, person) + _draft_files(act, person)
    _erase_comments(act, person)
    _erase_other_texts(act, person)
    _erase_messages(act, person)
    _erase_person(act, person)
    return files


def _draft_files(act: Act[...], person: Person) -> list[str]:
    drafts = act.session.scalars(select(Draft).where(Draft.person_id == person.id))
    return [file["name"] for draft in drafts for file in draft.files]


def _delete_transient_rows(person: Person) -> None:
    with transient() as store:
        store.execute(delete(Device).where(Device.person_id == person.id))
        store.execute(delete(ReadingPosition).where(ReadingPosition.person_id == person.id))
        store.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person.id))
        store.execute(delete(EmailChange).where(EmailChange.person_id == person.id))


def _refuse_last_administrator(act: Act[...], person: Person) -> None:
    if person.role != Role.ADMIN:
        return
    others = select(func.count(Person.id)).where(
        Person.role == Role.ADMIN, Person.erased_at.is_(None), Person.id != person.id
    )
    if not act.session.scalar(others):
        raise Refused(_("You are the only administrator: name another one first."))


def _erase_proposals(act: Act[...], person: Person) -> list[str]:
    """Erase the texts of proposals; withdraw those without an official response."""
    own = select(Proposal).where(Proposal.author_id == person.id).with_for_update(of=Proposal)
    files: list[str] = []
    for proposal in act.session.scalars(own).all():
        if proposal.withdrawn_at is None and proposal.answered_at is None:
            proposal.withdrawn_at = now()
            act.consequence(ProposalWithdrawn, proposal, reason_given=False)
        _erase_proposal_texts(act, proposal)
        files += mark_attachments_removed(act, proposal)
    return files


def _erase_proposal_texts(act: Act[...], proposal: Proposal) -> None:
    """Erase the texts of a proposal, of its versions and of its summaries."""
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
        .values(main_request="", best_for="", best_against="")
    )


def _erase_comments(act: Act[...], person: Person) -> None:
    for comment in act.session.scalars(select(Comment).where(Comment.author_id == person.id)).all():
        is_counted = comment.withdrawn_at is None and (
            comment.hidden_since is None or comment.held_until is not None
        )
        if is_counted and comment.depth == 0 and comment.author_role == Role.RESIDENT:
            adjust_stance_count(comment.proposal, comment.stance, -1)
        comment.withdrawn_at = comment.withdrawn_at or now()
        comment.body, comment.body_html, comment.source_note = "", "", ""
        comment.salt, comment.corrections = None, []


def _erase_other_texts(act: Act[...], person: Person) -> None:
    """Erase texts elsewhere; a statement that others voted on stays without its author."""
    person_id = person.id
    close_all_open_items(act, "comment", select(Comment.id).where(Comment.author_id == person_id))
    close_all_open_items(
        act, "proposal", select(Proposal.id).where(Proposal.author_id == person_id)
    )
    for change in (
        update(Report).where(Report.person_id == person_id).values(note="", network_hash=""),
        update(Appeal).where(Appeal.person_id == person_id).values(reason=""),
        update(Judgement).where(Judgement.person_id == person_id).values(reason=""),
        update(Option).where(Option.author_id == person_id).values(author_id=None),
        update(DataAccessRequest)
        .where(DataAccessRequest.person_id == person_id)
        .values(purpose="", ethics_reference="", secret=None),
        delete(Draft).where(Draft.person_id == person_id),
        delete(Follow).where(Follow.person_id == person_id),
        update(Sanction).where(Sanction.person_id == person_id).values(appeal_reason="", note=""),
        delete(LinkedIdentity).where(LinkedIdentity.person_id == person_id),
        delete(SecondFactor).where(SecondFactor.person_id == person_id),
    ):
        act.session.execute(change)


def _erase_messages(act: Act[...], person: Person) -> None:
    own = select(Notice.id).where(Notice.person_id == person.id)
    for change in (
        delete(Delivery).where((Delivery.person_id == person.id) | Delivery.notice_id.in_(own)),
        delete(Notice).where(Notice.person_id == person.id),
        delete(MutedTopic).where(MutedTopic.person_id == person.id),
    ):
        act.session.execute(change, execution_options={"synchronize_session": False})


def _erase_person(act: Act[...], person: Person) -> None:
    """Erase the person's columns; the key last, because the act's log row needs the pseudonym."""
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
