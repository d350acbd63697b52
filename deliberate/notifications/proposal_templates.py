"""Texts of notices on a proposal: response, referral, deadline, commitment, merger, ballot."""

from flask_babel import gettext as _

from deliberate.days import date_text
from deliberate.notifications.notice_texts import NoticeSubjects, NoticeText, notice_text
from deliberate.queries.log.receipts import get_receipt
from deliberate.vocabulary.notices import (
    BallotEnteredNotice,
    BallotObjectedNotice,
    BallotReceiptNotice,
    ClockPausedNotice,
    CommitmentDroppedNotice,
    CommitmentFulfilledNotice,
    CommitmentLateNotice,
    CommitmentUpdatedNotice,
    DeadlineMissedNotice,
    EntryMadeNotice,
    InterimResponseNotice,
    JoinedNotice,
    MergedNotice,
    NewResponseVersionNotice,
    ReferralAcceptedNotice,
    ReferralNotice,
    ResponseNotice,
    UnmergedNotice,
)


@notice_text.register
def _response(_event: ResponseNotice, about: NoticeSubjects) -> NoticeText:
    return NoticeText(
        _("The authority responded"),
        _(
            "“%(title)s” has an official response: %(headline)s",
            title=about.title,
            headline=about.response.headline if about.response else "",
        ),
    )


@notice_text.register
def _interim_response(_event: InterimResponseNotice, about: NoticeSubjects) -> NoticeText:
    return NoticeText(
        _("Interim answer from the authority"),
        _(
            "“%(title)s” has an interim answer; the official response is still owed: %(headline)s",
            title=about.title,
            headline=about.response.headline if about.response else "",
        ),
    )


@notice_text.register
def _new_response_version(_event: NewResponseVersionNotice, about: NoticeSubjects) -> NoticeText:
    return NoticeText(
        _("New version of the response"),
        _(
            "The response to “%(title)s” has a new version: %(headline)s",
            title=about.title,
            headline=about.response.headline if about.response else "",
        ),
    )


@notice_text.register
def _referral(_event: ReferralNotice, about: NoticeSubjects) -> NoticeText:
    to = _receiver(about)
    return NoticeText(
        _("Referred to %(to)s", to=to),
        _(
            "“%(title)s” was referred to %(to)s. The deadline stays. Reason: %(reason)s",
            to=to,
            title=about.title,
            reason=about.referral.reason if about.referral else "",
        ),
    )


@notice_text.register
def _referral_accepted(_event: ReferralAcceptedNotice, about: NoticeSubjects) -> NoticeText:
    to = _receiver(about)
    return NoticeText(
        _("Accepted by %(to)s", to=to),
        _(
            "%(to)s accepted “%(title)s” and owes the response now. The deadline stays.",
            to=to,
            title=about.title,
        ),
    )


def _receiver(about: NoticeSubjects) -> str:
    """Return the name of the receiving institution, or of the system outside the platform."""
    if about.referral is not None and about.referral.to_id is None:
        return about.referral.external_system
    return about.name_of(about.receiver)


@notice_text.register
def _commitment_updated(_event: CommitmentUpdatedNotice, about: NoticeSubjects) -> NoticeText:
    return NoticeText(
        _("Progress on a commitment"),
        _("“%(title)s”: news of a commitment: %(what)s", title=about.title, what=_what(about)),
    )


@notice_text.register
def _commitment_fulfilled(_event: CommitmentFulfilledNotice, about: NoticeSubjects) -> NoticeText:
    return NoticeText(
        _("Commitment fulfilled"),
        _(
            "“%(title)s”: according to the institution this is fulfilled: %(what)s. Is it?",
            title=about.title,
            what=_what(about),
        ),
    )


@notice_text.register
def _commitment_dropped(_event: CommitmentDroppedNotice, about: NoticeSubjects) -> NoticeText:
    return NoticeText(
        _("Commitment dropped"),
        _(
            "“%(title)s”: no longer promised: %(what)s. Reason: %(reason)s",
            title=about.title,
            what=_what(about),
            reason=about.commitment.dropped_reason if about.commitment else "",
        ),
    )


