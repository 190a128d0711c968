"""A store: the database, the sealed photographs, the keys and the log, as one thing.

Every write and every read of a subject goes through a `Transaction`, which tells the log in the
same breath: what the log does not know of was not written by porelight.
"""

import contextlib
import getpass
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, RowMapping, Table, insert, select, update

from porelight.errors import StoreError
from porelight.store.address import StoreAddress
from porelight.store.database import Database
from porelight.store.key_folder import KeyFolder, new_key, seal, unseal
from porelight.store.log import Action, Log, LogHead, head_of, now
from porelight.store.migration import require_schema, upgrade
from porelight.store.schema import LOG_HEAD, STORE, SUBJECT_KEYS, SUBJECTS
from porelight.store.sealed_photographs import SealedPhotographs, SealedPlace

Value = str | int | float | bytes | None


class Transaction:
    """What the one writer of a study does, all of it or nothing, told in the log.

    Attributes
    ----------
    connection : Connection
        For looking; what is written goes through the methods.
    """

    def __init__(self, connection: Connection, store: "Store") -> None:
        self.connection = connection
        self.head: LogHead | None = None
        self._store = store

    def add(self, table: Table, subject_id: int | None = None, **values: Value) -> int:
        """Add a record and return its number.

        Parameters
        ----------
        table : Table
            One of `porelight.store.schema.RECORDS`.
        subject_id : int, optional
            Whose it is.
        **values
            Its columns.
        """
        if "subject_id" in table.c:
            values["subject_id"] = subject_id
        made = insert(table).values(**values).returning(table.c.id)
        number = int(self.connection.execute(made).scalar_one())
        self._tell("add", table, number, number if table is SUBJECTS else subject_id)
        return number

    def change(
        self,
        table: Table,
        number: int,
        *,
        action: Action = "change",
        why: str = "",
        **values: Value,
    ) -> None:
        """Change a record; the log keeps that it was changed, and why, if that is told."""
        self.connection.execute(update(table).where(table.c.id == number).values(**values))
        row = self._row(table, number)
        whose = number if table is SUBJECTS else row.get("subject_id")
        detail = why or f"{', '.join(sorted(values))} changed"
        self._tell(action, table, number, whose, detail)

    def note(self, action: Action, subject_id: int | None = None, detail: str = "") -> None:
        """Tell the log of something that changes no record: that a subject was looked at."""
        self.head = self._store.log.append(
            self.connection, action, subject_id, detail=detail
        )  # fmt: skip

    def put_photograph(self, subject_id: int, content: bytes) -> SealedPlace:
        """Seal a photograph; it is on the disk before the transaction ends."""
        uid, key = self._key_of(subject_id)
        return self._store.photographs.put(uid, key, content)

    def photograph(self, subject_id: int, sha256: str) -> bytes:
        """Return a photograph as it was, without telling the log; see `records.read_photograph`."""
        uid, key = self._key_of(subject_id)
        return self._store.photographs.get(SealedPlace(uid, sha256), key)

    def make_key(self, subject_id: int) -> None:
        """Give a new subject its key."""
        current = self._store.key_uid(self.connection)
        wrapped = seal(self._store.keys.key(current), new_key(), _about_key(subject_id))
        self.connection.execute(
            insert(SUBJECT_KEYS).values(subject_id=subject_id, key_uid=current, wrapped=wrapped)
        )

    def rewrap_keys(self) -> str:
        """Make a new store key, wrap all keys with it, and return the name of the old one."""
        keys = self._store.keys
        old = self._store.key_uid(self.connection)
        new = keys.make()
        for row in self.connection.execute(select(SUBJECT_KEYS)).all():
            about = _about_key(row.subject_id)
            wrapped = seal(keys.key(new), unseal(keys.key(row.key_uid), row.wrapped, about), about)
            self.connection.execute(
                update(SUBJECT_KEYS)
                .where(SUBJECT_KEYS.c.subject_id == row.subject_id)
                .values(key_uid=new, wrapped=wrapped)
            )
        self.connection.execute(update(STORE).values(key_uid=new))
        return old

    def _key_of(self, subject_id: int) -> tuple[str, bytes]:
        row = self.connection.execute(
            select(SUBJECTS.c.uid, SUBJECTS.c.pseudonym, SUBJECT_KEYS)
            .join_from(SUBJECTS, SUBJECT_KEYS, isouter=True)
            .where(SUBJECTS.c.id == subject_id)
        ).one_or_none()
        if row is None or row.wrapped is None:
            raise StoreError("this subject has been erased; its photographs can never be read.")
        store_key = self._store.keys.key(row.key_uid)
        try:
            key = unseal(store_key, row.wrapped, _about_key(subject_id))
        except StoreError as problem:
            raise StoreError(f"key of subject {row.pseudonym}: {problem}.") from None
        return str(row.uid), key

    def _row(self, table: Table, number: int) -> RowMapping:
        return self.connection.execute(select(table).where(table.c.id == number)).mappings().one()

    def _tell(
        self, action: Action, table: Table, number: int, subject_id: int | None, detail: str = ""
    ) -> None:
        self.head = self._store.log.append(
            self.connection,
            action,
            subject_id,
            record=f"{table.name} {number}",
            digest=record_digest(self._store.log, self._row(table, number)),
            detail=detail,
        )


