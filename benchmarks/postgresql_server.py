"""A PostgreSQL of our own that may be stopped, killed and started again; for benchmarks.

It begins as that of `.ci/postgresql`, and is then started with commits that are in its log when
they are acknowledged, as every server has it that somebody relies on: what a killed server has
acknowledged must be there when it comes back.
"""

import os
import signal
import subprocess
from pathlib import Path

import sqlalchemy as sa

_SCRIPT = Path(__file__).parent.parent / ".ci" / "postgresql"
_OPTIONS = (
    "-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories= "
    "-c fsync=off -c synchronous_commit=on -c max_connections=100"
)


class Server:
    """A server in a folder; root starts it as the user postgres.

    Parameters
    ----------
    folder : Path
        An empty folder that the user postgres can reach.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.chmod(0o755)
        ended = subprocess.run([_SCRIPT, folder], capture_output=True, text=True, check=True)
        self.url = sa.make_url(ended.stdout.strip().splitlines()[-1])
        self.stop("fast")
        self.start()

    def start(self) -> None:
        """Start it, and return when it answers."""
        options = _OPTIONS.format(port=self.url.port)
        self._control("--wait", "--log", str(self._folder / "log"), "--options", options, "start")

    def stop(self, mode: str) -> None:
        """Stop it: "fast" cuts all connections, "immediate" is as a power cut."""
        self._control("--mode", mode, "--wait", "stop")

    def kill_backend(self, database: str) -> bool:
        """Kill one process that serves a database; the server then cuts off everybody."""
        found = self._numbers(database)
        if found:
            os.kill(found[0], signal.SIGKILL)
        return bool(found)

    def cut(self, database: str) -> None:
        """Cut all connections to a database, as a firewall does."""
        with self._engine().connect() as connection:
            connection.execute(
                sa.text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"
                ),
                {"name": database},
            )

    def make(self, name: str, template: str = "template1") -> sa.URL:
        """Make a database and return its address."""
        with self._engine().connect() as connection:
            connection.execute(sa.text(f"CREATE DATABASE {name} TEMPLATE {template}"))
        return self.url.set(database=name)

    def drop(self, name: str) -> None:
        """Drop a database."""
        with self._engine().connect() as connection:
            connection.execute(sa.text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))

    def _numbers(self, database: str) -> list[int]:
        with self._engine().connect() as connection:
            query = sa.text("SELECT pid FROM pg_stat_activity WHERE datname = :name")
            return list(connection.execute(query, {"name": database}).scalars())

    def _engine(self) -> sa.Engine:
        url = self.url.set(drivername="postgresql+psycopg")
        return sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)

    def _control(self, *arguments: str) -> None:
        program = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))[-1]
        command = ["runuser", "-u", "postgres", "--", str(program)]
        subprocess.run(
            [*command, "--pgdata", str(self._folder / "data"), *arguments],
            check=True,
            stdout=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            cwd="/",
        )
