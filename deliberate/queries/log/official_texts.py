"""Comparison of official texts with the log: processes, rules, polls, news, plans, moderation.

These texts are bound since they have salts of their own; an entry made before has no mark, and
is passed over.
"""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import zip_longest
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from deliberate.models import (
    AmendmentVersion,
    Appeal,
    DocumentVersion,
    Interaction,
    Mandate,
    Meeting,
    MeetingCorrection,
    ModerationDecision,
    OutsideStatus,
    Overlap,
    OverlapDecision,
    Poll,
    PollChange,
    Process,
    ProcessChange,
    ProcessContact,
    ProcessDocument,
    ProcessNews,
    Proposal,
    Referral,
    RulesVersion,
    StudyPlan,
    UnitAnswer,
    UnitContribution,
)
from deliberate.models.log.interaction import content_hmac
from deliberate.queries.log.page_faults import (
    Entry,
    PageFault,
    grouped,
    is_another_act,
    pair_with_acts,
    select_entries,
)
from deliberate.vocabulary import ModerationOutcome
from deliberate.vocabulary.events.documents import (
    AmendmentProposed,
    AmendmentRevised,
    DocumentOpened,
    DocumentRevised,
    UnitAnswered,
)
from deliberate.vocabulary.events.moderation import (
    AppealDecided,
    AppealFiled,
    CommentHidden,
    CommentKept,
    CommentRestored,
    ContributionHidden,
    ContributionKept,
    ContributionRestored,
    EditAsked,
    ProposalHidden,
    ProposalKept,
    ProposalRestored,
)
from deliberate.vocabulary.events.polls import PollChanged, PollOpened
from deliberate.vocabulary.events.processes import (
    AnnouncementPublished,
    ContactAdded,
    MeetingCorrected,
    MeetingHeld,
    NewsPublished,
    PhaseScheduled,
    ProcessChanged,
    ProcessClosed,
    ProcessDeleted,
    ProcessDocumentAdded,
    ProcessOpened,
    RulesPublished,
)
from deliberate.vocabulary.events.proposals import ProposalWithdrawn
from deliberate.vocabulary.events.releases import StudyRegistered
from deliberate.vocabulary.events.responses import (
    MandateStated,
    OutsideStatusReceived,
    OverlapOpened,
    OverlapSettled,
    ProposalReferred,
    ReferralDeclined,
)
from deliberate.vocabulary.events.threads import CommentEdited, CommentPosted

SINGLE_TEXTS = (
    (ProcessDocument, (ProcessDocumentAdded.KIND,), "title"),
    (ProcessContact, (ContactAdded.KIND,), "name"),
    (ProcessNews, (NewsPublished.KIND,), "body"),
    (Meeting, (MeetingHeld.KIND,), "minutes"),
    (RulesVersion, (RulesPublished.KIND,), "body"),
    (StudyPlan, (StudyRegistered.KIND,), "title"),
    (Poll, (PollOpened.KIND,), "question"),
    (OutsideStatus, (OutsideStatusReceived.KIND,), "state"),
    (Mandate, (MandateStated.KIND,), "basis"),
    (Overlap, (OverlapOpened.KIND,), "reason"),
    (OverlapDecision, (OverlapSettled.KIND,), "decision"),
    (DocumentVersion, (DocumentOpened.KIND, DocumentRevised.KIND), "source"),
    (UnitAnswer, (UnitAnswered.KIND,), "reason"),
    (
        UnitContribution,
        (
            CommentPosted.KIND,
            CommentEdited.KIND,
            AmendmentProposed.KIND,
            AmendmentRevised.KIND,
        ),
        "body",
    ),
)
"""Texts with the acts that publish or change them, of which the last counts.

The column stands for all of the text.
"""
REASONS_OF_PROCESSES = (ProcessChanged.KIND, ProcessClosed.KIND, PhaseScheduled.KIND)
OUTCOMES = {
    **dict.fromkeys(
        (CommentHidden.KIND, ProposalHidden.KIND, ContributionHidden.KIND),
        ModerationOutcome.HIDDEN,
    ),
    **dict.fromkeys(
        (CommentKept.KIND, ProposalKept.KIND, ContributionKept.KIND), ModerationOutcome.KEPT
    ),
    **dict.fromkeys(
        (CommentRestored.KIND, ProposalRestored.KIND, ContributionRestored.KIND),
        ModerationOutcome.RESTORED,
    ),
    EditAsked.KIND: ModerationOutcome.ASKED,
}
BoundText = Any
"""A row with a salt and `sealed_text`, or with a reason."""


