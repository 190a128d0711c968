r"""Thermal damage as a first-order rate process.

Damage accumulates at a rate that depends on absolute temperature alone,

.. math:: \Omega(t) = \int_0^t k(T(s)) \, ds , \qquad k(T) = A \, e^{-E_a / (R\,T)} ,

and a fraction :math:`1 - e^{-\Omega}` of the molecules or cells is altered [1]_. Between two
readings of the temperature 1/T is taken as linear in time.

References
----------
.. [1] F. C. Henriques, "Studies of thermal injury. V," Arch. Pathol. 43, 489-502 (1947).
.. [2] D. M. Simanovskii et al., "Cellular tolerance to pulsed hyperthermia," Phys. Rev. E 74,
   011915 (2006).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from typing import Protocol

import numpy as np

from porelight.data.parameter_set import NumberOrDraws
from porelight.errors import ConvergenceError, ParameterError
from porelight.quantities import TEMPERATURE, TIME, Floats, Quantity

GAS_CONSTANT = 8.314462618  # J/(mol K), CODATA 2018

_FREQUENCY_FACTOR = Quantity("frequency_factor", "1/s", 1e-3, 1e150, "rate at infinite temperature")
_ACTIVATION_ENERGY = Quantity("activation_energy", "J/mol", 1e3, 2e6, "barrier of the process")

# numbers held at once: long histories of few points are taken many steps at a time
_BLOCK = 1 << 16


class Rate(Protocol):
    """A rate of damage that depends on temperature alone."""

    def log_rate(self, temperature: Floats) -> Floats:
        """Return ln(rate in 1/s) at a temperature [K]."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class RateProcess:
    """One thermally driven change: its coefficients and where they were measured.

    Coefficients may be arrays; they broadcast with the temperature by numpy's rule.
    """

    name: str
    frequency_factor: NumberOrDraws  # 1/s
    activation_energy: NumberOrDraws  # J/mol
    source: str

    def __post_init__(self) -> None:
        _FREQUENCY_FACTOR.require(self.frequency_factor, f"frequency_factor of {self.name}")
        _ACTIVATION_ENERGY.require(self.activation_energy, f"activation_energy of {self.name}")

    def log_rate(self, temperature: Floats) -> Floats:
        """Return ln(rate in 1/s); the rate itself spans 21 decades from 300 K to 373 K."""
        log_factor, barrier = self.line
        return np.asarray(log_factor - barrier / temperature)

    @property
    def line(self) -> tuple[NumberOrDraws, NumberOrDraws]:
        """Ln A [ln(1/s)] and E / R [K]: the logarithm of the rate is a line over 1 / T."""
        return np.log(self.frequency_factor), np.divide(self.activation_energy, GAS_CONSTANT)


@dataclass(frozen=True, slots=True, eq=False)
class SeriesProcess:
    """Two processes in series, 1/k = 1/k_first + 1/k_second: the slower one limits the rate.

    Coefficients measured over minutes exaggerate the rate of millisecond pulses by many decades;
    the second channel, measured from 0.3 to 100 ms, holds it back [2]_ (in the module's list).
    """

    name: str
    first: Rate
    second: Rate

    def log_rate(self, temperature: Floats) -> Floats:
        """Return ln(rate in 1/s)."""
        first, second = self.first.log_rate(temperature), self.second.log_rate(temperature)
        return np.asarray(-np.logaddexp(-first, -second))


@dataclass(frozen=True, slots=True, eq=False)
class BranchedProcess:
    """One set of coefficients below a temperature and another from there on."""

    name: str
    cool: Rate
    hot: Rate
    switch: float  # K

    def __post_init__(self) -> None:
        TEMPERATURE.require(self.switch, f"switch of {self.name}")

    def log_rate(self, temperature: Floats) -> Floats:
        """Return ln(rate in 1/s)."""
        cool, hot = self.cool.log_rate(temperature), self.hot.log_rate(temperature)
        return np.where(temperature < self.switch, cool, hot)


