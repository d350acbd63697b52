"""Comparison of what acts decided about proposals, phases and questions with the log."""

from collections import defaultdict
from collections.abc import Iterator
from operator import attrgetter

from sqlalchemy import select
from sqlalchemy.orm import Session

from deliberate.days import local_date
from deliberate.models import (
    AnsweredComment,
    Attendance,
    CommitmentStep,
    Interaction,
    Judgement,
    Merger,
    PersonKey,
    Phase,
    Process,
    Proposal,
    Response,
    SettledQuestion,
)
from deliberate.queries.log.page_faults import (
    Entry,
    PageFault,
    grouped,
    is_another_act,
    pair_with_acts,
    select_entries,
)
from deliberate.vocabulary import Origin, ResponseDecision
from deliberate.vocabulary.events.processes import (
    AttendanceNoted,
    AttendanceRetracted,
    CalendarChanged,
    PhaseRemoved,
    PhaseScheduled,
    ProcessDeleted,
)
from deliberate.vocabulary.events.proposals import (
    ProposalMerged,
    ProposalSubmitted,
    ProposalUnmerged,
)
from deliberate.vocabulary.events.responses import (
    CommitmentDropped,
    CommitmentFulfilled,
    CommitmentUpdated,
    OutcomeChecked,
    ResponseJudged,
    ResponsePublished,
)
from deliberate.vocabulary.events.threads import QuestionSettled

JUDGED = (
    ("answers", ResponseJudged.KIND, "answers_it"),
    ("built", OutcomeChecked.KIND, "built"),
)
"""The questions that residents judge, with the kinds of their acts and the detail of each."""
STATES_OF_STEPS = {
    CommitmentUpdated.KIND: "updated",
    CommitmentFulfilled.KIND: "fulfilled",
    CommitmentDropped.KIND: "dropped",
}


def compare_decided_states(session: Session) -> Iterator[PageFault]:
    """Yield each decision, phase, day off, merger and settled question that differs."""
    yield from _compare_decisions(session)
    yield from _compare_mergers(session)
    yield from _compare_answered_comments(session)
    yield from _compare_steps(session)
    yield from _compare_phases(session)
    yield from _compare_days_off(session)
    yield from _compare_settled(session)
    yield from _compare_judgements(session)
    yield from _compare_attendances(session)


def _entries(session: Session, *kinds: str) -> Iterator[Entry]:
    yield from session.execute(select_entries().where(Interaction.kind.in_(kinds)))


def _compare_decisions(session: Session) -> Iterator[PageFault]:
    """Compare the decision that lists show of a proposal with its newest response."""
    imported = {
        entry.subject_id: entry.details.get("decision")
        for entry in _entries(session, ProposalSubmitted.KIND)
    }
    responses = select(
        Response.proposal_id, Response.decision, Response.published_at, Response.dated, Response.id
    ).where(Response.decision != ResponseDecision.UNSTATED)
    newest = {row.proposal_id: row for row in session.execute(responses.order_by(Response.version))}
    columns = select(Proposal.id, Proposal.decision, Proposal.answered_at).order_by(Proposal.id)
    for proposal_id, decision, answered_at in session.execute(columns):
        row = newest.get(proposal_id)
        if (decision or None) != (row.decision if row else imported.get(proposal_id)):
            yield PageFault("proposal", proposal_id, "decision")
        if answered_at is not None and row is None and imported.get(proposal_id) is None:
            yield PageFault("proposal", proposal_id, "answered_at")
    yield from _compare_days_of_responses(session)


def _compare_days_of_responses(session: Session) -> Iterator[PageFault]:
    """Compare the date of each response with the day of its act; that of an import is its own."""
    acts = (Interaction.subject_id == Response.id) & (Interaction.kind == ResponsePublished.KIND)
    query = select(Response, Interaction.occurred_at, Interaction.seq).join(Interaction, acts)
    native = query.where(Interaction.origin != Origin.IMPORT).order_by(Response.id)
    for response, occurred_at, seq in session.execute(native):
        if response.proposal is None:
            continue  # a deleted proposal is a fault of its own
        if response.dated != local_date(response.proposal.process, occurred_at):
            yield PageFault("response", response.id, "dated", seq)


