"""Erasing a subject: nothing of it can be read afterwards, and the log says that it was there.

What stays is the pseudonym with the date of the erasure, so that a later import of the same folder
does not bring the subject back, and the log, which names it by a number. Everything else goes: its
photographs and their key, its visits, measurements, treatments, forecasts, comparisons and jobs.
"""

from dataclasses import dataclass

from sqlalchemy import delete, func, select

from porelight.errors import StoreError
from porelight.store.log import now
from porelight.store.schema import JOBS, OF_A_SUBJECT, SUBJECT_KEYS, SUBJECTS
from porelight.store.store import Store, Transaction, end_erasures
from porelight.store.subjects import StudySubject, find_subject


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased.

    Attributes
    ----------
    subject : str
        Whose records these are.
    counts : mapping of str to int
        Records that are gone, by table.
    is_clean : bool
        Whether the files of the database hold no trace; else another process kept SQLite's
        write-ahead log from being emptied, and 'porelight store check --repair' does it later.
        Photographs cannot be read in either case.
    """

    subject: str
    counts: dict[str, int]
    is_clean: bool


def erase_subject(store: Store, name: str, why: str) -> Erased:
    """Erase everything of a subject.

    Parameters
    ----------
    store : Store
        The store.
    name : str
        Its pseudonym.
    why : str
        The reason, for the log.

    Raises
    ------
    StoreError
        If there is none of this name, or it was erased before.
    """
    with store.writing() as transaction:
        subject = find_subject(transaction, name)
        if subject is None:
            raise StoreError(f"no subject is named {name[:40]!r} in this store.")
        if subject.erased_at:
            raise StoreError(f"subject {name} was erased on {subject.erased_at[:10]} already.")
        counts = _delete_all(transaction, subject, why)
    # the photographs are unreadable once the old store key is gone, which goes last
    return Erased(name, counts, end_erasures(store))


def _delete_all(transaction: Transaction, subject: StudySubject, why: str) -> dict[str, int]:
    connection = transaction.connection
    counts = {}
    connection.execute(delete(JOBS).where(JOBS.c.subject_id == subject.id))
    for table in OF_A_SUBJECT:
        is_its = table.c.subject_id == subject.id
        n = connection.execute(select(func.count()).select_from(table).where(is_its)).scalar_one()
        connection.execute(delete(table).where(is_its))
        counts[table.name] = int(n)
    connection.execute(delete(SUBJECT_KEYS).where(SUBJECT_KEYS.c.subject_id == subject.id))
    transaction.rewrap_keys()
    said = ", ".join(f"{n} {name}" for name, n in counts.items() if n)
    detail = f"{why}; {said or 'nothing was kept'}"
    transaction.change(SUBJECTS, subject.id, action="erase", why=detail, erased_at=now())
    return counts
