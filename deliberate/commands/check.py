"""`deliberate check`: check settings, schema, brand colour, counters and sealing."""

import json
import re
import sys
from collections.abc import Iterator
from datetime import timedelta
from importlib.util import find_spec

import click
from flask import current_app
from flask.cli import with_appcontext

from deliberate import sealing
from deliberate.commands.startup import is_schema_current
from deliberate.config import Settings, needs_extra, unknown_variables
from deliberate.config.settings_file import Variables, read_variables
from deliberate.config.terminal import translate as _
from deliberate.database import db
from deliberate.file_storage import file_storage
from deliberate.operations.site.counter_repair import repair_counters
from deliberate.queries.site.backup_age import is_backup_late, time_without_backup
from deliberate.queries.site.counter_check import find_counter_mismatches
from deliberate.queries.site.health_checks import run_health_checks

MIN_CONTRAST = 4.5
OF_OTHERS = 0o004
"""The mode of a file that every account of the machine can read."""
RUNNING_CHECKS = frozenset({"sealing", "disk", "mail", "jobs", "files", "replica"})
"""Health checks whose problems are faults of the installation as it runs."""
WHITE = "#ffffff"
ADVISED_PYTHON = (3, 11, 10)
"""First release of 3.11 with the repairs of the mail, archive and URL modules of 2024."""


@click.command("check")
@click.option("--repair", is_flag=True, help="Set wrong counters to the counted values.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@with_appcontext
def command(repair: bool, as_json: bool) -> None:
    """Check settings, schema, brand and counters; exit code 1 if something is wrong."""
    faults = list(_problems(current_app.config["SETTINGS"]))
    repaired: list[str] = []
    if is_schema_current():
        if repair:
            repaired = list(map(str, repair_counters()))
        else:
            faults += map(str, find_counter_mismatches(db.session()))
    is_production = current_app.config["SETTINGS"].mode == "production"
    advice = [f"advice: {line}" for line in python_advice(sys.version_info[:3]) if is_production]
    if as_json:
        result = {"faults": faults, "repaired": repaired, "advice": advice}
        click.echo(json.dumps(result, indent=1))
    else:
        for line in (*faults, *(f"repaired: {line}" for line in repaired), *advice):
            click.echo(line)
    sys.exit(1 if faults else 0)


def _problems(settings: Settings) -> Iterator[str]:
    variables = read_variables()
    yield from _unknown_names(variables)
    for path in (variables.path, settings.key_ring_path):
        if path is not None and path.exists() and path.stat().st_mode & OF_OTHERS:
            yield _("%(path)s can be read by others: chmod 600 %(path)s", path=path)
    if not is_schema_current():
        yield _("the database schema is not current: run deliberate db upgrade")
    else:
        yield from _missing_signing_key(settings)
    color = settings.brand_color
    if color and (problem := brand_color_problem(color)):
        yield f"DELIBERATE_BRAND_COLOR {problem}"
    if settings.mode == "production":
        yield from _missing_in_production(settings)
        yield from _late_backup()
    checks = run_health_checks(settings)
    for check in checks:
        if check.name in RUNNING_CHECKS and not check.passed:
            yield f"{check.name}: {check.problem}"
    if all(check.passed for check in checks if check.name == "files"):
        yield from filter(None, [file_storage().problem(writes=True)])


def _late_backup() -> Iterator[str]:
    if is_backup_late():
        days = time_without_backup() // timedelta(days=1)
        yield _("days without a backup: %(n)s; run deliberate backup create FILE", n=days)


def _missing_signing_key(settings: Settings) -> Iterator[str]:
    """Yield which key the log needs: without it acts are saved, and never sealed."""
    if sealing.latest_tree_head(db.session()) is None:
        return
    try:
        sealing.current_signing_key(settings)
    except sealing.WrongKey as error:
        yield _("%(problem)s: put its signing.pem back", problem=error)


def _unknown_names(variables: Variables) -> Iterator[str]:
    for name, nearest in unknown_variables(variables.values).items():
        if nearest:
            yield _("%(name)s is not a setting: use %(nearest)s?", name=name, nearest=nearest)
        else:
            yield _("%(name)s is not a setting: check the spelling", name=name)


def _missing_in_production(settings: Settings) -> Iterator[str]:
    """Yield settings without which the platform runs, but a guarantee to residents is missing."""
    if not settings.witnesses:
        yield _("DELIBERATE_WITNESSES is empty: nobody outside stores the tree heads of the log")
    elif not settings.mail_url:
        yield _("DELIBERATE_WITNESSES needs DELIBERATE_MAIL_URL: tree heads are sent by mail")
    if find_spec("redis") is None and settings.redis_url:
        yield f"DELIBERATE_REDIS_URL {needs_extra('scale')}"


def python_advice(version: tuple[int, int, int]) -> Iterator[str]:
    """Yield advice about the Python that runs the platform; it is no fault."""
    if version < ADVISED_PYTHON:
        running, advised = (".".join(map(str, parts)) for parts in (version, ADVISED_PYTHON))
        yield _(
            "Python %(running)s lacks security fixes: use %(advised)s or newer",
            running=running,
            advised=advised,
        )


def brand_color_problem(color: str) -> str | None:
    """Return what is wrong with a background colour for white text, or None."""
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", color):
        return _("must be a colour such as #0b5148 (got %(value)r)", value=color)
    ratio = contrast_ratio(color, WHITE)
    if ratio < MIN_CONTRAST:
        return _(
            "must have a contrast of at least %(least)s:1 to white (%(value)s has %(ratio).2f:1)",
            least=MIN_CONTRAST,
            value=color,
            ratio=ratio,
        )
    return None


def contrast_ratio(first: str, second: str) -> float:
    """Return the contrast ratio of two colours by WCAG 2.2, from 1 to 21."""
    light, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: str) -> float:
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
