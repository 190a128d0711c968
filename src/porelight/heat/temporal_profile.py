"""The power of a beam over time: micro-pulses, macro-pulse trains, any measured curve.

A temporal profile gives the share of the energy in each interval of time, not the energy itself.
The power is constant in each interval and zero between them. Profiles are built from one another:

>>> micro = TemporalProfile.rectangle(50e-6)
>>> macro = micro.repeated(200e-6, 5)  # five micro-pulses make a macro-pulse
>>> train = macro.repeated(0.1, 3)  # three macro-pulses at 10 Hz
>>> train.n_intervals, round(train.duration, 6), round(train.on_time, 6)
(15, 0.20085, 0.00075)
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np

from porelight.errors import ParameterError
from porelight.quantities import N_PULSES, PULSE_DURATION, TIME, Floats

_MOST = 100_000  # intervals; a session of more pulses belongs to the superposition of `scan`


@dataclass(frozen=True, slots=True, eq=False)
class TemporalProfile:
    """Intervals of constant power, in order of time.

    Attributes
    ----------
    begin, end : ndarray of float64, shape (n_intervals,)
        Start and end of each interval [s]; intervals do not overlap.
    share : ndarray of float64, shape (n_intervals,)
        Share of the energy in each; they add up to 1.
    """

    begin: Floats
    end: Floats
    share: Floats

    def __post_init__(self) -> None:
        """Check order, size and sum."""
        n = self.begin.size
        if not self.begin.shape == self.end.shape == self.share.shape == (n,) or not 0 < n <= _MOST:
            raise ParameterError(
                f"begin, end and share have shapes {self.begin.shape}, {self.end.shape}, "
                f"{self.share.shape}; expected one shape (n,) with 1 to {_MOST} intervals. Longer "
                "sessions are sums of single pulses: heat.scan."
            )
        TIME.require(self.begin, "begin")
        TIME.require(self.end, "end")
        if (self.end <= self.begin).any() or (self.begin[1:] < self.end[:-1] * (1 - 1e-12)).any():
            raise ParameterError(
                "intervals of a temporal profile must have a length and follow one another; sort "
                "them and remove the overlap."
            )
        if (self.share < 0.0).any() or abs(self.share.sum() - 1.0) > 1e-9:
            raise ParameterError(
                f"shares of the energy add up to {self.share.sum():g}; expected 1, none negative."
            )

    @classmethod
    def rectangle(cls, duration: float) -> Self:
        """Return constant power from time 0 on for a duration [s]."""
        PULSE_DURATION.require(duration)
        return cls(np.zeros(1), np.array([duration]), np.ones(1))

    @classmethod
    def sampled(cls, time: Floats, power: Floats) -> Self:
        """Return a measured curve, straight between its samples.

        Parameters
        ----------
        time : ndarray of float64, shape (n,)
            Times of the samples, rising [s]; the first sample is time 0 of the profile.
        power : ndarray of float64, shape (n,)
            Power in any unit, 0 or more.

        Returns
        -------
        TemporalProfile
            One interval between two samples with the mean of their powers; dark ones are left out.

        Raises
        ------
        ParameterError
            If times do not rise, a power is negative, or all are zero.
        """
        time, power = np.asarray(time, dtype=np.float64), np.asarray(power, dtype=np.float64)
        if time.ndim != 1 or time.shape != power.shape or time.size < 2:
            raise ParameterError(
                f"time has shape {time.shape} and power {power.shape}; expected one shape (n,) "
                "with two samples or more."
            )
        if not np.isfinite(time).all() or (np.diff(time) <= 0.0).any():
            raise ParameterError("time of a temporal profile must rise from sample to sample [s].")
        if not np.isfinite(power).all() or (power < 0.0).any() or not power.any():
            raise ParameterError(
                f"power of a temporal profile is between {power.min():g} and {power.max():g}; "
                "expected 0 or more, and light somewhere. Subtract the detector's offset first."
            )
        time = time - time[0]
        energy = 0.5 * (power[1:] + power[:-1]) * np.diff(time)
        lit = energy > 0.0
        return cls(time[:-1][lit], time[1:][lit], energy[lit] / energy.sum())

    @property
    def n_intervals(self) -> int:
        """Number of intervals with light."""
        return int(self.begin.size)

    @property
    def duration(self) -> float:
        """Time from 0 to the end of the last light [s]."""
        return float(self.end[-1])

    @property
    def on_time(self) -> float:
        """Total time with light [s]."""
        return float((self.end - self.begin).sum())

    @property
    def shortest(self) -> float:
        """Length of the shortest interval of unbroken light [s]."""
        gaps = np.flatnonzero(self.begin[1:] > self.end[:-1] * (1.0 + 1e-12))
        starts = self.begin[np.concatenate([[0], gaps + 1])]
        ends = self.end[np.concatenate([gaps, [self.end.size - 1]])]
        return float((ends - starts).min())

    @property
    def peak(self) -> float:
        """Highest power over energy [1/s]."""
        return float((self.share / (self.end - self.begin)).max())

    def repeated(self, period: float, n: int) -> "TemporalProfile":
        """Return this profile n times in a row, each with an equal share of the energy.

        Parameters
        ----------
        period : float
            Time from the start of one to the start of the next [s].
        n : int
            Number of repetitions, 1 or more.

        Raises
        ------
        ParameterError
            If the profile is longer than the period, or the count is not a whole number above 0.
        """
        n = N_PULSES.require(n)
        if n == 1:
            return self
        if not np.isfinite(period) or self.duration > period * (1.0 + 1e-12):
            raise ParameterError(
                f"the pulse lasts {self.duration:g} s, longer than its period of {period:g} s; "
                f"lower the rate below {1.0 / self.duration:.4g} Hz or shorten the pulse."
            )
        if n * self.n_intervals > _MOST:
            raise ParameterError(
                f"{n} times {self.n_intervals} intervals are more than the {_MOST} that an "
                "temporal profile may have; longer sessions are sums of single pulses: heat.scan."
            )
        start = period * np.arange(n)[:, None]
        return TemporalProfile(
            (start + self.begin).ravel(),
            (start + self.end).ravel(),
            np.tile(self.share / n, n),
        )

    def delayed(self, delay: float) -> "TemporalProfile":
        """Return this profile after a delay [s], for example that of a cooling spurt."""
        TIME.require(delay, "delay")
        return TemporalProfile(self.begin + delay, self.end + delay, self.share)

    def pieces(self) -> Iterator[tuple[float, float, float]]:
        """Yield start [s], end [s] and power over energy [1/s] of every interval, dark ones too."""
        now = 0.0
        for begin, end, share in zip(self.begin, self.end, self.share, strict=True):
            if begin > now:
                yield now, float(begin), 0.0
            yield float(begin), float(end), float(share / (end - begin))
            now = float(end)
