"""`deliberate serve`: the platform for real visitors."""

import click
from waitress import create_server

from deliberate import create_app, start_jobs
from deliberate.commands.demo import open_door
from deliberate.commands.startup import prepare, settle
from deliberate.config import Settings
from deliberate.logging import configure_logging

CONNECTIONS = 1000
"""Open connections at most; those that send slowly wait in one thread and hold up nobody."""


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, envvar="PORT", show_default=True
)
@click.option("--threads", type=click.IntRange(1, 64), default=8, show_default=True)
@click.option("--jobs/--no-jobs", default=True, help="Run the periodic work in this process too.")
def command(host: str, port: int, threads: int, jobs: bool) -> None:
    """Serve the platform; a proxy with TLS stands before it."""
    door = open_door(host, port)
    configure_logging()
    app = create_app()
    prepare(app)
    server = create_server(
        app,
        sockets=[door],
        threads=threads,
        ident=None,
        connection_limit=CONNECTIONS,
        asyncore_use_poll=True,
        **_trust(app.config["SETTINGS"]),
    )
    worker = start_jobs(app) if jobs else None
    settle()
    click.echo(f"deliberate serves {host}:{door.getsockname()[1]}")
    try:
        server.run()
    finally:
        if worker is not None:
            worker.stop()


def _trust(settings: Settings) -> dict[str, object]:
    """What forwarding headers are believed: those of so many proxies, none by default."""
    if settings.trusted_proxies == 0:
        return {"clear_untrusted_proxy_headers": False}  # /metrics must see that a proxy asks
    return {
        "trusted_proxy": "*",
        "trusted_proxy_count": settings.trusted_proxies,
        "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"},
        "clear_untrusted_proxy_headers": True,
    }
