"""Jobs: rows that workers take, one each, and give back done, failed or not at all.

A lease without a clock. Whoever works on a job is heard every few seconds: the row's `beat` goes
up. Another worker that has watched a row for a whole lease *by its own stopwatch* and has heard
nothing takes the job over. So no clock of a computer or a database is compared with another, and
one that is set back or forward changes nothing.

Each time a job is taken its `token` goes up. A result is kept in the same transaction that marks
the job as done, and only if the token is still that of the worker; one that was frozen, and
thought dead, finds its token passed and its result goes nowhere. So nothing is done twice.

References
----------
.. [1] C. Gray and D. Cheriton, "Leases: an efficient fault-tolerant mechanism for distributed file
   cache consistency," ACM SIGOPS Oper. Syst. Rev. 23 (5), 202-210 (1989),
   doi:10.1145/74851.74870.
"""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from sqlalchemy import Connection, Row, Update, case, func, insert, select, update

from porelight.course.documents import json_text
from porelight.errors import StoreError
from porelight.store.log import now
from porelight.store.schema import JOBS
from porelight.store.store import Store, Transaction

LEASE = 20.0
"""How long a worker may be silent until another takes its job [s]."""
MOST_TRIES = 3
"""How many workers may die over a job until it counts as failed."""

JobState: TypeAlias = Literal["waiting", "running", "done", "failed", "cancelled"]


class LeaseLostError(StoreError):
    """The job is another worker's by now, was cancelled, or is gone with its subject."""


@dataclass(frozen=True, slots=True)
class Job:
    """A job as its worker has it.

    Attributes
    ----------
    id : int
        Number in the store.
    kind : str
        What is to be done; see `porelight.store.job_kinds`.
    payload : mapping
        To what.
    token : int
        How often it has been taken; whoever has the newest token may give it back.
    """

    id: int
    kind: str
    payload: Mapping[str, Any]
    token: int


@dataclass(frozen=True, slots=True)
class JobRow:
    """A job as everybody may see it.

    Attributes
    ----------
    id, kind, key : int, str, str
        Number, kind, and what is done once.
    state : {"waiting", "running", "done", "failed", "cancelled"}
        What has become of it.
    progress : float
        Share that is done [-].
    reason : str
        Why it failed.
    tries : int
        How many workers have taken it since it was asked for.
    """

    id: int
    kind: str
    key: str
    state: JobState
    progress: float
    reason: str
    tries: int


@dataclass(frozen=True, slots=True)
class _Heard:
    token: int
    beat: int
    since: float  # by the stopwatch of this process


