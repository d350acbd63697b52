"""Kinds of acts of institutions: cases, referrals, responses, commitments."""

from deliberate.vocabulary.codes import OutsideState, ResponseDecision
from deliberate.vocabulary.details import detail
from deliberate.vocabulary.events.event import INTERNAL, PRIVATE, PUBLIC, Event


class ProposalQualified(Event, kind="proposal.qualified", visibility=PUBLIC):
    """The supports of a proposal reached the threshold (consequence)."""

    supports: int = detail("number of supports")
    verified: int = detail("supports of verified residents")


class ProposalAcknowledged(Event, kind="proposal.acknowledged", visibility=PUBLIC):
    """An institution acknowledged the proposal."""


class ProposalReferred(Event, kind="proposal.referred", visibility=PUBLIC, has_text=True):
    """An institution referred the proposal to another."""

    to: int | None = detail("id of the institution", default=None)
    external_system: str | None = detail("code of a system outside the platform", default=None)


class ReferralAccepted(Event, kind="referral.accepted", visibility=PUBLIC):
    """The receiving institution accepted the referral."""


class ReferralDeclined(Event, kind="referral.declined", visibility=PUBLIC, has_text=True):
    """The receiving institution declined the referral."""


class OutsideStatusReceived(
    Event, kind="outside_status.received", visibility=PUBLIC, has_text=True
):
    """An outside system reported how far a case is that was referred to it."""

    system: str = detail("code of the system")
    state: OutsideState = detail("the state there")


class ClockPaused(Event, kind="clock.paused", visibility=PUBLIC):
    """The response deadline was paused until the author answers."""

    reason: str = detail("why")


class ClockResumed(Event, kind="clock.resumed", visibility=PUBLIC):
    """The response deadline runs again."""


class CaseAssigned(Event, kind="case.assigned", visibility=INTERNAL):
    """A case was assigned to a colleague."""


class CaseStarted(Event, kind="case.started", visibility=INTERNAL):
    """An officer started to work on a case."""


class CaseNoted(Event, kind="case.noted", visibility=INTERNAL):
    """An internal note was added to a case."""


class ResponsePublished(Event, kind="response.published", visibility=PUBLIC, has_text=True):
    """A version of an official response was published."""

    decision: ResponseDecision | None = detail("the decision", default=None)
    points: int = detail("points decided separately")
    reason_chars: int = detail("length of the reasons")
    grounds: int = detail("number of legal and other grounds")
    answers: list[int] = detail("comments that it answers")
    commitments: int = detail("number of commitments")
    repeats: int = detail("earlier responses with the same text")


class ResponseSigned(Event, kind="response.signed", visibility=PUBLIC):
    """An institution whose signature is required signed a response."""


class CheckAsked(Event, kind="check.asked", visibility=INTERNAL):
    """An officer asked a colleague to check a response."""


class SignatureAsked(Event, kind="signature.asked", visibility=INTERNAL):
    """An officer asked the institutions that must sign a response to sign it."""


class CheckGiven(Event, kind="check.given", visibility=INTERNAL):
    """A colleague checked a response."""

    passed: bool = detail("1 approved, 0 rejected")


class CommitmentUpdated(Event, kind="commitment.updated", visibility=PUBLIC, has_text=True):
    """Progress on a commitment was reported."""

    state: str = detail("the new state")


class CommitmentFulfilled(Event, kind="commitment.fulfilled", visibility=PUBLIC):
    """A commitment was fulfilled."""


class CommitmentDropped(Event, kind="commitment.dropped", visibility=PUBLIC, has_text=True):
    """A commitment was dropped."""

    reason_given: bool = detail("a reason is stated")


class ResponseJudged(Event, kind="response.judged", visibility=PRIVATE):
    """A resident judged whether the response answers the proposal."""

    answers_it: str = detail("yes, partly or no")


class OutcomeChecked(Event, kind="outcome.checked", visibility=PRIVATE):
    """A resident judged whether the commitment was fulfilled."""

    built: str = detail("yes, partly or no")


class SettingChanged(Event, kind="setting.changed", visibility=INTERNAL):
    """An administrator changed a setting."""

    name: str = detail("name of the setting")


class OutsideSystemAdded(Event, kind="outside_system.added", visibility=INTERNAL):
    """An administrator entered the address of a system to which cases are sent."""


class OutsideSystemSecretRotated(Event, kind="outside_system.secret_rotated", visibility=INTERNAL):
    """An administrator gave an outside system a new secret."""


class OutsideSystemRemoved(Event, kind="outside_system.removed", visibility=INTERNAL):
    """An administrator removed an outside system."""


class OutsideCaseStopped(Event, kind="outside_case.stopped", visibility=INTERNAL):
    """A case was sent no more, because the outside system had not taken it for a day."""


class OutsideCaseResent(Event, kind="outside_case.resent", visibility=INTERNAL):
    """An administrator had a case sent to an outside system again."""


class MandateStated(Event, kind="mandate.stated", visibility=PUBLIC, has_text=True):
    """An institution was stated to be responsible for a topic, by a rule."""

    institution: int = detail("id of the institution")


class MandateEnded(Event, kind="mandate.ended", visibility=PUBLIC):
    """A mandate was stated to hold no more."""

    institution: int = detail("id of the institution")


class OverlapOpened(Event, kind="overlap.opened", visibility=PUBLIC, has_text=True):
    """The question was opened which institution is responsible for a topic."""

    coordinator: int = detail("id of the institution that coordinates it")


class OverlapSettled(Event, kind="overlap.settled", visibility=PUBLIC, has_text=True):
    """An overlap of institutions was settled by a written decision."""

    overlap: int = detail("id of the overlap")
