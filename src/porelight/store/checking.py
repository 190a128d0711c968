"""Whether a store is what porelight wrote, all of it, and nothing else.

Every record is compared with its entry in the log, every sealed photograph with its hash, and the
log with itself. What a killed process has left is swept by a repair; what was changed is told, and
only a copy of the store can mend it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, Select, select, text

from porelight.errors import StoreError
from porelight.progress import Progress, unheard
from porelight.store.log import LogHead, entries, head_of
from porelight.store.schema import PHOTOGRAPHS, RECORDS, SUBJECT_KEYS, SUBJECTS
from porelight.store.sealed_photographs import SealedPlace
from porelight.store.store import Store, Transaction, end_erasures, record_digest

_TRIGGERS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'",
}
_WANTED = {
    "sqlite": ("log_no_update", "log_no_delete"),
    "postgresql": ("log_no_update", "log_no_delete", "log_no_truncate"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be.

    Attributes
    ----------
    kind : {"wrong", "left"}
        Changed or lost, which a repair cannot mend; or left by a process that was killed, which it
        sweeps away.
    text : str
        What it is.
    """

    kind: Literal["wrong", "left"]
    text: str


@dataclass(frozen=True, slots=True)
class Check:
    """What a check has found.

    Attributes
    ----------
    findings : tuple of Finding
        Each thing that is not as it should be; of a repair, also what it has mended.
    head : LogHead
        End of the log, to be noted elsewhere.
    n_records, n_photographs : int
        What was looked at.
    is_repaired : bool
        Whether what was left has been swept away.
    """

    findings: tuple[Finding, ...]
    head: LogHead
    n_records: int
    n_photographs: int
    is_repaired: bool

    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong, and nothing is left."""
        return not any(one.kind == "wrong" or not self.is_repaired for one in self.findings)


def check_store(
    store: Store,
    *,
    repair: bool = False,
    noted: LogHead | None = None,
    progress: Progress = unheard,
) -> Check:
    """Look at everything in a store.

    Parameters
    ----------
    store : Store
        The store.
    repair : bool
        Whether to sweep away what killed processes have left.
    noted : LogHead, optional
        An end of the log that was noted elsewhere; the log must hold it.
    progress : callable, optional
        Called with the share of the work done, 0 to 1.
    """
    wrong = [f"database: {line}" for line in store.database.unsound()]
    with store.database.reading() as connection:
        wrong += store.log.faults(connection, noted)
        wrong += _missing_triggers(connection)
        wrong += _without_key(connection)
        records, n_records = _records_not_as_told(store, connection)
        wrong += records
        photographs = connection.execute(_photographs()).all()
    for i, row in enumerate(photographs):
        fault = _fault_of(store, row.id)
        wrong += [fault] if fault else []
        progress((i + 1) / len(photographs))
    with store.writing() as transaction:
        left = list(_left(store, transaction, repair=repair))
        if repair and left:
            transaction.note("check", detail=f"repaired: {len(left)} left by killed processes")
        head = head_of(transaction.connection)
    if repair:
        store.log.anchor(head)  # of a process that was killed before it could
        end_erasures(store)
    findings = [Finding("wrong", line) for line in wrong] + [Finding("left", line) for line in left]
    return Check(tuple(findings), head, n_records, len(photographs), repair)


def _missing_triggers(connection: Connection) -> Iterator[str]:
    name = connection.dialect.name
    there = set(connection.execute(text(_TRIGGERS[name])).scalars())
    for trigger in _WANTED[name]:
        if trigger not in there:
            yield f"database: the trigger {trigger}, which keeps the log from changes, is gone"


def _records_not_as_told(store: Store, connection: Connection) -> tuple[list[str], int]:
    """Return what is wrong with records, and how many there are."""
    told: dict[str, tuple[str, int | None]] = {}
    erased: set[int | None] = set()
    for entry in entries(connection):
        if entry.record:
            told[entry.record] = entry.digest, entry.subject_id
        if entry.action == "erase":
            erased.add(entry.subject_id)
    wrong, n = [], 0
    for table in RECORDS:
        for row in connection.execute(select(table).order_by(table.c.id)).mappings():
            n += 1
            name = f"{table.name} {row['id']}"
            digest, _ = told.pop(name, ("", None))
            if not digest:
                wrong.append(f"{name}: not in the log; porelight did not write it")
            elif digest != record_digest(store.log, row):
                wrong.append(f"{name}: was changed by another program")
    for name, (digest, subject_id) in told.items():
        if digest and subject_id not in erased:
            wrong.append(f"{name}: is in the log, but gone")
    return wrong, n


def _without_key(connection: Connection) -> Iterator[str]:
    keyed = set(connection.execute(select(SUBJECT_KEYS.c.subject_id)).scalars())
    for row in connection.execute(select(SUBJECTS).where(SUBJECTS.c.erased_at.is_(None))):
        if row.id not in keyed:
            yield f"subjects {row.id}: its key is gone, and with it its photographs"


def _photographs() -> Select[Any]:
    return select(
        PHOTOGRAPHS.c.id, PHOTOGRAPHS.c.subject_id, PHOTOGRAPHS.c.sha256, SUBJECTS.c.uid
    ).join_from(PHOTOGRAPHS, SUBJECTS)


def _fault_of(store: Store, number: int) -> str:
    """Return what is wrong with a sealed photograph; nothing if it was erased meanwhile."""
    fault = ""
    # if it cannot be read, once more while nobody erases it
    for opened in (store.looking, store.writing):
        with opened() as transaction:
            row = transaction.connection.execute(
                _photographs().where(PHOTOGRAPHS.c.id == number)
            ).one_or_none()
            if row is None:
                return ""
            try:
                transaction.photograph(row.subject_id, row.sha256)
            except StoreError as problem:
                fault = f"photographs {number}: {problem}"
            else:
                return ""
    return fault


def _left(store: Store, transaction: Transaction, *, repair: bool) -> Iterator[str]:
    """Yield what killed processes have left, and remove it if asked; no one writes meanwhile."""
    connection = transaction.connection
    known = {SealedPlace(row.uid, row.sha256) for row in connection.execute(_photographs())}
    for place in list(store.photographs.places()):
        if place not in known:
            yield f"photograph {place.sha256[:12]}: is in no record; its import was cut short"
            if repair:
                store.photographs.remove(place)
    for path in [*store.photographs.unfinished(), *store.keys.unfinished()]:
        yield f"{path.name}: was being written when its process was killed"
        if repair:
            path.unlink(missing_ok=True)
    if store.keys.others(store.key_uid(connection)):
        yield "an old store key: an erasure was cut short"