class JobQueue:
    """The jobs of a store, as one process sees them.

    Parameters
    ----------
    store : Store
        The store.
    lease : float
        How long a worker may be silent until another takes its job [s].
    stopwatch : callable
        Seconds that only ever go forward.
    """

    def __init__(
        self, store: Store, *, lease: float = LEASE, stopwatch: Callable[[], float] = time.monotonic
    ) -> None:
        self.lease = lease
        self._store = store
        self._stopwatch = stopwatch
        self._heard: dict[int, _Heard] = {}

    def take(self, kinds: Iterable[str], worker: str) -> Job | None:
        """Take the next job; None if there is none to be had now.

        Parameters
        ----------
        kinds : iterable of str
            What this worker can do.
        worker : str
            Its name.
        """
        its = JOBS.c.kind.in_(list(kinds))
        with self._store.database.transaction() as connection:
            self._take_from_dead(connection, its)
            # PostgreSQL passes over a row that another worker is taking; SQLite has one writer
            row = connection.execute(
                select(JOBS)
                .where(its, JOBS.c.state == "waiting")
                .order_by(JOBS.c.id)
                .limit(1)
                .with_for_update(skip_locked=True)
            ).one_or_none()
            if row is None:
                return None
            connection.execute(
                _at(row.id, row.token, "waiting").values(
                    state="running",
                    token=row.token + 1,
                    tries=row.tries + 1,
                    beat=0,
                    progress=0.0,
                    worker=worker,
                )
            )
        return Job(row.id, row.kind, json.loads(row.payload), row.token + 1)

    def beat(self, job: Job, progress: float) -> None:
        """Tell that the worker lives, and how far it is.

        Raises
        ------
        LeaseLostError
            If the job is no longer this worker's, or is not wanted any more.
        """
        with self._store.database.transaction() as connection:
            wanted = _at(job.id, job.token, "running").where(JOBS.c.is_unwanted == 0)
            _require_one(connection, wanted.values(beat=JOBS.c.beat + 1, progress=progress))

    def finish(self, transaction: Transaction, job: Job) -> None:
        """Mark a job as done, in the transaction that keeps its result.

        Raises
        ------
        LeaseLostError
            As `beat`; nothing of the transaction may be kept then.
        """
        wanted = _at(job.id, job.token, "running").where(JOBS.c.is_unwanted == 0)
        done = wanted.values(state="done", progress=1.0, ended_at=now(), reason=None)
        _require_one(transaction.connection, done)

    def fail(self, job: Job, reason: str) -> None:
        """Mark a job as failed, with the reason; or as cancelled, if nobody wants it any more."""
        with self._store.database.transaction() as connection:
            _require_one(
                connection,
                _at(job.id, job.token, "running").values(
                    state=_unless_unwanted("failed"), reason=reason, ended_at=now()
                ),
            )

    def give_back(self, job: Job) -> None:
        """Let another worker do a job that this one has not finished, as if it had not begun."""
        with self._store.database.transaction() as connection:
            _require_one(
                connection,
                _at(job.id, job.token, "running").values(
                    state=_unless_unwanted("waiting"), progress=0.0, tries=JOBS.c.tries - 1
                ),
            )

    def abandon(self, worker: str) -> None:
        """Free at once the jobs of a worker that is known to be dead."""
        with self._store.database.transaction() as connection:
            rows = connection.execute(
                select(JOBS).where(JOBS.c.worker == worker, JOBS.c.state == "running")
            ).all()
            for row in rows:
                connection.execute(_freed(row))

    def cancel(self, number: int) -> bool:
        """Cancel a job that waits, or ask its worker to stop; returns whether there was one."""
        with self._store.database.transaction() as connection:
            return _is_done(
                connection,
                update(JOBS)
                .where(JOBS.c.id == number, JOBS.c.state.in_(("waiting", "running")))
                .values(state=case((JOBS.c.state == "waiting", "cancelled"), else_=JOBS.c.state),
                        is_unwanted=1),
            )  # fmt: skip

    def row(self, number: int) -> JobRow | None:
        """Return a job; None if there is none."""
        with self._store.database.reading() as connection:
            row = connection.execute(select(JOBS).where(JOBS.c.id == number)).one_or_none()
        return None if row is None else _row(row)

    def rows(self, kind: str) -> list[JobRow]:
        """Return all jobs of a kind."""
        with self._store.database.reading() as connection:
            query = select(JOBS).where(JOBS.c.kind == kind).order_by(JOBS.c.id)
            return [_row(row) for row in connection.execute(query)]

    def counts(self, kinds: Iterable[str]) -> Counter[JobState]:
        """Return how many jobs are in which state."""
        with self._store.database.reading() as connection:
            query = select(JOBS.c.state, func.count().label("n")).group_by(JOBS.c.state)
            found = connection.execute(query.where(JOBS.c.kind.in_(list(kinds))))
            return Counter({row.state: row.n for row in found})

    def left(self, kinds: Iterable[str]) -> float:
        """Return how many jobs are not done, those under way by the share that is left."""
        share = case((JOBS.c.state == "running", 1.0 - JOBS.c.progress), else_=1.0)
        query = select(func.sum(share)).where(
            JOBS.c.kind.in_(list(kinds)), JOBS.c.state.in_(("waiting", "running"))
        )
        with self._store.database.reading() as connection:
            return float(connection.execute(query).scalar() or 0.0)

    def _take_from_dead(self, connection: Connection, its: Any) -> None:
        """Free the jobs of workers that have been silent for a lease."""
        at = self._stopwatch()
        running = connection.execute(select(JOBS).where(its, JOBS.c.state == "running")).all()
        heard: dict[int, _Heard] = {}
        for row in running:
            before = self._heard.get(row.id)
            if before is None or (before.token, before.beat) != (row.token, row.beat):
                heard[row.id] = _Heard(row.token, row.beat, at)
            elif at - before.since < self.lease:
                heard[row.id] = before
            else:  # unless it is heard at this very moment
                connection.execute(_freed(row).where(JOBS.c.beat == row.beat))
        self._heard = heard