class Store:
    """An open store; close it, or use it in a ``with``.

    Attributes
    ----------
    address : StoreAddress
        Where it is.
    study : str
        Name of the study.
    """

    def __init__(self, address: StoreAddress, database: Database, actor: str) -> None:
        self.address = address
        self.database = database
        self.keys = KeyFolder(address.folder / "keys")
        self.photographs = SealedPhotographs(address.folder / "photographs")
        with database.reading() as connection:
            row = connection.execute(select(STORE)).one_or_none()
        if row is None:
            raise StoreError(
                f"store {address}: there is no study in it; 'porelight study init NAME' with the "
                "same --store begins one."
            )
        self.study = str(row.study)
        self.keys.key(row.key_uid)  # so that a folder of another store is found at once
        self.log = Log(self.keys.log_key(), address.folder / "log.head", actor)

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """Yield the transaction of the one writer; all of it is on the disk when the block ends.

        Raises
        ------
        StoreError
            If that could not be; nothing of it was done then.
        """
        with self.database.writing() as connection:
            transaction = Transaction(connection, self)
            yield transaction
        if transaction.head is not None:
            self.log.anchor(transaction.head)

    @contextmanager
    def looking(self) -> Iterator[Transaction]:
        """Yield a transaction for looking at what tells of no subject."""
        with self.database.reading() as connection:
            yield Transaction(connection, self)

    def key_uid(self, connection: Connection) -> str:
        """Return the name of the store key that is in force."""
        return str(connection.execute(select(STORE.c.key_uid)).scalar_one())

    def close(self) -> None:
        """Close the connections."""
        self.database.close()

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def create_store(address: StoreAddress, study: str, *, actor: str = "") -> Store:
    """Begin a study, or open the one of this name that was begun there before.

    Parameters
    ----------
    address : StoreAddress
        Where to.
    study : str
        Its name.
    actor : str
        Who works here; the user of this process if empty.

    Raises
    ------
    StoreError
        If it cannot be, or another study is there.
    """
    name = study.strip()
    if not 0 < len(name) <= 60 or not name.isprintable():
        raise StoreError(f"study {study[:60]!r}: expected a name of 1 to 60 characters.")
    database = None
    try:
        address.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if address.file is not None:
            address.file.parent.mkdir(parents=True, exist_ok=True)
        database = Database(address)
        upgrade(database)
        _begin_study(database, KeyFolder(address.folder / "keys"), name)
    except OSError as problem:
        raise StoreError(f"store {address}: cannot be made there ({problem.strerror}).") from None
    except BaseException:
        if database is not None:
            database.close()
        raise
    store = Store(address, database, actor or user())
    if store.study != name:
        store.close()
        raise StoreError(
            f"store {address}: holds the study {store.study!r} already; give another --store."
        )
    with store.writing() as transaction:
        head = head_of(transaction.connection)
        if head.seq == 0:
            transaction.note("init", detail="study begun")
        elif head.seq == 1:  # killed before it could note its first entry beside the database
            store.log.anchor(head)
    return store


def open_store(address: StoreAddress, *, actor: str = "") -> Store:
    """Open a store, and end an erasure in it that was cut short.

    Raises
    ------
    StoreError
        If there is none, it is of another schema, or its keys are not there.
    """
    require_there(address)
    database = Database(address)
    try:
        require_schema(database)
        store = Store(address, database, actor or user())
        with database.reading() as connection:
            is_whole = not store.keys.others(store.key_uid(connection))
        if not is_whole:
            end_erasures(store)
    except BaseException:
        database.close()
        raise
    return store


def require_there(address: StoreAddress) -> None:
    """Refuse a database of SQLite whose file is not there, which connecting would make."""
    if address.file is not None and not address.file.is_file():
        raise StoreError(
            f"store {address}: no such file; 'porelight study init NAME' with the same --store "
            "begins a study there."
        )


def end_erasures(store: Store) -> bool:
    """Remove what erased subjects have left: photographs, traces in the database, then the key.

    The old store key goes last, so that an erasure that was cut short is known by it.

    Returns
    -------
    bool
        Whether nothing is left; else another process kept SQLite's write-ahead log from being
        emptied. Photographs cannot be read all the same.
    """
    with store.writing() as transaction:
        connection = transaction.connection
        current = store.key_uid(connection)
        living = set(connection.execute(
            select(SUBJECTS.c.uid).join_from(SUBJECTS, SUBJECT_KEYS)
        ).scalars())  # fmt: skip
        old = store.keys.others(current)
        for uid in set(store.photographs.subjects()) - living:
            store.photographs.remove_subject(uid)
    is_clean = store.database.forget_deleted()
    for uid in old:
        store.keys.destroy(uid)
    return is_clean


def record_digest(log: Log, row: Mapping[Any, Any]) -> str:
    """Return the keyed hash of a record."""
    content = {
        name: value.hex() if isinstance(value, bytes) else value for name, value in row.items()
    }
    return log.digest(content)


def user() -> str:
    """Return who runs this process, as the system knows them."""
    with contextlib.suppress(OSError, KeyError, ImportError):
        return getpass.getuser()[:120]
    return f"user {os.getuid()}" if hasattr(os, "getuid") else "unknown"


def _begin_study(database: Database, keys: KeyFolder, study: str) -> None:
    with database.transaction() as connection:
        if not database.is_sqlite:
            connection.exec_driver_sql("LOCK TABLE store IN EXCLUSIVE MODE")
        if connection.execute(select(STORE)).one_or_none() is not None:
            return
        keys.make_log_key()
        connection.execute(
            insert(STORE).values(id=1, study=study, key_uid=keys.make(), made_at=now())
        )
        head = LogHead()
        connection.execute(insert(LOG_HEAD).values(id=1, seq=head.seq, hash=head.hash))


def _about_key(subject_id: int) -> bytes:
    return f"porelight subject key {subject_id}".encode()
