"""`deliberate demo`: the sample city on this machine."""

from collections.abc import Iterable
from datetime import timedelta

import click
from flask import Flask
from sqlalchemy import select
from waitress import create_server

from deliberate import create_app, start_jobs
from deliberate.clock import now
from deliberate.commands import SAMPLE_CITY
from deliberate.commands.demo_city import City, CityError, read_city, seed
from deliberate.commands.demo_city.events import PASSPHRASE
from deliberate.commands.startup import bind_port, handle_termination, migrate_stores, startup_lock
from deliberate.config import load_settings
from deliberate.database import db, limit_writing_requests
from deliberate.models import Institution, Person, Process, Proposal
from deliberate.notifications.fanout import fan_out
from deliberate.operations.polls.ballot_box import close_ballot_boxes
from deliberate.operations.releases.releases import publish_all_releases
from deliberate.operations.scores.stored_scores import store_all_scores
from deliberate.queries.accounts.people import get_person_by_sign_in_name
from deliberate.sealing import publish_heads, seal_log

HOST = "127.0.0.1"


THREADS = 8


@click.command("demo")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, envvar="PORT", show_default=True
)
def command(port: int) -> None:
    """Start the sample city on 127.0.0.1; a second start continues with its data."""
    listener = bind_port(HOST, port)
    url = f"http://{HOST}:{listener.getsockname()[1]}"
    app = create_app(load_settings(mode="demo", base_url=url))
    (app.config["SETTINGS"].data_path / SAMPLE_CITY).touch()
    city = read_city()
    migrate_stores(app)
    with app.app_context():
        _seed_if_empty(app, city)
        lines = list(_welcome_lines(city, url))
    app.extensions["writing_requests"] = limit_writing_requests(THREADS)
    server = create_server(app, sockets=[listener], threads=THREADS, ident=None)
    jobs = start_jobs(app)
    handle_termination()
    click.echo("\n".join(lines))
    try:
        server.run()
    finally:
        jobs.stop()


def _seed_if_empty(app: Flask, city: City) -> None:
    with startup_lock(app.config["SETTINGS"]):
        if db.session.scalar(select(Institution.id).limit(1)) is not None:
            return
        click.echo("Building the sample city, about half a minute …")
        try:
            seed(city, now())
        except CityError as error:
            raise click.ClickException(str(error)) from None
        close_ballot_boxes()
        seal_log(app.config["SETTINGS"])
        publish_heads(until=now() + timedelta(seconds=1))
        publish_all_releases(app.config["SETTINGS"].releases_path)
        # Releases are acts too and are counted as a context figure.
        seal_log(app.config["SETTINGS"])
        store_all_scores()
        fan_out()


def _welcome_lines(city: City, url: str) -> Iterable[str]:
    yield f"\nDeliberate is running: {url}   (Ctrl+C stops it)"
    yield f"\nSign in with the passphrase   {PASSPHRASE}"
    for entry in city.sign_ins:
        person = get_person_by_sign_in_name(entry["name"])
        if person is not None:
            yield f"  {entry['name']:<10} {_role_text(person)}"
    yield "\nLook at"
    yield from (f"  {url}{path}" for path in _suggested_urls(city))


def _role_text(person: Person) -> str:
    office = f", {person.institution.name}" if person.institution else ""
    return f"{person.role}: {person.display_name}{office}"


def _suggested_urls(city: City) -> Iterable[str]:
    """Return the most discussed proposal, the first process and its scoreboard."""
    slug = city.processes[0]["slug"]
    number = db.session.scalar(
        select(Proposal.id)
        .join(Process)
        .where(Process.slug == slug)
        .order_by(Proposal.comment_count.desc())
        .limit(1)
    )
    yield f"/id/proposals/{number}"
    yield f"/id/processes/{slug}"
    yield f"/id/scores/{slug}"
