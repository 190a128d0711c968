"""A fixed number of batches of photons, and the mean and standard error over them.

How many batches there are does not depend on how many threads run them, each has random numbers of
its own, and they are added in order: a seed gives the same bits on one thread or on sixteen.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from porelight.quantities import Floats

Result = TypeVar("Result")

# enough that a standard error is itself known to 13 %, few enough that each is long
N_BATCHES = 32


@dataclass(frozen=True, slots=True)
class Batch:
    """Photons that are traced together, and where their random numbers start."""

    n_photons: int
    launch_seed: np.random.SeedSequence
    walk_seed: np.random.SeedSequence


def batches(n_photons: int, seed: int) -> list[Batch]:
    """Return the batches of a run; their sizes differ by one photon at most."""
    share, rest = divmod(n_photons, N_BATCHES)
    children = np.random.SeedSequence(seed).spawn(N_BATCHES)
    return [
        Batch(share + (number < rest), *child.spawn(2)) for number, child in enumerate(children)
    ]


def available_threads() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def in_order(
    trace: Callable[[Batch], Result], work: Sequence[Batch], n_threads: int
) -> Iterator[tuple[Batch, Result]]:
    """Trace batches on threads and yield their results in the order of the batches.

    If the caller stops early, by an error of its own or by Ctrl-C, what has not begun never begins.
    """
    executor = ThreadPoolExecutor(max_workers=n_threads)
    try:
        yield from zip(work, executor.map(trace, work), strict=True)
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


class Average:
    """Mean per photon and its standard error, from the sums of batches added one by one."""

    def __init__(self) -> None:
        self.mean: Floats = np.zeros(())
        self._spread: Floats = np.zeros(())
        self._n_photons = 0
        self._n_batches = 0

    def add(self, batch_sum: Floats | float, n_photons: int) -> None:
        """Add the sum over a batch of so many photons (West's weighted update)."""
        self._n_photons += n_photons
        self._n_batches += 1
        found = np.asarray(batch_sum) / n_photons
        off_before = found - self.mean
        self.mean = self.mean + off_before * (n_photons / self._n_photons)
        self._spread = self._spread + n_photons * off_before * (found - self.mean)

    @property
    def standard_error(self) -> Floats:
        """Standard error of the mean, from the scatter of the batches about it."""
        freedom = (self._n_batches - 1) * self._n_photons
        return np.asarray(np.sqrt(self._spread / freedom), dtype=np.float64)
