"""What pages show on the map: numbered pins of a list, circles with counts, one place."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import cos, hypot, pi, sin
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import defer, joinedload

from deliberate.database import db
from deliberate.geography import Position
from deliberate.geography.map_picture import name_box
from deliberate.geography.map_view import BOX_DECIMALS, HEIGHT, MapView
from deliberate.geography.places import Place
from deliberate.geography.polygons import Bounds, bounds_of
from deliberate.models import Proposal
from deliberate.models.moderation.visibility import ANYONE
from deliberate.queries.proposals.area_map import UNITS, AreaMap, get_area_map
from deliberate.queries.proposals.listing import ProposalFilters, filtered_ids, parse_box
from deliberate.vocabulary import PlaceKind

COLUMNS, ROWS = 12, 10
"""Cells into which a picture is divided to count the marks in it."""
MIN_DISTANCE = 34.0
"""Units between two circles; nearer ones become one."""
PIN_DISTANCE = 24.0
PIN_SIZE = (11.0, 29.0)
"""Half of the width and the height of a pin, whose point is at its mark."""
PLACE_MARGIN = 0.9
"""Land around a place, as a part of its size."""


@dataclass(frozen=True)
class MapMark:
    """A pin or a circle: where in units of the picture, and its proposals."""

    x: float
    y: float
    count: int
    box: Bounds
    """The section of the map that its marks are in."""
    area: str = ""
    number: int = 0
    """Its place in the list beside the map; 0 for a circle."""
    proposal_id: int | None = None
    """The proposal, where it stands for one."""
    title: str = ""
    language: str = ""


@dataclass(frozen=True)
class MapDisplay:
    """A picture of a section of the map with marks on it."""

    version: str
    view: MapView
    marks: Sequence[MapMark] = ()
    outline: Sequence[tuple[float, float]] = ()
    """A place that is a line or an area, in units of the picture."""
    place: Place | None = None
    area: str = ""

    @property
    def box(self) -> str:
        """Return the section as written in URLs."""
        return box_text(self.view.box)

    @property
    def is_area(self) -> bool:
        """Return whether the outline is that of an area."""
        return self.place is not None and self.place.kind == PlaceKind.AREA


def box_text(box: Bounds) -> str:
    """Return a section of the map as written in URLs: west, south, east, north."""
    return ",".join(str(round(degrees, BOX_DECIMALS)) for degrees in box)


def section_of(filters: ProposalFilters, area_map: AreaMap) -> MapView:
    """Return the section of the map that a list shows: its box, its area, or all."""
    if box := parse_box(filters.box):
        return MapView.around(box, margin=0)
    return area_map.view_of_area(filters.area) or area_map.view


def list_map(filters: ProposalFilters, proposals: Iterable[Proposal]) -> MapDisplay | None:
    """Return the map beside a page of the list, with its proposals as numbered pins."""
    area_map = get_area_map()
    if area_map.is_empty:
        return None
    view = section_of(filters, area_map)
    marks: list[MapMark] = []
    for number, proposal in enumerate(proposals, start=1):
        position = _mark_of(proposal)
        if position is None or not view.contains(position):
            continue
        x, y = _free_spot(_beside_names(view.project(position), view, area_map), marks)
        box = (*position, *position)
        marks.append(
            MapMark(x, y, 1, box, number=number, proposal_id=proposal.id, title=proposal.title)
        )
    return MapDisplay(area_map.version, view, marks)


def _mark_of(proposal: Proposal) -> Position | None:
    if proposal.map_x is None or proposal.map_y is None or not proposal.is_text_visible_to(ANYONE):
        return None
    return proposal.map_x / UNITS, proposal.map_y / UNITS


def _free_spot(spot: tuple[float, float], marks: Sequence[MapMark]) -> tuple[float, float]:
    """Return the spot itself, or the first one on rings around it that no pin covers."""
    x, y = spot
    for ring in range(6):
        steps = 6 * ring or 1
        for step in range(steps):
            angle = 2 * pi * step / steps
            tried = x + ring * PIN_DISTANCE * cos(angle), y + ring * PIN_DISTANCE * sin(angle)
            if all(hypot(tried[0] - m.x, tried[1] - m.y) >= PIN_DISTANCE - 1 for m in marks):
                return tried
    return spot


def overview_map(filters: ProposalFilters) -> MapDisplay | None:
    """Return the map with all proposals that match, counted in circles; None without a map."""
    area_map = get_area_map()
    if area_map.is_empty:
        return None
    view = section_of(filters, area_map)
    counted = [_named(mark, view, area_map) for mark in _count_marks(filters, view)]
    if view == area_map.view:
        counted = _join_by_area(counted, area_map)
    marks = _merge(counted)
    marks.sort(key=lambda mark: (-mark.count, mark.area, mark.proposal_id or 0))
    return MapDisplay(area_map.version, view, marks)


def _count_marks(filters: ProposalFilters, view: MapView) -> list[MapMark]:
    """Return a mark for each cell of the picture; the database counts."""
    west, south, east, north = (round(degrees * UNITS) for degrees in view.box)
    width, height = max((east - west) // COLUMNS, 1), max((north - south) // ROWS, 1)
    x, y = Proposal.map_x, Proposal.map_y
    cells = ((x - west) // width, (y - south) // height)
    figures = (
        func.count(Proposal.id),
        func.avg(x),
        func.avg(y),
        func.min(x),
        func.min(y),
        func.max(x),
        func.max(y),
        func.min(Proposal.id),
        func.min(Proposal.title),
        func.min(Proposal.language),
    )
    statement = (
        filtered_ids(filters)
        .where(
            Proposal.text_visible_to(ANYONE),
            x.between(west, east),
            y.between(south, north),
        )
        .with_only_columns(*figures)
        .group_by(*cells)
    )
    marks = []
    row: Any  # figures of several types
    for row in db.session.execute(statement):
        count, mean_x, mean_y, x1, y1, x2, y2, proposal_id, title, language = row
        px, py = view.project((float(mean_x) / UNITS, float(mean_y) / UNITS))
        box = (x1 / UNITS, y1 / UNITS, x2 / UNITS, y2 / UNITS)
        single = count == 1
        marks.append(
            MapMark(
                px,
                py,
                count,
                box,
                proposal_id=proposal_id if single else None,
                title=title if single else "",
                language=language if single else "",
            )
        )
    return marks


def _join_by_area(marks: Sequence[MapMark], area_map: AreaMap) -> list[MapMark]:
    """Return one circle for each area, at its name, and the marks that are in no area."""
    joined: dict[str, MapMark] = {}
    for mark in marks:
        if mark.area:
            earlier = joined.get(mark.area)
            joined[mark.area] = _joined(earlier, mark) if earlier else mark
    for name, mark in joined.items():
        if mark.count > 1:
            x, y = area_map.view.project(area_map.areas[name].label)
        else:
            x, y = _beside_names((mark.x, mark.y), area_map.view, area_map)
        joined[name] = replace(mark, x=x, y=y)
    return [*joined.values(), *(mark for mark in marks if not mark.area)]


def _beside_names(
    spot: tuple[float, float], view: MapView, area_map: AreaMap
) -> tuple[float, float]:
    """Return the spot of a pin, on the map of all areas below the names that it would cover."""
    if view != area_map.view:
        return spot
    x, y = spot
    half_width, height = PIN_SIZE
    boxes = [name_box(name, item.label, view) for name, item in area_map.areas.items()]
    for left, top, right, bottom in sorted(boxes, key=lambda box: box[1]):
        if x - half_width < right and left < x + half_width and top < y < bottom + height:
            y = min(bottom + height, HEIGHT)
    return x, y


def _merge(marks: Sequence[MapMark]) -> list[MapMark]:
    """Return the marks with those that would cover each other joined, the largest first."""
    kept: list[MapMark] = []
    for mark in sorted(marks, key=lambda mark: -mark.count):
        near = next((k for k in kept if hypot(k.x - mark.x, k.y - mark.y) < MIN_DISTANCE), None)
        if near is None:
            kept.append(mark)
        else:
            kept[kept.index(near)] = _joined(near, mark)
    return kept


def _joined(a: MapMark, b: MapMark) -> MapMark:
    count = a.count + b.count
    corners = (a.box[:2], a.box[2:], b.box[:2], b.box[2:])
    return MapMark(
        (a.x * a.count + b.x * b.count) / count,
        (a.y * a.count + b.y * b.count) / count,
        count,
        MapView.around(bounds_of(corners), margin=0).box,
        area=a.area if a.area == b.area else "",
    )


def _named(mark: MapMark, view: MapView, area_map: AreaMap) -> MapMark:
    """Return a mark with the area it is in, and for a circle the section to show next."""
    area = area_map.area_at(view.position_at(mark.x, mark.y))
    box = MapView.around(mark.box, margin=0.15).box
    return replace(mark, box=box, area=area.shape.name if area else "")


def place_map(proposal: Proposal) -> MapDisplay | None:
    """Return the map around the place of a proposal as others see it; None without a place."""
    if not proposal.place:
        return None
    area_map, place = get_area_map(), proposal.shown_place
    mark = place.mark
    if area_map.is_empty or mark is None or not proposal.is_text_visible_to(ANYONE):
        return None
    return show_place(area_map, place)


def show_place(
    area_map: AreaMap, place: Place, view: MapView | None = None, *, is_draft: bool = False
) -> MapDisplay:
    """Return the map around a place; of a draft only the corners set so far are joined."""
    view = view or _view_around(place)
    outline = [view.project(position) for position in place.positions]
    if place.kind == PlaceKind.AREA and not is_draft:
        outline.append(outline[0])
    mark = place.positions[-1] if is_draft and place.positions else place.mark
    marks = [] if mark is None else [MapMark(*view.project(mark), 1, (*mark, *mark))]
    area = area_map.area_at(mark) if mark else None
    is_point = len(outline) < 2
    return MapDisplay(
        area_map.version,
        view,
        marks,
        () if is_point else outline,
        place,
        area.shape.name if area else "",
    )


def _view_around(place: Place) -> MapView:
    view = MapView.around(bounds_of(place.positions), margin=PLACE_MARGIN)
    if view.north - view.south < 0.02:  # so much that a road or a name is in sight
        view = view.closer(share=0.02 / (view.north - view.south))
    return view


def list_places(process: str = "") -> Sequence[Proposal]:
    """Return the proposals with a place that a stranger may see, without their texts."""
    ids = filtered_ids(ProposalFilters(process=process)).where(
        Proposal.place.is_not(None), Proposal.text_visible_to(ANYONE)
    )
    statement = (
        select(Proposal)
        .where(Proposal.id.in_(ids))
        .options(joinedload(Proposal.process), defer(Proposal.body), defer(Proposal.body_html))
        .order_by(Proposal.id)
    )
    return db.session.scalars(statement).all()
