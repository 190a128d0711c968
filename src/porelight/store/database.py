"""The database of a store: transactions that are on the disk when they end, or never were.

On both databases there is one writer of the study at a time: SQLite has but one, and on PostgreSQL
a writer locks the head of the log, which it is about to move. A job is taken without that lock.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, select
from sqlalchemy.exc import DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from porelight.errors import StoreUnavailableError
from porelight.store.address import StoreAddress
from porelight.store.schema import JOBS, LOG_HEAD, OF_A_SUBJECT, SUBJECT_KEYS

_BUSY = 60.0  # s to wait for another writer
_BRIEF = 1.0  # s to wait for readers until nothing deleted is left
_WRITES, _BARE = "porelight_writes", "porelight_bare"  # how a transaction begins, if at all
_PRAGMAS = (
    "journal_mode = WAL",
    "synchronous = FULL",  # what is acknowledged survives a power cut
    "foreign_keys = ON",
    "secure_delete = ON",  # what is deleted is overwritten
)

# what the drivers say, and what it means
_LINES = {
    "locked": f"another process has been writing for {_BUSY:g} s; try again",
    "disk is full": "the disk is full; nothing was changed. Free some space",
    "No space left": "the disk is full; nothing was changed. Free some space",
    "disk I/O": "the disk is full, or fails; nothing was changed. Free some space, or look at it",
    "unable to open": "the file cannot be opened; is its folder there, and yours to write? Copy a "
    "store from a read-only disk first, for every look at it is logged",
    "readonly": "it may not be written",
    "not a database": "the file is damaged or no database; put a copy back",
    "malformed": "the file is damaged; put a copy back",
    "connection": "there is no connection to the database; what was done is kept. Try again",
}


class Database:
    """Connections to one database.

    Parameters
    ----------
    address : StoreAddress
        Where it is.
    """

    def __init__(self, address: StoreAddress) -> None:
        self.address = address
        self._engine = _engine(address)

    @property
    def is_sqlite(self) -> bool:
        """Whether it is SQLite; else PostgreSQL."""
        return self._engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Yield a connection that sees the database as it is at one moment."""
        with self._told(), self._engine.connect() as connection:
            level = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
            with connection.execution_options(**level).begin():
                yield connection

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Yield a connection whose changes are on the disk when the block ends, or not made."""
        with (
            self._told(),
            self._engine.connect() as connection,
            connection.execution_options(**{_WRITES: True}).begin(),
        ):
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Yield the connection of the one writer of the study; see `transaction`."""
        with self.transaction() as connection:
            connection.execute(select(LOG_HEAD.c.seq).with_for_update())
            yield connection

    def has_table(self, name: str) -> bool:
        """Whether there is such a table."""
        with self._told(), self._engine.connect() as connection:
            return inspect(connection).has_table(name)

    def forget_deleted(self) -> bool:
        """Leave nothing of deleted rows in the database's files; returns whether that could be.

        Others who read at the same time can keep SQLite from emptying its write-ahead log; the next
        call does it then. PostgreSQL's own write-ahead log is its server's.
        """
        with self._told(), self._engine.connect() as connection:
            if not self.is_sqlite:
                bare = connection.execution_options(isolation_level="AUTOCOMMIT")
                names = (*OF_A_SUBJECT, SUBJECT_KEYS, JOBS)
                bare.exec_driver_sql(f"VACUUM FULL {', '.join(table.name for table in names)}")
                return True
            bare = connection.execution_options(**{_BARE: True})
            bare.exec_driver_sql("VACUUM")
            # a reader that stays is not waited for
            bare.exec_driver_sql(f"PRAGMA busy_timeout = {1000.0 * _BRIEF:.0f}")
            row = bare.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
            bare.exec_driver_sql(f"PRAGMA busy_timeout = {1000.0 * _BUSY:.0f}")
            return int(row[0]) == 0

    def unsound(self) -> list[str]:
        """Return what SQLite finds wrong with its own file."""
        if not self.is_sqlite:
            return []
        with self.reading() as connection:
            rows = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        found = [str(row) for row in rows if row != "ok"]
        return [*found, *(f"{row[0]} {row[1]} names a missing row of {row[2]}" for row in broken)]

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Tell what the database refuses in one line."""
        try:
            yield
        except DBAPIError as problem:
            raise StoreUnavailableError(self._line(problem)) from None
        except PoolTimeoutError:
            raise StoreUnavailableError(
                f"store {self.address}: too many connections at once."
            ) from None
        except SQLAlchemyError as problem:
            raise StoreUnavailableError(f"store {self.address}: {_short(problem)}.") from None

    def _line(self, problem: DBAPIError) -> str:
        said = _short(problem.orig or problem)
        if problem.connection_invalidated:
            said += " (connection lost)"
        told = next((line for mark, line in _LINES.items() if mark in said), "the database refused")
        return f"store {self.address}: {told} ({said})."


def _engine(address: StoreAddress) -> Engine:
    options: dict[str, Any] = {"connect_args": {"timeout": _BUSY}}
    if address.file is None:
        # a connection that was cut while nobody used it is made anew
        options = {"pool_pre_ping": True, "connect_args": {"connect_timeout": 10}}
    try:
        engine = create_engine(address.url, **options)
    except (ImportError, NoSuchModuleError):
        raise StoreUnavailableError(
            f"store {address}: PostgreSQL needs psycopg; pip install 'porelight[postgresql]'."
        ) from None
    if address.file is not None:
        event.listen(engine, "connect", _set_up)
        event.listen(engine, "begin", _begin)
    return engine


def _set_up(connection: Any, _record: object) -> None:
    # transactions begin when SQLAlchemy says so, and not when the driver thinks fit
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    if not options.get(_BARE, False):
        # a reader that would write later could find that another has written meanwhile
        writes = options.get(_WRITES, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _short(problem: BaseException) -> str:
    return " ".join(str(problem).split())[:160].rstrip(".")
