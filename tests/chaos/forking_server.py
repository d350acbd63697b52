"""A server that starts again at once: a parent imports the program, each child serves until killed.

    python -m tests.chaos.forking_server PORT FOLDER

The parent forks a child for each line on its standard input and writes the id of the child.
"""

import os
import subprocess
import sys
from pathlib import Path

from flask import Flask
from waitress.server import create_server

from deliberate import create_app
from deliberate.config import Settings

ROOT = Path(__file__).parents[2]
SECRET = "chaos" * 8


def settings_for(port: int, folder: Path) -> Settings:
    """Return the settings of a trial installation that a browser on this machine can open."""
    return Settings(
        mode="production",
        secret_key=SECRET,
        base_url=f"http://127.0.0.1:{port}",
        plain_http=True,
        data_dir=str(folder),
        limits=False,  # all texts come from one network address
    )


class ForkingServer:
    """The parent process, and the child that serves now."""

    def __init__(self, port: int, folder: Path) -> None:
        self.port = port
        self.parent = subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.forking_server", str(port), str(folder)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.child = 0

    def start(self) -> None:
        """Fork a child and wait until it listens."""
        assert self.parent.stdin is not None and self.parent.stdout is not None
        self.parent.stdin.write("\n")
        self.parent.stdin.flush()
        self.child = int(self.parent.stdout.readline())

    def kill(self) -> None:
        """Kill the child that serves."""
        os.kill(self.child, 9)

    def stop(self) -> None:
        """End the parent, and the child if one serves."""
        assert self.parent.stdin is not None and self.parent.stdout is not None
        self.parent.stdin.close()
        self.parent.wait(timeout=30)
        self.parent.stdout.close()


def serve(app: Flask, port: int) -> None:
    """Listen, write the id of this process, and serve."""
    server = create_server(app, host="127.0.0.1", port=port, threads=4)
    print(os.getpid(), flush=True)
    server.run()


def main() -> None:
    """Fork a child for each line; kill the last one at the end of the input."""
    port, child = int(sys.argv[1]), 0
    app = create_app(settings_for(port, Path(sys.argv[2])))  # it connects in the child
    for _line in sys.stdin:
        if child:
            os.waitpid(child, 0)
        child = os.fork()
        if not child:
            serve(app, port)
    if child:
        os.kill(child, 9)


if __name__ == "__main__":
    main()
