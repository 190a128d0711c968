r"""Uncertainty of the numbers of a photograph: 90 % intervals by resampling.

Each draw makes a photograph that could as well have been taken:

* the tiles of the zone are drawn with replacement, so pores count as clustered as they are (with
  few tiles, each pore is drawn by itself, Poisson with mean 1);
* a share of the finds, uniform from none to that to which people would give no label, is taken
  away, those with the weakest evidence first in proportion to their probability of being false;
* the scale is multiplied by a lognormal factor of the photograph's scale error;
* all diameters are multiplied by a lognormal factor of the detector's own error of size, which is
  common to all pores of a photograph.

* of a soft photograph, a number of pores per area that are none is taken away, and what is left is
  divided by the share of pores that is seen through the blur; the narrow ones are missed first, so
  diameters are lowered (`porelight.photo.blur.BlurEffect`).

The number of pores is the sum of the probabilities of all spots to be one that counts; its draws
add what is left open by them and a lognormal factor of the detector's own error of number.

What they leave out: the difference between two photographers.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from porelight.errors import ParameterError
from porelight.photo.blur import BlurEffect
from porelight.photo.strips import each
from porelight.photo.zone_mask import ZonePixels
from porelight.quantities import Floats

SHARES = (0.10, 0.25, 0.50, 0.75, 0.90)  # of the pores, for the quantiles of their diameters
COVERAGE = 0.90

_TILE = 2e-3  # m
_LEAST_TILES = 8
_N_DRAWS = 600
_AT_ONCE = 50  # draws held in memory
_WEIGHTS_AT_ONCE = 500_000  # of all pores in some draws, by each core
_SEED = 20_240_601
_LEAST_TRUE = 1e-3  # of what is counted; a forecast needs some pore in every draw
_NONE_FOUND = float(-np.log(0.5 * (1.0 - COVERAGE)))  # Poisson mean that gives no pore in 5 %


@dataclass(frozen=True, slots=True, repr=False)
class Estimate:
    """A value and the interval that holds the truth with 90 % probability."""

    value: float
    low: float
    high: float

    def __post_init__(self) -> None:
        """Check the order."""
        if not self.low <= self.value <= self.high:
            raise ParameterError(
                f"an estimate of {self.value:g} lies outside its interval {self.low:g} to "
                f"{self.high:g}; expected low <= value <= high."
            )

    def __repr__(self) -> str:
        return f"{self.value:.4g} ({self.low:.4g} to {self.high:.4g})"


@dataclass(frozen=True, slots=True, eq=False)
class DetectedPores:
    """The pores found in a photograph, as the resampling needs them.

    Attributes
    ----------
    row, col : ndarray of float64, shape (n,)
        Positions [m].
    area : ndarray of float64, shape (n,)
        Areas [m2].
    probability : ndarray of float64, shape (n,)
        Probability of each to be a pore, by the detector [-].
    spot_row, spot_col : ndarray of float64, shape (m,)
        Positions of all spots, pores or not [m].
    spot_counted : ndarray of float64, shape (m,)
        Probability of each to be a pore that counts [-].
    zone_mask : ndarray of bool, shape (rows, cols)
        True in the zone.
    px_per_metre : float
        Scale of the mask [px/m].
    false_share : float
        Largest share of finds that may be false [-].
    scale_error, diameter_error, count_error : float
        Relative standard deviations of scale, of measured size and number [-].
    blur_effect : BlurEffect or None
        How many pores the blur may hide or feign; None where the photograph is sharp.
    """

    row: Floats
    col: Floats
    area: Floats
    probability: Floats
    spot_row: Floats
    spot_col: Floats
    spot_counted: Floats
    zone_mask: ZonePixels
    px_per_metre: float
    false_share: float
    scale_error: float
    diameter_error: float
    count_error: float
    blur_effect: BlurEffect | None = None

    @property
    def zone_area(self) -> float:
        """Area of the zone [m2]."""
        return float(self.zone_mask.sum()) / self.px_per_metre**2


@dataclass(frozen=True, slots=True, eq=False)
class PossiblePopulations:
    """Populations of pores that agree with the photograph equally well, (n_possible,) each.

    Attributes
    ----------
    diameter_factor : ndarray of float64
        All true diameters over those measured [-].
    density_factor : ndarray of float64
        True number of pores per area over that measured [-]; times the square of the other it is
        the area fraction of that draw over the one measured.
    """

    diameter_factor: Floats
    density_factor: Floats


@dataclass(frozen=True, slots=True)
class Estimates:
    """Count [-], density [1/m2], area fraction [-], diameters at `SHARES` [m], and their draws."""

    count: Estimate
    density: Estimate
    area_fraction: Estimate
    diameter_quantiles: tuple[Estimate, ...]
    possible: PossiblePopulations


def estimates(found: DetectedPores, faintest_area: float) -> Estimates:
    """Return the numbers of a photograph with their intervals.

    Parameters
    ----------
    found : DetectedPores
        The pores and the zone.
    faintest_area : float
        Area of the smallest pore that would have been seen [m2]; bounds the area fraction where no
        pore was found.

    Returns
    -------
    Estimates
        Estimates; equal input gives equal numbers.
    """
    n, zone_area = found.area.size, found.zone_area
    draw = np.random.default_rng(_SEED)
    every_tile, times, zone_weight = _drawn(found, draw)
    stretch = np.exp(found.scale_error * draw.standard_normal(_N_DRAWS))
    number = float(found.spot_counted.sum())
    counts = _counts(found, every_tile[n:], times, zone_weight, draw)
    soft = _softened(found.blur_effect, zone_area / number if number > 0.0 else 0.0)
    counts *= soft.true / soft.seen
    count = _interval(number, counts)
    density = _interval(number / zone_area, counts / (zone_area * stretch**2))
    if n == 0:
        most = _NONE_FOUND / float(np.quantile(soft.seen, 0.5 * (1.0 - COVERAGE)))
        least = most / zone_area
        return Estimates(
            replace(count, high=max(count.high, most)),
            replace(density, high=max(density.high, least)),
            Estimate(0.0, 0.0, min(1.0, least * faintest_area)),
            (),
            PossiblePopulations(np.ones(1), np.ones(1)),
        )
    # in order of size, so that quantiles are sums from the left
    order = np.argsort(found.area)
    area = found.area[order]
    diameter = np.sqrt(4.0 * area / np.pi)
    tile = every_tile[:n][order]
    taken = draw.uniform(0.0, found.false_share, (_N_DRAWS, 1)).astype(np.float32)
    swell = np.exp(found.diameter_error * draw.standard_normal(_N_DRAWS))
    doubt = 1.0 - found.probability[order]
    relative = (doubt / doubt.mean() if doubt.any() else np.ones(n)).astype(np.float32)
    fraction = np.empty(_N_DRAWS)
    quantiles = np.empty((_N_DRAWS, len(SHARES)))

    def draw_some(some: slice) -> None:
        # six digits are enough for weights, and take half the time
        weight = np.maximum(np.float32(1.0) - taken[some] * relative, np.float32(0.0))
        weight *= np.take(times[some], tile, axis=1)
        fraction[some] = _weighted(weight, area)
        quantiles[some] = _quantiles(diameter, weight)

    step = max(1, _WEIGHTS_AT_ONCE // n)
    each(draw_some, [slice(k, min(k + step, _N_DRAWS)) for k in range(0, _N_DRAWS, step)])
    larger = stretch * swell * soft.narrowed
    fraction *= (swell * soft.narrowed) ** 2 * soft.true / (zone_weight * zone_area * soft.seen)
    quantiles *= larger[:, None]
    values = _quantiles(diameter, np.ones((1, n), np.float32))[0]
    covered = float(found.area.sum()) / zone_area
    fraction = np.minimum(fraction, 1.0)
    return Estimates(
        count,
        density,
        _interval(covered, fraction),
        tuple(_interval(float(v), quantiles[:, i]) for i, v in enumerate(values)),
        PossiblePopulations(larger, fraction / (covered * larger**2)),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Softened:
    """Draws of what a blur does, shape (_N_DRAWS,) each.

    The share of the pores that is seen, that of the counted ones that are pores, and true over read
    diameters.
    """

    seen: Floats
    true: Floats
    narrowed: Floats


def _softened(effect: BlurEffect | None, area_per_pore: float) -> _Softened:
    """Draw what a blur does where there is a pore on so much skin [m2]; ones without a blur."""
    if effect is None:
        return _Softened(np.ones(_N_DRAWS), np.ones(_N_DRAWS), np.ones(_N_DRAWS))
    # a stream of its own, so that a sharp photograph has the draws it always had
    draw = np.random.default_rng(_SEED + 1)
    seen = effect.seen(draw.standard_normal(_N_DRAWS))
    false = effect.false_density * area_per_pore * draw.random(_N_DRAWS)
    return _Softened(seen, np.maximum(1.0 - false, _LEAST_TRUE), seen**effect.narrowing)


def _counts(
    found: DetectedPores,
    tile: NDArray[np.intp],
    times: NDArray[np.float32],
    zone_weight: Floats,
    draw: np.random.Generator,
) -> Floats:
    """Draws of the number of pores; `tile` is that of each spot."""
    chance = found.spot_counted
    of_tile = np.bincount(tile, chance, minlength=times.shape[1]).astype(np.float64)
    open_still = math.sqrt(float((chance * (1.0 - chance)).sum()))
    counts = _weighted(times, of_tile) / zone_weight + open_still * draw.standard_normal(_N_DRAWS)
    counts *= np.exp(found.count_error * draw.standard_normal(_N_DRAWS))
    return np.maximum(counts, 0.0)


def _drawn(
    found: DetectedPores, draw: np.random.Generator
) -> tuple[NDArray[np.intp], NDArray[np.float32], Floats]:
    """Tile of each pore and then of each spot, how often each draw has each tile, its zone."""
    row, col = np.append(found.row, found.spot_row), np.append(found.col, found.spot_col)
    tile_row, tile_col = (
        ((np.arange(n) + 0.5) / found.px_per_metre / _TILE).astype(np.intp)
        for n in found.zone_mask.shape
    )
    rows = (found.zone_mask[first:last] for first, last in pairwise(_edges(tile_row)))
    size = np.array([some.sum(axis=0, dtype=np.int32) for some in rows])
    size = np.add.reduceat(size, _edges(tile_col)[:-1], axis=1)
    of_row = np.minimum((row / _TILE).astype(np.intp), size.shape[0] - 1)
    of_col = np.minimum((col / _TILE).astype(np.intp), size.shape[1] - 1)
    # a pore on the rim of the zone may have its centroid in a tile that has no pixel of it
    held = size > 0
    held[of_row, of_col] = True
    n_tiles = int(held.sum())
    if n_tiles < _LEAST_TILES:
        drawn = draw.poisson(1.0, (_N_DRAWS, row.size))
        return np.arange(row.size), drawn.astype(np.float32), np.ones(_N_DRAWS)
    number = np.cumsum(held).reshape(held.shape) - 1
    times = np.empty((_N_DRAWS, n_tiles), np.float32)
    for first in range(0, _N_DRAWS, _AT_ONCE):
        # counts of numbers drawn: the same law as a multinomial's, at a tenth of its time
        taken = draw.integers(n_tiles, size=(_AT_ONCE, n_tiles))
        taken += n_tiles * np.arange(_AT_ONCE)[:, None]
        counts = np.bincount(taken.ravel(), minlength=taken.size)
        times[first : first + _AT_ONCE] = counts.reshape(taken.shape)
    zone_weight = _weighted(times, np.asarray(size[held] / size.sum(), np.float64))
    return number[of_row, of_col], times, zone_weight


def _weighted(weights: NDArray[np.float32], values: Floats) -> Floats:
    """Return the weighted sum of the values in each row of weights.

    A product of matrices would be summed in another order on another number of threads.
    """
    return np.asarray(np.einsum("ij,j->i", weights, values, dtype=np.float64))


def _edges(tile: NDArray[np.intp]) -> NDArray[np.intp]:
    """Where each run of equal numbers begins, and where the last ends."""
    return np.flatnonzero(np.diff(tile, prepend=-1, append=-1))


def _quantiles(sizes: Floats, weights: NDArray[np.float32]) -> Floats:
    """Weighted quantiles at `SHARES` of sizes in rising order, shape (draw, share)."""
    # a draw in which every pore was taken away says nothing of sizes and keeps them all
    weights = np.where(weights.any(axis=1, keepdims=True), weights, np.float32(1.0))
    position = np.cumsum(weights, axis=1, dtype=np.float64)
    wanted = position[:, -1:] * SHARES
    position -= 0.5 * weights
    return np.array([np.interp(at, row, sizes) for at, row in zip(wanted, position, strict=True)])


def _interval(value: float, draws: Floats | Sequence[float]) -> Estimate:
    tail = 0.5 * (1.0 - COVERAGE)
    low, high = (float(x) for x in np.quantile(draws, [tail, 1.0 - tail]))
    # taking away false finds may shift all draws below what was counted
    return Estimate(value, min(low, value), max(high, value))