def mean_of_logarithms(start: Floats, end: Floats) -> Floats:
    """Mean of a rate whose logarithm is linear in time from `start` to `end`.

    Parameters
    ----------
    start, end : ndarray of float64, shape (*space)
        ln(rate) at both ends of a step [ln(1/s)].

    Returns
    -------
    ndarray of float64, shape (*space)
        Mean rate [1/s]: (exp(end) - exp(start)) / (end - start), without the cancellation.
    """
    gap = np.abs(end - start)
    mean_over_peak = np.divide(-np.expm1(-gap), gap, out=np.ones_like(gap), where=gap > 0.0)
    return np.asarray(np.exp(np.maximum(start, end)) * mean_over_peak)


def damage_step(before: Floats, after: Floats, duration: NumberOrDraws, process: Rate) -> Floats:
    """Damage added while the temperature goes from `before` to `after`.

    Parameters
    ----------
    before, after : ndarray of float64, shape (*space)
        Temperature at the start and at the end of the step [K].
    duration : float or ndarray of float64
        Length of the step [s].
    process : Rate
        Rate of the damage.

    Returns
    -------
    ndarray of float64, shape (*space)
        Increment of the damage integral [-].

    Notes
    -----
    The mean rate is the logarithmic mean of the end rates, exact for one Arrhenius process when
    1/T is linear in time. The trapezoidal rule would take their plain average, which is too large
    wherever the rate is convex in time, as it is on a steady ramp.
    """
    return np.asarray(
        duration * mean_of_logarithms(process.log_rate(before), process.log_rate(after))
    )


def damage_integral(
    time: Floats, temperature: Floats, process: Rate, *, repeats: NumberOrDraws = 1.0
) -> Floats:
    """Damage integral of a temperature history.

    Parameters
    ----------
    time : ndarray of float64, shape (n_time,)
        Times of the readings [s], in order; at least two.
    temperature : ndarray of float64, shape (n_time, *space)
        Temperature at those times [K].
    process : Rate
        Rate of the damage.
    repeats : float or ndarray of float64, shape (n_time - 1,)
        How often each step happens [-], where a few pulses of a train stand for all.

    Returns
    -------
    ndarray of float64, shape (*space)
        Damage integral [-]; a fraction 1 - exp(-Omega) is altered.

    Raises
    ------
    ParameterError
        If shapes do not agree, times go backwards, or a temperature is outside 200 to 1000 K.

    Notes
    -----
    The whole rate is counted, also that at body temperature; `injury_field` counts what lies above
    the rate at rest. Steps are the only discretisation: cutting one where 1/T is linear changes
    nothing for one Arrhenius process, and the result to second order in the step for the others.

    References
    ----------
    F. C. Henriques, "Studies of thermal injury. V," Arch. Pathol. 43, 489-502 (1947).

    Examples
    --------
    One second at 60 degC with the coefficients of Henriques and Moritz:

    >>> skin = RateProcess("epidermis", 3.1e98, 6.28e5, "Henriques & Moritz 1947")
    >>> held = np.full(2, 333.15)
    >>> round(float(damage_integral(np.array([0.0, 1.0]), held, skin)), 2)
    1.07
    """
    time, temperature = checked_history(time, temperature)
    total = np.zeros(np.shape(process.log_rate(temperature[0])))
    often = np.broadcast_to(repeats, time.size - 1)
    for duration, block in steps(time, temperature):
        counted, often = often[: len(duration)], often[len(duration) :]
        rates = process.log_rate(block)
        spent = counted.reshape(duration.shape) * duration
        total += (spent * mean_of_logarithms(rates[:-1], rates[1:])).sum(axis=0)
    return total


def altered_fraction(damage: Floats) -> Floats:
    """Fraction altered, 1 - exp(-Omega), accurate also where the damage is tiny."""
    return np.asarray(-np.expm1(-damage))


