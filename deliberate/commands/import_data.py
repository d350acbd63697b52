"""`deliberate import`: import another platform's data, dated as it happened."""

import json
import re
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
from deliberate.imports.formats.convokit import PROFILE as CONVOKIT
from deliberate.imports.formats.convokit import read_corpus
from deliberate.imports.formats.pabulib_files import Election, opened_election
from deliberate.imports.formats.pabulib_poll import (
    ElectionRequest,
    ElectionSummary,
    import_election,
)
from deliberate.imports.formats.polis_files import Conversation, read_conversation
from deliberate.imports.formats.polis_poll import ConversationSummary, import_conversation
from deliberate.imports.import_run import (
    Import,
    ImportRequest,
    ImportSummary,
    NothingToImport,
    prepare_import,
)
from deliberate.imports.inspection import describe, guess_profile, inspect_files
from deliberate.imports.profiles import Profile
from deliberate.imports.release import import_release
from deliberate.imports.report import ImportReport, report_lines
from deliberate.imports.source import UnreadableSource, write_rejects
from deliberate.imports.table_reader import SourceData, read_source
from deliberate.sealing import seal_log

_LICENCE_NAME = re.compile(r"[A-Za-z0-9_.:+-]{2,80}")
_LISTS = frozenset({"rejects", "report"})
MAX_TOPICS = 10
"""How many topics without a place on the list are named in the output."""


@click.group("import", help="Bring in another platform's data, dated as it happened.")
def command() -> None:
    """Group one command per profile."""


_LICENCE = click.option(
    "--licence",
    default="",
    help="Licence by which you may publish the texts here, such as CC-BY-4.0.",
)
_REJECTS = click.option(
    "--rejects",
    type=click.Path(path_type=Path),
    default=Path("rejects.csv"),
    show_default=True,
    help="Where rows that stay out are written, with line and reason.",
)
_PARAMETERS = (
    click.argument("path", type=click.Path(path_type=Path)),
    click.option("--process", "slug", required=True, help="Slug of the process."),
    _LICENCE,
    click.option(
        "--platform-accounts",
        "accounts",
        type=click.Path(path_type=Path),
        help="CSV of the platform's own accounts, which are no residents.",
    ),
    click.option("--timezone", default="", help="Zone of times without an offset."),
    click.option("--language", default="", help="Language of the texts, such as id."),
    click.option("--encoding", default="", help="Encoding of files that are not UTF-8."),
    click.option("--title", default="", help="Title of the process, when it is made."),
    _REJECTS,
    click.option("--dry-run", is_flag=True, help="Read and report everything, write nothing."),
    click.option("--json", "as_json", is_flag=True, help="The summary as JSON."),
)


def _options(import_with_profile: Callable[..., None]) -> Callable[..., None]:
    for parameter in reversed(_PARAMETERS):
        import_with_profile = parameter(import_with_profile)
    return import_with_profile


def _import_with_profile(profile_path: Path, options: dict[str, Any]) -> None:
    try:
        profile = profiles.load_profile(profile_path)
    except UnreadableSource as error:
        fail(str(error), WRONG_USE)
    _import(profile, read_source, options)


def _import(profile: Profile, reader: Callable[..., SourceData], options: dict[str, Any]) -> None:
    names = ("path", "slug", "accounts", "timezone", "title", "licence", "language", "encoding")
    values = {name: options[name] for name in names}
    require_licence(options)
    request = ImportRequest(profile, reader=reader, **values)
    migrate_stores(current_app._get_current_object())  # type: ignore[attr-defined]  # the app itself
    started = time.perf_counter()
    pending_import = _prepare(request, options)
    if options["dry_run"]:
        _print_dry_run(pending_import, options["as_json"])
        sys.exit(FAILED if pending_import.data.rejects else 0)
    summary = _run(pending_import)
    sealed = seal_log(current_app.config["SETTINGS"])
    seconds = time.perf_counter() - started
    _print_summary(summary, seconds, sealed, options["rejects"], options["as_json"])
    sys.exit(FAILED if summary.rejects else 0)


