"""Comparison of who published what and when, and of what was ended since, with the log."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, case, exists, null, select
from sqlalchemy.orm import Session, aliased

from deliberate.models import (
    Assessment,
    Comment,
    Commitment,
    ConsultationReport,
    Document,
    DocumentVersion,
    Interaction,
    Mandate,
    Meeting,
    OutsideStatus,
    Overlap,
    OverlapDecision,
    PersonKey,
    Poll,
    Process,
    ProcessContact,
    ProcessDocument,
    ProcessNews,
    Proposal,
    Questionnaire,
    ReasonSurvey,
    Referral,
    Response,
    RulesVersion,
    StudyPlan,
    UnitAnswer,
    UnitContribution,
)
from deliberate.queries.log.page_faults import DURATION_OF_ACT, PageFault
from deliberate.vocabulary.events.documents import (
    AmendmentProposed,
    AmendmentWithdrawn,
    ConsultationReported,
    DocumentClosed,
    DocumentOpened,
    DocumentRevised,
    UnitAnswered,
)
from deliberate.vocabulary.events.moderation import (
    CommentDelayed,
    CommentHeld,
    CommentHidden,
    CommentRestored,
    ContributionDelayed,
    ContributionHeld,
    ContributionHidden,
    ContributionRestored,
    ProposalDelayed,
    ProposalHeld,
    ProposalHidden,
    ProposalRestored,
)
from deliberate.vocabulary.events.polls import PollOpened, PollPublished
from deliberate.vocabulary.events.processes import (
    ContactAdded,
    ContactRemoved,
    MeetingHeld,
    NewsPublished,
    NewsWithdrawn,
    ProcessClosed,
    ProcessDocumentAdded,
    ProcessDocumentRemoved,
    RulesPublished,
)
from deliberate.vocabulary.events.proposals import (
    ProposalMerged,
    ProposalSubmitted,
    ProposalUnmerged,
    ProposalWithdrawn,
)
from deliberate.vocabulary.events.releases import StudyRegistered
from deliberate.vocabulary.events.responses import (
    CommitmentDropped,
    CommitmentFulfilled,
    MandateEnded,
    MandateStated,
    OutsideStatusReceived,
    OverlapOpened,
    OverlapSettled,
    ReferralAccepted,
    ReferralDeclined,
    ResponsePublished,
)
from deliberate.vocabulary.events.scores import (
    AssessmentPublished,
    QuestionnaireOpened,
    QuestionnairePublished,
    ReasonSurveyOpened,
    ReasonSurveyPublished,
)
from deliberate.vocabulary.events.threads import (
    BlankCommentImported,
    CommentPosted,
    CommentWithdrawn,
)

HIDDEN = "hidden_since"
Model = type[Any]  # models have columns of many names


@dataclass(frozen=True)
class Published:
    """A table whose rows an act published: columns with the person, the time, the institution.

    The process of a row is compared as well.
    """

    model: Model
    kinds: tuple[str, ...]
    by: str = ""
    at: str = ""
    institution: str = ""


PUBLISHED = (
    Published(Proposal, (ProposalSubmitted.KIND,), at="published_at"),
    Published(
        Comment,
        (CommentPosted.KIND, BlankCommentImported.KIND),
        at="posted_at",
        institution="institution_id",
    ),
    Published(
        Response, (ResponsePublished.KIND,), "responder_id", "published_at", "institution_id"
    ),
    Published(Meeting, (MeetingHeld.KIND,), "recorded_by_id", "recorded_at", "institution_id"),
    Published(
        ProcessNews, (NewsPublished.KIND,), "published_by_id", "published_at", "institution_id"
    ),
    Published(ProcessDocument, (ProcessDocumentAdded.KIND,), "added_by_id", "added_at"),
    Published(ProcessContact, (ContactAdded.KIND,), "added_by_id", "added_at"),
    Published(RulesVersion, (RulesPublished.KIND,), "published_by_id", "published_at"),
    Published(StudyPlan, (StudyRegistered.KIND,), "registered_by_id", "registered_at"),
    Published(Poll, (PollOpened.KIND,), "opened_by_id"),
    Published(OutsideStatus, (OutsideStatusReceived.KIND,), at="received_at"),
    Published(Mandate, (MandateStated.KIND,), "stated_by_id", "stated_at"),
    Published(Overlap, (OverlapOpened.KIND,), "opened_by_id", "opened_at"),
    Published(OverlapDecision, (OverlapSettled.KIND,), "decided_by_id", "settled_at"),
    Published(
        DocumentVersion,
        (DocumentOpened.KIND, DocumentRevised.KIND),
        "published_by_id",
        "published_at",
    ),
    Published(UnitAnswer, (UnitAnswered.KIND,), "answered_by_id", "answered_at", "institution_id"),
    Published(UnitContribution, (CommentPosted.KIND, AmendmentProposed.KIND), at="posted_at"),
    Published(
        ConsultationReport,
        (ConsultationReported.KIND,),
        "published_by_id",
        "published_at",
        "institution_id",
    ),
    Published(Questionnaire, (QuestionnaireOpened.KIND,), "opened_by_id", "opened_at"),
    Published(ReasonSurvey, (ReasonSurveyOpened.KIND,), "opened_by_id", "opened_at"),
)


@dataclass(frozen=True)
class Ended:
    """A column that is set while the last of some acts is one of `kinds`."""

    model: Model
    column: str
    kinds: tuple[str, ...]
    undone_by: tuple[str, ...] = ()


ENDED = (
    Ended(Proposal, "withdrawn_at", (ProposalWithdrawn.KIND,)),
    Ended(Proposal, "merged_into_id", (ProposalMerged.KIND,), (ProposalUnmerged.KIND,)),
    Ended(Proposal, HIDDEN, (ProposalHidden.KIND,), (ProposalRestored.KIND,)),
    Ended(Comment, "withdrawn_at", (CommentWithdrawn.KIND,)),
    Ended(Comment, HIDDEN, (CommentHidden.KIND,), (CommentRestored.KIND,)),
    Ended(UnitContribution, HIDDEN, (ContributionHidden.KIND,), (ContributionRestored.KIND,)),
    Ended(UnitContribution, "withdrawn_at", (AmendmentWithdrawn.KIND, CommentWithdrawn.KIND)),
    Ended(Document, "closed_at", (DocumentClosed.KIND,)),
    Ended(Process, "closed_at", (ProcessClosed.KIND,)),
    Ended(ProcessNews, "withdrawn_at", (NewsWithdrawn.KIND,)),
    Ended(ProcessDocument, "removed_at", (ProcessDocumentRemoved.KIND,)),
    Ended(ProcessContact, "removed_at", (ContactRemoved.KIND,)),
    Ended(Poll, "published_at", (PollPublished.KIND,)),
    Ended(Mandate, "ended_at", (MandateEnded.KIND,)),
    Ended(Commitment, "fulfilled_at", (CommitmentFulfilled.KIND,)),
    Ended(Commitment, "dropped_at", (CommitmentDropped.KIND,)),
    Ended(Referral, "accepted_at", (ReferralAccepted.KIND,)),
    Ended(Referral, "declined_at", (ReferralDeclined.KIND,)),
    Ended(Assessment, "published_at", (AssessmentPublished.KIND,)),
    Ended(Questionnaire, "published_at", (QuestionnairePublished.KIND,)),
    Ended(ReasonSurvey, "published_at", (ReasonSurveyPublished.KIND,)),
)


HOLDS = (
    (Proposal, (ProposalHeld.KIND, ProposalDelayed.KIND)),
    (Comment, (CommentHeld.KIND, CommentDelayed.KIND)),
    (UnitContribution, (ContributionHeld.KIND, ContributionDelayed.KIND)),
)
"""The acts that hold a text until a moment."""


def compare_acts_of_rows(session: Session) -> Iterator[PageFault]:
    """Yield each row whose person, time, institution or end is not that of its acts."""
    for published in PUBLISHED:
        for row in session.execute(_published_rows(published)):
            yield from _compare_published(published, row)
    for ended in ENDED:
        yield from _compare_ended(session, ended)
    for model, kinds in HOLDS:
        yield from _compare_holds(session, model, kinds)


def _published_rows(published: Published) -> Select[Any]:
    """Return the query for rows with their entries, and the keys of the people in both."""
    model, author = published.model, aliased(PersonKey)
    process_id = model.__table__.columns.get("process_id", null())  # some have it as a property
    columns = [
        getattr(model, name) if name else null()
        for name in (published.by, published.at, published.institution)
    ]
    is_known = exists().where(PersonKey.actor_id == Interaction.actor_id)
    is_its_act = (
        (Interaction.subject_id == model.id)
        & (Interaction.subject_type == model.subject_type)
        & Interaction.kind.in_(published.kinds)
    )
    return (
        select(model.id, *columns, author.actor_id, is_known)
        .add_columns(Interaction.actor_id, Interaction.occurred_at, Interaction.institution_id)
        .add_columns(Interaction.seq, process_id, Interaction.process_id)
        .join(Interaction, is_its_act)
        .outerjoin(author, author.person_id == columns[0])
        .order_by(model.id)
    )


def _compare_published(published: Published, row: Row[Any]) -> Iterator[PageFault]:
    values = tuple(row)
    row_id, by, at, institution, key, is_known, actor, occurred_at, acted_for, seq, *rest = values
    process, acted_in = rest
    table = published.model.__tablename__
    # The key of an erased person is gone: whose act it was is then known to nobody.
    if published.by and (key != actor if key is not None else by is None and is_known):
        yield PageFault(table, row_id, published.by, seq)
    if published.at and abs(at - occurred_at) > DURATION_OF_ACT:
        yield PageFault(table, row_id, published.at, seq)
    if published.institution and institution != acted_for:
        yield PageFault(table, row_id, published.institution, seq)
    if None not in (process, acted_in) and process != acted_in:
        yield PageFault(table, row_id, "process_id", seq)


def _compare_ended(session: Session, ended: Ended) -> Iterator[PageFault]:
    model = ended.model
    done = _positions_of_ends(session, ended)
    column = getattr(model, ended.column)
    if ended.column == HIDDEN:  # a hold, by reports or a rule, ends by the clock
        column = case((model.held_until.is_(None), column))
    is_erased = model.salt.is_(None) if _is_erasable(model) else null()
    for row_id, value, has_no_words in session.execute(
        select(model.id, column, is_erased).order_by(model.id)
    ):
        # An erasure withdraws comments without an act for each.
        if (value is not None) != (row_id in done) and not (value is not None and has_no_words):
            yield PageFault(model.__tablename__, row_id, ended.column, done.get(row_id))


def _positions_of_ends(session: Session, ended: Ended) -> dict[int, int | None]:
    """Return the position of the act that ended each row, where no later one undid it."""
    query = (
        select(Interaction.subject_id, Interaction.kind, Interaction.seq)
        .where(
            Interaction.subject_type == ended.model.subject_type,
            Interaction.kind.in_((*ended.kinds, *ended.undone_by)),
        )
        .order_by(Interaction.seq.is_(None), Interaction.seq, Interaction.id)
    )
    last = {row.subject_id: row for row in session.execute(query)}
    return {row_id: row.seq for row_id, row in last.items() if row.kind in ended.kinds}


def _compare_holds(session: Session, model: Model, kinds: Sequence[str]) -> Iterator[PageFault]:
    """Yield each text that is held without an act of reports or of a rule."""
    held = exists().where(
        Interaction.subject_type == model.subject_type,
        Interaction.subject_id == model.id,
        Interaction.kind.in_(kinds),
    )
    for row_id in session.scalars(select(model.id).where(model.held_until.is_not(None), ~held)):
        yield PageFault(model.__tablename__, row_id, "held_until")


def _is_erasable(model: Model) -> bool:
    erasable: Sequence[Model] = (Proposal, Comment, UnitContribution)
    return model in erasable
