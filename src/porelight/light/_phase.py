"""Scattering angles by tables, as the kernels draw them.

The share of the light below an angle is a random number; a uniform guide leads to the first bin
that an entry of it touches, from which the right one is a step or two away.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from porelight._jit import jit_inlined, jit_lent
from porelight.light._lanes import FOR_ANGLE, WIDTH, Whole
from porelight.light._simd_intrinsics import Singles, bits_of, float_of, load, store
from porelight.quantities import Floats
from porelight.tissue.phase_functions import PhaseFunction

_GUIDE = 4096
_PER_WORD, _LARGEST_WORD = 2.0**32, 2.0**32 - 1.0


class PhaseTables(NamedTuple):
    """Phase functions by tables; the rows of arrays are padded to the longest table."""

    row: Whole  # (n_media,), or (n_regions,): row of each; -1 for Henyey and Greenstein's
    edges: Floats  # (n_tables, n_bins + 1) shares, from 0 to 1
    low: Floats  # (n_tables, n_bins) cosine at the lower edge of each bin
    slope: Floats  # (n_tables, n_bins) cosine over share
    guide: NDArray[np.int32]  # (n_tables, _GUIDE) first bin of each entry


def phase_tables_of(phase: Sequence[PhaseFunction | None], n_media: int) -> PhaseTables | None:
    """Return the tables of media; None for none. Those beyond `phase` have none."""
    own = [one for one in phase if one is not None]
    if not own:
        return None
    numbers = iter(range(len(own)))
    row = np.full(n_media, -1)
    row[: len(phase)] = [-1 if one is None else next(numbers) for one in phase]
    n_bins = max(one.bins[1].size for one in own)
    edges, low = np.ones((len(own), n_bins + 1)), np.zeros((len(own), n_bins))
    slope = np.zeros_like(low)
    guide = np.zeros((len(own), _GUIDE), dtype=np.int32)
    for number, one in enumerate(own):
        share, lower, upper = one.bins
        edges[number, : share.size], low[number, : lower.size] = share, lower
        slope[number, : lower.size] = (upper - lower) / np.diff(share)
        starts = np.arange(_GUIDE) / _GUIDE
        guide[number] = np.searchsorted(share[1:-1], starts, side="right")
    return PhaseTables(row, edges, low, slope, guide)


@jit_inlined
def tabled_cosine(row: int, u: float, phases: PhaseTables) -> float:
    """Return the cosine below which a share `u`, from 0 to below 1, of the light is scattered."""
    number = int(phases.guide[row, int(u * _GUIDE)])
    while u >= phases.edges[row, number + 1]:
        number += 1
    within = u - phases.edges[row, number]
    return float(phases.low[row, number] + phases.slope[row, number] * within)


@jit_lent
def draw_by_tables(
    n_active: int, flat: Singles, regions: Whole, phases: PhaseTables | None
) -> None:
    """Put the angles of media with tables in the place of the random words of their packets.

    The SIMD loop scatters such a packet evenly, which turns its word into a cosine in proportion;
    so the word of the cosine that the table gives is what it needs.
    """
    if phases is None:
        return
    for i in range(n_active):
        row = phases.row[regions[i]]
        if row >= 0:
            word = np.float64(bits_of(load(flat, FOR_ANGLE * WIDTH + i)))
            cosine = tabled_cosine(row, (word + 0.5) / _PER_WORD, phases)
            even = min(0.5 * (1.0 + cosine) * _PER_WORD, _LARGEST_WORD)
            store(flat, FOR_ANGLE * WIDTH + i, float_of(np.uint32(even)))