def require_licence(options: dict[str, Any]) -> None:
    """Refuse an import whose texts nobody has stated to be publishable."""
    licence = options["licence"]
    if not licence and not options.get("dry_run"):
        fail(
            "--licence: under which licence may these texts be published here? Give its short "
            "name, such as CC-BY-4.0, OGL-UK-3.0 or CC0-1.0, or 'agreed' where their authors "
            "agreed to it",
            WRONG_USE,
        )
    if licence and not _LICENCE_NAME.fullmatch(licence):
        fail(f"--licence: {licence!r} is not a short name such as CC-BY-4.0", WRONG_USE)


def _prepare(request: ImportRequest, options: dict[str, Any]) -> Import:
    """Return an import whose files are read; write the rejected rows, report what is unreadable."""
    rejects: Path = options["rejects"]
    try:
        try:
            pending_import = prepare_import(request)
        except NothingToImport as error:
            write_rejects(rejects, error.data.rejects)
            _print_report(error.data.report, err=True)
            fail(
                f"{error}; its {len(error.data.rejects)} rejected rows are in {rejects}", WRONG_USE
            )
        if pending_import.data.rejects:
            write_rejects(rejects, pending_import.data.rejects)
    except UnreadableSource as error:
        fail(str(error), WRONG_USE)
    except OSError as error:
        fail(f"{error.filename or rejects}: {error.strerror}", WRONG_USE)
    return pending_import


def _print_report(report: ImportReport, *, err: bool = False) -> None:
    for line in report_lines(report):
        click.echo(line, err=err)


def _print_dry_run(pending_import: Import, as_json: bool) -> None:
    data, pending = pending_import.data, pending_import.pending_count
    if as_json:
        files = [file.as_dict() for file in data.report.files.values()]
        click.echo(json.dumps({"dry_run": True, "acts": pending, "files": files}))
        return
    _print_report(data.report)
    click.echo(
        f"dry run: {data.proposals} proposals, {data.comments} comments; {pending} acts would be "
        f"new, {len(data.rejects)} rows rejected; nothing was written"
    )


