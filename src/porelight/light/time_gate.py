"""A time gate: light is followed until a time, and tallied from the opening of the gate on.

Time is optical path over the speed of light in vacuum, from 0 where light meets the skin.
"""

from dataclasses import dataclass, field
from typing import Self

import numpy as np

from porelight.brief import brief
from porelight.errors import ParameterError
from porelight.light.averages import Averages
from porelight.quantities import Floats, Quantity

SPEED_OF_LIGHT = 299_792_458.0  # m/s, exact by definition
GATE_END = Quantity(
    "end", "s", 1e-14, 1e-6, "end of the time gate", "Picoseconds need '* units.ps'."
)
_MOST_BINS = 10_000


@dataclass(frozen=True, slots=True)
class TimeGate:
    """The time from which on light is no longer followed, and from when it is tallied.

    Attributes
    ----------
    end : float
        End of the gate [s]; what is still inside then is `LightField.time.after`.
    n_bins : int
        Equal bins from the start to the end, into which the light that leaves is tallied.
    start : float
        Start of the gate [s]; what was absorbed or left before is `LightField.time.before`, and in
        no other share. Unless it is 0 the reference kernel runs.
    """

    end: float
    n_bins: int = 1
    # no part of the hash of a run where it is 0: runs from before it was there go on
    start: float = field(default=0.0, metadata={"came_later": True})

    def __post_init__(self) -> None:
        """Check the end and the bins."""
        GATE_END.require(self.end, "end of the time gate")
        if not 0.0 <= self.start < self.end:
            raise ParameterError(
                f"start of the time gate is {self.start:g} s; expected 0 s to less than its end, "
                f"{self.end:g} s."
            )
        if isinstance(self.n_bins, bool) or not isinstance(self.n_bins, int | np.integer):
            raise ParameterError(f"n_bins is {self.n_bins!r}; expected a whole number.")
        if not 1 <= self.n_bins <= _MOST_BINS:
            raise ParameterError(f"n_bins is {self.n_bins}; expected 1 to {_MOST_BINS}.")

    @property
    def edges(self) -> Floats:
        """Edges of the bins [s], shape (n_bins + 1,)."""
        return np.linspace(self.start, self.end, self.n_bins + 1)

    @property
    def longest_path(self) -> float:
        """Optical path of the light that leaves at the end [m]."""
        return self.end * SPEED_OF_LIGHT


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class LightByTime:
    """Shares of the light by the time at which it left, with standard errors."""

    edges: Floats  # (n_bins + 1,) [s]
    reflectance: Floats  # (n_bins,) share that came back out of the tissue in each bin
    reflectance_error: Floats  # (n_bins,)
    transmittance: Floats  # (n_bins,)
    transmittance_error: Floats  # (n_bins,)
    before: float  # share that was absorbed or had left before the start of the gate
    before_error: float
    after: float  # share that was still inside at the end of the gate
    after_error: float
    detected: Floats  # (n_detectors, n_bins) taken in by each detector
    detected_error: Floats  # (n_detectors, n_bins)

    __repr__ = brief

    @classmethod
    def of(cls, averages: Averages, gate: TimeGate) -> Self:
        """Return the shares from the averages over the tallies of a run."""
        mean, error = averages.mean("by_time"), averages.standard_error("by_time")
        none = np.zeros((0, gate.n_bins))
        is_late = "before" in averages.parts
        is_detected = "detected" in averages.parts
        return cls(
            edges=gate.edges,
            reflectance=mean[0],
            reflectance_error=error[0],
            transmittance=mean[1],
            transmittance_error=error[1],
            before=float(averages.mean("before")[0]) if is_late else 0.0,
            before_error=float(averages.standard_error("before")[0]) if is_late else 0.0,
            after=float(averages.mean("after")[0]),
            after_error=float(averages.standard_error("after")[0]),
            detected=averages.mean("detected") if is_detected else none,
            detected_error=averages.standard_error("detected") if is_detected else none,
        )