def compare_official_texts(session: Session) -> Iterator[PageFault]:
    """Yield every text of an office, and every decision of a moderator, that differs."""
    for model, kinds, column in SINGLE_TEXTS:
        yield from _compare_single(session, model, kinds, column)
    yield from _compare_announcements(session)
    yield from _compare_corrections(session)
    yield from _compare_referrals(session)
    yield from _compare_wordings(session)
    for process_id in session.scalars(select(Process.id).order_by(Process.id)).all():
        yield from _compare_process(session, process_id)
        session.expunge_all()
    yield from _compare_poll_changes(session)
    yield from _compare_decisions(session)
    yield from _compare_appeals(session)
    yield from _compare_withdrawals(session)


SUBJECT = attrgetter("subject_type", "subject_id")
ReasonedRow = MeetingCorrection | Referral | ProcessChange | PollChange
"""Rows of acts with a text of their own."""


class MadeBy(NamedTuple):
    """Who made the act of a row and when, with the name of the person's column."""

    column: str
    person_id: int | None
    at: datetime


def _entries(session: Session, *kinds: str, is_caused: bool = True) -> list[Entry]:
    query = select_entries().where(Interaction.kind.in_(kinds))
    if not is_caused:
        query = query.where(Interaction.cause.is_(None))
    return list(session.execute(query))


def _is_changed(text: str, salt: bytes | None, entry: Entry, *, is_standing: bool = True) -> bool:
    """Return whether a text is not that of its entry; without a salt there must be no text."""
    if entry.content is None:
        return False
    if salt is None:
        return is_standing
    return content_hmac(text, salt) != str(entry.content)


def _compare_single(
    session: Session, model: type[BoundText], kinds: Sequence[str], column: str
) -> Iterator[PageFault]:
    table = model.__tablename__
    entries = {
        entry.subject_id: entry
        for entry in _entries(session, *kinds)
        if CommentPosted.KIND not in kinds or entry.subject_type == model.subject_type
    }
    for row in session.scalars(select(model).order_by(model.id)):
        if getattr(row, "announcement_id", None) is not None:
            continue
        entry = entries.pop(row.id, None)
        if entry is None:
            if not getattr(row, "source", None):
                yield PageFault(table, row.id, "id")
        elif _is_changed(row.sealed_text, row.salt, entry, is_standing=bool(getattr(row, column))):
            yield PageFault(table, row.id, column, entry.seq)
    deleted = select(Interaction.subject_id).where(Interaction.kind == ProcessDeleted.KIND)
    of_deleted = select(Interaction.subject_id).where(
        Interaction.kind.in_(kinds), Interaction.process_id.in_(deleted)
    )
    gone_with_process = set(session.scalars(of_deleted))
    for subject_id in sorted(entries.keys() - gone_with_process):
        yield PageFault(table, subject_id, "-", entries[subject_id].seq)


def _compare_corrections(session: Session) -> Iterator[PageFault]:
    """Compare the corrections of each meeting with their acts, in order."""
    entries = _entries(session, MeetingCorrected.KIND)
    corrections = session.scalars(select(MeetingCorrection).order_by(MeetingCorrection.id))
    for meeting_id, pairs in pair_with_acts(corrections, attrgetter("meeting_id"), entries):
        for row, entry in pairs:
            if row is None:
                yield PageFault("meeting", meeting_id, "corrections", entry.seq)
            else:
                made = MadeBy("corrected_by_id", row.corrected_by_id, row.corrected_at)
                yield from _compare_reasoned(session, row, entry, "minutes", made)


def _compare_reasoned(
    session: Session, row: ReasonedRow, entry: Entry | None, text_column: str, made: MadeBy
) -> Iterator[PageFault]:
    """Compare the text, the person and the time of a row with its act: the first difference."""
    table = row.__tablename__
    if entry is None:
        yield PageFault(table, row.id, "id")
    elif _is_changed(row.sealed_text, row.salt, entry):
        yield PageFault(table, row.id, text_column, entry.seq)
    elif is_another_act(session, made.person_id, made.at, entry):
        yield PageFault(table, row.id, made.column, entry.seq)


