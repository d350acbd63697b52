"""Kinds of notices as types: the page a notice opens, its topic, and the details of its text."""

from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar, Self, dataclass_transform

from deliberate.vocabulary.codes import OutsideState
from deliberate.vocabulary.details import Details, detail, detail_meanings, plain_values

NOTICE_TYPES: dict[str, type["NoticeEvent"]] = {}
"""The type of every kind of notice by the name of the kind."""


class Channel(StrEnum):
    """The channels of a delivery."""

    ACCOUNT = "account"
    MAIL = "mail"
    PHONE = "phone"
    PUSH = "push"


class Audience(StrEnum):
    """Who receives a notice."""

    PERSON = "person"
    PARTICIPANTS = "participants"
    SUPPORTERS = "supporters"
    CONTRIBUTORS = "contributors"
    PROCESS = "process"
    FOLLOWERS = "followers"
    STAFF = "staff"
    MODERATORS = "moderators"


class Timing(StrEnum):
    """When a notice is written."""

    AT_ONCE = "at_once"
    ON_DATE = "on_date"
    DAILY = "daily"
    WEEKLY = "weekly"


class Topic(StrEnum):
    """The topics that people switch on and off; notices without a topic are always mailed."""

    RESPONSE = "response"
    REFERRAL = "referral"
    DEADLINE = "deadline"
    COMMITMENT = "commitment"
    REPLY = "reply"
    ARGUMENT = "argument"
    PROGRESS = "progress"
    POLL = "poll"
    PROCESS = "process"
    ANNOUNCEMENT = "announcement"
    DESK = "desk"
    MODERATION = "moderation"


OPTIONAL_IN_ACCOUNT = frozenset(
    {
        Topic.REPLY,
        Topic.ARGUMENT,
        Topic.PROGRESS,
        Topic.POLL,
        Topic.PROCESS,
        Topic.ANNOUNCEMENT,
    }
)
"""Topics that people can also switch off in the account; what an institution did always stays."""
NOT_MAILED_BY_DEFAULT = frozenset({Topic.PROCESS})
"""Topics that are mailed only to people who ask for it; the weekly mail has them."""
TEXTED_BY_DEFAULT = frozenset({Topic.RESPONSE})
"""Topics of which whoever confirmed a telephone number gets a text without choosing it."""


PUSHED_BY_DEFAULT = frozenset({Topic.RESPONSE, Topic.COMMITMENT, Topic.REPLY})
"""Topics that are shown on the devices of those who switched notices on there."""


class NoticePage(StrEnum):
    """The page that a notice opens."""

    PROPOSAL = "proposal"
    COMMENT = "comment"
    CHANGES = "changes"
    SUMMARY = "summary"
    RESPONSES = "responses"
    CASE = "case"
    DESK = "desk"
    COMMITMENTS = "commitments"
    APPEAL = "appeal"
    REVIEW = "review"
    POLL = "poll"
    PROCESS = "process"
    NEWS = "news"
    QUESTIONNAIRES = "questionnaires"
    COAUTHORS = "coauthors"
    AMENDMENT = "amendment"
    ACCOUNT = "account"
    MESSAGES = "messages"
    LIMIT = "limit"
    DATA_REQUESTS = "data_requests"
    SECOND_FACTOR = "second_factor"
    VERIFICATION = "verification"
    RECLASSIFICATION = "reclassification"
    ANSWER_DESK = "answer_desk"
    ANSWER_DRAFT = "answer_draft"
    OFFICE_BALLOT = "office_ballot"
    OFFICE_BALLOTS = "office_ballots"
    WEBHOOKS = "webhooks"
    OUTSIDE_SYSTEMS = "outside_systems"
    DOCUMENT = "document"
    VERSION_CHANGES = "version_changes"
    CONTRIBUTION = "contribution"


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(detail,))
class NoticeEvent(Details):
    """The details of a notice; a subclass is a kind of notice, its docstring names the occasion.

    Details are what the text needs besides the proposal: codes, ids and dates.
    """

    KIND: ClassVar[str] = ""
    PAGE: ClassVar[NoticePage] = NoticePage.PROPOSAL
    TOPIC: ClassVar[Topic | None] = None
    NEEDS_CONFIRMED_ADDRESS: ClassVar[bool] = True
    """Whether it is mailed to confirmed addresses only."""

    def __init_subclass__(
        cls,
        kind: str = "",
        page: NoticePage | None = None,
        topic: Topic | None = None,
        needs_confirmed_address: bool = True,
    ) -> None:
        """Make the subclass a dataclass and register its kind; without a kind it is a base."""
        super().__init_subclass__()
        cls.KIND, cls.NEEDS_CONFIRMED_ADDRESS = kind, needs_confirmed_address
        cls.PAGE, cls.TOPIC = page or cls.PAGE, topic or cls.TOPIC
        if not kind:
            return
        if kind in NOTICE_TYPES:
            raise TypeError(f"two types of the notice {kind}")
        NOTICE_TYPES[kind] = cls

    def details(self) -> dict[str, object]:
        """Return the details as JSON values, without those that are None."""
        return {name: value for name, value in plain_values(self).items() if value is not None}

    @classmethod
    def from_details(cls, details: Mapping[str, object]) -> Self:
        """Return the notice with stored details; details that it no longer has are ignored."""
        return cls(**{name: details[name] for name in detail_meanings(cls) if name in details})


