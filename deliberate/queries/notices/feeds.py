"""Queries for feeds: new proposals, responses, referrals, steps."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import InstrumentedAttribute, contains_eager, joinedload

from deliberate.database import Base, db
from deliberate.models import (
    Commitment,
    CommitmentStep,
    Process,
    ProcessNews,
    Proposal,
    Referral,
    Response,
)
from deliberate.models.moderation.visibility import ANYONE
from deliberate.queries.responses.commitments import step_title
from deliberate.queries.responses.institutions import localized_name
from deliberate.text import excerpt, to_html, to_plain

MAX_ENTRIES = 30
Model = TypeVar("Model", bound=Base)


@dataclass(frozen=True)
class FeedEntry:
    """An entry of a feed; `name` identifies it forever."""

    name: str
    title: str
    summary: str
    path: str
    published_at: datetime
    tags: tuple[str, ...] = ()
    """The topic and the area of a proposal."""
    quotes: tuple[tuple[str, str], ...] = ()
    """Texts of people that title and summary quote, each with its language, "" if unknown."""


@dataclass(frozen=True)
class FeedScope:
    """The proposal, process or institution of a feed; all None for the whole site."""

    proposal_id: int | None = None
    process_id: int | None = None
    institution_id: int | None = None


def list_feed_entries(scope: FeedScope) -> list[FeedEntry]:
    """Return the newest entries in a scope, newest first."""
    entries = [
        *_proposals(scope),
        *_responses(scope),
        *_referrals(scope),
        *_steps(scope),
        *_news(scope),
    ]
    newest = sorted(entries, key=lambda entry: (entry.published_at, entry.name), reverse=True)
    return newest[:MAX_ENTRIES]


def _in_scope(
    statement: Select[Model],
    scope: FeedScope,
    *institution_ids: InstrumentedAttribute[int | None],
) -> Select[Model]:
    statement = statement.where(Proposal.visible_to(ANYONE))
    if scope.proposal_id is not None:
        statement = statement.where(Proposal.id == scope.proposal_id)
    if scope.process_id is not None:
        statement = statement.where(Proposal.process_id == scope.process_id)
    if scope.institution_id is not None:
        statement = statement.where(or_(*(id_ == scope.institution_id for id_ in institution_ids)))
    return statement


def _proposals(scope: FeedScope) -> list[FeedEntry]:
    shown = select(Proposal).options(joinedload(Proposal.process))
    statement = _in_scope(shown, scope, Proposal.institution_id)
    statement = statement.where(Proposal.active())
    newest = statement.order_by(Proposal.published_at.desc()).limit(MAX_ENTRIES)
    return [
        FeedEntry(
            f"proposal/{proposal.id}",
            proposal.title,
            _("A proposal was published."),
            f"/p/{proposal.id}",
            proposal.published_at,
            _tags(proposal),
            ((proposal.title, proposal.language),),
        )
        for proposal in db.session.scalars(newest)
    ]


def _tags(proposal: Proposal) -> tuple[str, ...]:
    topic = proposal.process.topic_in(proposal.topic, str(get_locale()))
    return tuple(filter(None, (topic, proposal.area)))


def _responses(scope: FeedScope) -> list[FeedEntry]:
    statement = (
        select(Response)
        .join(Response.proposal)
        .options(contains_eager(Response.proposal), joinedload(Response.institution))
    )
    statement = _in_scope(statement, scope, Response.institution_id)
    newest = statement.order_by(Response.published_at.desc()).limit(MAX_ENTRIES)
    return [
        FeedEntry(
            f"proposal/{response.proposal_id}/response/{response.version}",
            _response_title(response),
            response.headline,
            f"/r/{response.proposal_id}",
            response.published_at,
            quotes=(
                (response.proposal.title, response.proposal.language),
                (response.headline, response.language),
            ),
        )
        for response in db.session.scalars(newest)
    ]


def _response_title(response: Response) -> str:
    title = response.proposal.title
    if response.is_final:
        return str(_("Response to “%(title)s”", title=title))
    return str(_("Interim answer to “%(title)s”", title=title))


def _referrals(scope: FeedScope) -> list[FeedEntry]:
    statement = (
        select(Referral)
        .join(Referral.proposal)
        .options(
            contains_eager(Referral.proposal),
            joinedload(Referral.from_institution),
            joinedload(Referral.to_institution),
        )
    )
    statement = _in_scope(statement, scope, Referral.from_id, Referral.to_id)
    newest = statement.order_by(Referral.referred_at.desc()).limit(MAX_ENTRIES)
    return [_referral_entry(referral) for referral in db.session.scalars(newest)]


def _referral_entry(referral: Referral) -> FeedEntry:
    recipient = localized_name(referral.to_institution) or referral.external_system
    return FeedEntry(
        f"referral/{referral.id}",
        _("Referred to %(institution)s", institution=recipient),
        f"{referral.proposal.title}: {referral.reason}",
        f"/p/{referral.proposal_id}",
        referral.referred_at,
        quotes=((referral.proposal.title, referral.proposal.language), (referral.reason, "")),
    )


def _steps(scope: FeedScope) -> list[FeedEntry]:

    statement = (
        select(CommitmentStep)
        .join(CommitmentStep.commitment)
        .join(Commitment.response)
        .join(Response.proposal)
        .options(contains_eager(CommitmentStep.commitment).contains_eager(Commitment.response))
    )
    statement = _in_scope(statement, scope, Commitment.institution_id, Response.institution_id)
    newest = statement.order_by(CommitmentStep.taken_at.desc()).limit(MAX_ENTRIES)
    return [
        FeedEntry(
            f"commitment/{step.commitment_id}/step/{step.id}",
            step_title(step.state),
            f"{step.commitment.what}. {step.note}",
            f"/r/{step.commitment.response.proposal_id}",
            step.taken_at,
            quotes=(
                (step.commitment.what, step.commitment.response.language),
                (step.note, step.commitment.response.language),
            ),
        )
        for step in db.session.scalars(newest)
    ]


def _news(scope: FeedScope) -> list[FeedEntry]:
    """Return news of processes, which are in the feed of the site and of their process."""
    if scope.proposal_id is not None or scope.institution_id is not None:
        return []
    statement = select(ProcessNews).where(ProcessNews.visible_to(ANYONE))
    if scope.process_id is not None:
        statement = statement.where(ProcessNews.process_id == scope.process_id)
    newest = statement.join(Process).options(contains_eager(ProcessNews.process))
    newest = newest.order_by(ProcessNews.published_at.desc()).limit(MAX_ENTRIES)
    return [_news_entry(news, str(get_locale())) for news in db.session.scalars(newest)]


def _news_entry(news: ProcessNews, language: str) -> FeedEntry:
    title = news.text_in("title", language)
    summary = excerpt(to_plain(to_html(news.text_in("body", language))), 400)
    return FeedEntry(
        f"news/{news.id}",
        title,
        summary,
        f"/{language}/processes/{news.process.slug}/news",
        news.published_at,
        quotes=tuple((text, news.language_in(language)) for text in (title, summary)),
    )