def _run(pending_import: Import) -> ImportSummary:
    try:
        with click.progressbar(
            length=pending_import.pending_count,
            label="acts",
            file=sys.stderr,
            hidden=not sys.stderr.isatty() or not pending_import.pending_count,
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
        result = {
            name: value
            for name, value in vars(summary).items()
            if name not in {"rejects", "report"}
        }
        result |= {"rejected": len(summary.rejects), "sealed": sealed}
        result |= {"seconds": round(seconds, 2), "acts_per_second": rate}
        result["files"] = [file.as_dict() for file in summary.report.files.values()]
        click.echo(json.dumps(result))
    else:
        _print_report(summary.report)
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
    label = profiles.profile_label(path)

    @command.command(name, help=label, short_help=label)
    @_options
    @with_appcontext
    def import_with_profile(**options: Any) -> None:
        _import_with_profile(path, options)


@command.command("own", help="A layout of your own, described by a profile (docs/import.md).")
@click.option("--profile", type=click.Path(path_type=Path), required=True, help="The profile.")
@_options
@with_appcontext
def _import_own(profile: Path, **options: Any) -> None:
    _import_with_profile(profile, options)


@command.command("inspect", help="Columns of files with samples, and a first profile for them.")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--encoding", default="", help="Encoding of files that are not UTF-8.")
@click.option("--profile", type=click.Path(path_type=Path), help="Where the profile is written.")
def _inspect(path: Path, encoding: str, profile: Path | None) -> None:
    try:
        summaries = inspect_files(path, encoding)
    except UnreadableSource as error:
        fail(str(error), WRONG_USE)
    for line in describe(summaries):
        click.echo(line)
    guessed = guess_profile(summaries)
    if profile is None:
        click.echo(f"\n{guessed}", nl=False)
        return
    if profile.exists():
        fail(f"--profile: {profile} exists; nothing was written", WRONG_USE)
    try:
        profile.write_text(guessed, encoding="utf-8")
    except OSError as error:
        fail(f"{profile}: {error.strerror}", WRONG_USE)
    click.echo(f"the profile is in {profile}: check it, then try it with --dry-run")


@command.command("polis", help="A Polis conversation: comments, votes, participants-votes.csv.")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--process", "slug", required=True, help="Slug of the process.")
@_LICENCE
@_REJECTS
@click.option("--seconds", is_flag=True, help="Timestamps are in seconds, not milliseconds.")
@click.option("--dry-run", is_flag=True, help="Read and report everything, write nothing.")
@click.option("--json", "as_json", is_flag=True, help="The summary as JSON.")
@with_appcontext
def _polis(path: Path, slug: str, *, seconds: bool, as_json: bool, **options: Any) -> None:
    require_licence(options)
    migrate_stores(current_app._get_current_object())  # type: ignore[attr-defined]  # the app itself
    try:
        conversation = read_conversation(path, in_seconds=seconds)
        if conversation.rejects:
            write_rejects(options["rejects"], conversation.rejects)
        if options["dry_run"]:
            _print_report(conversation.report)
            sys.exit(FAILED if conversation.rejects else 0)
        summary = import_conversation(conversation, slug, licence=options["licence"])
    except UnreadableSource as error:
        fail(str(error), WRONG_USE)
    seal_log(current_app.config["SETTINGS"])
    _print_conversation(conversation, summary, as_json=as_json)
    sys.exit(FAILED if summary.rejects or summary.differences else 0)


def _print_conversation(
    conversation: Conversation, summary: ConversationSummary, *, as_json: bool
) -> None:
    if as_json:
        files = [file.as_dict() for file in conversation.report.files.values()]
        click.echo(json.dumps({**vars(summary), "rejects": len(summary.rejects), "files": files}))
        return
    _print_report(conversation.report)
    if not conversation.has_vote_times:
        click.echo("  note: no votes.csv: the votes are dated like the last statement")
    click.echo(
        f"{summary.process}: poll {summary.poll}, {summary.statements} statements, {summary.votes}"
        f" votes of {summary.participants} participants; {summary.acts} acts new,"
        f" {summary.differences} differences from the files' own counts,"
        f" {len(summary.rejects)} rows rejected"
    )


@command.command("pabulib", help="A vote on projects: one .pb file of Pabulib.")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--process", "slug", required=True, help="Slug of the process.")
@_LICENCE
@_REJECTS
@click.option("--timezone", default="UTC", show_default=True, help="Zone of the days of the vote.")
@click.option("--language", default="en", show_default=True, help="Language of the projects.")
@click.option("--encoding", default="", help="Encoding of a file that is not UTF-8.")
@click.option("--title", default="", help="Title of the process, when it is made.")
@click.option("--dry-run", is_flag=True, help="Read and report everything, write nothing.")
@click.option("--json", "as_json", is_flag=True, help="The summary as JSON.")
@with_appcontext
def _pabulib(path: Path, slug: str, *, as_json: bool, **options: Any) -> None:
    require_licence(options)
    migrate_stores(current_app._get_current_object())  # type: ignore[attr-defined]  # the app itself
    request = ElectionRequest(slug, options["licence"], options["title"], options["language"])
    try:
        zone = profiles.time_zone(options["timezone"])
        with opened_election(path, zone, options["encoding"]) as election:
            if election.rejects:
                write_rejects(options["rejects"], election.rejects)
            if options["dry_run"]:
                _print_report(election.report)
                sys.exit(FAILED if election.rejects else 0)
            summary = import_election(election, request)
    except UnreadableSource as error:
        fail(str(error), WRONG_USE)
    seal_log(current_app.config["SETTINGS"])
    _print_election(election, summary, as_json=as_json)
    sys.exit(FAILED if election.rejects or summary.differences else 0)


def _print_election(election: Election, summary: ElectionSummary, *, as_json: bool) -> None:
    if as_json:
        files = [file.as_dict() for file in election.report.files.values()]
        click.echo(json.dumps({**vars(summary), "rejects": len(election.rejects), "files": files}))
        return
    _print_report(election.report)
    click.echo(
        f"{summary.process}: poll {summary.poll}, {summary.projects} projects, {summary.ballots}"
        f" ballots; {summary.acts} acts new, {len(summary.differences)} projects with other"
        f" figures than the file states, {len(election.rejects)} rows rejected"
    )


@command.command("convokit", help=CONVOKIT.label, short_help=CONVOKIT.label)
@_options
@with_appcontext
def _convokit(**options: Any) -> None:
    _import(CONVOKIT, read_corpus, options)


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