def _compare_referrals(session: Session) -> Iterator[PageFault]:
    """Compare where each proposal was referred and why, and why an offer was declined."""
    entries = _entries(session, ProposalReferred.KIND)
    referrals = session.scalars(select(Referral).order_by(Referral.id))
    for proposal_id, pairs in pair_with_acts(referrals, attrgetter("proposal_id"), entries):
        for row, entry in pairs:
            if row is None:
                yield PageFault("proposal", proposal_id, "referrals", entry.seq)
            else:
                made = MadeBy("referred_by_id", row.referred_by_id, row.referred_at)
                yield from _compare_reasoned(session, row, entry, "reason", made)
    for entry in _entries(session, ReferralDeclined.KIND):
        declined = session.get(Referral, entry.subject_id)
        if declined is None:
            yield PageFault("referral", entry.subject_id, "-", entry.seq)
        elif _is_changed(declined.declined_reason, declined.salt, entry):
            yield PageFault("referral", declined.id, "declined_reason", entry.seq)


def _compare_announcements(session: Session) -> Iterator[PageFault]:
    """Compare news that were published as announcements, by the ids that these had."""
    entries = {entry.subject_id: entry for entry in _entries(session, AnnouncementPublished.KIND)}
    was_announcement = ProcessNews.announcement_id.is_not(None)
    table = ProcessNews.__tablename__
    for row in session.scalars(select(ProcessNews).where(was_announcement)):
        entry = entries.pop(row.announcement_id or 0, None)
        if entry is None or _is_changed(row.sealed_text, row.salt, entry):
            yield PageFault(table, row.id, "body" if entry else "id", entry.seq if entry else None)
    for entry in entries.values():
        yield PageFault(table, entry.subject_id, "-", entry.seq)


def _compare_wordings(session: Session) -> Iterator[PageFault]:
    """Compare the wordings of revised amendments with the acts that published them."""
    acts = _entries(session, AmendmentProposed.KIND, AmendmentRevised.KIND)
    entries = grouped(acts, attrgetter("subject_id"))
    rows = session.scalars(
        select(AmendmentVersion).order_by(AmendmentVersion.contribution_id, AmendmentVersion.number)
    )
    for row in rows:
        published = entries[row.contribution_id][row.number - 1 : row.number]
        salt, is_standing = row.contribution.salt, bool(row.body)
        if not published:
            yield PageFault("amendment_version", row.id, "id")
        elif _is_changed(row.sealed_text, salt, published[0], is_standing=is_standing):
            yield PageFault("amendment_version", row.id, "body", published[0].seq)


def _compare_process(session: Session, process_id: int) -> Iterator[PageFault]:
    """Compare the reasons of changes, and the texts of a process with its last act."""
    process = session.get_one(Process, process_id)
    kinds = (ProcessOpened.KIND, *REASONS_OF_PROCESSES)
    query = select_entries().where(
        Interaction.process_id == process_id,
        Interaction.kind.in_(kinds),
        Interaction.content.is_not(None),
    )
    entries = list(session.execute(query))
    given = [entry for entry in entries if entry.kind in REASONS_OF_PROCESSES]
    changes = session.scalars(
        select(ProcessChange)
        .where(ProcessChange.process_id == process_id, ProcessChange.salt.is_not(None))
        .order_by(ProcessChange.id)
    ).all()
    for change, entry in zip_longest(changes, given):
        if change is None:
            yield PageFault("process", process_id, "changes", entry.seq)
        else:
            made = MadeBy("changed_by_id", change.changed_by_id, change.changed_at)
            yield from _compare_reasoned(session, change, entry, "reason", made)
    if entries and _is_process_changed(process, changes, entries[-1]):
        yield PageFault("process", process_id, "texts", entries[-1].seq)


def _is_process_changed(process: Process, changes: Sequence[ProcessChange], last: Entry) -> bool:
    """Return whether the texts of a process are not those after its last change or opening."""
    if not changes:
        return _is_changed(process.sealed_text, process.salt, last)
    return changes[-1].text_hash != hashlib.sha256(process.sealed_text.encode()).hexdigest()


def _compare_poll_changes(session: Session) -> Iterator[PageFault]:
    entries = _entries(session, PollChanged.KIND)
    changes = session.scalars(select(PollChange).order_by(PollChange.id))
    for poll_id, pairs in pair_with_acts(changes, attrgetter("poll_id"), entries):
        for change, entry in pairs:
            if change is None or entry is None:
                yield PageFault("poll", poll_id, "changes", entry.seq if entry else None)
            else:
                made = MadeBy("changed_by_id", change.changed_by_id, change.changed_at)
                yield from _compare_reasoned(session, change, entry, "reason", made)
        poll = session.get(Poll, poll_id)
        if poll is not None and poll.changes and poll.changes[-1].new_closes_at != poll.closes_at:
            yield PageFault("poll", poll_id, "closes_at")


