"""Batches of photons, each with its own random numbers, traced on threads, added in order.

Which photons a batch holds depends on its number alone, never on how many threads run, and results
are added in the order of the numbers: a seed gives the same bits on one thread or on sixteen.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

import numpy as np

# enough that a standard error is itself known to 13 %, few enough that each is long
N_BATCHES = 32


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
