"""A house that really serves: waitress on a free port, beside the test."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from waitress.server import create_server


@contextmanager
def serving(app: Flask, threads: int = 8) -> Iterator[str]:
    """The address at which the app answers while the block runs."""
    server = create_server(app, host="127.0.0.1", port=0, threads=threads)
    worker = threading.Thread(target=server.run, daemon=True)
    worker.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        server.close()
        worker.join(timeout=5)


def cookie_of(app: Flask, token: str) -> str:
    """The session cookie of a browser signed in with a device's token."""
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    return str(serializer.dumps({"_user_id": token, "_fresh": True}))
