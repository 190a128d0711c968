"""Batches of photons, each with its own random numbers, traced on threads, added in order.

Which photons a batch holds depends on its number alone, never on how many threads run, and results
are added in the order of the numbers: a seed gives the same bits on one thread or on sixteen.
"""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count, islice
from typing import TypeVar

import numpy as np

Result = TypeVar("Result")

# enough that a standard error is itself known to 13 %, few enough that each is long
N_BATCHES = 32
# batches in the queue for each thread: no thread is idle, and little work is lost at a stop
_WAITING = 2


@dataclass(frozen=True, slots=True)
class Batch:
    """Photons that are traced together, and where their random numbers start."""

    n_photons: int
    launch_seed: np.random.SeedSequence
    walk_seed: np.random.SeedSequence

    @classmethod
    def numbered(cls, number: int, n_photons: int, seed: int) -> "Batch":
        """Return a batch of a run; its number chooses the child of the run's seed."""
        child = np.random.SeedSequence(seed, spawn_key=(number,))
        return cls(n_photons, *child.spawn(2))


def batches(n_photons: int, seed: int) -> list[Batch]:
    """Return the batches of a run of known length; their sizes differ by one photon at most."""
    share, rest = divmod(n_photons, N_BATCHES)
    return [Batch.numbered(i, share + (i < rest), seed) for i in range(N_BATCHES)]


def endless_batches(photons_per_batch: int, seed: int, first: int) -> Iterator[Batch]:
    """Yield the batches of a run without end, from a number on."""
    for number in count(first):
        yield Batch.numbered(number, photons_per_batch, seed)


def available_threads() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def in_order(
    trace: Callable[[Batch], Result], work: Iterable[Batch], n_threads: int
) -> Iterator[tuple[Batch, Result]]:
    """Trace batches on threads and yield their results in the order of the batches.

    If the caller stops early, by an error of its own or by Ctrl-C, what has not begun never begins.
    """
    remaining = iter(work)
    executor = ThreadPoolExecutor(max_workers=n_threads)
    ahead: deque[tuple[Batch, Future[Result]]] = deque()

    def submit(batch: Batch) -> None:
        ahead.append((batch, executor.submit(trace, batch)))

    try:
        for batch in islice(remaining, _WAITING * n_threads):
            submit(batch)
        while ahead:
            batch, found = ahead.popleft()
            result = found.result()
            for following in islice(remaining, 1):
                submit(following)
            yield batch, result
    finally:
        executor.shutdown(wait=True, cancel_futures=True)
