"""Rendering of notices in a language: subject, sentence and the path of the page to open."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from deliberate.database import Base, db
from deliberate.models import (
    Comment,
    Commitment,
    Document,
    Institution,
    Notice,
    Person,
    Poll,
    Process,
    ProcessChange,
    ProcessNews,
    Proposal,
    Referral,
    Response,
    UnitAnswer,
    UnitContribution,
)
from deliberate.notifications.notice_texts import NoticeSubjects, notice_text
from deliberate.notifications.quotes import Quote
from deliberate.queries.notices.digests import list_digest_messages
from deliberate.vocabulary.notices import NOTICE_TYPES, DigestNotice, NoticeEvent, NoticePage, Topic

Model = TypeVar("Model", bound=Base)
_PATHS = {
    NoticePage.PROPOSAL: "/proposals/{proposal}",
    NoticePage.COMMENT: "/proposals/{proposal}?at={comment}#c{comment}",
    NoticePage.CHANGES: "/proposals/{proposal}/changes",
    NoticePage.SUMMARY: "/proposals/{proposal}/summary",
    NoticePage.RESPONSES: "/responses/{proposal}",
    NoticePage.CASE: "/desk/proposals/{proposal}",
    NoticePage.DESK: "/desk",
    NoticePage.COMMITMENTS: "/desk/commitments/{commitment}",
    NoticePage.APPEAL: "/moderation/{subject}/{id}/appeal",
    NoticePage.REVIEW: "/desk/moderation/{subject}/{id}",
    NoticePage.POLL: "/polls/{poll}",
    NoticePage.PROCESS: "/processes/{slug}",
    NoticePage.NEWS: "/processes/{slug}/news#news-{news_item}",
    NoticePage.QUESTIONNAIRES: "/processes/{slug}/questionnaires",
    NoticePage.COAUTHORS: "/co-authors",
    NoticePage.AMENDMENT: "/documents/{document}/contributions/{amendment}",
    NoticePage.ACCOUNT: "/account",
    NoticePage.MESSAGES: "/account/messages",
    NoticePage.LIMIT: "/account/limit",
    NoticePage.DATA_REQUESTS: "/data/requests",
    NoticePage.SECOND_FACTOR: "/account/second-factor",
    NoticePage.VERIFICATION: "/verify",
    NoticePage.RECLASSIFICATION: "/account/class",
    NoticePage.WEBHOOKS: "/desk/webhooks",
    NoticePage.OUTSIDE_SYSTEMS: "/desk/outside-systems",
    NoticePage.OFFICE_BALLOT: "/polls/{poll}/office-ballot",
    NoticePage.DOCUMENT: "/documents/{document}",
    NoticePage.VERSION_CHANGES: "/documents/{document}/compare?to={version}",
    NoticePage.CONTRIBUTION: "/documents/{document}/contributions/{contribution}",
    NoticePage.ANSWER_DESK: "/desk/contributions?mine=1",
    NoticePage.ANSWER_DRAFT: "/desk/contributions#draft-{draft}",
    NoticePage.OFFICE_BALLOTS: "/desk/polls/waiting-ballots",
}
"""The path of each page; a name in braces is a detail of the notice."""


@dataclass(frozen=True)
class RenderedNotification:
    """A notice as a reader sees it."""

    subject: str
    sentence: str
    path: str
    """The path of the page to open, with the language."""
    event: NoticeEvent
    thing: str = ""
    """The title of the proposal, the process, the poll or the draft that it is about."""
    thing_language: str = ""
    """The language of this title."""
    quotes: tuple[Quote, ...] = ()
    """Texts of people that the sentence quotes, each with its language."""
    title: str = ""
    """The subject without the number of the proposal, for a page that names the proposal."""
    thing_key: tuple[int | None, ...] = ()
    """The ids of the proposal, process, poll and draft: things of one title are told apart."""


@dataclass(frozen=True)
class NotificationContext:
    """The rows that a page of notices refers to, by id."""

    proposals: dict[int, Proposal]
    processes: dict[int, Process]
    polls: dict[int, Poll]
    comments: dict[int, Comment]
    referrals: dict[int, Referral]
    commitments: dict[int, Commitment]
    responses: dict[int, Response]
    changes: dict[int, ProcessChange]
    news: dict[int, ProcessNews]
    documents: dict[int, Document]
    contributions: dict[int, UnitContribution]
    answers: dict[int, UnitAnswer]
    institutions: dict[int, Institution]

    def shows_withdrawn_news(self, notice: Notice) -> bool:
        """Return whether a notice is about news that were withdrawn."""
        row = self.news.get(notice.details.get("news_item", 0))
        return row is not None and row.withdrawn_at is not None

    def subjects_of(
        self, notice: Notice, event: NoticeEvent, language: str, reader: Person | None
    ) -> NoticeSubjects:
        """Return what a notice is about, as its reader may see it."""
        details = notice.details
        referral = self.referrals.get(details.get("referral", 0))
        return NoticeSubjects(
            event,
            language,
            reader,
            proposal=self.proposals.get(notice.proposal_id or 0),
            process=self.processes.get(notice.process_id or 0),
            poll=self.polls.get(details.get("poll", 0)),
            comment=self.comments.get(details.get("comment", 0)),
            referral=referral,
            institutions=(
                self.institutions.get(referral.from_id or 0) if referral else None,
                self.institutions.get(referral.to_id or 0) if referral else None,
            ),
            commitment=self.commitments.get(details.get("commitment", 0)),
            response=self.responses.get(details.get("response", 0)),
            change=self.changes.get(details.get("change", 0)),
            news_row=self.news.get(details.get("news_item", 0)),
            document=self.documents.get(details.get("document", 0)),
            contribution=self.contributions.get(details.get("contribution", 0)),
            answer=self.answers.get(details.get("answer", 0)),
        )


def event_of(notice: Notice) -> NoticeEvent:
    """Return the typed event of a stored notice."""
    return NOTICE_TYPES[notice.kind].from_details(notice.details)


def load_context(notices: Iterable[Notice]) -> NotificationContext:
    """Load the rows that notices refer to, with one statement per table."""
    rows = list(notices)
    referrals = _named(Referral, "referral", rows)
    institution_ids = {row.institution_id for row in rows}
    for referral in referrals.values():
        institution_ids |= {referral.from_id, referral.to_id}
    return NotificationContext(
        _by_id(
            Proposal,
            [row.proposal_id for row in rows],
            joinedload(Proposal.process),
            joinedload(Proposal.institution),
        ),
        _by_id(Process, [row.process_id for row in rows], selectinload(Process.phases)),
        _named(Poll, "poll", rows, joinedload(Poll.process), selectinload(Poll.outcomes)),
        _named(Comment, "comment", rows, joinedload(Comment.author)),
        referrals,
        _named(
            Commitment,
            "commitment",
            rows,
            joinedload(Commitment.response).joinedload(Response.proposal),
        ),
        _named(Response, "response", rows, joinedload(Response.institution)),
        _named(ProcessChange, "change", rows),
        _named(ProcessNews, "news_item", rows, joinedload(ProcessNews.institution)),
        _named(Document, "document", rows, joinedload(Document.process)),
        _named(UnitContribution, "contribution", rows, joinedload(UnitContribution.version)),
        _named(UnitAnswer, "answer", rows, joinedload(UnitAnswer.institution)),
        _by_id(Institution, list(institution_ids)),
    )


def _named(
    model: type[Model], detail: str, notices: Sequence[Notice], *options: ORMOption
) -> dict[int, Model]:
    return _by_id(model, [notice.details.get(detail) for notice in notices], *options)


def _by_id(model: type[Model], ids: Sequence[int | None], *options: ORMOption) -> dict[int, Model]:
    present = {id_ for id_ in ids if id_ is not None}
    if not present:
        return {}
    key = model.__table__.c.id
    rows = db.session.scalars(select(model).where(key.in_(present)).options(*options))
    return {row.id: row for row in rows}  # type: ignore[attr-defined]  # all models here have ids


def render_notification(
    notice: Notice, context: NotificationContext, language: str, reader: Person | None = None
) -> RenderedNotification:
    """Return a notice in a language as its reader may see it; the context was loaded with it.

    The title of a hidden proposal is replaced by its number.
    """
    event = event_of(notice)
    subjects = context.subjects_of(notice, event, language, reader)
    with force_locale(language):
        text = notice_text(subjects)
    prefix = f"[#{notice.proposal_id}] " if notice.proposal_id else ""
    slug = subjects.process.slug if subjects.process else ""
    path = _PATHS[event.PAGE].format(
        **{"proposal": notice.proposal_id, "slug": slug, **notice.details}
    )
    return RenderedNotification(
        f"{prefix}{text.subject}",
        text.sentence,
        f"/{language}{path}",
        event,
        subjects.title or subjects.question or subjects.process_title,
        subjects.title_language,
        subjects.quotes,
        text.subject,
        (
            notice.proposal_id,
            notice.process_id,
            notice.details.get("poll"),
            notice.details.get("document"),
        ),
    )


def render_digest(event: DigestNotice, person: Person) -> list[RenderedNotification]:
    """Return the messages of a weekly mail: responses first, then grouped by what they are about.

    Of each group the newest message comes first.
    """
    rows = list_digest_messages(person, event.after, event.up_to)
    context = load_context(notice for _delivery, notice in rows)
    rendered = [
        render_notification(notice, context, person.language, person) for _delivery, notice in rows
    ]
    answered = {row.thing_key for row in rendered if row.event.TOPIC == Topic.RESPONSE}
    things = list(dict.fromkeys(row.thing_key for row in rendered))
    things.sort(key=lambda key: key not in answered)
    return sorted(
        rendered,
        key=lambda row: (things.index(row.thing_key), row.event.TOPIC != Topic.RESPONSE),
    )
