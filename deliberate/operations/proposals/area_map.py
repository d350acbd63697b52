"""Import of the map of the areas on which proposals have places."""

from collections.abc import Sequence

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from deliberate.clock import now
from deliberate.geography.geojson_reader import MapShape
from deliberate.geography.map_picture import bounds_of_shape
from deliberate.geography.polygons import bounds_of, label_position
from deliberate.geography.simplification import simplify_line, simplify_polygons
from deliberate.models import MapFeature, Person, Proposal
from deliberate.queries.proposals.area_map import forget_area_map, units_of
from deliberate.recording import NO_REQUEST, RequestContext, recorded
from deliberate.vocabulary import MapFeatureKind
from deliberate.vocabulary.events.proposals import MapImported

DETAIL = 1500
"""Borders keep what is larger than this part of the map's longer side."""


def simplify_shapes(shapes: Sequence[MapShape], tolerance: float | None = None) -> list[MapShape]:
    """Return shapes with fewer positions; neighbours still share their border.

    The tolerance is in degrees, by default a small part of the longer side of the map.
    """
    if tolerance is None:
        tolerance = _default_tolerance(shapes)
    polygons = iter(simplify_polygons([shape.polygons for shape in shapes], tolerance))
    return [
        MapShape(
            shape.kind,
            shape.code,
            shape.name,
            shape.name_en,
            next(polygons),
            [simplify_line(line, tolerance) for line in shape.lines],
        )
        for shape in shapes
    ]


def _default_tolerance(shapes: Sequence[MapShape]) -> float:
    boxes = [bounds_of_shape(shape) for shape in shapes if shape.kind == MapFeatureKind.AREA]
    west, south, east, north = bounds_of(corner for box in boxes for corner in (box[:2], box[2:]))
    return max(east - west, north - south) / DETAIL


def import_map(
    admin: Person | None, shapes: Sequence[MapShape], *, context: RequestContext = NO_REQUEST
) -> None:
    """Replace the map by simplified shapes; proposals without a place move to their area's name."""
    moment = now()
    rows = [_columns(shape) | {"imported_at": moment} for shape in shapes]
    with recorded(admin, MapImported, context) as act:
        act.session.execute(delete(MapFeature))
        act.session.execute(insert(MapFeature), rows)
        act.session.execute(
            update(Proposal).where(Proposal.place.is_(None)).values(map_x=None, map_y=None)
        )
        areas = [row for row in rows if row["kind"] == MapFeatureKind.AREA]
        _mark_areas(act.session)
        first = select(MapFeature).order_by(MapFeature.id).limit(1)
        act.about(act.session.scalars(first).one(), areas=len(areas), features=len(rows))
    forget_area_map()


def _mark_areas(session: Session) -> None:
    """Put proposals without a place at the name of their area, in one statement for all areas."""
    area = MapFeature.kind == MapFeatureKind.AREA, MapFeature.name == Proposal.area
    session.execute(
        update(Proposal)
        .where(Proposal.place.is_(None), Proposal.map_x.is_(None), *area)
        .values(map_x=MapFeature.label_x, map_y=MapFeature.label_y)
        .execution_options(synchronize_session=False)
    )


def _columns(shape: MapShape) -> dict[str, object]:
    label = label_position(shape.polygons) if shape.polygons else shape.lines[0][0]
    x, y = units_of(label)
    return {
        "kind": shape.kind,
        "code": shape.code,
        "name": shape.name,
        "name_en": shape.name_en,
        "polygons": list(shape.polygons),
        "lines": list(shape.lines),
        "label_x": x,
        "label_y": y,
    }
