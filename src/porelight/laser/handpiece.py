"""The path of the spot over the skin: when and where each pulse lands.

The hand, or a scanner, moves the spot back and forth in rows over a rectangle, several times. Rows
run along the rectangle in the first sweep and across it in the next, each sweep starting in the
corner where the last one ended, so that the motion is continuous and the pulses evenly spread.
"""

import math
from dataclasses import dataclass

import numpy as np

from porelight.errors import ParameterError
from porelight.laser.exposure import Exposure, require_count
from porelight.quantities import AREA, LENGTH, RATE, SPOT_DIAMETER, Floats

_GOLDEN = 0.6180339887498949  # shifts by its multiples never repeat and never cluster


@dataclass(frozen=True, slots=True, eq=False)
class PulsePath:
    """When and where the pulses of a session land.

    Attributes
    ----------
    time : ndarray of float64, shape (n,)
        Start of each pulse since the first [s], strictly increasing.
    position : ndarray of float64, shape (n, 2)
        Centre of each spot (x, y) [m]; the middle of the area is (0, 0).
    """

    time: Floats
    position: Floats

    def __post_init__(self) -> None:
        """Check shapes and order."""
        if self.time.ndim != 1 or self.position.shape != (self.time.size, 2):
            raise ParameterError(
                f"time has shape {self.time.shape} and position {self.position.shape}; expected "
                "(n,) and (n, 2)."
            )
        if self.time.size == 0 or (np.diff(self.time) <= 0.0).any():
            raise ParameterError("a path needs at least one pulse, each later than the one before.")

    @property
    def n_pulses(self) -> int:
        """Number of pulses."""
        return int(self.time.size)


def raster(  # noqa: PLR0913  what is treated, with what, how
    area: float,
    n_pulses: int,
    rate: float,
    spot_diameter: float,
    *,
    passes: int = 1,
    jitter: float = 0.0,
    seed: int = 0,
    aspect: float = 1.0,
) -> PulsePath:
    """Return the path of a spot that covers a rectangle evenly in rows, back and forth.

    Parameters
    ----------
    area : float
        Area of the rectangle [m2].
    n_pulses : int
        Number of pulses in all sweeps together.
    rate : float
        Pulses per second [Hz].
    spot_diameter : float
        Diameter of the spot [m]; the area must hold at least one.
    passes : int
        Number of sweeps over the whole rectangle.
    jitter : float
        Standard deviation of each pulse's distance from its place, along x and y [m]: an unsteady
        hand.
    seed : int
        Seed of the jitter.
    aspect : float
        Width of the rectangle over its height.

    Returns
    -------
    PulsePath
        Pulse i starts at i / rate.

    Raises
    ------
    ParameterError
        If the area is smaller than a spot, there is no pulse, or a value is impossible.

    Examples
    --------
    >>> path = raster(1e-2, 2000, 7.0, 5e-3, passes=4)
    >>> path.n_pulses, round(float(path.time[-1]), 1)
    (2000, 285.6)
    """
    AREA.require(area)
    RATE.require(rate)
    SPOT_DIAMETER.require(spot_diameter)
    LENGTH.require(jitter, "jitter")
    require_count("n_pulses", n_pulses)
    require_count("passes", passes)
    if passes > n_pulses:
        raise ParameterError(
            f"passes is {passes} but n_pulses is {n_pulses}; each pass needs at least one pulse."
        )
    if not 0.01 <= aspect <= 100.0:
        raise ParameterError(f"aspect is {aspect:g}; expected width over height of 0.01 to 100.")
    spot = 0.25 * math.pi * spot_diameter**2
    if area < spot * (1.0 - 1e-9):
        raise ParameterError(
            f"area is {area:g} m2, smaller than one spot of {spot:g} m2; square centimetres need "
            "'* units.cm2', spot millimetres '* units.mm'."
        )
    size = np.array([math.sqrt(area * aspect), math.sqrt(area / aspect)])
    per_pass = [n_pulses // passes + (i < n_pulses % passes) for i in range(passes)]
    unit = np.concatenate(_sweeps(per_pass, size[0] / size[1]))
    position = (unit - 0.5) * size
    if jitter > 0.0:
        position += np.random.default_rng(seed).normal(0.0, jitter, position.shape)
    return PulsePath(np.arange(n_pulses) / rate, np.ascontiguousarray(position))


def path(exposure: Exposure, *, jitter: float = 0.0, seed: int = 0) -> PulsePath:
    """Return the path of an exposure's pulses over a square of its area; see `raster`."""
    return raster(
        exposure.area,
        exposure.n_pulses,
        exposure.rate,
        exposure.beam.diameter,
        passes=exposure.passes,
        jitter=jitter,
        seed=seed,
    )


def _sweeps(per_pass: list[int], aspect: float) -> list[Floats]:
    """Return the places of each sweep in the unit square; each starts where the last ended."""
    sweeps = []
    corner = np.zeros(2)
    for i, count in enumerate(per_pass):
        across = i % 2 == 1
        # sweeps in the same direction share the gap between rows, so that none retraces another
        shift = (i // 2 + 0.5) / ((len(per_pass) + (not across)) // 2)
        mirrored = corner[0 if across else 1] == 1.0
        rows = 1.0 - shift if mirrored else shift
        start = (0.5 + i * _GOLDEN) % 1.0
        places, end = _serpentine(count, 1.0 / aspect if across else aspect, rows, start)
        if across:
            places, end = places[:, ::-1], end[::-1]
        # mirrored so that it starts in the corner where the last sweep ended
        sweeps.append(np.where(corner == 0.0, places, 1.0 - places))
        corner = np.where(corner == 0.0, end, 1.0 - end)
    return sweeps


def _serpentine(count: int, aspect: float, shift: float, start: float) -> tuple[Floats, Floats]:
    """Return `count` places, equally spaced along rows back and forth, and the corner at the end.

    The rows lie along the first axis of the unit square, which stands for a rectangle of this
    width over height, at a share `shift` of their spacing; there are as many as make the spacing
    along and between them alike. The first place lies a share `start` of the spacing along the
    rows from the corner (0, 0).
    """
    n_rows = max(1, round(math.sqrt(count / aspect)))
    along = (np.arange(count) + start) / count * n_rows
    row = np.minimum(along.astype(np.int64), n_rows - 1)
    forward = along - row
    x = np.where(row % 2 == 0, forward, 1.0 - forward)
    y = (row + shift) / n_rows
    return np.column_stack([x, y]), np.array([float(n_rows % 2), 1.0])
