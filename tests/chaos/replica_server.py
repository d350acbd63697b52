"""A streaming replica of a temporary PostgreSQL server."""

import time

from sqlalchemy import create_engine, text

from tests.postgres import PostgresServer


class ReplicaServer(PostgresServer):
    """A second cluster that follows a first one."""

    def follow(self, primary: PostgresServer) -> None:
        """Copy the primary and start to stream from it."""
        data = str(self.folder / "data")
        source = f"host={primary.folder} user=postgres"
        self._run("pg_basebackup", "-D", data, "-d", source, "-R", "-X", "stream", "-c", "fast")
        self.resume()

    def url(self, name: str) -> str:
        """Return the URL of a database of this cluster."""
        return f"postgresql://postgres@/{name}?host={self.folder}"

    def execute(self, statement: str, name: str = "postgres") -> object:
        """Run a statement outside a transaction and return its first value."""
        url = self.url(name).replace("postgresql://", "postgresql+psycopg://")
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connection:
                result = connection.execute(text(statement))
                return result.scalar() if result.returns_rows else None
        finally:
            engine.dispose()

    def promote(self) -> None:
        """Make it a primary of its own."""
        self.execute("SELECT pg_promote(true, 30)")

    def wait_for(self, position: object, seconds: float = 20) -> None:
        """Wait until it has replayed the primary's log up to a position."""
        end = time.monotonic() + seconds
        reached = f"SELECT pg_last_wal_replay_lsn() >= '{position}'"
        while not self.execute(reached):
            assert time.monotonic() < end, "the replica does not follow"
            time.sleep(0.05)
