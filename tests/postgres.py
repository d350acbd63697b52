"""A PostgreSQL for the tests: the one TEST_POSTGRES_URL names, else one started here."""

import os
import shutil
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

from sqlalchemy import create_engine, text


def binaries() -> Path | None:
    """Where initdb and pg_ctl lie, or None."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).parent if on_path else None


class Server:
    """A throw-away server on a socket of its own; as root it runs as the user postgres."""

    def __init__(self, programs: Path) -> None:
        self.programs = programs
        self.folder = Path(tempfile.mkdtemp(prefix="deliberate-pg-"))
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres")

    def _run(self, program: str, *words: str) -> None:
        command = [str(self.programs / program), *words]
        if os.geteuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=self.folder)

    def start(self) -> str:
        """Start it; gives the address of its maintenance database."""
        data = str(self.folder / "data")
        self._run("initdb", "-D", data, "-U", "postgres", "--auth=trust", "-E", "UTF8", "-N")
        self.go_on()
        return f"postgresql://postgres@/postgres?host={self.folder}"

    def go_on(self) -> None:
        """Start it on the data it has."""
        options = (
            f"-k {self.folder} -c listen_addresses= -c fsync=off -c full_page_writes=off "
            "-c max_connections=200 -c shared_buffers=64MB"
        )
        data, journal = str(self.folder / "data"), str(self.folder / "log")
        self._run("pg_ctl", "-D", data, "-w", "-l", journal, "-o", options, "start")

    def halt(self) -> None:
        """Let it be away."""
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", "fast", "stop")

    def stop(self) -> None:
        """Stop it and take its files away."""
        with suppress(subprocess.CalledProcessError):  # it may be away already
            self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)


def database(name: str) -> str:
    """The address of a database on the server of the tests."""
    address, _, query = os.environ["TEST_POSTGRES_URL"].partition("?")
    return f"{address.rsplit('/', 1)[0]}/{name}" + (f"?{query}" if query else "")


def on_server(statement: str) -> None:
    """Run a statement outside any database."""
    url = os.environ["TEST_POSTGRES_URL"].replace("postgresql://", "postgresql+psycopg://", 1)
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
