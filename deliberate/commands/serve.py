"""`deliberate serve`: run the platform in production."""

import gc

import click
from waitress import create_server

from deliberate import create_app, start_jobs
from deliberate.commands.demo import bind_port
from deliberate.commands.startup import handle_termination, migrate_stores
from deliberate.config import Settings, is_loopback
from deliberate.database import limit_writing_requests
from deliberate.logging import configure_logging

MAX_CONNECTIONS = 1000
"""Slow clients wait in the event loop, so open connections cost no thread."""


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, envvar="PORT", show_default=True
)
@click.option("--threads", type=click.IntRange(1, 64), default=8, show_default=True)
@click.option("--jobs/--no-jobs", default=True, help="Run the periodic jobs in this process too.")
def command(host: str, port: int, threads: int, jobs: bool) -> None:
    """Serve the platform over HTTP, behind a reverse proxy with TLS."""
    listener = bind_port(host, port)
    configure_logging()
    app = create_app()
    if app.config["SETTINGS"].plain_http and not is_loopback(host):
        raise click.ClickException(
            f"DELIBERATE_PLAIN_HTTP is for a trial on one machine: --host must be 127.0.0.1,"
            f" ::1 or localhost (got {host!r})"
        )
    migrate_stores(app)
    app.extensions["writing_requests"] = limit_writing_requests(threads)
    server = create_server(
        app,
        sockets=[listener],
        threads=threads,
        ident=None,
        connection_limit=MAX_CONNECTIONS,
        asyncore_use_poll=True,
        **_proxy_options(app.config["SETTINGS"]),
    )
    worker = start_jobs(app) if jobs else None
    handle_termination()
    gc.collect()
    gc.freeze()  # the program itself is never garbage: each collection looks at requests alone
    click.echo(f"deliberate serves {host}:{listener.getsockname()[1]}")
    try:
        server.run()
    finally:
        if worker is not None:
            worker.stop()


def _proxy_options(settings: Settings) -> dict[str, object]:
    """Return waitress options that trust the forwarding headers of the configured proxies."""
    if settings.trusted_proxies == 0:
        return {"clear_untrusted_proxy_headers": False}  # /metrics refuses proxied requests
    return {
        "trusted_proxy": "*",
        "trusted_proxy_count": settings.trusted_proxies,
        "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"},
        "clear_untrusted_proxy_headers": True,
    }
