"""The log of a study: who read or wrote what of whom; append-only, and chained.

Each entry holds a keyed hash (HMAC-SHA-256) over itself and the hash of the one before, so an entry
that was changed, removed, inserted or moved breaks the chain, and nobody mends it without the key,
which is no part of the database. An end that was cut off leaves a chain that is whole; so the
newest number and hash stand in the database (`log_head`), are written to a file beside it after
every transaction (the anchor), and can be noted elsewhere (``porelight store check`` prints them).

References
----------
.. [1] B. Schneier and J. Kelsey, "Secure audit logs to support computer forensics," ACM Trans. Inf.
   Syst. Secur. 2, 159-176 (1999), doi:10.1145/317087.317089.
"""

import hmac
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Connection, Row, insert, select, update

from porelight.errors import StoreError
from porelight.store.key_folder import write_whole
from porelight.store.schema import LOG, LOG_HEAD

Action = Literal["init", "add", "change", "read", "erase", "remove", "check", "overrule", "declare"]

_START = "0" * 64
_AT_ONCE = 1000  # rows that a look through the log holds in memory


@dataclass(frozen=True, slots=True)
class LogHead:
    """The end of the log.

    Attributes
    ----------
    seq : int
        Number of the newest entry; 0 if there is none.
    hash : str
        Its hash.
    """

    seq: int = 0
    hash: str = _START

    def __str__(self) -> str:
        """Return it as it is printed, and typed again."""
        return f"{self.seq}:{self.hash}"

    @classmethod
    def of(cls, text: str) -> "LogHead":
        """Return the end of a log from its text.

        Raises
        ------
        StoreError
            If it is none.
        """
        number, _, digest = text.strip().partition(":")
        if not number.isdecimal() or len(digest) != len(_START):
            raise StoreError(
                f"head {text[:40]!r} is none; expected NUMBER:HASH, as 'porelight store check' "
                "prints it."
            )
        return cls(int(number), digest)


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One entry.

    Attributes
    ----------
    seq : int
        Its number; the first is 1, and none is left out.
    at : str
        When, UTC.
    actor : str
        Who, as the system knows them.
    action : str
        What was done.
    subject_id : int or None
        The subject that it is about.
    record : str
        Table and number of the record; empty if it is about no single one.
    digest : str
        Keyed hash of the record as it was written; empty if nothing was.
    detail : str
        The rest in words.
    """

    seq: int
    at: str
    actor: str
    action: str
    subject_id: int | None
    record: str
    digest: str
    detail: str


_FIELDS = tuple(one.name for one in fields(LogEntry))


def now() -> str:
    """Return the time as records have it: UTC, whole seconds."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Log:
    """The log of one store.

    Parameters
    ----------
    key : bytes
        Key of its hashes.
    anchor : Path
        File that holds its end, beside the database.
    actor : str
        Who works here.
    """

    def __init__(self, key: bytes, anchor: Path, actor: str) -> None:
        self._key = key
        self._anchor = anchor
        self._actor = actor

    def digest(self, content: object) -> str:
        """Return the keyed hash of what JSON can hold."""
        text = json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
        return hmac.new(self._key, text.encode(), "sha256").hexdigest()

    def append(
        self,
        connection: Connection,
        action: Action,
        subject_id: int | None = None,
        *,
        record: str = "",
        digest: str = "",
        detail: str = "",
    ) -> LogHead:
        """Add an entry within the transaction of the one writer; returns the new end."""
        before = head_of(connection)
        entry = LogEntry(
            before.seq + 1, now(), self._actor, action, subject_id, record, digest, detail
        )
        after = LogHead(entry.seq, self._hash(entry, before.hash))
        row = {name: getattr(entry, name) for name in _FIELDS}
        # as empty as the database has it
        row |= {"record": record or None, "digest": digest or None}
        connection.execute(insert(LOG).values(**row, previous=before.hash, hash=after.hash))
        connection.execute(update(LOG_HEAD).values(seq=after.seq, hash=after.hash))
        return after

    def anchor(self, head: LogHead) -> None:
        """Note the end of the log beside the database, unless a later one is noted there.

        Two processes may write at once, and the earlier end may stay: it holds less, but is true.
        """
        noted = self.noted()
        if noted is None or noted.seq < head.seq:
            with suppress(OSError):  # the entry itself is on the disk; the next one notes it
                write_whole(self._anchor, f"{head}\n".encode(), durable=False)

    def noted(self) -> LogHead | None:
        """Return the end that is noted beside the database; None if there is none.

        Raises
        ------
        StoreError
            If something else is there.
        """
        try:
            return LogHead.of(self._anchor.read_text(encoding="ascii"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as problem:
            raise StoreError(f"{self._anchor}: cannot be read ({problem}).") from None

    def faults(self, connection: Connection, noted: LogHead | None = None) -> Iterator[str]:
        """Yield what is wrong with the log.

        Parameters
        ----------
        connection : Connection
            A transaction.
        noted : LogHead, optional
            An end that was noted elsewhere; it is looked for besides that beside the database.
        """
        beside = self.noted()
        if beside is None:
            yield f"log: its end is not noted in {self._anchor}; it may have been cut off"
        ends = [("in its folder", beside), ("as told", noted)]
        wanted = {end.seq: (where, end) for where, end in ends if end is not None and end.seq}
        last = LogHead()
        for row in _rows(connection):
            entry = _entry(row)
            if entry.seq != last.seq + 1:
                yield f"log: entries {last.seq + 1} to {entry.seq - 1} are missing"
            elif row.previous != last.hash:
                yield f"log: entry {entry.seq} does not follow {last.seq}; one of them is another"
            if row.hash != self._hash(entry, row.previous):
                yield f"log: entry {entry.seq} was changed"
            where, end = wanted.pop(entry.seq, ("", None))
            if end is not None and end.hash != row.hash:
                yield f"log: entry {entry.seq} is not the one that is noted {where}"
            last = LogHead(entry.seq, row.hash)
        for where, end in wanted.values():
            yield f"log: it ends at {last.seq}, but {end.seq} is noted {where}; its end was cut off"
        head = head_of(connection)
        if head != last and head.seq >= last.seq:
            yield f"log: it ends at {last.seq}, but {head.seq} is noted in the database"
        elif head != last:
            yield f"log: it goes on to {last.seq} after its end, {head.seq}, in the database"

    def _hash(self, entry: LogEntry, previous: str) -> str:
        return self.digest([*(getattr(entry, name) for name in _FIELDS), previous])


def head_of(connection: Connection) -> LogHead:
    """Return the end of the log as the database has it.

    Raises
    ------
    StoreError
        If the database has none.
    """
    row = connection.execute(select(LOG_HEAD.c.seq, LOG_HEAD.c.hash)).one_or_none()
    if row is None:
        raise StoreError("the end of the log is missing from the database; put a copy back.")
    return LogHead(row.seq, row.hash)


def entries(connection: Connection) -> Iterator[LogEntry]:
    """Yield all entries in their order."""
    return map(_entry, _rows(connection))


def _rows(connection: Connection) -> "Iterator[Row[Any]]":
    streamed = connection.execution_options(yield_per=_AT_ONCE)
    yield from streamed.execute(select(LOG).order_by(LOG.c.seq))


def _entry(row: "Row[Any]") -> LogEntry:
    return LogEntry(
        row.seq,
        row.at,
        row.actor,
        row.action,
        row.subject_id,
        row.record or "",
        row.digest or "",
        row.detail,
    )