def threshold_temperature(process: Rate, duration: float) -> float:
    """Temperature that gives Omega = 1 when held for a duration.

    Parameters
    ----------
    process : Rate
        Rate of the damage; its coefficients must be single numbers.
    duration : float
        Time for which the temperature is held [s].

    Returns
    -------
    float
        Temperature [K].

    Raises
    ------
    ConvergenceError
        If no temperature from 250 to 600 K does.
    """
    target = -np.log(TIME.require(duration, "duration"))
    low, high = 250.0, 600.0
    if not _log_rate_at(process, low) < target <= _log_rate_at(process, high):
        raise ConvergenceError(
            f"no temperature from 250 to 600 K gives Omega = 1 within {duration:g} s; "
            "check the coefficients."
        )
    while high - low > 1e-9:
        middle = 0.5 * (low + high)
        if _log_rate_at(process, middle) < target:
            low = middle
        else:
            high = middle
    return high


def checked_history(time: Floats, temperature: Floats) -> tuple[Floats, Floats]:
    """Return both as float64 if they make a temperature history; say what is wrong otherwise."""
    time = np.asarray(TIME.require(np.asarray(time), "time"))
    temperature = np.asarray(TEMPERATURE.require(np.asarray(temperature)))
    if time.ndim != 1 or time.size < 2:
        raise ParameterError(f"time has shape {time.shape}; expected (n_time,) with 2 or more.")
    if temperature.shape[:1] != time.shape:
        raise ParameterError(
            f"time has shape {time.shape} but temperature has shape {temperature.shape}; "
            "their first axes must have the same length."
        )
    backwards = np.flatnonzero(np.diff(time) < 0.0)
    if backwards.size:
        late, early = int(backwards[0]), int(backwards[0]) + 1
        raise ParameterError(
            f"time goes from {time[late]:g} s at index {late} back to {time[early]:g} s; "
            "put the readings in order."
        )
    return time, temperature


def steps(time: Floats, temperature: Floats) -> Iterator[tuple[Floats, Floats]]:
    """Cut a history into blocks of steps that fit into a processor's cache.

    Yields
    ------
    duration : ndarray of float64, shape (n_step, 1, ..., 1)
        Length of each step of the block [s].
    block : ndarray of float64, shape (n_step + 1, *space)
        Temperature at the ends of those steps [K].
    """
    space = temperature.shape[1:]
    n_steps = max(1, _BLOCK // max(1, prod(space)))
    duration = np.diff(time).reshape(-1, *(1 for _ in space))
    for start in range(0, len(duration), n_steps):
        stop = min(start + n_steps, len(duration))
        yield duration[start:stop], temperature[start : stop + 1]


def damage_above_rest(time: Floats, temperature: Floats, rate: Rate, reference: Floats) -> Floats:
    """Return what a process of any kind gains above its rate at rest, (*space)."""
    damage, rate_at_rest = np.zeros(reference.shape), np.exp(rate.log_rate(reference))
    for duration, block in steps(time, temperature):
        heated = np.maximum(block, reference)
        still = (heated[:-1] == reference) & (heated[1:] == reference)
        log_rate = rate.log_rate(heated)
        mean = mean_of_logarithms(log_rate[:-1], log_rate[1:])
        damage += _above_rest(mean, rate_at_rest, still, duration)
    return damage


def _above_rest(mean: Floats, at_rest: Floats, still: Floats, duration: Floats) -> Floats:
    """Sum over steps of the rate in excess of that at rest; exactly 0 where nothing was heated."""
    # the maximum removes nothing but rounding: the heated temperature is never below rest
    excess = np.where(still, 0.0, np.maximum(mean - at_rest, 0.0))
    return np.asarray((duration * excess).sum(axis=0))


def _log_rate_at(process: Rate, temperature: float) -> float:
    return float(process.log_rate(np.asarray(temperature)))