class _OnResponse(NoticeEvent, page=NoticePage.RESPONSES, topic=Topic.RESPONSE):
    """A notice on an official response."""

    response: int = detail("id of the response")


class ResponseNotice(_OnResponse, kind="response.published"):
    """The official response that answers a proposal was published."""


class InterimResponseNotice(_OnResponse, kind="response.interim"):
    """An interim answer was published, after which a response is still owed."""


class NewResponseVersionNotice(_OnResponse, kind="response.again"):
    """A new version of an official response was published."""


class _OnReferral(NoticeEvent, topic=Topic.REFERRAL):
    """A notice on a referral."""

    referral: int = detail("id of the referral")


class ReferralNotice(_OnReferral, kind="proposal.referred"):
    """A proposal was referred to another institution."""


class ReferralAcceptedNotice(_OnReferral, kind="referral.accepted"):
    """The receiving institution accepted a referral."""


class OutsideStatusNotice(_OnReferral, kind="outside_status.received"):
    """An outside system reported how far a case is that was referred to it."""

    state: OutsideState = detail("the state there")


class DeadlineMissedNotice(NoticeEvent, kind="deadline.missed", topic=Topic.DEADLINE):
    """The deadline of a response passed without a response."""


class ClockPausedNotice(
    NoticeEvent, kind="clock.paused", page=NoticePage.RESPONSES, topic=Topic.DEADLINE
):
    """The deadline was paused until the author answers a question."""


class _OnCommitment(NoticeEvent, page=NoticePage.RESPONSES, topic=Topic.COMMITMENT):
    """A notice on a commitment."""

    commitment: int = detail("id of the commitment")


class CommitmentUpdatedNotice(_OnCommitment, kind="commitment.updated"):
    """Progress on a commitment was reported."""


class CommitmentFulfilledNotice(_OnCommitment, kind="commitment.fulfilled"):
    """A commitment was fulfilled."""


class CommitmentDroppedNotice(_OnCommitment, kind="commitment.dropped"):
    """A commitment was dropped."""


class CommitmentLateNotice(_OnCommitment, kind="commitment.late"):
    """The date of a commitment passed."""


class CommitmentDueNotice(_OnCommitment, kind="commitment.due"):
    """The date of a commitment is three days away."""


class _OnProgress(NoticeEvent, topic=Topic.PROGRESS):
    """A notice on the progress of a proposal."""


class QualifiedNotice(_OnProgress, kind="proposal.qualified"):
    """A proposal reached its threshold: a response is owed."""


class AcknowledgedNotice(_OnProgress, kind="proposal.acknowledged"):
    """The institution acknowledged that it received the proposal."""


class RevisedNotice(_OnProgress, kind="proposal.revised", page=NoticePage.CHANGES):
    """The text of a proposal was changed after the recipient supported it."""

    version: int = detail("number of the version")


