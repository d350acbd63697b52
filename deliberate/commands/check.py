"""`deliberate check`: whether this installation is as it should be."""

import json
import os
import re
import sys
from collections.abc import Iterator
from importlib.util import find_spec

import click
from flask import current_app
from flask.cli import with_appcontext

from deliberate.commands.startup import is_newest
from deliberate.config import Settings, unknown
from deliberate.database import db
from deliberate.operations.site.counter_repair import repair_counters
from deliberate.queries.site.counter_check import wrong_counters
from deliberate.queries.site.health_checks import checks

LEAST_CONTRAST = 4.5
WHITE = "#ffffff"


@click.command("check")
@click.option("--repair", is_flag=True, help="Write the counters again from what they count.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
@with_appcontext
def command(repair: bool, as_json: bool) -> None:
    """Check settings, schema, brand and counters; exit code 1 where something is wrong."""
    faults = list(_faults(current_app.config["SETTINGS"]))
    repaired: list[str] = []
    if is_newest():
        if repair:
            repaired = [str(wrong) for wrong in repair_counters()]
        else:
            faults += [str(wrong) for wrong in wrong_counters(db.session())]
    if as_json:
        click.echo(json.dumps({"faults": faults, "repaired": repaired}, indent=1))
    else:
        for line in (*faults, *(f"repaired: {line}" for line in repaired)):
            click.echo(line)
    sys.exit(1 if faults else 0)


def _faults(settings: Settings) -> Iterator[str]:
    for name in unknown(os.environ):
        yield f"{name} is no setting: misspelt?"
    if not is_newest():
        yield "the database lacks the newest schema: deliberate db upgrade"
    if (colour := settings.brand_color) and (fault := brand_fault(colour)):
        yield f"DELIBERATE_BRAND_COLOR: {fault}"
    if settings.mode == "production":
        yield from _left_open(settings)
    for check in checks(settings):
        if check.name in {"sealing", "disk"} and not check.is_good:
            yield f"{check.name}: {check.said}"


def _left_open(settings: Settings) -> Iterator[str]:
    """What an installation may do without, but a promise to its people then does not hold."""
    if not settings.witnesses:
        yield "DELIBERATE_WITNESSES: nobody outside keeps the log's heads"
    elif not settings.mail_url:
        yield "DELIBERATE_WITNESSES: without DELIBERATE_MAIL_URL no head reaches them"
    if find_spec("redis") is None and settings.redis_url:
        yield "DELIBERATE_REDIS_URL: the package redis is missing: install deliberate[scale]"


def brand_fault(colour: str) -> str | None:
    """What is wrong with a brand colour that carries white words, or None."""
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", colour):
        return f"{colour!r} is no colour like #0b5148"
    found = contrast(colour, WHITE)
    if found < LEAST_CONTRAST:
        return f"white on {colour} has contrast {found:.2f}:1, below {LEAST_CONTRAST}:1"
    return None


def contrast(one: str, other: str) -> float:
    """The contrast of two colours by WCAG 2.2: from 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
