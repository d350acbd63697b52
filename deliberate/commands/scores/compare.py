"""`deliberate compare`: releases of several installations side by side."""

import json
from pathlib import Path

import click

from deliberate import citivoice
from deliberate.commands.cli_errors import FAILED, WRONG_USE, fail
from deliberate.exports.installations.comparison_files import (
    ComparedPair,
    compare_releases,
    write_comparison,
)
from deliberate.exports.installations.release_archives import is_address, without_credentials
from deliberate.exports.installations.scored_releases import ScoredRelease, load_release
from deliberate.queries.releases.release_files import InvalidRelease

MIN_RELEASES = 2


@click.command("compare", short_help="Compare releases, also of other installations.")
@click.argument("sources", metavar="URL|RELEASE ...", nargs=-1, required=True)
@click.option(
    "--to",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write pages and tables into this folder.",
)
@click.option("--formulas", "version", metavar="V", help="A version of the formulas.")
@click.option("--json", "as_json", is_flag=True, help="Print the comparison as JSON.")
def command(
    sources: tuple[str, ...], folder: Path | None, version: str | None, as_json: bool
) -> None:
    """Verify releases, score them by one version of the formulas, and compare each pair.

    A source is a release's folder, its ZIP file, or the address of the ZIP file on its data page.
    With an address, every row is checked against the log that the installation publishes. Exit code
    1 if a release was changed, 2 if it cannot be read or scored by these formulas.
    """
    if len(set(sources)) < MIN_RELEASES:
        fail("name at least two releases", WRONG_USE)
    try:
        formulas = citivoice.get_formulas(version) if version else citivoice.load_formulas()
    except citivoice.UnknownFormulas as error:
        fail(str(error), WRONG_USE)
    releases = sorted(
        (_load(source, formulas) for source in dict.fromkeys(sources)),
        key=lambda release: (release.title, release.source),
    )
    pairs = compare_releases(releases)
    click.echo(_as_json(releases, pairs) if as_json else _as_text(releases, pairs))
    if folder is not None:
        names = write_comparison(folder, releases, pairs, *_resources())
        click.echo(f"deliberate: wrote {', '.join(names)} into {folder}", err=True)


def _load(source: str, formulas: citivoice.Formulas) -> ScoredRelease:
    def report(step: str) -> None:
        click.echo(f"deliberate: {without_credentials(source)}: {step}", err=True)

    if not is_address(source) and not Path(source).exists():
        fail(f"{source}: no such folder or file", WRONG_USE)
    try:
        return load_release(source, formulas, report)
    except InvalidRelease as error:
        fail(f"{without_credentials(source)}: {error}", FAILED)
    except (citivoice.UnreadableFacts, citivoice.UnreadableLog, OSError, ValueError) as error:
        fail(f"{without_credentials(source)}: {error}", WRONG_USE)


def _resources() -> tuple[Path, Path]:
    """Return the folders of templates and static files."""
    from deliberate import resource_path

    return resource_path("templates"), resource_path("static")


def _as_json(releases: list[ScoredRelease], pairs: list[ComparedPair]) -> str:
    content = {
        "formulas": releases[0].scores.formulas.version,
        "releases": [
            {
                "source": release.source,
                "title": release.title,
                "log_head": release.head,
                "rows_in_log": release.rows,
                "manifest_in_log": release.is_bound,
                "scores": release.scores.to_dict(),
            }
            for release in releases
        ],
        "pairs": [
            {"first": pair.first.source, "second": pair.second.source, "claims": pair.claims}
            for pair in pairs
        ],
    }
    return json.dumps(content, indent=1, ensure_ascii=False)


def _as_text(releases: list[ScoredRelease], pairs: list[ComparedPair]) -> str:
    lines = [f"formulas {releases[0].scores.formulas.version}"]
    for release in releases:
        checked = (
            "manifest verified, not compared with a log"
            if release.rows is None
            else f"all {release.rows} rows in the log of {release.home}"
        )
        lines.append(f"{release.title}: {checked}")
        lines.append(
            f"{release.title}: its manifest is the one in the log"
            if release.is_bound
            else f"{release.title}: could not check that the log has this manifest"
        )
    for pair in pairs:
        lines += ["", f"{pair.first.title} – {pair.second.title}"]
        lines += [f"  {name}: {claim['claim']}" for name, claim in pair.claims.items()]
    return "\n".join(lines)
