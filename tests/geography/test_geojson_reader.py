"""Reading an authority's GeoJSON: what is accepted, corrected and refused."""

import json

import pytest

from deliberate.geography.geojson_reader import InvalidGeoJson, PropertyNames, read_geojson
from deliberate.geography.polygons import signed_area
from deliberate.vocabulary import MapFeatureKind

RING = [[116.7, -1.0], [116.8, -1.0], [116.8, -0.9], [116.7, -0.9], [116.7, -1.0]]


def feature(geometry, **properties):
    return {"type": "Feature", "geometry": geometry, "properties": {"name": "Sepaku", **properties}}


def content(*features, **members):
    document = {"type": "FeatureCollection", "features": list(features), **members}
    return json.dumps(document).encode()


def polygon(*rings):
    return {"type": "Polygon", "coordinates": list(rings)}


def refusal(document: bytes) -> str:
    with pytest.raises(InvalidGeoJson) as refused:
        read_geojson(document)
    return str(refused.value)


def test_area_is_read_with_its_names_and_code():
    document = content(feature(polygon(RING), name_en="Sepaku district", code="64.09", other=[1]))
    (area,) = read_geojson(document)
    assert (area.kind, area.name, area.name_en) == (
        MapFeatureKind.AREA,
        "Sepaku",
        "Sepaku district",
    )
    assert area.code == "64.09" and area.polygons[0][0][0] == (116.7, -1.0)


def test_names_are_read_from_chosen_properties():
    document = content(feature(polygon(RING), WADMKD="Bumi Harapan", KDEPUM=6409))
    (area,) = read_geojson(document, PropertyNames(name="WADMKD", code="KDEPUM"))
    assert (area.name, area.code) == ("Bumi Harapan", "6409")


def test_rings_are_turned_to_the_right_hand_rule():
    hole = [[116.72, -0.98], [116.78, -0.98], [116.78, -0.92], [116.72, -0.92], [116.72, -0.98]]
    (area,) = read_geojson(content(feature(polygon(RING[::-1], hole))))
    outer, inner = area.polygons[0]
    assert signed_area(outer) > 0 > signed_area(inner)


def test_byte_order_mark_heights_and_foreign_members_are_tolerated():
    ring = [[x, y, 12.5] for x, y in RING]
    document = b"\xef\xbb\xbf" + content(feature(polygon(ring)), bbox=[1], note={"a": 1})
    assert len(read_geojson(document)[0].polygons[0][0]) == 5


def test_shape_across_the_180th_meridian_is_continued_beyond_it():
    ring = [[179.0, -17.0], [-179.0, -17.0], [-179.0, -16.0], [179.0, -16.0], [179.0, -17.0]]
    (area,) = read_geojson(content(feature(polygon(ring))))
    assert {x for x, _y in area.polygons[0][0]} == {179.0, 181.0}


def test_parts_on_both_sides_of_the_180th_meridian_lie_side_by_side():
    east = [[179.0, -17.0], [180.0, -17.0], [180.0, -16.0], [179.0, -17.0]]
    west = [[-180.0, -17.0], [-179.0, -17.0], [-180.0, -16.0], [-180.0, -17.0]]
    geometry = {"type": "MultiPolygon", "coordinates": [[east], [west]]}
    (area,) = read_geojson(content(feature(geometry)))
    assert [max(x for x, _y in part[0]) for part in area.polygons] == [180.0, 181.0]


def test_lines_are_roads_or_rivers():
    line = {"type": "LineString", "coordinates": RING[:3]}
    shapes = read_geojson(content(feature(polygon(RING)), feature(line, kind="road")))
    assert shapes[1].kind == MapFeatureKind.ROAD and len(shapes[1].lines[0]) == 3


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (b'{"type": \n oops}', "line 2 column 2: Expecting value"),
        (b"\xff\xfe", "byte 0: not UTF-8"),
        (b"[]", "type: must be a FeatureCollection or a Feature (got None)"),
        (content(), "features: no area: a Polygon or MultiPolygon with a name"),
        (
            content(feature({"type": "Point", "coordinates": [1, 2]})),
            "features[0].geometry: must be a Polygon, MultiPolygon, LineString or MultiLineString"
            " (got 'Point')",
        ),
        (
            content(feature(polygon(RING[:-1]))),
            "features[0].geometry.coordinates[0]: a ring must end at the position it begins with",
        ),
        (
            content(feature(polygon([[-0.9, 116.7], *RING]))),
            "features[0].geometry.coordinates[0][0]: latitude must be between -90 and 90"
            " (got 116.7); longitude comes first",
        ),
        (
            content(feature(polygon([["116", 1], *RING]))),
            "features[0].geometry.coordinates[0][0]: must be a longitude and a latitude",
        ),
        (
            content(feature(polygon(RING), name=" ")),
            "features[0].properties: an area needs a name"
            " (name or name:id or nama or NAMOBJ or NAME)",
        ),
        (
            content(feature(polygon(RING)), feature(polygon(RING), name="SEPAKU", code="2")),
            "features[1]: name 'SEPAKU' is that of features[0]",
        ),
        (
            content(feature(polygon(RING), kind="castle")),
            "features[0].properties.kind: must be one of area, water, wood, river, road"
            " (got 'castle')",
        ),
        (
            content(feature(polygon(RING)), crs={"properties": {"name": "EPSG:32750"}}),
            "crs: must be WGS 84 longitude and latitude, as RFC 7946 says",
        ),
        (b"[" + b"9" * 5000 + b"]", "file: a number has too many digits"),
        (
            content(feature(polygon([[10**400, 1], *RING]))),
            "features[0].geometry.coordinates[0][0]: must be a longitude and a latitude",
        ),
        (
            content(feature(polygon(RING), name="Sepa\ud800ku")),
            "features[0].properties.name: has a character that is no text",
        ),
        (
            content(feature(polygon(RING), name="Sepa\x00ku")),
            "features[0].properties.name: has a character that is no text",
        ),
    ],
)
def test_invalid_file_is_refused_with_place_and_reason(document, reason):
    assert refusal(document) == reason
