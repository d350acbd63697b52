"""The PostgreSQL server of the tests: that of TEST_POSTGRES_URL, or one started here."""

import os
import shutil
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

from sqlalchemy import create_engine, text


def find_binaries() -> Path | None:
    """Return the folder of initdb and pg_ctl, or None."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if installed:
        return installed[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).parent if on_path else None


class PostgresServer:
    """A temporary server on a Unix socket; root runs it as the user postgres."""

    def __init__(self, programs: Path) -> None:
        self.programs = programs
        self.folder = Path(tempfile.mkdtemp(prefix="deliberate-pg-"))
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres")

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self.programs / program), *arguments]
        if os.geteuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=self.folder)

    def start(self) -> str:
        """Create and start the server; return the URL of its maintenance database."""
        data = str(self.folder / "data")
        self._run("initdb", "-D", data, "-U", "postgres", "--auth=trust", "-E", "UTF8", "-N")
        self.resume()
        return f"postgresql://postgres@/postgres?host={self.folder}"

    def resume(self) -> None:
        """Start the server on its existing data."""
        options = (
            f"-k {self.folder} -c listen_addresses= -c fsync=off -c full_page_writes=off "
            "-c max_connections=200 -c shared_buffers=64MB"
        )
        data, log_file = str(self.folder / "data"), str(self.folder / "log")
        self._run("pg_ctl", "-D", data, "-w", "-l", log_file, "-o", options, "start")

    def pause(self) -> None:
        """Stop the server, keeping its data."""
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", "fast", "stop")

    def stop(self) -> None:
        """Stop the server and delete its data."""
        with suppress(subprocess.CalledProcessError):  # it may be stopped already
            self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)


def database_url(name: str) -> str:
    """Return the URL of a database on the test server."""
    address, _, query = os.environ["TEST_POSTGRES_URL"].partition("?")
    return f"{address.rsplit('/', 1)[0]}/{name}" + (f"?{query}" if query else "")


def execute_on_server(statement: str) -> None:
    """Run a statement on the maintenance database, outside a transaction."""
    url = os.environ["TEST_POSTGRES_URL"].replace("postgresql://", "postgresql+psycopg://", 1)
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
