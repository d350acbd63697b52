"""`deliberate import`: import another platform's data, dated as it happened."""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.exc import DBAPIError, IntegrityError

from deliberate.commands.cli_errors import FAILED, WRONG_USE, fail
from deliberate.commands.startup import migrate_stores
from deliberate.imports import profiles
from deliberate.imports.convokit import PROFILE as CONVOKIT
from deliberate.imports.convokit import read_corpus
from deliberate.imports.import_run import Import, ImportRequest, ImportSummary, prepare_import
from deliberate.imports.polis_files import read_conversation
from deliberate.imports.polis_poll import import_conversation
from deliberate.imports.release import import_release
from deliberate.imports.source import UnreadableSource, write_rejects
from deliberate.sealing import seal_log

MAX_TOPICS = 10
"""How many topics without a place on the list are named in the output."""


@click.group("import", help="Bring in another platform's data, dated as it happened.")
def command() -> None:
    """Group one command per profile."""


_PARAMETERS = (
    click.argument("path", type=click.Path(path_type=Path)),
    click.option("--process", "slug", required=True, help="Slug of the process."),
    click.option(
        "--platform-accounts",
        "accounts",
        type=click.Path(path_type=Path),
        help="CSV of the platform's own accounts, which are no residents.",
    ),
    click.option("--timezone", default="", help="Zone of times without an offset."),
    click.option("--title", default="", help="Title of the process, when it is made."),
    click.option(
        "--rejects",
        type=click.Path(path_type=Path),
        default=Path("rejects.csv"),
        show_default=True,
        help="Where rows that stay out are written, with line and reason.",
    ),
    click.option("--json", "as_json", is_flag=True, help="The summary as JSON."),
)


def _options(import_with_profile: Callable[..., None]) -> Callable[..., None]:
    for parameter in reversed(_PARAMETERS):
        import_with_profile = parameter(import_with_profile)
    return import_with_profile


def _import_with_profile(
    profile_path: Path,
    path: Path,
    slug: str,
    accounts: Path | None,
    timezone: str,
    title: str,
    rejects: Path,
    as_json: bool,
) -> None:
    try:
        profile = profiles.load_profile(profile_path)
    except UnreadableSource as error:
        fail(str(error), WRONG_USE)
    _import(ImportRequest(profile, path, slug, accounts, timezone, title), rejects, as_json)


def _import(request: ImportRequest, rejects: Path, as_json: bool) -> None:
    migrate_stores(current_app._get_current_object())  # type: ignore[attr-defined]  # the app itself
    started = time.perf_counter()
    try:
        pending_import = prepare_import(request)
        if pending_import.data.rejects:
            write_rejects(rejects, pending_import.data.rejects)
    except UnreadableSource as error:
        fail(str(error), WRONG_USE)
    except OSError as error:
        fail(f"{rejects}: {error.strerror}", WRONG_USE)
    summary = _run(pending_import)
    sealed = seal_log(current_app.config["SETTINGS"])
    _print_summary(summary, time.perf_counter() - started, sealed, rejects, as_json)
    sys.exit(FAILED if summary.rejects else 0)


def _run(pending_import: Import) -> ImportSummary:
    try:
        with click.progressbar(
            length=len(pending_import.pending),
            label="acts",
            file=sys.stderr,
            hidden=not sys.stderr.isatty() or not pending_import.pending,
        ) as bar:
            return pending_import.run(bar.update)
    except IntegrityError:
        fail("another import wrote into this process at the same time; run it again")
    except DBAPIError as error:
        reason = str(error.orig).partition("\n")[0]
        fail(f"the database stopped ({reason}); run it again and it continues from there")