class ReplyNotice(NoticeEvent, kind="comment.replied", page=NoticePage.COMMENT, topic=Topic.REPLY):
    """Somebody replied to a comment of the recipient."""

    comment: int = detail("id of the reply")


class ArgumentsNotice(NoticeEvent, kind="comment.arguments", topic=Topic.ARGUMENT):
    """New arguments on a proposal of the recipient, those of a day in one notice."""

    count: int = detail("number of new arguments")


class SummaryWaitsNotice(_OnProgress, kind="summary.waits", page=NoticePage.SUMMARY):
    """A summary waits for the agreement of the author."""


class MergedNotice(_OnProgress, kind="proposal.merged"):
    """A proposal was merged into another; sent to everyone whom it concerns."""

    into: int = detail("id of the other proposal")


class JoinedNotice(_OnProgress, kind="proposal.joined"):
    """Another proposal was merged into the proposal of the recipient."""

    joined: int = detail("id of the other proposal")


class UnmergedNotice(_OnProgress, kind="proposal.unmerged"):
    """A merger was undone; sent to everyone whom it concerns."""

    into: int = detail("id of the other proposal")


class _ToOfficer(NoticeEvent, page=NoticePage.CASE):
    """A notice to one member of the staff, which is always mailed."""


class _ToDesk(NoticeEvent, page=NoticePage.CASE, topic=Topic.DESK):
    """A notice to the staff of an institution."""


class NewCaseNotice(_ToDesk, kind="desk.new"):
    """A proposal reached its threshold and the institution owes the response."""


class DueSoonNotice(_ToDesk, kind="desk.soon"):
    """A response is due within three working days."""


class OverdueNotice(_ToDesk, kind="desk.overdue"):
    """A response is overdue."""


class CommitmentNearNotice(_ToDesk, kind="desk.commitment", page=NoticePage.COMMITMENTS):
    """A commitment of the institution is due within three days."""

    commitment: int = detail("id of the commitment")


class UnpublishedNotice(_ToOfficer, kind="desk.unpublished"):
    """A scheduled response could not be published on its day."""


class ReferralOfferedNotice(_ToDesk, kind="desk.offered"):
    """Another institution referred a proposal to the institution."""

    referral: int = detail("id of the referral")


class ReferralReturnedNotice(_ToDesk, kind="desk.bounced"):
    """No institution accepted a referral; the institution is responsible again."""

    referral: int = detail("id of the referral")


class CheckRequestedNotice(_ToDesk, kind="desk.check"):
    """A colleague asks for a check of a response."""


class SignatureRequestedNotice(_ToDesk, kind="desk.sign"):
    """Another institution asks the institution to sign a response."""


class CheckedNotice(_ToOfficer, kind="desk.checked"):
    """A colleague checked a response of the recipient."""

    passed: bool = detail("1 approved, 0 rejected")


class AssignedNotice(_ToOfficer, kind="desk.assigned"):
    """A case was assigned to the recipient."""


class _OnUnit(NoticeEvent, page=NoticePage.ANSWER_DESK):
    """A notice to officers on a part of a draft text."""

    document: int = detail("id of the draft text")
    unit: int = detail("id of the part")
    version: int = detail("number of the version it is read in")


class _OnAnswerDraft(_OnUnit, page=NoticePage.ANSWER_DRAFT):
    """A notice to officers on an answer that waits for consent."""

    draft: int = detail("id of the draft of the answer")


class UnitAssignedNotice(_OnUnit, kind="desk.unit_assigned"):
    """The contributions to a part of a draft text were assigned to the recipient."""


class UnitCheckRequestedNotice(_OnAnswerDraft, kind="desk.unit_check", topic=Topic.DESK):
    """A colleague asks for a check of an answer on a draft text."""


class UnitSignatureRequestedNotice(_OnAnswerDraft, kind="desk.unit_sign", topic=Topic.DESK):
    """Another institution asks the institution to sign an answer on a draft text."""


class UnitCheckedNotice(_OnAnswerDraft, kind="desk.unit_checked"):
    """A colleague checked an answer of the recipient on a draft text."""

    passed: bool = detail("1 approved, 0 rejected")