@notice_text.register
def _commitment_late(_event: CommitmentLateNotice, about: NoticeSubjects) -> NoticeText:
    return NoticeText(
        _("Commitment late"),
        _(
            "“%(title)s”: promised for %(day)s and not done: %(what)s",
            title=about.title,
            what=_what(about),
            day=_due_day(about),
        ),
    )


def _due_day(about: NoticeSubjects) -> str:
    if about.commitment is None:
        return ""
    return date_text(about.commitment.due_on, place=about.commitment.response.proposal.process)


def _what(about: NoticeSubjects) -> str:
    return about.commitment.what if about.commitment else ""


@notice_text.register
def _merged(event: MergedNotice, about: NoticeSubjects) -> NoticeText:
    return NoticeText(
        _("Merged into another proposal"),
        _(
            "“%(title)s” asks for the same as proposal %(n)s and was merged into it. Your support "
            "counts there; the thread stays readable.",
            n=event.into,
            title=about.title,
        ),
    )


@notice_text.register
def _joined(event: JoinedNotice, about: NoticeSubjects) -> NoticeText:
    return NoticeText(
        _("A proposal was merged into yours"),
        _(
            "Proposal %(n)s asks for the same and was merged into “%(title)s”.",
            n=event.joined,
            title=about.title,
        ),
    )


@notice_text.register
def _unmerged(event: UnmergedNotice, about: NoticeSubjects) -> NoticeText:
    return NoticeText(
        _("A proposal is separate again"),
        _(
            "“%(title)s” is no longer merged with proposal %(n)s. Everything is as it was.",
            n=event.into,
            title=about.title,
        ),
    )


@notice_text.register
def _clock_paused(_event: ClockPausedNotice, about: NoticeSubjects) -> NoticeText:
    return NoticeText(
        _("A question to the author"),
        _(
            "The institution asked the author of “%(title)s” a question; the deadline is paused.",
            title=about.title,
        ),
    )


@notice_text.register
def _deadline_missed(_event: DeadlineMissedNotice, about: NoticeSubjects) -> NoticeText:
    return NoticeText(
        _("Deadline missed"),
        _(
            "“%(title)s” was due for a response by now and has none. It is listed as overdue.",
            title=about.title,
        ),
    )


@notice_text.register
def _entry_made(_event: EntryMadeNotice, about: NoticeSubjects) -> NoticeText:
    return NoticeText(
        _("Entered for you at an office"),
        _(
            "An officer entered your contribution to “%(title)s”. If it was not you, withdraw it "
            "and tell the office.",
            title=about.title,
        ),
    )


@notice_text.register
def _ballot_entered(event: BallotEnteredNotice, _about: NoticeSubjects) -> NoticeText:
    return NoticeText(
        _("A ballot was entered for you at an office"),
        _(
            "An officer entered a ballot in your name in poll %(n)s. If it was not you, object "
            "before the poll closes: the ballot is then void and you can vote yourself.",
            n=event.poll,
        ),
    )


@notice_text.register
def _ballot_objected(event: BallotObjectedNotice, _about: NoticeSubjects) -> NoticeText:
    return NoticeText(
        _("A voter objects to a ballot entered at your office"),
        _(
            "In poll %(n)s a ballot that a colleague entered is void: the voter did not cast it. "
            "Find out what happened.",
            n=event.poll,
        ),
    )


@notice_text.register
def _ballot_receipt(event: BallotReceiptNotice, _about: NoticeSubjects) -> NoticeText:
    receipt = get_receipt(event.entry)
    return NoticeText(
        _("Receipt of your ballot"),
        _(
            "Your ballot in poll %(n)s is in the public log, never what you chose. "
            "Receipt: %(code)s",
            n=event.poll,
            code=receipt.code if receipt else "",
        ),
    )
