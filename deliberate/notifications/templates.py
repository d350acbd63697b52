"""What a notice says in a reader's language: a subject, one sentence, the address to look at."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from flask_babel import force_locale, format_date
from flask_babel import gettext as _
from sqlalchemy import select

from deliberate.database import Base, db
from deliberate.models import Commitment, Institution, Notice, Proposal, Referral, Response
from deliberate.notifications.account_templates import OF_ACCOUNT, of_account, page_of_account
from deliberate.notifications.desk_templates import of_desk
from deliberate.notifications.moderation_templates import of_moderation
from deliberate.notifications.preferences import BALLOT_RECEIPT, MERGERS
from deliberate.queries.log import receipt_of

Thing = TypeVar("Thing", bound=Base)


@dataclass(frozen=True)
class RenderedNotification:
    """One notice, told."""

    subject: str
    sentence: str
    path: str
    """Where to look, from the root of the site."""
    kind: str = ""


@dataclass(frozen=True)
class NotificationContext:
    """Everything that a page of notices speaks of, read at once."""

    proposals: dict[int, Proposal]
    referrals: dict[int, Referral]
    commitments: dict[int, Commitment]
    responses: dict[int, Response]
    offices: dict[int, Institution]


def load_context(notices: Iterable[Notice]) -> NotificationContext:
    """What some notices speak of."""
    given = list(notices)
    referrals = _all(Referral, [n.told.get("referral") for n in given])
    commitments = _all(Commitment, [n.told.get("commitment") for n in given])
    offices = {r.to_id for r in referrals.values()} | {r.from_id for r in referrals.values()}
    offices |= {n.institution_id for n in given}
    return NotificationContext(
        _all(Proposal, [n.proposal_id for n in given]),
        referrals,
        commitments,
        _all(Response, [n.told.get("response") for n in given]),
        _all(Institution, list(offices)),
    )


def _all(kind: type[Thing], ids: Sequence[int | None]) -> dict[int, Thing]:
    wanted = {number for number in ids if number is not None}
    if not wanted:
        return {}
    key = kind.__table__.c.id
    return {thing.id: thing for thing in db.session.scalars(select(kind).where(key.in_(wanted)))}  # type: ignore[attr-defined]  # all have ids


def render_notification(
    notice: Notice, known: NotificationContext, language: str
) -> RenderedNotification:
    """A notice told in a language."""
    with force_locale(language):
        proposal = known.proposals.get(notice.proposal_id or 0)
        title = proposal.title if proposal else ""
        subject, sentence = _words(notice, known, language, title)
    number = notice.proposal_id
    subject = f"[#{number}] {subject}" if number else subject
    return RenderedNotification(subject, sentence, _path(notice, language), notice.kind)


def _path(notice: Notice, language: str) -> str:
    if notice.kind in OF_ACCOUNT:
        return f"/{language}{page_of_account(notice.kind)}"
    if notice.kind == BALLOT_RECEIPT:
        return f"/{language}/polls/{notice.told['poll']}"
    if notice.proposal_id is None:
        return f"/{language}/desk"
    if notice.kind.startswith("moderation."):
        return f"/{language}/moderation/{notice.told['subject']}/{notice.told['id']}/appeal"
    if notice.kind.startswith("desk."):
        return f"/{language}/desk/proposals/{notice.proposal_id}"
    if notice.kind.startswith(("response.", "commitment.", "outcome.", "clock.")):
        return f"/{language}/responses/{notice.proposal_id}"
    return f"/{language}/proposals/{notice.proposal_id}"


def _words(
    notice: Notice, known: NotificationContext, language: str, title: str
) -> tuple[str, str]:
    if notice.kind in OF_ACCOUNT:
        return of_account(notice)
    if notice.kind == BALLOT_RECEIPT:
        return _of_ballot(notice)
    if notice.kind.startswith("desk."):
        referral = known.referrals.get(notice.told.get("referral", 0))
        giver = known.offices.get(referral.from_id or 0) if referral else None
        return of_desk(notice, title, _name(giver, language))
    if notice.kind.startswith("response."):
        return _of_response(notice, known, title)
    if notice.kind.startswith(("proposal.referred", "referral.")):
        return _of_referral(notice, known, language, title)
    if notice.kind.startswith(("commitment.", "outcome.")):
        return _of_commitment(notice, known, title)
    if notice.kind.startswith("moderation."):
        return of_moderation(notice.kind, title)
    if notice.kind in MERGERS:
        return _of_merger(notice, title)
    return _of_deadline(notice, title)


def _of_ballot(notice: Notice) -> tuple[str, str]:
    receipt = receipt_of(notice.told["entry"])
    return _("Receipt of your ballot"), _(
        "Your ballot in poll %(n)s is in the public log, never what you chose. Receipt: %(code)s",
        n=notice.told["poll"],
        code=receipt.code if receipt else "",
    )


def _of_response(notice: Notice, known: NotificationContext, title: str) -> tuple[str, str]:
    response = known.responses.get(notice.told.get("response", 0))
    headline = response.headline if response else ""
    told = {"title": title, "headline": headline}
    if notice.kind == "response.again":
        return _("New version of the response"), _(
            "The response to “%(title)s” has a new version: %(headline)s", **told
        )
    return _("The authority answered"), _(
        "“%(title)s” has an official response: %(headline)s", **told
    )


def _of_referral(
    notice: Notice, known: NotificationContext, language: str, title: str
) -> tuple[str, str]:
    referral = known.referrals.get(notice.told.get("referral", 0))
    to = known.offices.get(referral.to_id or 0) if referral else None
    told = {"title": title, "to": _name(to, language)}
    if referral is not None and referral.to_id is None:
        told["to"] = referral.external_system
    if notice.kind == "referral.accepted":
        return _("Taken by %(to)s", **told), _(
            "%(to)s took “%(title)s” and owes the answer now. The deadline stays.", **told
        )
    return _("Referred to %(to)s", **told), _(
        "“%(title)s” was handed over to %(to)s. The deadline stays. Reason: %(reason)s",
        **told,
        reason=referral.reason if referral else "",
    )


def _of_commitment(notice: Notice, known: NotificationContext, title: str) -> tuple[str, str]:
    promise = known.commitments.get(notice.told.get("commitment", 0))
    told = {"title": title, "what": promise.what if promise else ""}
    if notice.kind == "commitment.fulfilled":
        return _("Commitment fulfilled"), _(
            "“%(title)s”: fulfilled, says the institution: %(what)s. Is it really so?", **told
        )
    if notice.kind == "commitment.dropped":
        reason = promise.dropped_reason if promise else ""
        return _("Commitment dropped"), _(
            "“%(title)s”: no longer promised: %(what)s. Reason: %(reason)s", **told, reason=reason
        )
    if notice.kind == "commitment.late":
        day = format_date(promise.due_on, "d MMM y") if promise else ""
        return _("Commitment late"), _(
            "“%(title)s”: promised for %(day)s and not done: %(what)s", **told, day=day
        )
    return _("Commitment moved on"), _("“%(title)s”: news of a promise: %(what)s", **told)


def _of_merger(notice: Notice, title: str) -> tuple[str, str]:
    told = {"title": title, "n": notice.told.get("into") or notice.told.get("joined")}
    if notice.kind == "proposal.joined":
        return _("A proposal was joined to yours"), _(
            "Proposal %(n)s asks for the same and was joined to “%(title)s”.", **told
        )
    if notice.kind == "proposal.unmerged":
        return _("A proposal stands by itself again"), _(
            "“%(title)s” is no longer joined to proposal %(n)s. Everything is as it was.", **told
        )
    return _("Joined to another proposal"), _(
        "“%(title)s” asks for the same as proposal %(n)s and was joined to it. Your support "
        "counts there; the thread stays readable.",
        **told,
    )


def _of_deadline(notice: Notice, title: str) -> tuple[str, str]:
    if notice.kind == "clock.paused":
        return _("A question to the author"), _(
            "The institution asked the author of “%(title)s” something; the clock waits.",
            title=title,
        )
    if notice.kind == "deadline.missed":
        return _("Deadline missed"), _(
            "“%(title)s” was to be answered by now and is not. It is listed as overdue.",
            title=title,
        )
    return _("News"), _("Something happened to “%(title)s”.", title=title)


def _name(office: Institution | None, language: str) -> str:
    return office.name_in(language) if office else ""