def _compare_decisions(session: Session) -> Iterator[PageFault]:
    """Compare notes, rules and outcomes of the decisions on each contribution with their acts."""
    entries = _entries(session, *OUTCOMES, is_caused=False)
    decisions = session.scalars(select(ModerationDecision).order_by(ModerationDecision.id))
    for _key, pairs in pair_with_acts(decisions, attrgetter("subject_key"), entries, SUBJECT):
        for decision, entry in pairs:
            if decision is None:
                yield PageFault(entry.subject_type, entry.subject_id, "decisions", entry.seq)
            elif entry is None:
                yield PageFault("moderation_decision", decision.id, "id")
            else:
                yield from _compare_decision(session, decision, entry)


def _compare_decision(
    session: Session, decision: ModerationDecision, entry: Entry
) -> Iterator[PageFault]:
    table = "moderation_decision"
    if is_another_act(session, decision.moderator_id, decision.decided_at, entry):
        yield PageFault(table, decision.id, "moderator_id", entry.seq)
    if _is_changed(decision.note, decision.salt, entry, is_standing=bool(decision.note)):
        yield PageFault(table, decision.id, "note", entry.seq)
    if OUTCOMES[entry.kind] != decision.outcome:
        yield PageFault(table, decision.id, "outcome", entry.seq)
    if "ground" in entry.details and entry.details["ground"] != decision.ground:
        yield PageFault(table, decision.id, "ground", entry.seq)


def _compare_appeals(session: Session) -> Iterator[PageFault]:
    query = select(Appeal).join(ModerationDecision, ModerationDecision.id == Appeal.decision_id)
    rows = session.scalars(query.order_by(Appeal.id))
    appeals = grouped(rows, attrgetter("decision.subject_key"))
    for kind in (AppealFiled.KIND, AppealDecided.KIND):
        entries = grouped(_entries(session, kind), SUBJECT)
        for key in sorted(entries.keys() | appeals.keys()):
            yield from _compare_appeals_of(session, key, appeals[key], entries[key], kind)


def _compare_appeals_of(
    session: Session,
    key: tuple[str, int],
    appeals: Sequence[Appeal],
    entries: Sequence[Entry],
    kind: str,
) -> Iterator[PageFault]:
    is_decided = kind == AppealDecided.KIND
    if is_decided:
        decided = [(appeal.decided_at, appeal) for appeal in appeals if appeal.decided_at]
        appeals = [appeal for _at, appeal in sorted(decided, key=lambda pair: pair[0])]
    compare = _compare_decided_appeal if is_decided else _compare_filed_appeal
    for appeal, entry in zip_longest(appeals, entries):
        if appeal is None:
            yield PageFault(*key, "appeals", entry.seq)
        elif entry is None:
            yield PageFault("appeal", appeal.id, "id")
        else:
            yield from compare(session, appeal, entry)


def _compare_filed_appeal(session: Session, appeal: Appeal, entry: Entry) -> Iterator[PageFault]:
    if is_another_act(session, appeal.person_id, appeal.filed_at, entry):
        yield PageFault("appeal", appeal.id, "person_id", entry.seq)
    if _is_changed(appeal.reason, appeal.salt, entry, is_standing=bool(appeal.reason)):
        yield PageFault("appeal", appeal.id, "reason", entry.seq)


def _compare_decided_appeal(session: Session, appeal: Appeal, entry: Entry) -> Iterator[PageFault]:
    decided_at = appeal.decided_at or appeal.filed_at
    if is_another_act(session, appeal.decided_by_id, decided_at, entry):
        yield PageFault("appeal", appeal.id, "person_id", entry.seq)
    if _is_changed(appeal.note, appeal.salt, entry, is_standing=bool(appeal.note)):
        yield PageFault("appeal", appeal.id, "note", entry.seq)
    if entry.details["outcome"] != appeal.outcome:
        yield PageFault("appeal", appeal.id, "outcome", entry.seq)


def _compare_withdrawals(session: Session) -> Iterator[PageFault]:
    """Compare the reasons of withdrawn proposals; one that an erasure withdrew has none."""
    for entry in _entries(session, ProposalWithdrawn.KIND, is_caused=False):
        proposal = session.get(Proposal, entry.subject_id)
        if proposal is None:
            continue
        reason = proposal.withdrawn_reason
        if _is_changed(reason, proposal.salt, entry, is_standing=bool(reason)):
            yield PageFault("proposal", proposal.id, "withdrawn_reason", entry.seq)