def _compare_mergers(session: Session) -> Iterator[PageFault]:
    last = {
        entry.subject_id: entry
        for entry in _entries(session, ProposalMerged.KIND, ProposalUnmerged.KIND)
    }
    for proposal_id, entry in last.items():
        target = session.scalar(select(Proposal.merged_into_id).where(Proposal.id == proposal_id))
        if target != entry.details.get("into"):
            yield PageFault("proposal", proposal_id, "merged_into_id", entry.seq)
    merged = _entries(session, ProposalMerged.KIND)
    mergers = session.scalars(select(Merger).order_by(Merger.id))
    for proposal_id, pairs in pair_with_acts(mergers, attrgetter("proposal_id"), merged):
        for row, entry in pairs:
            if row is None or entry is None:
                yield PageFault("proposal", proposal_id, "mergers")
            elif row.target_id != entry.details["into"]:
                yield PageFault("merger", row.id, "target_id", entry.seq)
            elif is_another_act(session, row.moderator_id, row.merged_at, entry):
                yield PageFault("merger", row.id, "moderator_id", entry.seq)


def _compare_answered_comments(session: Session) -> Iterator[PageFault]:
    """Compare the comments that each response answers."""
    named: dict[int, set[int]] = defaultdict(set)
    columns = select(AnsweredComment.response_id, AnsweredComment.comment_id)
    for response_id, comment_id in session.execute(columns):
        named[response_id].add(comment_id)
    for entry in _entries(session, ResponsePublished.KIND):
        if named.pop(entry.subject_id, set()) != set(entry.details["answers"]):
            yield PageFault("response", entry.subject_id, "answers", entry.seq)
    for response_id in named:
        yield PageFault("response", response_id, "answers")


def _compare_steps(session: Session) -> Iterator[PageFault]:
    """Compare what each step of a commitment did; its words are compared with the proposal."""
    rows = session.scalars(select(CommitmentStep).order_by(CommitmentStep.id))
    entries = grouped(_entries(session, *STATES_OF_STEPS), attrgetter("subject_id"))
    for commitment_id, steps in grouped(rows, attrgetter("commitment_id")).items():
        for step, entry in zip(steps, entries[commitment_id], strict=False):
            if step.state != STATES_OF_STEPS[entry.kind]:
                yield PageFault("commitment_step", step.id, "state", entry.seq)
            elif is_another_act(session, step.person_id, step.taken_at, entry):
                yield PageFault("commitment_step", step.id, "person_id", entry.seq)


def _compare_phases(session: Session) -> Iterator[PageFault]:
    last = {
        entry.subject_id: entry
        for entry in _entries(session, PhaseScheduled.KIND, PhaseRemoved.KIND)
        if entry.subject_type == Phase.subject_type
    }
    gone = {entry.subject_id for entry in _entries(session, ProcessDeleted.KIND)}
    present = set()
    for phase in session.scalars(select(Phase).order_by(Phase.id)):
        present.add(phase.id)
        if phase.id in last:
            yield from _compare_phase(phase, last[phase.id])
    for phase_id, entry in last.items():
        is_scheduled = entry.kind == PhaseScheduled.KIND
        if is_scheduled and phase_id not in present and entry.process_id not in gone:
            yield PageFault("phase", phase_id, "-", entry.seq)


