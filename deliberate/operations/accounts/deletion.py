"""Delete an account: erase its key, name, address and texts; its rows in the log stay."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _
from sqlalchemy import Delete, String, Update, cast, delete, func, inspect, literal, select, update
from sqlalchemy.orm import Session

from deliberate.clock import now
from deliberate.config import Settings
from deliberate.database import (
    Base,
    TransientBase,
    db,
    transient,
    truncate_write_ahead_logs,
    vacuum,
)
from deliberate.database.personal_rows import Model, belongs_to, blank, erased_columns, list_models
from deliberate.models import (
    Comment,
    Draft,
    Follow,
    Option,
    PasswordResetRequest,
    Person,
    Proposal,
    ProposalVersion,
    UnitContribution,
)
from deliberate.models.moderation.visibility import COUNTED, NOT_WITHDRAWN
from deliberate.operations.accounts.sign_in import verify_passphrase
from deliberate.operations.moderation.open_items import close_all_open_items
from deliberate.operations.proposals.attachments import mark_attachments_removed
from deliberate.operations.proposals.coauthors import leave_all_texts
from deliberate.operations.proposals.file_store import delete_files
from deliberate.operations.scores.reason_surveys import delete_reason_answers
from deliberate.operations.search import INDEX_TABLES, compact_index
from deliberate.operations.threads.comments import adjust_stance_count
from deliberate.permissions.decision import Refused, is_signed_in, require
from deliberate.queries.moderation.contributions import CONTRIBUTION_MODELS
from deliberate.queries.proposals.follows import shows_topic
from deliberate.recording import NO_REQUEST, Act, RequestContext, recorded
from deliberate.text import topic_id
from deliberate.vocabulary import OptionState, Role
from deliberate.vocabulary.events.accounts import PersonErased
from deliberate.vocabulary.events.proposals import ProposalWithdrawn

ERASURES_FILE = "erasures.jsonl"
REMAINS_PERIOD = timedelta(days=2)
"""Time after an erasure in which the nightly job removes what is left of it in the files."""


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
    names = _sign_in_names(person)
    with recorded(person, PersonErased, context) as act:
        require(is_signed_in(act.lock(person)))
        _refuse_last_administrator(act, person)
        act.about(person)
        files = _erase_everything(act, person)
    _erase_outside_database(person.id, names, files)


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
    names = _sign_in_names(person)
    with recorded(None, PersonErased) as act:
        act.about(act.lock(person))
        files = _erase_everything(act, person)
    _erase_outside_database(person.id, names, files)


def remove_erased_remains() -> bool:
    """Remove what recent erasures left in the files of the database; return whether there were any.

    Rows are erased at once. Until this job the words of erased texts remain as deleted entries in
    the search index of SQLite, and as dead rows in the tables of PostgreSQL.
    """
    db.session.rollback()
    recent = select(Person.id).where(Person.erased_at > now() - REMAINS_PERIOD).limit(1)
    if db.session.scalar(recent) is None:
        return False
    db.session.rollback()
    compact_index()
    truncate_write_ahead_logs()
    vacuum([*_personal_tables(Base), *INDEX_TABLES], _personal_tables(TransientBase))
    return True


def _personal_tables(base: type[Base] | type[TransientBase]) -> list[str]:
    return [m.__tablename__ for m in list_models(base) if m.personal_data.is_personal]


def _sign_in_names(person: Person) -> list[str]:
    """Return the names by which a request for a new passphrase may call the account."""
    return [name.casefold() for name in (person.sign_in_name, person.email) if name]


def _refuse_last_administrator(act: Act[...], person: Person) -> None:
    if person.role != Role.ADMIN:
        return
    others = select(func.count(Person.id)).where(
        Person.role == Role.ADMIN, Person.erased_at.is_(None), Person.id != person.id
    )
    if not act.session.scalar(others):
        raise Refused(_("You are the only administrator: name another one first."))


def _erase_everything(act: Act[...], person: Person) -> list[str]:
    """Erase the rows in the database; return the files to delete after the commit."""
    leave_all_texts(act, person)
    files = _withdraw_proposals(act, person) + _draft_files(act, person)
    _withdraw_comments(act, person)
    _withdraw_unit_contributions(act, person)
    for subject_type, model in CONTRIBUTION_MODELS.items():
        own = select(model.id).where(model.author_id == person.id)
        close_all_open_items(act, subject_type, own)
    _erase_unshown_statements(act, person)
    topics = _proposed_topics(act.session, person)
    person.erased_at = now()
    act.session.flush()
    delete_reason_answers(act.session, person.id)
    _erase_marked(act.session, list_models(Base), person.id)
    _forget_followed_topics(act.session, topics)
    _title_tombstones(act, person)
    _forget_erased_values(act.session, person)
    return files


def _withdraw_proposals(act: Act[...], person: Person) -> list[str]:
    """Withdraw proposals without an official response; return the names of all their files."""
    own = select(Proposal).where(Proposal.author_id == person.id).with_for_update(of=Proposal)
    files: list[str] = []
    for proposal in act.session.scalars(own).all():
        if proposal.withdrawn_at is None and proposal.answered_at is None:
            proposal.withdrawn_at = now()
            act.consequence(ProposalWithdrawn, proposal, reason_given=False)
        files += mark_attachments_removed(act, proposal)
    return files


def _proposed_topics(session: Session, person: Person) -> list[str]:
    own = select(Proposal.topic).where(Proposal.author_id == person.id, Proposal.topic != "")
    return list(session.scalars(own.distinct()))


def _forget_followed_topics(session: Session, topics: Sequence[str]) -> None:
    """Forget the words of topics that no visible proposal has any more; who follows them stays."""
    ids = [topic_id(topic) for topic in topics]
    unshown = update(Follow).where(Follow.subject_type == "topic", Follow.subject_id.in_(ids))
    _execute(session, unshown.where(~shows_topic(Follow.subject_name)).values(subject_name=""))


def _draft_files(act: Act[...], person: Person) -> list[str]:
    drafts = act.session.scalars(select(Draft).where(Draft.person_id == person.id))
    return [file["name"] for draft in drafts for file in draft.files]


def _withdraw_comments(act: Act[...], person: Person) -> None:
    for comment in act.session.scalars(select(Comment).where(Comment.author_id == person.id)).all():
        is_counted = (NOT_WITHDRAWN & COUNTED).holds(comment)
        if is_counted and comment.depth == 0 and comment.author_role == Role.RESIDENT:
            adjust_stance_count(comment.proposal, comment.stance, -1)
        comment.withdrawn_at = comment.withdrawn_at or now()


def _withdraw_unit_contributions(act: Act[...], person: Person) -> None:
    own = update(UnitContribution).where(
        UnitContribution.author_id == person.id, UnitContribution.withdrawn_at.is_(None)
    )
    _execute(act.session, own.values(withdrawn_at=now()))


def _erase_unshown_statements(act: Act[...], person: Person) -> None:
    """Erase statements without a vote; the others stay without their author."""
    unshown = update(Option).where(Option.author_id == person.id, Option.state != OptionState.SHOWN)
    _execute(act.session, unshown.values(label="", salt=None, state=OptionState.DECLINED))


def _erase_marked(session: Session, models: Iterable[Model], person_id: int) -> None:
    """Delete the rows and blank the columns that the models mark as a person's.

    What refers to texts comes first: a text may lose its author.
    """
    children_first = reversed(list(models))
    for model in sorted(children_first, key=lambda model: not _refers_to_texts(model)):
        marks = model.personal_data
        if marks.is_deleted:
            _execute(session, delete(model).where(belongs_to(model, person_id, marks.owners)))
        for owners, columns in erased_columns(model).items():
            blanks = {column.name: blank(column) for column in columns}
            own = belongs_to(model, person_id, owners)
            _execute(session, update(model).where(own).values(blanks))


def _execute(session: Session, statement: Update | Delete) -> None:
    session.execute(statement, execution_options={"synchronize_session": False})


def _refers_to_texts(model: Model) -> bool:
    paths = [
        *model.personal_data.owners,
        *(path for owners in erased_columns(model) for path in owners),
    ]
    return any("subject" in path.split(".") for path in paths)


def _title_tombstones(act: Act[...], person: Person) -> None:
    """Give erased proposals and their versions their number as a title, for headings and links."""
    own = select(Proposal.id).where(Proposal.author_id == person.id)
    for model, key in ((Proposal, Proposal.id), (ProposalVersion, ProposalVersion.proposal_id)):
        title = literal("#") + cast(key, String)
        _execute(act.session, update(model).where(key.in_(own)).values(title=title))


def _forget_erased_values(session: Session, person: Person) -> None:
    """Expire what the session has read, but for the key: the act's log row needs the pseudonym."""
    for row in list(session.identity_map.values()):
        if row is person:
            session.expire(row, [attribute.key for attribute in inspect(Person).column_attrs])
        elif row is not person.key:
            session.expire(row)


def _erase_outside_database(person_id: int, names: Sequence[str], files: Iterable[str]) -> None:
    """Erase files and the transient store, then the copies of all that in write-ahead logs."""
    delete_files(files)
    with transient() as store:
        _erase_marked(store, list_models(TransientBase), person_id)
        store.execute(
            delete(PasswordResetRequest).where(PasswordResetRequest.identifier.in_(names))
        )
    truncate_write_ahead_logs()