class WeeklySummaryNotice(NoticeEvent, kind="desk.week", page=NoticePage.DESK, topic=Topic.DESK):
    """The open cases of an institution, on Mondays."""

    open_cases: int = detail("number of open cases")
    due_soon: int = detail("of which due soon")
    overdue: int = detail("of which overdue")


class _OnPoll(NoticeEvent, page=NoticePage.POLL, topic=Topic.POLL):
    """A notice on a poll."""

    poll: int = detail("id of the poll")


class PollOpenedNotice(_OnPoll, kind="poll.opened"):
    """A poll opened."""


class PollClosingNotice(_OnPoll, kind="poll.closing"):
    """A poll closes within a day; sent to those who have not voted."""


class PollResultNotice(_OnPoll, kind="poll.result"):
    """The result of a poll is shown."""


class PollOutcomeNotice(_OnPoll, kind="poll.outcome"):
    """It was stated what was decided after a poll."""


class _OnProcess(NoticeEvent, page=NoticePage.PROCESS, topic=Topic.PROCESS):
    """A notice on a process."""


class PhaseBeganNotice(_OnProcess, kind="phase.began"):
    """A phase of a process began."""

    phase: str = detail("key of the phase")


class ProcessChangedNotice(_OnProcess, kind="process.changed"):
    """Texts, rules, institutions or dates of an open process were changed, or it was closed."""

    change: int | None = detail("id of the change", default=None)


class ReasonSurveyOpenedNotice(_OnProcess, kind="reason_survey.opened"):
    """The first questionnaire about considerations and preferences opened."""


class ReasonSurveyAfterNotice(_OnProcess, kind="reason_survey.after"):
    """The second questionnaire about considerations and preferences opened."""


class OrganisersAskedNotice(
    NoticeEvent, kind="questionnaire.organisers", page=NoticePage.QUESTIONNAIRES, topic=Topic.DESK
):
    """A questionnaire for those who run a process opened at its close."""


class QuestionnaireOpenedNotice(_OnProcess, kind="questionnaire.opened"):
    """A questionnaire for residents who took part opened at the close of a process."""


class NewsNotice(
    NoticeEvent, kind="news.published", page=NoticePage.NEWS, topic=Topic.ANNOUNCEMENT
):
    """The people of a process published news; sent to those who follow it."""

    news_item: int = detail("id of the news")


class _OnDocument(NoticeEvent, page=NoticePage.DOCUMENT, topic=Topic.PROCESS):
    """A notice on the consultation on a draft text."""

    document: int = detail("id of the draft text")


class ConsultationOpenedNotice(_OnDocument, kind="document.opened"):
    """A draft text of a process can be commented on and amended."""


class ConsultationClosedNotice(_OnDocument, kind="document.closed"):
    """The consultation on a draft text ended."""


class DraftRevisedNotice(
    _OnDocument, kind="document.revised", page=NoticePage.VERSION_CHANGES, topic=Topic.PROGRESS
):
    """A draft text has a new version after the recipient contributed to it."""

    version: int = detail("number of the version")


class ContributionAnsweredNotice(
    _OnDocument, kind="unit.answered", page=NoticePage.CONTRIBUTION, topic=Topic.RESPONSE
):
    """An answer names a contribution of the recipient to a draft text."""

    contribution: int = detail("id of the contribution")
    answer: int = detail("id of the answer")


class AmendmentDecidedNotice(
    _OnDocument, kind="amendment.decided", page=NoticePage.CONTRIBUTION, topic=Topic.RESPONSE
):
    """An answer decides on an amendment that the recipient joined."""

    contribution: int = detail("id of the amendment")
    answer: int = detail("id of the answer")


class DigestNotice(NoticeEvent, kind="digest.week", page=NoticePage.MESSAGES):
    """The weekly mail: what the recipient has not seen."""

    after: int = detail("id of the newest delivery of the weekly mail before")
    up_to: int = detail("id of the newest delivery in it")
    count: int = detail("number of things in it")


