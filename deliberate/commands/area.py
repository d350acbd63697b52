"""`deliberate area`: import the map of the areas from the authority's GeoJSON."""

import json
import sys
from pathlib import Path

import click
from flask.cli import with_appcontext

from deliberate.commands.cli_errors import WRONG_USE, fail
from deliberate.geography.geojson_reader import (
    InvalidGeoJson,
    MapShape,
    PropertyNames,
    read_geojson,
)
from deliberate.operations.proposals.area_map import import_map, simplify_shapes
from deliberate.queries.processes.name_lists import areas_of_all_processes

MAX_BYTES = 50_000_000


@click.group("area", help="Import the map of the areas.")
def command() -> None:
    """Group the area commands."""


@command.command("import")
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--name", default="", help="Property with the name of an area.")
@click.option("--name-en", default="", help="Property with its English name.")
@click.option("--code", default="", help="Property with its code.")
@click.option(
    "--tolerance",
    type=click.FloatRange(0, 1),
    help="Size in degrees below which borders are simplified; 0 keeps all.",
)
@click.option("--check", "is_check", is_flag=True, help="Read the file and change nothing.")
@click.option("--json", "as_json", is_flag=True, help="The summary as JSON.")
@with_appcontext
def import_areas(
    path: Path,
    name: str,
    name_en: str,
    code: str,
    tolerance: float | None,
    is_check: bool,
    as_json: bool,
) -> None:
    """Replace the map by that of a GeoJSON file (RFC 7946).

    Exit code 2 for a file that cannot be read or is invalid; 1 where a process lists an area that
    the map does not have.
    """
    given = _read(path, PropertyNames(name, name_en, code))
    shapes = simplify_shapes(given, tolerance)
    if not is_check:
        import_map(None, shapes)
    areas = {shape.name for shape in shapes if shape.code}
    missing = [listed for listed in areas_of_all_processes() if listed not in areas]
    summary = {
        "areas": len(areas),
        "features": len(shapes),
        "positions_read": _count_positions(given),
        "positions_kept": _count_positions(shapes),
        "not_on_the_map": missing,
    }
    if as_json:
        click.echo(json.dumps(summary, ensure_ascii=False))
    else:
        click.echo(
            f"{summary['areas']} areas, {summary['features']} features, "
            f"{summary['positions_kept']} of {summary['positions_read']} positions kept"
        )
    if missing:
        click.echo(f"deliberate: areas of processes not on the map: {', '.join(missing)}", err=True)
        sys.exit(1)


def _read(path: Path, properties: PropertyNames) -> list[MapShape]:
    try:
        if path.stat().st_size > MAX_BYTES:
            fail(f"{path}: at most {MAX_BYTES // 1_000_000} MB", WRONG_USE)
        return read_geojson(path.read_bytes(), properties)
    except OSError as error:
        fail(f"{path}: {error.strerror}", WRONG_USE)
    except InvalidGeoJson as error:
        fail(f"{path}: {error}", WRONG_USE)


def _count_positions(shapes: list[MapShape]) -> int:
    rings = (ring for shape in shapes for polygon in shape.polygons for ring in polygon)
    return sum(map(len, rings)) + sum(len(line) for shape in shapes for line in shape.lines)
