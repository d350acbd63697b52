"""Rendering of notices in a language: subject, sentence and the path of the page to open."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from flask_babel import force_locale, format_date
from flask_babel import gettext as _
from sqlalchemy import select

from deliberate.database import Base, db
from deliberate.models import Commitment, Institution, Notice, Proposal, Referral, Response
from deliberate.notifications.account_templates import ACCOUNT_KINDS, account_page, account_text
from deliberate.notifications.desk_templates import desk_text
from deliberate.notifications.moderation_templates import moderation_text
from deliberate.notifications.notice_kinds import BALLOT_RECEIPT, MERGERS
from deliberate.queries.log.receipts import get_receipt

Model = TypeVar("Model", bound=Base)


@dataclass(frozen=True)
class RenderedNotification:
    """A notice as a reader sees it."""

    subject: str
    sentence: str
    path: str
    """The path of the page to open, with the language."""
    kind: str = ""


@dataclass(frozen=True)
class NotificationContext:
    """The rows that a page of notices refers to, by id."""

    proposals: dict[int, Proposal]
    referrals: dict[int, Referral]
    commitments: dict[int, Commitment]
    responses: dict[int, Response]
    institutions: dict[int, Institution]


def load_context(notices: Iterable[Notice]) -> NotificationContext:
    """Load the rows that notices refer to, with one statement per table."""
    rows = list(notices)
    referrals = _by_id(Referral, [row.details.get("referral") for row in rows])
    institution_ids = {row.institution_id for row in rows}
    for referral in referrals.values():
        institution_ids |= {referral.from_id, referral.to_id}
    return NotificationContext(
        _by_id(Proposal, [row.proposal_id for row in rows]),
        referrals,
        _by_id(Commitment, [row.details.get("commitment") for row in rows]),
        _by_id(Response, [row.details.get("response") for row in rows]),
        _by_id(Institution, list(institution_ids)),
    )


def _by_id(model: type[Model], ids: Sequence[int | None]) -> dict[int, Model]:
    present = {id_ for id_ in ids if id_ is not None}
    if not present:
        return {}
    key = model.__table__.c.id
    rows = db.session.scalars(select(model).where(key.in_(present)))
    return {row.id: row for row in rows}  # type: ignore[attr-defined]  # all models here have ids


def render_notification(
    notice: Notice, context: NotificationContext, language: str
) -> RenderedNotification:
    """Return a notice in a language; the context was loaded with it."""
    with force_locale(language):
        proposal = context.proposals.get(notice.proposal_id or 0)
        title = proposal.title if proposal else ""
        subject, sentence = _text(notice, context, language, title)
    if notice.proposal_id:
        subject = f"[#{notice.proposal_id}] {subject}"
    return RenderedNotification(subject, sentence, _path(notice, language), notice.kind)


def _path(notice: Notice, language: str) -> str:
    if notice.kind in ACCOUNT_KINDS:
        return f"/{language}{account_page(notice.kind)}"
    if notice.kind == BALLOT_RECEIPT:
        return f"/{language}/polls/{notice.details['poll']}"
    if notice.proposal_id is None:
        return f"/{language}/desk"
    if notice.kind.startswith("moderation."):
        return f"/{language}/moderation/{notice.details['subject']}/{notice.details['id']}/appeal"
    if notice.kind.startswith("desk."):
        return f"/{language}/desk/proposals/{notice.proposal_id}"
    if notice.kind.startswith(("response.", "commitment.", "outcome.", "clock.")):
        return f"/{language}/responses/{notice.proposal_id}"
    return f"/{language}/proposals/{notice.proposal_id}"


def _text(
    notice: Notice, context: NotificationContext, language: str, title: str
) -> tuple[str, str]:
    if notice.kind in ACCOUNT_KINDS:
        return account_text(notice)
    if notice.kind == BALLOT_RECEIPT:
        return _ballot_receipt_text(notice)
    if notice.kind.startswith("desk."):
        referral = context.referrals.get(notice.details.get("referral", 0))
        sender = context.institutions.get(referral.from_id or 0) if referral else None
        return desk_text(notice, title, _institution_name(sender, language))
    if notice.kind.startswith("response."):
        return _response_text(notice, context, title)
    if notice.kind.startswith(("proposal.referred", "referral.")):
        return _referral_text(notice, context, language, title)
    if notice.kind.startswith(("commitment.", "outcome.")):
        return _commitment_text(notice, context, title)
    if notice.kind.startswith("moderation."):
        return moderation_text(notice.kind, title)
    if notice.kind in MERGERS:
        return _merger_text(notice, title)
    return _deadline_text(notice, title)


def _ballot_receipt_text(notice: Notice) -> tuple[str, str]:
    receipt = get_receipt(notice.details["entry"])
    return _("Receipt of your ballot"), _(
        "Your ballot in poll %(n)s is in the public log, never what you chose. Receipt: %(code)s",
        n=notice.details["poll"],
        code=receipt.code if receipt else "",
    )


def _response_text(notice: Notice, context: NotificationContext, title: str) -> tuple[str, str]:
    response = context.responses.get(notice.details.get("response", 0))
    headline = response.headline if response else ""
    if notice.kind == "response.again":
        return _("New version of the response"), _(
            "The response to “%(title)s” has a new version: %(headline)s",
            title=title,
            headline=headline,
        )
    return _("The authority responded"), _(
        "“%(title)s” has an official response: %(headline)s", title=title, headline=headline
    )


def _referral_text(
    notice: Notice, context: NotificationContext, language: str, title: str
) -> tuple[str, str]:
    referral = context.referrals.get(notice.details.get("referral", 0))
    institution = context.institutions.get(referral.to_id or 0) if referral else None
    to = _institution_name(institution, language)
    if referral is not None and referral.to_id is None:
        to = referral.external_system
    if notice.kind == "referral.accepted":
        return _("Accepted by %(to)s", to=to), _(
            "%(to)s accepted “%(title)s” and owes the response now. The deadline stays.",
            to=to,
            title=title,
        )
    return _("Referred to %(to)s", to=to), _(
        "“%(title)s” was referred to %(to)s. The deadline stays. Reason: %(reason)s",
        to=to,
        title=title,
        reason=referral.reason if referral else "",
    )


def _commitment_text(notice: Notice, context: NotificationContext, title: str) -> tuple[str, str]:
    commitment = context.commitments.get(notice.details.get("commitment", 0))
    what = commitment.what if commitment else ""
    if notice.kind == "commitment.fulfilled":
        return _("Commitment fulfilled"), _(
            "“%(title)s”: according to the institution this is fulfilled: %(what)s. Is it?",
            title=title,
            what=what,
        )
    if notice.kind == "commitment.dropped":
        return _("Commitment dropped"), _(
            "“%(title)s”: no longer promised: %(what)s. Reason: %(reason)s",
            title=title,
            what=what,
            reason=commitment.dropped_reason if commitment else "",
        )
    if notice.kind == "commitment.late":
        return _("Commitment late"), _(
            "“%(title)s”: promised for %(day)s and not done: %(what)s",
            title=title,
            what=what,
            day=format_date(commitment.due_on, "d MMM y") if commitment else "",
        )
    return _("Progress on a commitment"), _(
        "“%(title)s”: news of a commitment: %(what)s", title=title, what=what
    )


def _merger_text(notice: Notice, title: str) -> tuple[str, str]:
    other_id = notice.details.get("into") or notice.details.get("joined")
    if notice.kind == "proposal.joined":
        return _("A proposal was merged into yours"), _(
            "Proposal %(n)s asks for the same and was merged into “%(title)s”.",
            n=other_id,
            title=title,
        )
    if notice.kind == "proposal.unmerged":
        return _("A proposal is separate again"), _(
            "“%(title)s” is no longer merged with proposal %(n)s. Everything is as it was.",
            n=other_id,
            title=title,
        )
    return _("Merged into another proposal"), _(
        "“%(title)s” asks for the same as proposal %(n)s and was merged into it. Your support "
        "counts there; the thread stays readable.",
        n=other_id,
        title=title,
    )


def _deadline_text(notice: Notice, title: str) -> tuple[str, str]:
    if notice.kind == "clock.paused":
        return _("A question to the author"), _(
            "The institution asked the author of “%(title)s” a question; the deadline is paused.",
            title=title,
        )
    if notice.kind == "deadline.missed":
        return _("Deadline missed"), _(
            "“%(title)s” was due for a response by now and has none. It is listed as overdue.",
            title=title,
        )
    return _("News"), _("There is news on “%(title)s”.", title=title)


def _institution_name(institution: Institution | None, language: str) -> str:
    return institution.name_in(language) if institution else ""
