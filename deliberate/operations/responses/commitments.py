"""What became of promises, and residents' word on the answer and on the outcome."""

from flask_babel import lazy_gettext as _
from sqlalchemy import select

from deliberate.clock import now
from deliberate.models import Commitment, CommitmentStep, Judgement, Person, Response
from deliberate.operations.notices.notices import tell_people
from deliberate.permissions.decision import Refused, require
from deliberate.permissions.responses import may_judge, may_move
from deliberate.queries.processes.working_days import local_day
from deliberate.recording import Act, recorded
from deliberate.text import clean, clean_line
from deliberate.vocabulary import Kind

ANSWERS = ("yes", "partly", "no")


def update_commitment(
    officer: Person, commitment: Commitment, note: str, evidence: str = ""
) -> None:
    """Say how far a commitment is."""
    with recorded(officer, Kind.COMMITMENT_UPDATED) as act:
        require(may_move(officer, act.locked(commitment)))
        if not clean_line(note):
            raise Refused(_("Say how far it is."))
        day = local_day(commitment.response.proposal.process, now())
        state = commitment.state_on(day)
        _step(act, officer, commitment, "updated", note, evidence)
        act.about(commitment, state=state)
        _tell(act, commitment, "commitment.updated")


def fulfil_commitment(
    officer: Person, commitment: Commitment, note: str = "", evidence: str = ""
) -> None:
    """Say that a commitment is kept; residents are asked whether it is so."""
    with recorded(officer, Kind.COMMITMENT_FULFILLED) as act:
        require(may_move(officer, act.locked(commitment)))
        commitment.fulfilled_at = now()
        _step(act, officer, commitment, "fulfilled", note, evidence)
        act.about(commitment)
        _tell(act, commitment, "commitment.fulfilled")


def drop_commitment(officer: Person, commitment: Commitment, reason: str) -> None:
    """Give a commitment up, with a reason."""
    with recorded(officer, Kind.COMMITMENT_DROPPED) as act:
        require(may_move(officer, act.locked(commitment)))
        if not clean(reason):
            raise Refused(_("Say why the commitment is dropped."))
        commitment.dropped_at, commitment.dropped_reason = now(), clean(reason)
        _step(act, officer, commitment, "dropped", reason, "")
        act.about(commitment, reason_given=1)
        _tell(act, commitment, "commitment.dropped")


def _step(
    act: Act, officer: Person, commitment: Commitment, state: str, note: str, evidence: str
) -> None:
    act.session.add(
        CommitmentStep(
            commitment_id=commitment.id,
            person_id=officer.id,
            state=state,
            note=clean_line(note)[:500],
            evidence=clean_line(evidence)[:500],
            taken_at=now(),
        )
    )


def _tell(act: Act, commitment: Commitment, kind: str) -> None:
    tell_people(act, kind, commitment.response.proposal, commitment=commitment.id)


def judge_response(resident: Person, response: Response, answer: str, reason: str = "") -> None:
    """Say whether a response answers the proposal, once a person; saying it again changes it."""
    with recorded(resident, Kind.RESPONSE_JUDGED) as act:
        require(may_judge(resident))
        act.locked(response)
        _say(act, resident, response, "answers", answer, reason)
        act.about(response, answers_it=answer)


def check_outcome(resident: Person, response: Response, answer: str, reason: str = "") -> None:
    """Say whether what was promised is really built, once delivery is over; changeable."""
    with recorded(resident, Kind.OUTCOME_CHECKED) as act:
        require(may_judge(resident))
        if not is_delivered(act.locked(response)):
            raise Refused(_("This can be said once the commitments are due."))
        _say(act, resident, response, "built", answer, reason)
        act.about(response, built=answer)


def is_delivered(response: Response) -> bool:
    """Whether each of its commitments is kept, given up or past its date."""
    day = local_day(response.proposal.process, now())
    promises = response.commitments
    return bool(promises) and all(promise.state_on(day) != "due" for promise in promises)


def _say(
    act: Act, resident: Person, response: Response, question: str, answer: str, reason: str
) -> None:
    if answer not in ANSWERS:
        raise Refused(_("Choose yes, partly or no."))
    said = act.session.scalar(
        select(Judgement).where(
            Judgement.response_id == response.id,
            Judgement.question == question,
            Judgement.person_id == resident.id,
        )
    )
    if said is None:
        said = Judgement(response_id=response.id, question=question, person_id=resident.id)
        act.session.add(said)
    elif said.answer == answer and said.reason == clean_line(reason):
        raise Refused(_("You said so already."))
    else:
        _count(response, question, said.answer, -1)
    said.answer, said.reason, said.judged_at = answer, clean_line(reason)[:500], now()
    _count(response, question, answer, 1)


def _count(response: Response, question: str, answer: str, by: int) -> None:
    name = f"{question}_{answer}"
    setattr(response, name, getattr(response, name) + by)
