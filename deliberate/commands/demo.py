"""`deliberate demo`: the sample city on this machine, ready to be looked at."""

import errno
import socket
from collections.abc import Iterable
from datetime import timedelta

import click
from flask import Flask
from sqlalchemy import select
from waitress import create_server

from deliberate import create_app, start_jobs
from deliberate.clock import now
from deliberate.commands.demo_city import City, CityError, read_city, seed
from deliberate.commands.demo_city.events import PASSPHRASE
from deliberate.commands.startup import alone, prepare, settle
from deliberate.config import from_environment
from deliberate.database import db
from deliberate.models import Institution, Person, Process, Proposal
from deliberate.operations.releases.releases import publish_all_releases
from deliberate.operations.scores.stored_scores import keep_all_scores
from deliberate.queries.accounts.accounts import person_named
from deliberate.sealing import publish_heads, seal_log

HOST = "127.0.0.1"


@click.command("demo")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, envvar="PORT", show_default=True
)
def command(port: int) -> None:
    """Start the sample city on 127.0.0.1; a second start keeps what was done in it."""
    door = open_door(HOST, port)
    address = f"http://{HOST}:{door.getsockname()[1]}"
    app = create_app(from_environment(mode="demo", base_url=address))
    city = read_city()
    prepare(app)
    with app.app_context():
        _seed_if_empty(app, city)
        words = list(_welcome(city, address))
    server = create_server(app, sockets=[door], threads=8, ident=None)
    jobs = start_jobs(app)
    settle()
    click.echo("\n".join(words))
    try:
        server.run()
    finally:
        jobs.stop()


def open_door(host: str, port: int) -> socket.socket:
    """A socket bound to the port before anything else is done; a taken one ends the command."""
    door = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        door.bind((host, port))
        door.listen(1024)
    except OSError as error:
        door.close()
        if error.errno == errno.EADDRINUSE:
            raise click.ClickException(
                f"port {port} is taken; choose another: PORT={port + 1}"
            ) from None
        raise click.ClickException(f"{host}:{port}: {error.strerror}") from None
    return door


def _seed_if_empty(app: Flask, city: City) -> None:
    with alone(app.config["SETTINGS"]):
        if db.session.scalar(select(Institution.id).limit(1)) is not None:
            return
        click.echo("Building the sample city, about half a minute …")
        try:
            seed(city, now())
        except CityError as error:
            raise click.ClickException(str(error)) from None
        seal_log(app.config["SETTINGS"])
        publish_heads(until=now() + timedelta(seconds=1))
        publish_all_releases(app.config["SETTINGS"].releases_path)
        # The releases are acts too, and are counted beside the scores.
        seal_log(app.config["SETTINGS"])
        keep_all_scores()


def _welcome(city: City, address: str) -> Iterable[str]:
    yield f"\nDeliberate is running: {address}   (Ctrl+C stops it)"
    yield f"\nSign in with the passphrase   {PASSPHRASE}"
    for entry in city.sign_ins:
        person = person_named(entry["name"])
        if person is not None:
            yield f"  {entry['name']:<10} {_part(person)}"
    yield "\nLook at"
    yield from (f"  {address}{path}" for path in _places(city))


def _part(person: Person) -> str:
    office = f", {person.institution.name}" if person.institution else ""
    return f"{person.role}: {person.display_name}{office}"


def _places(city: City) -> Iterable[str]:
    """The proposal most talked about, the first process, its scoreboard."""
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
