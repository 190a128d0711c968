r"""Thermal dose as equivalent time at 43 degC.

.. math:: \mathrm{CEM}_{43} = \int R(T)^{\,43 - T} \, dt, \qquad
          R = 0.5 \text{ from } 43\,^\circ\mathrm{C} \text{ on},\ 0.25 \text{ below}

It is the dose that hyperthermia reports, kept for comparison with that literature [1]_; no other
room uses it. The temperature runs straight between two readings.

References
----------
.. [1] S. A. Sapareto, W. C. Dewey, "Thermal dose determination in cancer therapy," Int. J. Radiat.
   Oncol. Biol. Phys. 10, 787-800 (1984), doi:10.1016/0360-3016(84)90379-1.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from porelight.data.library import parameter
from porelight.data.parameter_set import NumberOrDraws
from porelight.injury.rate_process import checked_history, mean_of_logarithms, steps
from porelight.quantities import FRACTION, TEMPERATURE, Floats


@dataclass(frozen=True, slots=True)
class ThermalDose:
    """The three numbers of the equivalent time: bases on both sides of a breakpoint."""

    base_above: float
    base_below: float
    breakpoint: float  # K

    def __post_init__(self) -> None:
        FRACTION.require(self.base_above, "base_above")
        FRACTION.require(self.base_below, "base_below")
        TEMPERATURE.require(self.breakpoint, "breakpoint")

    @classmethod
    def typical(cls) -> Self:
        """Return the numbers of the library."""
        return cls.from_values({})

    @classmethod
    def from_values(cls, values: Mapping[str, NumberOrDraws]) -> Self:
        """Return the library's numbers with some of them replaced, by their library names."""
        names = ("cem43_base_above", "cem43_base_below", "cem43_breakpoint")
        return cls(*(float(values.get(n, parameter("tissue", "injury", n).value)) for n in names))

    def rate(self, temperature: Floats) -> Floats:
        """Seconds at 43 degC that one second at this temperature is worth."""
        above = self.breakpoint - temperature
        slope = np.where(above > 0.0, math.log(self.base_below), math.log(self.base_above))
        return np.asarray(np.exp(above * slope))

    def mean_rate(self, before: Floats, after: Floats) -> Floats:
        """Mean of the rate while the temperature goes linearly from `before` to `after`.

        Parameters
        ----------
        before, after : ndarray of float64, shape (*space)
            Temperature at both ends of a step [K].

        Returns
        -------
        ndarray of float64, shape (*space)
            Exact mean rate [-]; a step across the breakpoint is cut there.
        """
        low, high = np.minimum(before, after), np.maximum(before, after)
        cut = np.clip(self.breakpoint, low, high)
        span = high - low
        below = np.divide(cut - low, span, out=np.zeros_like(span), where=span > 0.0)
        # a flat step belongs to the branch it lies in
        below = np.where((span == 0.0) & (low < self.breakpoint), 1.0, below)
        cool, hot = math.log(self.base_below), math.log(self.base_above)
        bp = self.breakpoint
        return np.asarray(
            below * mean_of_logarithms((bp - low) * cool, (bp - cut) * cool)
            + (1.0 - below) * mean_of_logarithms((bp - cut) * hot, (bp - high) * hot)
        )


def cem43(time: Floats, temperature: Floats) -> Floats:
    """Cumulative equivalent time at 43 degC of a temperature history.

    Parameters
    ----------
    time : ndarray of float64, shape (n_time,)
        Times of the readings [s], in order; at least two.
    temperature : ndarray of float64, shape (n_time, *space)
        Temperature at those times [K].

    Returns
    -------
    ndarray of float64, shape (*space)
        Equivalent time [s]; divide by 60 for the usual minutes.

    Raises
    ------
    ParameterError
        If shapes do not agree, times go backwards, or a temperature is outside 200 to 1000 K.

    Examples
    --------
    One minute at 44 degC is worth two at 43 degC:

    >>> float(cem43(np.array([0.0, 60.0]), np.full(2, 317.15)))
    120.0
    """
    time, temperature = checked_history(time, temperature)
    dose = ThermalDose.typical()
    total = np.zeros(temperature.shape[1:])
    for duration, block in steps(time, temperature):
        total += (duration * dose.mean_rate(block[:-1], block[1:])).sum(axis=0)
    return total