class _ToModerators(NoticeEvent, page=NoticePage.REVIEW, topic=Topic.MODERATION):
    """A notice to moderators about a text that waits for them."""

    subject: str = detail("proposal, comment or unit_contribution")
    id: int = detail("id of the text")
    document: int | None = detail("id of the draft text it is on", default=None)


class ReportLateNotice(_ToModerators, kind="queue.late"):
    """A report is older than 24 hours."""


class EscalatedNotice(_ToModerators, kind="queue.passed"):
    """A moderator passed a text on to the others."""


class SummarySuggestedNotice(
    NoticeEvent, kind="queue.summary", page=NoticePage.SUMMARY, topic=Topic.MODERATION
):
    """A summary of an author waits for the agreement of a moderator."""


class ModerationNotice(NoticeEvent, page=NoticePage.APPEAL):
    """A notice to the author of a text that is held or was moderated."""

    subject: str = detail("proposal, comment or unit_contribution")
    id: int = detail("id of the text")
    document: int | None = detail("id of the draft text it is on", default=None)
    until: str | None = detail("when a hold ends, as ISO 8601", default=None)


class HeldNotice(ModerationNotice, kind="moderation.held"):
    """Reports hold a text for a day."""


class DelayedNotice(ModerationNotice, kind="moderation.delayed"):
    """A rule holds a text for at most two working days."""


class EditRequestedNotice(ModerationNotice, kind="moderation.asked"):
    """A moderator asks the author to edit a text."""


class KeptNotice(ModerationNotice, kind="moderation.kept"):
    """A moderator decided that a text stays as it is."""


class HiddenNotice(ModerationNotice, kind="moderation.hidden"):
    """A moderator hid a text."""


class RestoredNotice(ModerationNotice, kind="moderation.restored"):
    """A moderator decided that a text is shown again."""


class ShownNotice(ModerationNotice, kind="moderation.published"):
    """The hold of a text by a rule ended, and the text is shown."""


class AppealGrantedNotice(ModerationNotice, kind="moderation.granted"):
    """Another moderator granted an appeal."""


class AppealRefusedNotice(ModerationNotice, kind="moderation.refused"):
    """Another moderator refused an appeal."""


class _OnAccount(NoticeEvent, page=NoticePage.ACCOUNT):
    """A notice to the owner of an account."""


class AddressGivenNotice(_OnAccount, kind="address.given", needs_confirmed_address=False):
    """The address of a new account must be confirmed."""


class NewAddressNotice(_OnAccount, kind="address.new", needs_confirmed_address=False):
    """The new address must confirm a change of address."""


class AddressLeftNotice(_OnAccount, kind="address.left"):
    """The present address must agree to a change of address."""


class RecoveryLinkNotice(_OnAccount, kind="recovery.asked"):
    """A link to choose a new passphrase was requested."""


class EntryMadeNotice(NoticeEvent, kind="entry.made"):
    """An officer entered a proposal, comment or support in the person's name at an office."""


class RecoveryBegunNotice(_OnAccount, kind="recovery.begun"):
    """An officer started a recovery at an office."""


class RecoveryConfirmedNotice(_OnAccount, kind="recovery.confirmed"):
    """A second officer confirmed a recovery at an office."""


class RecoveryStoppedNotice(_OnAccount, kind="recovery.stopped"):
    """A recovery at an office was stopped."""


class FactorRemovedNotice(_OnAccount, kind="factor.removed", page=NoticePage.SECOND_FACTOR):
    """An administrator removed the second factor of the account."""


class VerifiedNotice(_OnAccount, kind="resident.verified", page=NoticePage.VERIFICATION):
    """The owner of the account was verified as a resident."""


class VerificationEndedNotice(_OnAccount, kind="verification.ended", page=NoticePage.VERIFICATION):
    """The verification of the owner of the account ended."""


class AccountReclassifiedNotice(
    _OnAccount, kind="account.reclassified", page=NoticePage.RECLASSIFICATION
):
    """Two administrators changed the class of the account."""


class WebhookPausedNotice(_OnAccount, kind="webhook.paused", page=NoticePage.WEBHOOKS):
    """A webhook that the person entered was paused."""


