"""The list of proposals, filtered and ordered; pages are found by indexes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    ScalarSelect,
    Select,
    func,
    literal,
    null,
    select,
    union_all,
)
from sqlalchemy.orm import aliased, defer, joinedload

from deliberate.clock import now
from deliberate.database import db
from deliberate.geography.polygons import Bounds
from deliberate.models import Institution, Phase, Process, Proposal
from deliberate.models.moderation.visibility import ANYONE
from deliberate.queries.processes.name_lists import NameList, merge_lists, pairs_of
from deliberate.queries.proposals.area_map import UNITS
from deliberate.queries.proposals.workflow_state import ListState, state_conditions
from deliberate.queries.responses.response_owner import is_of_institution, join_institution
from deliberate.queries.search.similar_proposals import matching_proposal_ids
from deliberate.queries.site.keyset_pagination import KeysetOrder
from deliberate.text import localized_text

PAGE = 20


class ProposalOrder(StrEnum):
    """Order of the list of proposals."""

    NEWEST = "newest"
    WAITING = "waiting"
    DISCUSSED = "discussed"
    CLOSING = "closing"
    LEAST_SEEN = "least_seen"


@dataclass(frozen=True)
class ProposalFilters:
    """Filters, order and position of a list of proposals; an empty filter matches all."""

    q: str = ""
    process: str = ""
    area: str = ""
    topic: str = ""
    state: str = ""
    institution: str = ""
    box: str = ""
    """A section of the map: west, south, east and north in degrees, with commas."""
    order: ProposalOrder = ProposalOrder.NEWEST
    after: int | None = None

    def without(self, *names: str) -> "ProposalFilters":
        """Return the filters without the named ones, at the first page."""
        empty: dict[str, Any] = dict.fromkeys(names, "")  # replace() takes any field
        return replace(self, after=None, **empty)


_ORDERS = {
    ProposalOrder.NEWEST: KeysetOrder(Proposal.id, Proposal.published_at),
    ProposalOrder.WAITING: KeysetOrder(Proposal.id, Proposal.qualified_at, ascending=True),
    ProposalOrder.DISCUSSED: KeysetOrder(Proposal.id, Proposal.comment_count),
    ProposalOrder.CLOSING: KeysetOrder(Proposal.id, Phase.closes_at, ascending=True),
    ProposalOrder.LEAST_SEEN: KeysetOrder(Proposal.id, Proposal.activity_count, ascending=True),
}


def list_proposals(
    filters: ProposalFilters, limit: int = PAGE
) -> tuple[Sequence[tuple[Proposal, Institution | None]], bool]:
    """Return a page of the list without texts, with institutions, and whether more follow."""
    order = _ORDERS[filters.order]
    page = _page(filters, order, limit + 1).subquery()
    keys = (page.c.value, page.c.id)
    statement = (
        join_institution(select(Proposal, Institution).join(page, page.c.id == Proposal.id))
        .options(
            joinedload(Proposal.process),
            defer(Proposal.body),
            defer(Proposal.body_html),
        )
        .order_by(*(key.asc() if order.ascending else key.desc() for key in keys))
    )
    rows = [(proposal, institution) for proposal, institution in db.session.execute(statement)]
    return rows[:limit], len(rows) > limit


def count_proposals(filters: ProposalFilters) -> int:
    """Return the number of proposals in the list, whatever its order and page."""
    counted = filtered_ids(filters).with_only_columns(func.count(Proposal.id))
    return db.session.scalar(counted) or 0


def listed_proposal_count() -> ScalarSelect[int]:
    """Return the column with the number of listed proposals, in a statement on processes."""
    return _of_listed_proposals(func.count(Proposal.id))


def listed_answered_count() -> ScalarSelect[int]:
    """Return the column with the number of listed proposals that are answered."""
    return _of_listed_proposals(func.count(Proposal.answered_at))


def listed_comment_count() -> ScalarSelect[int]:
    """Return the column with the number of comments on listed proposals of a process."""
    return _of_listed_proposals(func.coalesce(func.sum(Proposal.comment_count), 0))


def _of_listed_proposals(figure: ColumnElement[int]) -> ScalarSelect[int]:
    listed = filtered_ids(ProposalFilters()).where(Proposal.process_id == Process.id)
    return listed.with_only_columns(figure).correlate(Process).scalar_subquery()


def iter_proposals(
    filters: ProposalFilters, batch_size: int = 500
) -> Iterator[tuple[Proposal, Institution | None]]:
    """Yield the whole list with institutions, in batches so that memory use stays constant."""
    after, has_more = None, True
    while has_more:
        batch, has_more = list_proposals(replace(filters, after=after), batch_size)
        yield from batch
        after = batch[-1][0].id if batch else None
        db.session.expunge_all()


def _page(filters: ProposalFilters, order: KeysetOrder, limit: int) -> Select[int, Any]:
    statement = filtered_ids(filters)
    if filters.order == ProposalOrder.WAITING:
        statement = statement.where(*state_conditions(ListState.DUE))
    if filters.order == ProposalOrder.CLOSING:
        statement = statement.join(Phase, Phase.process_id == Proposal.process_id)
        statement = statement.where(*_is_phase_running())
    if filters.after is None:
        return order.first_rows(statement, limit)
    value = _sort_value_at(filters, order)
    return order.rows_after(statement, limit, value=value, last=filters.after)


def _sort_value_at(filters: ProposalFilters, order: KeysetOrder) -> ScalarSelect[Any]:
    """Return the value of the sort column at the last proposal of the previous page."""
    last = aliased(Proposal)
    if filters.order == ProposalOrder.CLOSING:
        closes_at = select(Phase.closes_at).join(last, last.process_id == Phase.process_id)
        running = closes_at.where(last.id == filters.after, *_is_phase_running())
        return running.limit(1).scalar_subquery()
    column = getattr(last, order.sort_column.key)
    return select(column).where(last.id == filters.after).scalar_subquery()


def _is_phase_running() -> tuple[ColumnElement[bool], ...]:
    moment = now()
    return Phase.opens_at <= moment, Phase.closes_at > moment


def filtered_ids(filters: ProposalFilters) -> Select[int]:
    """Return the statement that selects the ids of the proposals in a list."""
    statement = select(Proposal.id).where(
        Proposal.visible_to(ANYONE), *state_conditions(filters.state)
    )
    for column, value in ((Proposal.area, filters.area), (Proposal.topic, filters.topic)):
        if value:
            statement = statement.where(column == value)
    if filters.process:
        statement = statement.where(Proposal.process_id == _id_of_slug(Process, filters.process))
    if filters.institution:
        statement = statement.where(
            is_of_institution(_id_of_slug(Institution, filters.institution))
        )
    if box := parse_box(filters.box):
        statement = statement.where(Proposal.text_visible_to(ANYONE), *_is_within(box))
    if filters.q:
        statement = statement.where(Proposal.id.in_(matching_proposal_ids(filters.q)))
    return statement


def _is_within(box: Bounds) -> tuple[ColumnElement[bool], ...]:
    west, south, east, north = (round(degrees * UNITS) for degrees in box)
    return Proposal.map_x.between(west, east), Proposal.map_y.between(south, north)


def parse_box(text: str) -> Bounds | None:
    """Return the section of the map that a filter names, None if it names none."""
    try:
        west, south, east, north = (float(degrees) for degrees in text.split(","))
    except ValueError:
        return None
    is_box = -540 <= west <= east <= 540 and -90 <= south <= north <= 90
    return (west, south, east, north) if is_box else None


def _id_of_slug(model: type[Process] | type[Institution], slug: str) -> ScalarSelect[int]:
    return select(model.id).where(model.slug == slug).scalar_subquery()


@dataclass(frozen=True)
class FilterChoice:
    """A process or an institution a list can be filtered by."""

    slug: str
    name: str


@dataclass(frozen=True)
class FilterChoices:
    """The processes and institutions of the filters, topics and areas, sorted by name."""

    processes: list[FilterChoice]
    institutions: list[FilterChoice]
    topics: NameList
    areas: NameList


def filter_choices(language: str, process: str = "") -> FilterChoices:
    """Return what a list can be filtered by, in a language.

    Topics and areas are those of the process with this slug, or of all processes.
    """
    choices: dict[str, list[FilterChoice]] = {"process": [], "institution": []}
    topics, areas = [], []
    row: Any  # a union has no static row type
    for row in db.session.execute(_choices_query()):
        if row.of == "process" and process in {"", row.slug}:
            topics.append(NameList(pairs_of(row.topics)))
            areas.append(NameList(dict.fromkeys(row.areas, "")))
        name = localized_text(language, row.name, row.name_en)
        choices[row.of].append(FilterChoice(row.slug, name))
    for options in choices.values():
        options.sort(key=lambda choice: choice.name)
    return FilterChoices(
        choices["process"], choices["institution"], merge_lists(topics), merge_lists(areas)
    )


def _choices_query() -> CompoundSelect[Any]:
    processes = select(
        literal("process").label("of"),
        Process.slug,
        Process.title.label("name"),
        Process.title_en.label("name_en"),
        Process.topics,
        Process.areas,
    ).where(Process.visible_to(ANYONE))
    institutions = select(
        literal("institution"),
        Institution.slug,
        Institution.name,
        Institution.name_en,
        null(),
        null(),
    )
    return union_all(processes, institutions)
