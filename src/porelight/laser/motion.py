"""Travel of the spot: the pattern that a hand or a scanner follows, or a recorded path.

`laser.handpiece` turns a `Motion` into a `PulsePath`, the time and place of each pulse.
"""

import math
from dataclasses import dataclass
from typing import Literal, Self, get_args

import numpy as np

from porelight.data.library import parameter
from porelight.errors import ParameterError, did_you_mean
from porelight.laser.session_ranges import HAND, PACE_VARIATION, STACKED, WANDER
from porelight.quantities import Floats

Pattern = Literal["raster", "spiral"]
PATTERNS: tuple[Pattern, ...] = get_args(Pattern)

_ROUNDING = 1e-9  # of the side; units are multiplied on the way in


@dataclass(frozen=True, slots=True)
class Motion:
    """The pattern in which a spot covers an area.

    Attributes
    ----------
    pattern : {"raster", "spiral"}
        Rows back and forth over the rectangle, or turns about its middle, out and in again.
    stacked : int
        Pulses given on one spot before the spot moves on.
    wander : float
        Standard deviation of the smooth deviation of a hand from the pattern, along x and along
        y [m]; 0 for a scanner.
    pace_variation : float
        Standard deviation of the logarithm of its speed [-].
    seed : int
        Seed of the hand's wander and pace.
    """

    pattern: Pattern = "raster"
    stacked: int = 1
    wander: float = 0.0
    pace_variation: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        """Check every field."""
        if self.pattern not in PATTERNS:
            raise ParameterError(
                f"no pattern named {self.pattern!r}{did_you_mean(str(self.pattern), PATTERNS)}"
            )
        object.__setattr__(self, "stacked", STACKED.require(self.stacked))
        object.__setattr__(self, "seed", HAND.require(self.seed))
        WANDER.require(self.wander)
        PACE_VARIATION.require(self.pace_variation)

    @classmethod
    def by_hand(cls, *, pattern: Pattern = "raster", stacked: int = 1, seed: int = 0) -> Self:
        """Return the motion of a hand: it wanders and changes its pace.

        Examples
        --------
        >>> Motion.by_hand(seed=3).wander
        0.0015
        """
        return cls(
            pattern,
            stacked,
            wander=parameter("laser", "hand", "wander").value,
            pace_variation=parameter("laser", "hand", "pace_variation").value,
            seed=seed,
        )


@dataclass(frozen=True, slots=True, eq=False)
class PulsePath:
    """Time and place of each pulse of a session.

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
        if not (np.isfinite(self.time).all() and np.isfinite(self.position).all()):
            raise ParameterError("a path holds a time or a place that is not finite.")

    @property
    def n_pulses(self) -> int:
        """Number of pulses."""
        return int(self.time.size)

    @property
    def rate(self) -> float:
        """Mean number of pulses per second [Hz]; 1 for a single pulse."""
        if self.time.size == 1:
            return 1.0
        return float((self.time.size - 1) / (self.time[-1] - self.time[0]))

    def until(self, end: float) -> Self:
        """Return the pulses up to a time [s]; the first is always among them."""
        keep = max(1, int(np.searchsorted(self.time, end, side="right")))
        return type(self)(self.time[:keep], self.position[:keep])

    def at(self, times: Floats) -> Floats:
        """Return where the spot is at these times [m]: on a straight line between two pulses.

        Parameters
        ----------
        times : ndarray of float64, shape (n_time,)
            Times [s]; before the first pulse and after the last the spot rests there.

        Returns
        -------
        ndarray of float64, shape (n_time, 2)
            Places [m].
        """
        return np.column_stack([np.interp(times, self.time, axis) for axis in self.position.T])

    def require_inside(self, width: float, height: float) -> None:
        """Refuse a path that leaves the area.

        Parameters
        ----------
        width, height : float
            Sides of the rectangle about (0, 0) [m].

        Raises
        ------
        ParameterError
            If the centre of a spot lies outside.
        """
        half = 0.5 * np.array([width, height])
        outside = np.flatnonzero((np.abs(self.position) > half * (1.0 + _ROUNDING)).any(axis=1))
        if outside.size:
            x, y = 1e3 * self.position[outside[0]]
            reach = float((np.abs(self.position) / np.sqrt([width / height, height / width])).max())
            needed = math.ceil(4e5 * reach**2 - 1e-6) / 10.0
            raise ParameterError(
                f"pulse {outside[0] + 1} of the path lies at ({x:.4g}, {y:.4g}) mm, outside the "
                f"area of {1e3 * width:.4g} x {1e3 * height:.4g} mm about (0, 0); give an area of "
                f"at least {needed:g} cm2, or move the path."
            )
