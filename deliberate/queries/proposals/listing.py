"""The list of proposals as people narrow and order it: a page at a time, found by indexes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, literal, null, select, union_all
from sqlalchemy.orm import aliased, defer, joinedload

from deliberate.clock import now
from deliberate.database import db
from deliberate.models import Institution, Phase, Process, Proposal
from deliberate.queries.proposals.workflow_state import ListState, in_state
from deliberate.queries.search.similar_proposals import found_proposals
from deliberate.queries.site.keyset import Sorting

PAGE = 20


class ListOrder(StrEnum):
    """In which order proposals stand."""

    NEWEST = "newest"
    WAITING = "waiting"
    DISCUSSED = "discussed"
    CLOSING = "closing"
    LEAST_SEEN = "least_seen"


@dataclass(frozen=True)
class Wanted:
    """Which proposals somebody wants to see; empty words narrow nothing."""

    q: str = ""
    process: str = ""
    area: str = ""
    topic: str = ""
    state: str = ""
    institution: str = ""
    order: ListOrder = ListOrder.NEWEST
    after: int | None = None

    def without(self, *names: str) -> "Wanted":
        """The same without these filters, from the beginning of the list."""
        empty: dict[str, Any] = dict.fromkeys(names, "")
        return replace(self, after=None, **empty)


_SORTINGS = {
    ListOrder.NEWEST: Sorting(Proposal.id, Proposal.published_at),
    ListOrder.WAITING: Sorting(Proposal.id, Proposal.qualified_at, rising=True),
    ListOrder.DISCUSSED: Sorting(Proposal.id, Proposal.comment_count),
    ListOrder.CLOSING: Sorting(Proposal.id, Phase.closes_at, rising=True),
    ListOrder.LEAST_SEEN: Sorting(Proposal.id, Proposal.attention, rising=True),
}


def proposals_listed(wanted: Wanted, limit: int = PAGE) -> tuple[Sequence[Proposal], bool]:
    """A page of the list, and whether more follow; texts are not read."""
    sorting = _SORTINGS[wanted.order]
    page = _page(wanted, sorting, limit + 1).subquery()
    keys = (page.c.value, page.c.id)
    listed = (
        select(Proposal)
        .join(page, page.c.id == Proposal.id)
        .options(
            joinedload(Proposal.process),
            joinedload(Proposal.institution),
            defer(Proposal.body),
            defer(Proposal.body_html),
        )
        .order_by(*(key.asc() if sorting.rising else key.desc() for key in keys))
    )
    found = db.session.scalars(listed).all()
    return found[:limit], len(found) > limit


def all_listed(wanted: Wanted, at_once: int = 500) -> Iterator[Proposal]:
    """The whole list, read in parts, so that memory stays flat."""
    after, more = None, True
    while more:
        part, more = proposals_listed(replace(wanted, after=after), at_once)
        yield from part
        after = part[-1].id if part else None
        db.session.expunge_all()


def _page(wanted: Wanted, sorting: Sorting, limit: int) -> Select[int, Any]:
    found = _narrowed(wanted)
    if wanted.order == ListOrder.WAITING:
        found = found.where(*in_state(ListState.DUE))
    if wanted.order == ListOrder.CLOSING:
        found = found.join(Phase, Phase.process_id == Proposal.process_id).where(*_is_running())
    if wanted.after is None:
        return sorting.first(found, limit)
    return sorting.following(found, limit, value=_value_at(wanted, sorting), last=wanted.after)


def _value_at(wanted: Wanted, sorting: Sorting) -> Any:
    """What the column holds at the last proposal that was shown."""
    last = aliased(Proposal)
    if wanted.order == ListOrder.CLOSING:
        ends = select(Phase.closes_at).join(last, last.process_id == Phase.process_id)
        return ends.where(last.id == wanted.after, *_is_running()).limit(1).scalar_subquery()
    value = getattr(last, sorting.value.key)
    return select(value).where(last.id == wanted.after).scalar_subquery()


def _is_running() -> tuple[ColumnElement[bool], ...]:
    moment = now()
    return Phase.opens_at <= moment, Phase.closes_at > moment


def _narrowed(wanted: Wanted) -> Select[int]:
    found = select(Proposal.id).where(Proposal.hidden_at.is_(None), *in_state(wanted.state))
    for column, value in ((Proposal.area, wanted.area), (Proposal.topic, wanted.topic)):
        if value:
            found = found.where(column == value)
    if wanted.process:
        found = found.where(Proposal.process_id == _numbered(Process, wanted.process))
    if wanted.institution:
        found = found.where(Proposal.institution_id == _numbered(Institution, wanted.institution))
    return found.where(Proposal.id.in_(found_proposals(wanted.q))) if wanted.q else found


def _numbered(model: type[Process] | type[Institution], slug: str) -> Any:
    return select(model.id).where(model.slug == slug).scalar_subquery()


@dataclass(frozen=True)
class Choice:
    """A process or an institution a list can be narrowed to."""

    slug: str
    name: str
    proposals: int


@dataclass(frozen=True)
class Choices:
    """All there are, in the reader's language."""

    processes: list[Choice]
    institutions: list[Choice]


def choices_of(language: str) -> Choices:
    """What a list can be narrowed to, and how many proposals each process has."""
    processes = select(
        literal("process").label("of"),
        Process.slug,
        Process.title.label("name"),
        Process.title_en.label("name_en"),
        Process.proposal_count.label("proposals"),
    ).where(Process.opened_at.is_not(None))
    institutions = select(
        literal("institution"), Institution.slug, Institution.name, Institution.name_en, null()
    )
    found: dict[str, list[Choice]] = {"process": [], "institution": []}
    row: Any
    for row in db.session.execute(union_all(processes, institutions)):
        name = (row.name_en if language == "en" else "") or row.name
        found[row.of].append(Choice(row.slug, name, row.proposals or 0))
    by_name = {kind: sorted(some, key=lambda choice: choice.name) for kind, some in found.items()}
    return Choices(by_name["process"], by_name["institution"])
