"""Rendering of notices in a language: subject, sentence and the path of the page to open."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from flask_babel import force_locale
from sqlalchemy import select

from deliberate.database import Base, db
from deliberate.models import Commitment, Institution, Notice, Person, Proposal, Referral, Response
from deliberate.notifications import (  # noqa: F401  # they register the texts of all notices
    account_templates,
    desk_templates,
    moderation_templates,
    proposal_templates,
)
from deliberate.notifications.notice_texts import NoticeSubjects, notice_text
from deliberate.vocabulary.notices import (
    NOTICE_TYPES,
    BallotEnteredNotice,
    BallotReceiptNotice,
    ModerationNotice,
    NoticeEvent,
    NoticePage,
)

Model = TypeVar("Model", bound=Base)
_PATHS = {
    NoticePage.DESK: "/desk",
    NoticePage.ACCOUNT: "/account",
    NoticePage.LIMIT: "/account/limit",
    NoticePage.DATA_REQUESTS: "/data/requests",
    NoticePage.SECOND_FACTOR: "/account/second-factor",
    NoticePage.VERIFICATION: "/verify",
    NoticePage.OFFICE_BALLOTS: "/desk/polls/waiting-ballots",
}
_PATHS_OF_PROPOSALS = {
    NoticePage.PROPOSAL: "/proposals",
    NoticePage.RESPONSES: "/responses",
    NoticePage.CASE: "/desk/proposals",
}


@dataclass(frozen=True)
class RenderedNotification:
    """A notice as a reader sees it."""

    subject: str
    sentence: str
    path: str
    """The path of the page to open, with the language."""
    event: NoticeEvent


@dataclass(frozen=True)
class NotificationContext:
    """The rows that a page of notices refers to, by id."""

    proposals: dict[int, Proposal]
    referrals: dict[int, Referral]
    commitments: dict[int, Commitment]
    responses: dict[int, Response]
    institutions: dict[int, Institution]

    def subjects_of(
        self, notice: Notice, event: NoticeEvent, language: str, reader: Person | None
    ) -> NoticeSubjects:
        """Return what a notice is about, as its reader may see it."""
        proposal = self.proposals.get(notice.proposal_id or 0)
        referral = self.referrals.get(getattr(event, "referral", 0))
        return NoticeSubjects(
            title=proposal.title_for(reader) if proposal else "",
            language=language,
            referral=referral,
            giver=self.institutions.get(referral.from_id or 0) if referral else None,
            receiver=self.institutions.get(referral.to_id or 0) if referral else None,
            commitment=self.commitments.get(getattr(event, "commitment", 0)),
            response=self.responses.get(getattr(event, "response", 0)),
        )


def event_of(notice: Notice) -> NoticeEvent:
    """Return the typed event of a stored notice."""
    return NOTICE_TYPES[notice.kind].from_details(notice.details)


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
    notice: Notice, context: NotificationContext, language: str, reader: Person | None = None
) -> RenderedNotification:
    """Return a notice in a language as its reader may see it; the context was loaded with it.

    The title of a hidden proposal is replaced by its number.
    """
    event = event_of(notice)
    with force_locale(language):
        text = notice_text(event, context.subjects_of(notice, event, language, reader))
    prefix = f"[#{notice.proposal_id}] " if notice.proposal_id else ""
    path = f"/{language}{_path(event, notice.proposal_id)}"
    return RenderedNotification(f"{prefix}{text.subject}", text.sentence, path, event)


def _path(event: NoticeEvent, proposal_id: int | None) -> str:
    if isinstance(event, ModerationNotice):
        return f"/moderation/{event.subject}/{event.id}/appeal"
    if isinstance(event, BallotEnteredNotice):
        return f"/polls/{event.poll}/office-ballot"
    if isinstance(event, BallotReceiptNotice):
        return f"/polls/{event.poll}"
    if event.PAGE in _PATHS_OF_PROPOSALS:
        return f"{_PATHS_OF_PROPOSALS[event.PAGE]}/{proposal_id}"
    return _PATHS[event.PAGE]
