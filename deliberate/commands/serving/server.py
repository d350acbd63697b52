"""One server process: waitress, which on SIGTERM answers what it has accepted and then ends."""

import signal
import socket
import time
from typing import Any

from flask import Flask
from waitress import create_server
from waitress.task import WSGITask

from deliberate.config import Settings
from deliberate.database import limit_writing_requests

MAX_CONNECTIONS = 1000
"""Slow clients wait in the event loop, so open connections cost no thread."""
DRAIN_SECONDS = 20.0
QUIET_SECONDS = 0.5
"""A connection that sends nothing for this time has no request under way."""


class LastTask(WSGITask):  # type: ignore[misc]  # waitress has no types
    """A request whose response closes the connection, so that the client opens a new one."""

    def build_response_header(self) -> bytes:
        """Return the header of the response, with `Connection: close`."""
        self.request.headers["CONNECTION"] = "close"
        header: bytes = super().build_response_header()
        return header


class GracefulServer:
    """A waitress server on a socket that other processes may serve too."""

    def __init__(self, app: Flask, listener: socket.socket, threads: int) -> None:
        app.extensions["writing_requests"] = limit_writing_requests(threads)
        self._is_stopping = False
        self._server: Any = create_server(  # waitress has no types
            app,
            sockets=[listener],
            threads=threads,
            ident=None,
            connection_limit=MAX_CONNECTIONS,
            asyncore_use_poll=True,
            **_proxy_options(app.config["SETTINGS"]),
        )
        self._server.handle_close = self._stop  # when another process shuts the socket down

    def run(self) -> None:
        """Serve until SIGTERM; then accept nothing more, answer what was accepted, and return."""
        signal.signal(signal.SIGTERM, lambda *_: self._stop())
        while not self._is_stopping:
            self._turn()
        self._drain()
        self._server.task_dispatcher.shutdown(cancel_pending=False)

    def _stop(self) -> None:
        self._is_stopping = True
        self._server.pull_trigger()

    def _turn(self, timeout: float = 30.0) -> None:
        """Handle the connections that are ready, after at most `timeout` seconds."""
        self._server.asyncore.loop(timeout, use_poll=True, map=self._server._map, count=1)

    def _accept_waiting(self) -> None:
        """Accept the connections that the system has made already, whichever process would."""
        count = -1
        while len(self._server.active_channels) > count:
            count = len(self._server.active_channels)
            self._server.handle_accept()

    def _drain(self) -> None:
        self._accept_waiting()
        self._server.del_channel()  # the socket stays open for the other processes
        deadline = time.monotonic() + DRAIN_SECONDS
        while self._server.active_channels and time.monotonic() < deadline:
            for channel in list(self._server.active_channels.values()):
                channel.task_class = LastTask
                if _is_quiet(channel):
                    channel.handle_close()
            self._turn(0.05)


def _is_quiet(channel: Any) -> bool:
    """Return whether no request is being received, answered or sent on a connection."""
    is_busy = channel.requests or channel.request is not None or channel.total_outbufs_len
    return not is_busy and time.time() - channel.last_activity > QUIET_SECONDS


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
