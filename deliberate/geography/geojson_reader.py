"""Reader of an authority's GeoJSON (RFC 7946): areas with names, and water, woods and roads.

What an authority's file commonly gets wrong without a change of meaning is corrected: the
direction of rings, a byte order mark, heights, a shape that is not cut at the 180th meridian.
Members that the format does not know are ignored.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import isfinite
from typing import Any
from unicodedata import category

from deliberate.geography import Line, Polygon, Position
from deliberate.geography.polygons import signed_area
from deliberate.vocabulary import MapFeatureKind

Value = Any  # JSON values have many types
MAX_FEATURES = 5000
DECIMALS = 6
"""Of stored borders: a tenth of a metre."""
NAME_KEYS = ("name", "name:id", "nama", "NAMOBJ", "NAME")
ENGLISH_KEYS = ("name_en", "name:en", "NAME_EN")
CODE_KEYS = ("code", "kode", "KDEPUM", "CODE")
MAX_NAME, MAX_CODE = 80, 40
WORLD_CRS = ("CRS84", "EPSG::4326", "EPSG:4326")
"""Longitude and latitude in WGS 84, as the format of 2008 names them."""
POLYGON_KINDS = (MapFeatureKind.AREA, MapFeatureKind.WATER, MapFeatureKind.WOOD)


class InvalidGeoJson(ValueError):
    """Raised for a file that is not what it should be: where in it, and what."""

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(f"{where}: {reason}")


@dataclass(frozen=True)
class PropertyNames:
    """The properties of a feature that hold its name, English name and code; empty: usual ones."""

    name: str = ""
    name_en: str = ""
    code: str = ""


@dataclass(frozen=True)
class MapShape:
    """A feature of the map: polygons of areas, water and woods; lines of rivers and roads."""

    kind: MapFeatureKind
    code: str
    name: str
    name_en: str
    polygons: Sequence[Polygon] = ()
    lines: Sequence[Line] = ()


def read_geojson(content: bytes, properties: PropertyNames = PropertyNames()) -> list[MapShape]:
    """Return the features of a file. Raises InvalidGeoJson with place and reason."""
    document = _parse(content)
    _check_reference_system(document)
    features = _features(document)
    if len(features) > MAX_FEATURES:
        raise InvalidGeoJson("features", f"at most {MAX_FEATURES} (got {len(features)})")
    shapes = [_shape(feature, f"features[{i}]", properties) for i, feature in enumerate(features)]
    areas = [shape for shape in shapes if shape.kind == MapFeatureKind.AREA]
    if not areas:
        raise InvalidGeoJson("features", "no area: a Polygon or MultiPolygon with a name")
    for column in ("code", "name"):
        _check_unique(shapes, column)
    return _in_one_half_of_the_world(shapes)


def _parse(content: bytes) -> Value:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidGeoJson(f"byte {error.start}", "not UTF-8") from None
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise InvalidGeoJson(f"line {error.lineno} column {error.colno}", error.msg) from None
    except ValueError:  # of int(), which refuses to read thousands of digits
        raise InvalidGeoJson("file", "a number has too many digits") from None
    except RecursionError:
        raise InvalidGeoJson("file", "nested too deeply") from None


def _check_reference_system(document: Value) -> None:
    """Refuse another reference system than longitude and latitude, which RFC 7946 prescribes."""
    if not isinstance(document, dict) or not document.get("crs"):
        return
    name = str(document["crs"])
    if not any(world in name for world in WORLD_CRS):
        raise InvalidGeoJson("crs", "must be WGS 84 longitude and latitude, as RFC 7946 says")


def _features(document: Value) -> list[Value]:
    kind = document.get("type") if isinstance(document, dict) else None
    if kind == "Feature":
        return [document]
    features = document.get("features") if kind == "FeatureCollection" else None
    if not isinstance(features, list):
        raise InvalidGeoJson("type", f"must be a FeatureCollection or a Feature (got {kind!r})")
    return features


def _properties(feature: Value, where: str) -> Mapping[str, Value]:
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        raise InvalidGeoJson(where, "must be a Feature")
    values = feature.get("properties") or {}
    if not isinstance(values, dict):
        raise InvalidGeoJson(f"{where}.properties", "must be an object or null")
    return values


def _shape(feature: Value, where: str, properties: PropertyNames) -> MapShape:
    values = _properties(feature, where)
    polygons, lines = _geometry(feature.get("geometry"), f"{where}.geometry")
    kind = _kind(values, bool(lines), where)
    name = _text(values, properties.name, NAME_KEYS, MAX_NAME, where)
    code = _text(
        {"id": feature.get("id"), **values}, properties.code, (*CODE_KEYS, "id"), MAX_CODE, where
    )
    if kind == MapFeatureKind.AREA and not name:
        asked = properties.name or " or ".join(NAME_KEYS)
        raise InvalidGeoJson(f"{where}.properties", f"an area needs a name ({asked})")
    return MapShape(
        kind,
        (code or name)[:MAX_CODE] if kind == MapFeatureKind.AREA else "",
        name,
        _text(values, properties.name_en, ENGLISH_KEYS, MAX_NAME, where),
        polygons,
        lines,
    )


def _kind(values: Mapping[str, Value], has_lines: bool, where: str) -> MapFeatureKind:
    given = values.get("kind")
    if given is None and not has_lines:
        return MapFeatureKind.AREA
    try:
        kind = MapFeatureKind(str(given))
    except ValueError:
        allowed = ", ".join(MapFeatureKind)
        raise InvalidGeoJson(
            f"{where}.properties.kind", f"must be one of {allowed} (got {given!r})"
        ) from None
    if (kind in POLYGON_KINDS) == has_lines:
        expected = "a Polygon or MultiPolygon" if has_lines else "a LineString or MultiLineString"
        raise InvalidGeoJson(f"{where}.geometry", f"{kind} must be {expected}")
    return kind


def _text(
    values: Mapping[str, Value], chosen: str, usual: Sequence[str], limit: int, where: str
) -> str:
    for key in (chosen,) if chosen else usual:
        value = values.get(key)
        if isinstance(value, str | int) and str(value).strip():
            return _checked_text(str(value), limit, f"{where}.properties.{key}")
    return ""


def _checked_text(value: str, limit: int, where: str) -> str:
    """Return a text on one line; raises InvalidGeoJson for one too long or with control signs."""
    text = " ".join(value.split())
    if len(text) > limit:
        raise InvalidGeoJson(where, f"at most {limit} characters")
    if any(category(character) in {"Cc", "Cs"} for character in text):
        raise InvalidGeoJson(where, "has a character that is no text")
    return text


def _geometry(geometry: Value, where: str) -> tuple[list[Polygon], list[Line]]:
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    coordinates = geometry.get("coordinates") if kind else None
    where = f"{where}.coordinates"
    match kind:
        case "Polygon":
            return [_polygon(coordinates, where)], []
        case "MultiPolygon":
            parts = _list(coordinates, where)
            return [_polygon(part, f"{where}[{i}]") for i, part in enumerate(parts)], []
        case "LineString":
            return [], [_line(coordinates, where)]
        case "MultiLineString":
            parts = _list(coordinates, where)
            return [], [_line(part, f"{where}[{i}]") for i, part in enumerate(parts)]
    allowed = "Polygon, MultiPolygon, LineString or MultiLineString"
    raise InvalidGeoJson(where.removesuffix(".coordinates"), f"must be a {allowed} (got {kind!r})")


def _list(value: Value, where: str) -> list[Value]:
    if not isinstance(value, list) or not value:
        raise InvalidGeoJson(where, "must be a list that is not empty")
    return value


def _polygon(rings: Value, where: str) -> Polygon:
    """Return a polygon whose outer ring runs counter-clockwise and whose holes run clockwise."""
    polygon = []
    for i, given in enumerate(_list(rings, where)):
        ring = _line(given, f"{where}[{i}]")
        if ring[0] != ring[-1]:
            raise InvalidGeoJson(f"{where}[{i}]", "a ring must end at the position it begins with")
        if len(ring) < 4 or signed_area(ring) == 0:
            raise InvalidGeoJson(f"{where}[{i}]", "a ring needs three different positions")
        polygon.append(ring if (signed_area(ring) > 0) == (i == 0) else ring[::-1])
    return polygon


def _line(positions: Value, where: str) -> Line:
    """Return a line without repeated positions, continued beyond the 180th meridian."""
    line: Line = []
    for i, given in enumerate(_list(positions, where)):
        longitude, latitude = _position(given, f"{where}[{i}]")
        if line:
            longitude += 360 * round((line[-1][0] - longitude) / 360)
        position = round(longitude, DECIMALS), round(latitude, DECIMALS)
        if not line or position != line[-1]:
            line.append(position)
    if len(line) < 2:
        raise InvalidGeoJson(where, "needs two different positions")
    return line


def _position(value: Value, where: str) -> Position:
    is_position = isinstance(value, list) and len(value) >= 2
    if not is_position or not all(_is_number(number) for number in value[:2]):
        raise InvalidGeoJson(where, "must be a longitude and a latitude")
    longitude, latitude = float(value[0]), float(value[1])
    if not -180 <= longitude <= 180:
        raise InvalidGeoJson(where, f"longitude must be between -180 and 180 (got {longitude:g})")
    if not -90 <= latitude <= 90:
        hint = "; longitude comes first" if abs(longitude) <= 90 else ""
        raise InvalidGeoJson(where, f"latitude must be between -90 and 90 (got {latitude:g}){hint}")
    return longitude, latitude


def _is_number(value: Value) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return isfinite(value)
    except OverflowError:  # an integer beyond the range of floats
        return False


def _check_unique(shapes: Sequence[MapShape], column: str) -> None:
    first: dict[str, int] = {}
    for i, shape in enumerate(shapes):
        value = getattr(shape, column).casefold()
        if shape.kind != MapFeatureKind.AREA:
            continue
        if value in first:
            raise InvalidGeoJson(
                f"features[{i}]",
                f"{column} {getattr(shape, column)!r} is that of features[{first[value]}]",
            )
        first[value] = i


def _in_one_half_of_the_world(shapes: list[MapShape]) -> list[MapShape]:
    """Return the shapes without a gap at the 180th meridian: longitudes below it are continued."""
    longitudes = sorted(x for shape in shapes for x, _y in _positions(shape))
    widest = max((b - a for a, b in pairwise(longitudes)), default=0.0)
    if longitudes[-1] - longitudes[0] <= 180 or widest <= 180:
        return shapes
    return list(map(_continued_shape, shapes))


def _continued_shape(shape: MapShape) -> MapShape:
    return replace(
        shape,
        polygons=[[_continued(ring) for ring in polygon] for polygon in shape.polygons],
        lines=[_continued(line) for line in shape.lines],
    )


def _positions(shape: MapShape) -> Iterator[Position]:
    for polygon in shape.polygons:
        for ring in polygon:
            yield from ring
    for line in shape.lines:
        yield from line


def _continued(line: Line) -> Line:
    return [(x + 360, y) for x, y in line] if max(x for x, _y in line) < 0 else line
