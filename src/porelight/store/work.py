"""What a worker does: take a job, do it, keep the result; until there is none."""

import contextlib
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from porelight.errors import PorelightError, StoreError, StoreUnavailableError
from porelight.store.job_kinds import JOB_KINDS, JobKind
from porelight.store.jobs import Job, JobQueue, LeaseLostError
from porelight.store.store import Store

_BEATS = 5  # in a lease
_IDLE = 0.5  # s between two looks for a job


class StoppedError(Exception):
    """The worker is to stop; its job goes back."""


@dataclass(frozen=True, slots=True)
class WorkDone:
    """What a worker has done.

    Attributes
    ----------
    n_done, n_failed : int
        Jobs that ended so.
    """

    n_done: int
    n_failed: int


def work(
    store: Store,
    worker: str,
    *,
    kinds: Mapping[str, JobKind] = JOB_KINDS,
    queue: JobQueue | None = None,
    until_empty: bool = True,
    is_wanted: Callable[[], bool] = lambda: True,
) -> WorkDone:
    """Do jobs, one after another.

    Parameters
    ----------
    store : Store
        The store.
    worker : str
        Name of this worker, not that of any other.
    kinds : mapping of str to callable
        What it can do.
    queue : JobQueue, optional
        The jobs; those of the store if left out.
    until_empty : bool
        Whether to end when no job is left, neither waiting nor with another worker.
    is_wanted : callable
        Asked now and then; a worker that is not wanted any more gives its job back and ends.

    Raises
    ------
    StoreUnavailableError
        If the database has gone away, or its disk is full. What was done is kept; the job that was
        under way is given back, or taken by another worker.
    """
    jobs = queue or JobQueue(store)
    n_done = n_failed = 0
    idle = threading.Event()
    while is_wanted():
        job = jobs.take(kinds, worker)
        if job is not None:
            try:
                is_done = _do(store, jobs, job, kinds[job.kind], is_wanted)
            except StoppedError:
                break
            n_done, n_failed = n_done + is_done, n_failed + (not is_done)
            continue
        counts = jobs.counts(kinds)
        if until_empty and not counts["waiting"] and not counts["running"]:
            break
        idle.wait(_IDLE)
    return WorkDone(n_done, n_failed)


def _do(
    store: Store, jobs: JobQueue, job: Job, kind: JobKind, is_wanted: Callable[[], bool]
) -> bool:
    """Do a job; returns whether it is done, and not another's, failed or cancelled."""
    try:
        with _Heart(jobs, job, is_wanted) as heart:
            keep = kind(store, job.payload, heart.tell)
        with store.writing() as transaction:
            keep(transaction)
            jobs.finish(transaction, job)
    except (StoppedError, KeyboardInterrupt, StoreUnavailableError):
        with contextlib.suppress(StoreError):
            jobs.give_back(job)
        raise
    except LeaseLostError:
        # if it was cancelled, it is marked so; if another has it, nothing happens
        with contextlib.suppress(LeaseLostError):
            jobs.fail(job, "cancelled")
        return False
    except PorelightError as problem:
        with contextlib.suppress(LeaseLostError):
            jobs.fail(job, str(problem))
        return False
    except Exception as problem:  # whatever it is, the queue goes on and tells
        told = " ".join(str(problem).split())[:300]
        with contextlib.suppress(LeaseLostError):
            jobs.fail(job, f"a fault of porelight ({type(problem).__name__}: {told})")
        return False
    return True


class _Heart:
    """Lets a job be heard while it is done, from a thread of its own."""

    def __init__(self, jobs: JobQueue, job: Job, is_wanted: Callable[[], bool]) -> None:
        self._jobs = jobs
        self._job = job
        self._is_wanted = is_wanted
        self._progress = 0.0
        self._is_lost = False
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)

    def tell(self, progress: float) -> None:
        """Take note of the share that is done; ends the job if there is reason to."""
        self._progress = progress
        if self._is_lost:
            raise LeaseLostError("the job is no longer this worker's.")
        if not self._is_wanted():
            raise StoppedError

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._ended.wait(self._jobs.lease / _BEATS):
            try:
                self._jobs.beat(self._job, self._progress)
            except LeaseLostError:
                self._is_lost = True
                return
            except StoreError:
                continue  # the database may come back; if it does not, the result is not kept
