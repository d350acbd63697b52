"""Comparison of what pages show with what the log sealed: texts, stances, decisions, supports.

The log has no texts. It has the HMAC of each under a salt stored beside the text until it is
erased, and the columns of the act; so a text or a column that was changed later is found.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from operator import attrgetter

from sqlalchemy import select
from sqlalchemy.orm import Session

from deliberate.models import (
    Comment,
    Commitment,
    CommitmentStep,
    Interaction,
    Option,
    PersonKey,
    PollOutcome,
    Proposal,
    ProposalVersion,
    Rating,
    Response,
    Summary,
    Support,
)
from deliberate.models.log.interaction import content_hmac
from deliberate.models.polls import Poll, ballot_box_root
from deliberate.models.proposals.proposal import titled_text
from deliberate.queries.log.acts_of_rows import compare_acts_of_rows
from deliberate.queries.log.assessments import compare_assessments
from deliberate.queries.log.authors import compare_authors
from deliberate.queries.log.decided_states import compare_decided_states
from deliberate.queries.log.draft_texts import compare_draft_texts
from deliberate.queries.log.official_texts import compare_official_texts
from deliberate.queries.log.page_faults import (
    Entry,
    PageFault,
    is_another_act,
    pair_with_acts,
    select_entries,
)
from deliberate.queries.log.process_figures import compare_process_figures
from deliberate.queries.log.qualifications import compare_qualifications
from deliberate.queries.log.rendered_texts import EARLIER_RENDERERS, compare_rendered_texts
from deliberate.queries.polls.counted_ballots import ballot_lines
from deliberate.text import RENDERER
from deliberate.vocabulary import Origin, ResponseDecision
from deliberate.vocabulary.events.polls import BallotBoxClosed, OutcomeStated, StatementSuggested
from deliberate.vocabulary.events.proposals import (
    CoAuthorJoined,
    ProposalMerged,
    ProposalRevised,
    ProposalSubmitted,
    ProposalSummarised,
    SupportGiven,
    SupportTakenBack,
)
from deliberate.vocabulary.events.responses import (
    CommitmentDropped,
    CommitmentFulfilled,
    CommitmentUpdated,
    ResponsePublished,
    ResponseSigned,
)
from deliberate.vocabulary.events.threads import (
    BlankCommentImported,
    CommentCorrected,
    CommentEdited,
    CommentPosted,
    CommentRated,
)

PROPOSAL_TEXTS = (ProposalSubmitted.KIND, ProposalRevised.KIND)
NEW_COMMENTS = (CommentPosted.KIND, BlankCommentImported.KIND)
COMMENT_TEXTS = (*NEW_COMMENTS, CommentEdited.KIND)
STEPS = (CommitmentUpdated.KIND, CommitmentFulfilled.KIND, CommitmentDropped.KIND)
COMPARED_KINDS = (
    *PROPOSAL_TEXTS, *COMMENT_TEXTS, *STEPS, ProposalSummarised.KIND, ProposalMerged.KIND,
    CommentCorrected.KIND, CommentRated.KIND, ResponsePublished.KIND, ResponseSigned.KIND,
    SupportGiven.KIND, SupportTakenBack.KIND, CoAuthorJoined.KIND,
)  # fmt: skip
EntriesBySubject = dict[int, list[Entry]]
SealedText = Proposal | Comment | Response | Summary | CommitmentStep
"""Rows with a text that the log binds under a salt of theirs."""


def compare_pages(session: Session) -> Iterator[PageFault]:
    """Yield every text and column that pages show and that differs from the log."""
    for proposal_id in session.scalars(select(Proposal.id).order_by(Proposal.id)).all():
        yield from _ProposalComparison(session, proposal_id).faults()
        session.expunge_all()
    yield from _missing_proposals(session)
    for process_id in session.scalars(select(Poll.process_id).distinct()).all():
        yield from _compare_polls(session, process_id)
    yield from _compare_ballot_boxes(session)
    yield from compare_assessments(session)
    yield from compare_process_figures(session)
    yield from compare_official_texts(session)
    yield from compare_draft_texts(session)
    yield from compare_authors(session)
    yield from compare_acts_of_rows(session)
    yield from compare_decided_states(session)
    yield from compare_qualifications(session)
    yield from compare_rendered_texts(session)


def _missing_proposals(session: Session) -> Iterator[PageFault]:
    """Yield the proposals that were submitted and are gone: a proposal is never deleted."""
    present = select(Proposal.id).where(Proposal.id == Interaction.subject_id)
    query = select_entries().where(
        Interaction.kind == ProposalSubmitted.KIND, ~present.correlate(Interaction).exists()
    )
    for entry in session.execute(query):
        yield PageFault("proposal", entry.subject_id, "-", entry.seq)


class _ProposalComparison:
    """The entries of one proposal by kind and subject, and the comparison with its tables."""

    def __init__(self, session: Session, proposal_id: int) -> None:
        self.session = session
        self.proposal = session.get_one(Proposal, proposal_id)
        self.entries: dict[str, EntriesBySubject] = defaultdict(lambda: defaultdict(list))
        query = select_entries().where(
            Interaction.proposal_id == proposal_id, Interaction.kind.in_(COMPARED_KINDS)
        )
        for entry in session.execute(query):
            self.entries[entry.kind][entry.subject_id].append(entry)

    def faults(self) -> Iterator[PageFault]:
        """Yield the differences of the proposal, its comments, responses, ratings and supports."""
        yield from self._compare_proposal()
        yield from self._compare_comments()
        yield from self._compare_ratings()
        yield from self._compare_responses()
        yield from self._compare_summaries()
        yield from self._compare_steps()
        yield from self._compare_supports()

    def _of(self, subject_id: int, *kinds: str) -> list[Entry]:
        """Return the entries of some kinds about a subject, in their order."""
        entries = [entry for kind in kinds for entry in self.entries[kind].get(subject_id, ())]
        return entries if len(kinds) == 1 else sorted(entries, key=_order)

    def _compare_proposal(self) -> Iterator[PageFault]:
        proposal = self.proposal
        entries = self._of(proposal.id, *PROPOSAL_TEXTS)
        if not entries:
            yield PageFault("proposal", proposal.id, "id")
            return
        yield from _text_fault("proposal", proposal.id, "body", proposal, entries[-1])
        yield from self._compare_author(proposal, entries[0])
        versions = self.session.scalars(
            select(ProposalVersion)
            .where(ProposalVersion.proposal_id == proposal.id)
            .order_by(ProposalVersion.number)
        ).all()
        for version, entry in zip(versions, entries, strict=False):
            text = titled_text(version.title, version.body)
            if proposal.salt and content_hmac(text, proposal.salt) != entry.content:
                yield PageFault("proposal_version", version.id, "body", entry.seq)

    def _compare_author(self, subject: Proposal | Comment, entry: Entry) -> Iterator[PageFault]:
        key = self.session.get(PersonKey, subject.author_id) if subject.author_id else None
        writers = {entry.actor_id, *(row.actor_id for row in self._joined(subject))}
        if key is not None and key.actor_id not in writers:
            yield PageFault(subject.subject_type, subject.id, "author_id", entry.seq)

    def _joined(self, subject: Proposal | Comment) -> list[Entry]:
        """Return the acts of co-authors, one of whom may have succeeded the first author."""
        is_proposal = isinstance(subject, Proposal)
        return self._of(subject.id, CoAuthorJoined.KIND) if is_proposal else []

    def _compare_comments(self) -> Iterator[PageFault]:
        query = select(Comment).where(Comment.proposal_id == self.proposal.id).order_by(Comment.id)
        present = set()
        for comment in self.session.scalars(query):
            present.add(comment.id)
            entries = self._of(comment.id, *COMMENT_TEXTS)
            if not entries:
                yield PageFault("comment", comment.id, "id")
                continue
            yield from self._compare_comment(comment, entries)
        for kind in NEW_COMMENTS:
            for comment_id in sorted(self.entries[kind].keys() - present):
                yield PageFault("comment", comment_id, "-", self.entries[kind][comment_id][0].seq)

    def _compare_comment(self, comment: Comment, entries: Sequence[Entry]) -> Iterator[PageFault]:
        posted = entries[0]
        yield from _text_fault("comment", comment.id, "body", comment, entries[-1])
        yield from self._compare_author(comment, posted)
        parent_id = None if (posted.parent_id or 0) < 0 else posted.parent_id
        is_blank = posted.kind == BlankCommentImported.KIND
        sealed = {"parent_id": parent_id, "stance": posted.stance, "is_blank": is_blank}
        if posted.actor_id is not None:
            sealed["author_role"] = posted.actor_role
        if posted.origin != Origin.IMPORT:
            sealed["is_question"] = posted.details.get("kind") == "question"
        for name, value in sealed.items():
            if getattr(comment, name) != value:
                yield PageFault("comment", comment.id, name, posted.seq)
        yield from self._compare_corrections(comment)

    def _compare_corrections(self, comment: Comment) -> Iterator[PageFault]:
        corrected = self._of(comment.id, CommentCorrected.KIND)
        for correction, entry in zip_longest(comment.corrections, corrected):
            if correction is None and comment.salt is None:
                continue
            body = None if correction is None else correction["body"]
            if entry is None or content_hmac(body, comment.salt) != entry.content:
                position = entry.seq if entry else None
                yield PageFault("comment", comment.id, "corrections", position)

    def _compare_ratings(self) -> Iterator[PageFault]:
        latest = {
            (entry.actor_id, comment_id): entry
            for comment_id, entries in self.entries[CommentRated.KIND].items()
            for entry in entries
        }
        query = (
            select(Rating.id, Rating.comment_id, Rating.is_strong, PersonKey.actor_id)
            .join(PersonKey, PersonKey.person_id == Rating.person_id)
            .join(Comment, Comment.id == Rating.comment_id)
            .where(Comment.proposal_id == self.proposal.id)
        )
        for row in self.session.execute(query):
            entry = latest.get((row.actor_id, row.comment_id))
            if entry is None:
                yield PageFault("rating", row.id, "id")
            elif entry.details["strong"] != row.is_strong:
                yield PageFault("rating", row.id, "is_strong", entry.seq)

    def _compare_responses(self) -> Iterator[PageFault]:
        query = select(Response).where(Response.proposal_id == self.proposal.id)
        signed = self._of(self.proposal.id, ResponseSigned.KIND)
        signatory_ids = {entry.institution_id for entry in signed}
        present = set()
        for response in self.session.scalars(query):
            present.add(response.id)
            entries = self._of(response.id, ResponsePublished.KIND)
            if not entries:
                yield PageFault("response", response.id, "id")
                continue
            entry = entries[-1]
            yield from _text_fault("response", response.id, "body", response, entry)
            decision = entry.details.get("decision", ResponseDecision.UNSTATED)
            if decision != response.decision:
                yield PageFault("response", response.id, "decision", entry.seq)
            if not signatory_ids.issuperset(response.signatories):
                yield PageFault("response", response.id, "signatories", entry.seq)
        for response_id in sorted(self.entries[ResponsePublished.KIND].keys() - present):
            entry = self.entries[ResponsePublished.KIND][response_id][0]
            yield PageFault("response", response_id, "-", entry.seq)

    def _compare_summaries(self) -> Iterator[PageFault]:
        entries = {
            entry.details["version"]: entry
            for entry in self._of(self.proposal.id, ProposalSummarised.KIND)
        }
        query = select(Summary).where(
            Summary.proposal_id == self.proposal.id, Summary.number.is_not(None)
        )
        for summary in self.session.scalars(query):
            entry = entries.get(summary.number)
            if entry is None:
                yield PageFault("summary", summary.id, "id")
            else:
                yield from _text_fault("summary", summary.id, "main_request", summary, entry)

    def _compare_steps(self) -> Iterator[PageFault]:
        query = (
            select(CommitmentStep)
            .join(Commitment, Commitment.id == CommitmentStep.commitment_id)
            .join(Response, Response.id == Commitment.response_id)
            .where(Response.proposal_id == self.proposal.id)
            .order_by(CommitmentStep.id)
        )
        steps: dict[int, list[CommitmentStep]] = defaultdict(list)
        for step in self.session.scalars(query):
            steps[step.commitment_id].append(step)
        for commitment_id, taken in steps.items():
            for step, entry in zip_longest(taken, self._of(commitment_id, *STEPS)):
                if step is None or entry is None:
                    yield PageFault("commitment", commitment_id, "steps")
                else:
                    yield from _text_fault("commitment_step", step.id, "note", step, entry)

    def _given_supports(self) -> dict[str, Entry]:
        """Return the acts of the supports that were not taken back, by actor."""
        given: dict[str, Entry] = {}
        for entry in self._of(self.proposal.id, SupportGiven.KIND, SupportTakenBack.KIND):
            if entry.kind == SupportGiven.KIND:
                given[entry.actor_id] = entry
            else:
                given.pop(entry.actor_id, None)
        return given

    def _compare_supports(self) -> Iterator[PageFault]:
        """Compare supports with their acts; a merger copies supports without acts of their own."""
        given = self._given_supports()
        query = (
            select(Support.id, Support.merged_from_id, PersonKey.actor_id)
            .join(PersonKey, PersonKey.person_id == Support.person_id)
            .where(Support.proposal_id == self.proposal.id)
        )
        supports = self.session.execute(query).all()
        for support in supports:
            if support.merged_from_id is None and support.actor_id not in given:
                yield PageFault("support", support.id, "id")
        if self.entries[ProposalMerged.KIND]:
            return
        missing = given.keys() - {support.actor_id for support in supports}
        keys = select(PersonKey.actor_id).where(PersonKey.actor_id.in_(missing))
        for actor_id in self.session.scalars(keys):
            yield PageFault("proposal", self.proposal.id, "supports", given[actor_id].seq)


def _compare_polls(session: Session, process_id: int) -> Iterator[PageFault]:
    """Compare statements and outcomes of the polls of a process with their acts."""
    kinds = (OutcomeStated.KIND, StatementSuggested.KIND)
    query = select_entries().where(
        Interaction.process_id == process_id, Interaction.kind.in_(kinds)
    )
    entries = list(session.execute(query))
    yield from _compare_statements(session, entries)
    stated = [entry for entry in entries if entry.kind == OutcomeStated.KIND]
    outcomes = session.scalars(
        select(PollOutcome)
        .join(Poll, Poll.id == PollOutcome.poll_id)
        .where(Poll.process_id == process_id)
        .order_by(PollOutcome.id)
    )
    for poll_id, pairs in pair_with_acts(outcomes, attrgetter("poll_id"), stated):
        for outcome, entry in pairs:
            if outcome is None or entry is None:
                yield PageFault("poll", poll_id, "outcomes", entry.seq if entry else None)
            elif content_hmac(outcome.body, outcome.salt) != entry.content:
                yield PageFault("poll_outcome", outcome.id, "body", entry.seq)
            elif is_another_act(session, outcome.stated_by_id, outcome.stated_at, entry):
                yield PageFault("poll_outcome", outcome.id, "stated_by_id", entry.seq)


def _compare_statements(session: Session, entries: Iterable[Entry]) -> Iterator[PageFault]:
    for entry in entries:
        if entry.kind != StatementSuggested.KIND:
            continue
        option = session.get(Option, entry.subject_id)
        if option is None:
            yield PageFault("poll_option", entry.subject_id, "-", entry.seq)
        elif option.salt and content_hmac(option.label, option.salt) != entry.content:
            yield PageFault("poll_option", option.id, "label", entry.seq)


def _compare_ballot_boxes(session: Session) -> Iterator[PageFault]:
    """Compare the ballots of each closed poll with the hash that was logged at its close."""
    query = select_entries().where(Interaction.kind == BallotBoxClosed.KIND)
    closed = set()
    for entry in session.execute(query).all():
        closed.add(entry.subject_id)
        poll = session.get(Poll, entry.subject_id)
        if poll is None:
            yield PageFault("poll", entry.subject_id, "-", entry.seq)
            continue
        ballots = session.execute(ballot_lines(poll.id)).all()
        if ballot_box_root(poll, ballots) != entry.details["root"]:
            yield PageFault("poll", poll.id, "ballots", entry.seq)
    rooted = select(Poll.id).where(Poll.box_root.is_not(None), Poll.id.not_in(closed))
    for poll_id in session.scalars(rooted):
        yield PageFault("poll", poll_id, "box_root")


def _order(entry: Entry) -> tuple[bool, int]:
    return entry.seq is None, entry.seq or 0


def _text_fault(
    table: str, row_id: int, column: str, row: SealedText, entry: Entry
) -> Iterator[PageFault]:
    """Yield a fault if a text is not that of its entry; a text without its salt must be erased."""
    if row.salt is None:
        is_standing = bool(row.sealed_text.strip()) and entry.content is not None
        if is_standing and getattr(row, column):
            yield PageFault(table, row_id, "salt", entry.seq)
    elif content_hmac(row.sealed_text, row.salt) != entry.content:
        yield PageFault(table, row_id, column, entry.seq)
    renderer = getattr(row, "renderer", RENDERER)
    if entry.origin != Origin.IMPORT and renderer not in {RENDERER, *EARLIER_RENDERERS}:
        yield PageFault(table, row_id, "renderer", entry.seq)