def _print_summary(
    summary: ImportSummary, seconds: float, sealed: int, rejects: Path, as_json: bool
) -> None:
    rate = round(summary.acts / seconds) if summary.acts else 0
    if as_json:
        result = {name: value for name, value in vars(summary).items() if name != "rejects"}
        result |= {"rejected": len(summary.rejects), "sealed": sealed}
        result |= {"seconds": round(seconds, 2), "acts_per_second": rate}
        click.echo(json.dumps(result))
    else:
        click.echo(
            f"{summary.process}: {summary.proposals} proposals, {summary.comments} comments "
            f"({summary.orphans} without their parent), {summary.responses} responses read; "
            f"{summary.acts} acts new, {len(summary.rejects)} rows rejected"
        )
        if summary.acts:
            click.echo(f"{seconds:.1f} s, {rate} acts a second, {sealed} rows sealed")
    _report_unlisted_topics(summary)
    if summary.rejects:
        first = summary.rejects[0]
        where = f"first: {first.file} line {first.line}: {first.reason}"
        click.echo(f"deliberate: {len(summary.rejects)} rows are in {rejects}; {where}", err=True)


def _report_unlisted_topics(summary: ImportSummary) -> None:
    topics = summary.unlisted_topics
    if topics:
        named = ", ".join(f"{topic} ({count})" for topic, count in [*topics.items()][:MAX_TOPICS])
        more = f" and {len(topics) - MAX_TOPICS} more" if len(topics) > MAX_TOPICS else ""
        click.echo(
            f"deliberate: not on the list of topics of {summary.process}, kept as written: "
            f"{named}{more}",
            err=True,
        )


def _add_profile_command(name: str) -> None:
    path = profiles.FOLDER / f"{name}.toml"
    label = profiles.load_profile(path).label

    @command.command(name, help=label, short_help=label)
    @_options
    @with_appcontext
    def import_with_profile(**options: Any) -> None:
        _import_with_profile(path, **options)


@command.command("own", help="A layout of your own, described by a profile (docs/import.md).")
@click.option("--profile", type=click.Path(path_type=Path), required=True, help="The profile.")
@_options
@with_appcontext
def _import_own(profile: Path, **options: Any) -> None:
    _import_with_profile(profile, **options)


@command.command("polis", help="A Polis conversation: comments, votes, participants-votes.csv.")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--process", "slug", required=True, help="Slug of the process.")
@click.option("--json", "as_json", is_flag=True, help="The summary as JSON.")
@with_appcontext
def _polis(folder: Path, slug: str, as_json: bool) -> None:
    migrate_stores(current_app._get_current_object())  # type: ignore[attr-defined]  # the app itself
    try:
        summary = import_conversation(read_conversation(folder), slug)
    except UnreadableSource as error:
        fail(str(error), WRONG_USE)
    seal_log(current_app.config["SETTINGS"])
    result = {**vars(summary), "rejects": len(summary.rejects)}
    click.echo(
        json.dumps(result)
        if as_json
        else f"{slug}: poll {summary.poll}, {summary.statements} statements, {summary.votes} votes"
        f" of {summary.participants} participants; {summary.acts} acts new,"
        f" {summary.differences} differences from the files' own counts,"
        f" {len(summary.rejects)} rows rejected"
    )
    sys.exit(FAILED if summary.rejects or summary.differences else 0)


@command.command("convokit", help=CONVOKIT.label, short_help=CONVOKIT.label)
@_options
@with_appcontext
def _convokit(
    path: Path, slug: str, title: str, timezone: str, rejects: Path, **options: Any
) -> None:
    request = ImportRequest(CONVOKIT, path, slug, None, timezone, title, read_corpus)
    _import(request, rejects, options["as_json"])


@command.command("release", help="A release of a platform of this kind, by its folder or ZIP.")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--process", "slug", required=True, help="Slug of the process.")
@with_appcontext
def _release(path: Path, slug: str) -> None:
    migrate_stores(current_app._get_current_object())  # type: ignore[attr-defined]  # the app itself
    settings = current_app.config["SETTINGS"]
    try:
        process = import_release(path, slug, settings)
    except UnreadableSource as error:
        fail(str(error), WRONG_USE)
    except OSError as error:
        fail(f"{error.filename or path}: {error.strerror}")
    seal_log(settings)
    click.echo(
        f"{process.slug}: imported with its files; score it with deliberate score {process.slug}"
    )


for _name in profiles.list_profiles():
    _add_profile_command(_name)