class OutsideCaseStoppedNotice(
    _OnAccount, kind="outside_case.stopped", page=NoticePage.OUTSIDE_SYSTEMS
):
    """A case did not reach an outside system that the person entered."""


class SanctionNotice(_OnAccount, kind="sanction.imposed", page=NoticePage.LIMIT):
    """The account was limited."""

    until: str | None = detail("when the limit ends, as ISO 8601", default=None)


class SanctionLiftedNotice(_OnAccount, kind="sanction.lifted", page=NoticePage.LIMIT):
    """The limit of the account was lifted."""


class SanctionAppealGrantedNotice(_OnAccount, kind="sanction.granted", page=NoticePage.LIMIT):
    """Another moderator granted an appeal against a limit."""


class SanctionAppealRefusedNotice(_OnAccount, kind="sanction.refused", page=NoticePage.LIMIT):
    """Another moderator refused an appeal against a limit."""


class DataRequestDecidedNotice(_OnAccount, kind="request.decided", page=NoticePage.DATA_REQUESTS):
    """A request for protected research data was decided."""

    granted: bool = detail("1 granted, 0 refused")


class CoAuthorInvitedNotice(NoticeEvent, kind="coauthor.invited", page=NoticePage.COAUTHORS):
    """The recipient was invited to write a proposal or an amendment with its author."""


class CoAuthorJoinedNotice(NoticeEvent, kind="coauthor.joined", page=NoticePage.COAUTHORS):
    """A person became a co-author of what the recipient wrote."""


class CoAuthorLeftNotice(NoticeEvent, kind="coauthor.left", page=NoticePage.COAUTHORS):
    """A person is no co-author any more of what the recipient wrote."""


class WithdrawalRequestedNotice(
    NoticeEvent, kind="withdrawal.requested", page=NoticePage.COAUTHORS
):
    """An author asks to withdraw what the recipient wrote with others."""


class WithdrawalObjectedNotice(NoticeEvent, kind="withdrawal.objected", page=NoticePage.COAUTHORS):
    """An author objected to a withdrawal."""


class AmendmentRevisedNotice(NoticeEvent, kind="amendment.revised", page=NoticePage.AMENDMENT):
    """The words of an amendment that the recipient joined or wrote with others were changed."""

    document: int = detail("id of the draft text")
    amendment: int = detail("id of the amendment")


class AmendmentPromotedNotice(NoticeEvent, kind="amendment.promoted"):
    """An amendment that the recipient joined or wrote with others became a proposal."""


class DataAccessEndsNotice(_OnAccount, kind="request.ends", page=NoticePage.DATA_REQUESTS):
    """Access to protected research data ends within two weeks."""

    until: str = detail("the day, as ISO 8601")


class BallotEnteredNotice(NoticeEvent, kind="ballot.entered", page=NoticePage.OFFICE_BALLOT):
    """An officer entered a ballot in the person's name at an office."""

    poll: int = detail("number of the poll")


class BallotHeldNotice(NoticeEvent, kind="ballot.held", page=NoticePage.OFFICE_BALLOT):
    """A ballot entered in the person's name waits for a second officer."""

    poll: int = detail("number of the poll")


class BallotToConfirmNotice(NoticeEvent, kind="ballot.to_confirm", page=NoticePage.OFFICE_BALLOTS):
    """A ballot that a colleague entered waits for a second officer."""

    poll: int = detail("number of the poll")


class BallotObjectedNotice(NoticeEvent, kind="ballot.objected", page=NoticePage.OFFICE_BALLOTS):
    """A voter objected to a ballot that a colleague entered."""

    poll: int = detail("number of the poll")


class BallotReceiptNotice(NoticeEvent, kind="ballot.receipt", page=NoticePage.POLL):
    """The receipt of a ballot, mailed if the voter asked for it."""

    entry: str = detail("id of the row of the log")
    poll: int = detail("id of the poll")


def kinds_of(topic: Topic) -> list[str]:
    """Return the kinds of notices on a topic."""
    return [kind for kind, event in NOTICE_TYPES.items() if topic == event.TOPIC]
