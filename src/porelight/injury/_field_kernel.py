"""The compiled sum of an injury field: all its processes in one pass over a temperature history."""

import math

import numpy as np
from numpy.typing import NDArray

from porelight._jit import jit, jit_inlined
from porelight.quantities import Floats

Ints = NDArray[np.int64]


@jit_inlined
def log_series(first: float, second: float) -> float:
    """Return ln k of two processes in series, 1/k = 1/k_first + 1/k_second."""
    return min(first, second) - math.log1p(math.exp(-abs(first - second)))


@jit_inlined
def mean_rate(start: float, end: float) -> float:
    """Return the mean of a rate whose logarithm is linear in time; see `mean_of_logarithms`."""
    gap = abs(end - start)
    mean_over_peak = -math.expm1(-gap) / gap if gap > 0.0 else 1.0
    return math.exp(max(start, end)) * mean_over_peak


@jit_inlined
def mean_dose_rate(
    before: float, after: float, breakpoint_: float, cool: float, hot: float
) -> float:
    """Return the mean rate of CEM43 along a straight line; see `ThermalDose.mean_rate`."""
    low, high = min(before, after), max(before, after)
    if high < breakpoint_ or (low == high and low < breakpoint_):
        return mean_rate((breakpoint_ - low) * cool, (breakpoint_ - high) * cool)
    if low >= breakpoint_:
        return mean_rate((breakpoint_ - low) * hot, (breakpoint_ - high) * hot)
    below = (breakpoint_ - low) / (high - low)
    return below * mean_rate((breakpoint_ - low) * cool, 0.0) + (1.0 - below) * mean_rate(
        0.0, (breakpoint_ - high) * hot
    )


@jit
def add_damage(  # noqa: PLR0913, PLR0917  a kernel takes plain arrays
    duration: Floats,
    temperature: Floats,
    column: Ints,
    reference: Floats,
    channels: Floats,
    at_rest: Floats,
    dose: tuple[float, float, float],
    total: Floats,
) -> None:
    """Add to `total` what each process gains above its rate at rest.

    Parameters
    ----------
    duration : ndarray of float64, shape (n_time - 1,)
        Lengths of the steps [s].
    temperature : ndarray of float64, shape (n_time, n_column)
        Temperature at their ends [K].
    column : ndarray of int64, shape (n_place,)
        Column of the temperature that each place has.
    reference : ndarray of float64, shape (n_place,)
        Temperature above which rates count [K].
    channels : ndarray of float64, shape (3, 4, n_place)
        Coefficients ln A [ln(1/s)] and E / R [K] of both channels of death, denaturation and
        coagulation; a second channel of infinite ln A never limits the rate.
    at_rest : ndarray of float64, shape (4, n_place)
        Rates at the reference: death, denaturation, coagulation [1/s], CEM43 [-].
    dose : tuple of float
        Breakpoint [K] and logarithms of both bases of CEM43, below and above it.
    total : ndarray of float64, shape (4, n_place)
        Integrals of the same four.
    """
    breakpoint_, cool, hot = dose
    for place in range(column.size):
        look, rest = column[place], reference[place]
        warm = max(temperature[0, look], rest)
        death, collagen, blood = _log_rates(warm, channels, place)
        for step in range(duration.size):
            before, warm = warm, max(temperature[step + 1, look], rest)
            if before == rest and warm == rest:
                continue
            old_death, old_collagen, old_blood = death, collagen, blood
            death, collagen, blood = _log_rates(warm, channels, place)
            length = duration[step]
            # the maximum removes nothing but rounding: it is never cooler than the reference
            total[0, place] += length * max(mean_rate(old_death, death) - at_rest[0, place], 0.0)
            total[1, place] += length * max(
                mean_rate(old_collagen, collagen) - at_rest[1, place], 0.0
            )
            total[2, place] += length * max(mean_rate(old_blood, blood) - at_rest[2, place], 0.0)
            worth = mean_dose_rate(before, warm, breakpoint_, cool, hot)
            total[3, place] += length * max(worth - at_rest[3, place], 0.0)


@jit
def add_damage_up_to(  # noqa: PLR0913, PLR0917  as `add_damage`
    at: Ints,
    duration: Floats,
    temperature: Floats,
    column: Ints,
    reference: Floats,
    channels: Floats,
    at_rest: Floats,
    dose: tuple[float, float, float],
    found: Floats,
) -> None:
    """Write the integrals up to each of some readings.

    Parameters
    ----------
    at : ndarray of int64, shape (n_end,)
        Indices of the readings, not falling.
    found : ndarray of float64, shape (n_end, 4, n_place)
        Integrals up to each of them; other parameters are those of `add_damage`.
    """
    total, begin = np.zeros(found.shape[1:]), 0
    for row in range(at.size):
        end = at[row]
        if end > begin:
            add_damage(
                duration[begin:end],
                temperature[begin : end + 1],
                column,
                reference,
                channels,
                at_rest,
                dose,
                total,
            )
            begin = end
        # number by number: of an array in an array, Numba compiles the message of its error, too
        for process in range(found.shape[1]):
            for place in range(found.shape[2]):
                found[row, process, place] = total[process, place]


@jit_inlined
def _log_rates(temperature: float, channels: Floats, place: int) -> tuple[float, float, float]:
    """Return ln(rate) of death, denaturation and coagulation at a temperature [ln(1/s)]."""
    per_kelvin = 1.0 / temperature
    return (
        _log_rate(per_kelvin, channels[0], place),
        _log_rate(per_kelvin, channels[1], place),
        _log_rate(per_kelvin, channels[2], place),
    )


@jit_inlined
def _log_rate(per_kelvin: float, channel: Floats, place: int) -> float:
    first: float = channel[0, place] - channel[1, place] * per_kelvin
    if channel[2, place] == math.inf:
        return first
    return log_series(first, channel[2, place] - channel[3, place] * per_kelvin)