def _compare_phase(phase: Phase, entry: Entry) -> Iterator[PageFault]:
    times = (int(phase.opens_at.timestamp()), int(phase.closes_at.timestamp()))
    if times != (entry.details.get("opens"), entry.details.get("closes")):
        yield PageFault("phase", phase.id, "opens_at", entry.seq)
    if list(phase.switches) != list(entry.details.get("switches", ())):
        yield PageFault("phase", phase.id, "switches", entry.seq)
    if phase.key != entry.details.get("key"):
        yield PageFault("phase", phase.id, "kind", entry.seq)


def _compare_days_off(session: Session) -> Iterator[PageFault]:
    """Compare the days off that acts added and removed; those of a planned process have none."""
    last: dict[int, dict[str, Entry]] = defaultdict(dict)
    for entry in _entries(session, CalendarChanged.KIND):
        day = str(entry.details["day"])
        last[entry.subject_id][f"{day[:4]}-{day[4:6]}-{day[6:]}"] = entry
    for process_id, days in last.items():
        stored = session.scalar(select(Process.days_off).where(Process.id == process_id))
        for day, entry in days.items():
            if stored is not None and (day in stored) != bool(entry.details["off"]):
                yield PageFault("process", process_id, "days_off", entry.seq)


def _compare_judgements(session: Session) -> Iterator[PageFault]:
    """Compare what residents judged of each response with their last acts."""
    latest = {
        (entry.actor_id, entry.subject_id, question): entry
        for question, kind, _detail in JUDGED
        for entry in _entries(session, kind)
    }
    details = {question: detail for question, _kind, detail in JUDGED}
    query = (
        select(Judgement, PersonKey.actor_id)
        .join(PersonKey, PersonKey.person_id == Judgement.person_id)
        .order_by(Judgement.id)
    )
    for row, actor_id in session.execute(query):
        entry = latest.get((actor_id, row.response_id, row.question))
        if entry is None:
            yield PageFault("judgement", row.id, "id")
        elif entry.details[details[row.question]] != row.answer:
            yield PageFault("judgement", row.id, "answer", entry.seq)
        elif is_another_act(session, row.person_id, row.judged_at, entry):
            yield PageFault("judgement", row.id, "judged_at", entry.seq)


def _compare_attendances(session: Session) -> Iterator[PageFault]:
    """Compare who noted to have attended each meeting with the acts that stand."""
    noted = _noted_attendances(session)
    query = select(Attendance, PersonKey.actor_id).outerjoin(
        PersonKey, PersonKey.person_id == Attendance.person_id
    )
    for row, actor_id in session.execute(query.order_by(Attendance.meeting_id)):
        if actor_id is None:
            continue  # the key of an erased person is gone
        entry = noted.pop((row.meeting_id, actor_id), None)
        if entry is None:
            yield PageFault("attendance", row.meeting_id, "id")
        elif is_another_act(session, row.person_id, row.noted_at, entry):
            yield PageFault("attendance", row.meeting_id, "noted_at", entry.seq)
    known = set(session.scalars(select(PersonKey.actor_id)))
    for (meeting_id, actor_id), entry in noted.items():
        if actor_id in known:
            yield PageFault("attendance", meeting_id, "-", entry.seq)


def _noted_attendances(session: Session) -> dict[tuple[int, str], Entry]:
    """Return the attendances that were noted and not retracted, by meeting and actor."""
    noted: dict[tuple[int, str], Entry] = {}
    for entry in _entries(session, AttendanceNoted.KIND, AttendanceRetracted.KIND):
        if entry.kind == AttendanceNoted.KIND:
            noted[entry.subject_id, entry.actor_id] = entry
        else:
            noted.pop((entry.subject_id, entry.actor_id), None)
    return noted


def _compare_settled(session: Session) -> Iterator[PageFault]:
    settled = {entry.subject_id: entry.seq for entry in _entries(session, QuestionSettled.KIND)}
    rows = set(session.scalars(select(SettledQuestion.comment_id)))
    for comment_id in sorted(settled.keys() ^ rows):
        yield PageFault("settled_question", comment_id, "comment_id", settled.get(comment_id))