@dataclass(frozen=True, slots=True)
class JobRequest:
    """What is to be done.

    Attributes
    ----------
    kind : str
        What kind of work; see `porelight.store.job_kinds`.
    key : str
        What is done once.
    payload : mapping
        To what, ready for JSON.
    subject_id : int or None
        Whose it is, so that it goes with the subject.
    """

    kind: str
    key: str
    payload: Mapping[str, Any]
    subject_id: int | None = None


def ask_for(transaction: Transaction, requests: Sequence[JobRequest]) -> int:
    """Ask for jobs that are neither done nor under way; what failed or was cancelled waits again.

    Parameters
    ----------
    transaction : Transaction
        The transaction of the one writer.
    requests : sequence of JobRequest
        What is to be done.

    Returns
    -------
    int
        How many wait now because of this.
    """
    connection = transaction.connection
    kinds = {one.kind for one in requests}
    known = {
        row.key: row
        for row in connection.execute(
            select(JOBS.c.id, JOBS.c.key, JOBS.c.state).where(JOBS.c.kind.in_(kinds))
        )
    }
    again = [
        known[one.key].id
        for one in requests
        if one.key in known and known[one.key].state in ("failed", "cancelled")
    ]
    for number in again:
        connection.execute(
            update(JOBS)
            .where(JOBS.c.id == number)
            .values(state="waiting", tries=0, is_unwanted=0, progress=0.0, reason=None)
        )
    new = [
        {
            "kind": one.kind,
            "key": one.key,
            "payload": json_text(one.payload),
            "subject_id": one.subject_id,
            "state": "waiting",
            "progress": 0.0,
            "token": 0,
            "beat": 0,
            "tries": 0,
            "is_unwanted": 0,
            "made_at": now(),
        }
        for one in requests
        if one.key not in known
    ]
    if new:
        connection.execute(insert(JOBS), new)
    return len(again) + len(new)


def _at(number: int, token: int, state: JobState) -> Update:
    """Return the change of a job, if it is still as it was seen."""
    return update(JOBS).where(JOBS.c.id == number, JOBS.c.token == token, JOBS.c.state == state)


def _unless_unwanted(state: JobState) -> Any:
    return case((JOBS.c.is_unwanted == 1, "cancelled"), else_=state)


def _freed(row: Row[Any]) -> Update:
    """Return the change that takes a job from a dead worker, whose token is worth nothing then."""
    if row.tries < MOST_TRIES:
        values = {"state": _unless_unwanted("waiting"), "progress": 0.0}
    else:
        reason = f"{row.tries} workers died over it, perhaps for want of memory"
        values = {"state": _unless_unwanted("failed"), "reason": reason, "ended_at": now()}
    return _at(row.id, row.token, "running").values(token=row.token + 1, **values)


def _require_one(connection: Connection, change: Update) -> None:
    if not _is_done(connection, change):
        raise LeaseLostError("the job is no longer this worker's.")


def _is_done(connection: Connection, change: Update) -> bool:
    return bool(connection.execute(change).rowcount)


def _row(row: Row[Any]) -> JobRow:
    return JobRow(row.id, row.kind, row.key, row.state, row.progress, row.reason or "", row.tries)
