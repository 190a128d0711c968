"""Mean per photon and its standard error, for every part of a tally, from batches added in order.

Everything here is made anew instead of changed, so whoever holds an average may keep it while the
run goes on, or is stopped in the middle of an addition.

References
----------
.. [1] D. H. D. West, "Updating mean and variance estimates: an improved method," Commun. ACM 22,
   532-535 (1979). doi:10.1145/359146.359153
.. [2] T. F. Chan, G. H. Golub, R. J. LeVeque, "Algorithms for computing the sample variance," Am.
   Stat. 37, 242-247 (1983). doi:10.1080/00031305.1983.10483115
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

import numpy as np

from porelight.quantities import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Average:
    """Mean over photons, and the spread of the batches about it."""

    mean: Floats = field(default_factory=lambda: np.zeros(()))
    spread: Floats = field(default_factory=lambda: np.zeros(()))  # sum of photons * deviation ** 2

    def plus(self, batch_sum: Floats | float, n_photons: int, n_before: int) -> Self:
        """Return the average with a batch of so many photons added to those before [1]_."""
        found = np.asarray(batch_sum) / n_photons
        off_before = found - self.mean
        mean = off_before * (n_photons / (n_before + n_photons))
        mean += self.mean
        # in place from here on: room for large tallies costs more than the sums
        spread = found
        spread -= mean
        spread *= off_before
        spread *= n_photons
        spread += self.spread
        return type(self)(mean, spread)

    def merged(self, other: Self, n_own: int, n_other: int) -> Self:
        """Return the average over the photons of both [2]_."""
        apart = other.mean - self.mean
        mean = self.mean + apart * (n_other / (n_own + n_other))
        between = apart * apart * (n_own * n_other / (n_own + n_other))
        return type(self)(mean, self.spread + other.spread + between)


@dataclass(frozen=True, slots=True, eq=False)
class Averages:
    """Averages by name, over the same batches."""

    parts: Mapping[str, Average] = field(default_factory=dict)
    n_photons: int = 0
    n_batches: int = 0

    def plus(self, batch_sums: Mapping[str, Floats], n_photons: int) -> Self:
        """Return the averages with one batch added."""
        parts = {
            name: self.parts.get(name, Average()).plus(found, n_photons, self.n_photons)
            for name, found in batch_sums.items()
        }
        return type(self)(parts, self.n_photons + n_photons, self.n_batches + 1)

    def merged(self, other: Self) -> Self:
        """Return the averages over the batches of both; neither may be empty."""
        parts = {
            name: part.merged(other.parts[name], self.n_photons, other.n_photons)
            for name, part in self.parts.items()
        }
        return type(self)(parts, self.n_photons + other.n_photons, self.n_batches + other.n_batches)

    def mean(self, name: str) -> Floats:
        """Return the mean per photon of a part."""
        return self.parts[name].mean

    def standard_error(self, name: str) -> Floats:
        """Return the standard error of that mean, from the scatter of the batches about it."""
        freedom = (self.n_batches - 1) * self.n_photons
        return np.asarray(np.sqrt(self.parts[name].spread / freedom), dtype=np.float64)
