r"""The injury field: what a temperature history did to tissue, five numbers at each place.

Five processes run side by side on the same temperatures. Three are rate processes with a fraction
:math:`1 - e^{-\Omega}`: keratinocytes killed, collagen denatured, blood coagulated. The fourth is
the window of cells that were heat-shocked and live, the fifth the dose CEM43 for comparison.

Only what lies above rest counts: with the larger of the resting and the tolerated temperature as
:math:`T_0`, each rate is :math:`k(\max(T, T_0)) - k(T_0)`. So skin that was never heated has an
injury of exactly zero, and cooling neither injures nor heals.
"""

import math
from dataclasses import dataclass, fields
from math import prod
from typing import Self

import numpy as np
from numpy.typing import NDArray

from porelight.brief import brief
from porelight.data.parameter_set import NumberOrDraws, ParameterSet
from porelight.errors import ParameterError
from porelight.injury._field_kernel import add_damage_up_to
from porelight.injury.heat_shock import heat_shocked_fraction
from porelight.injury.rate_process import (
    Rate,
    RateProcess,
    SeriesProcess,
    altered_fraction,
    checked_history,
    damage_above_rest,
)
from porelight.injury.thermal_dose import ThermalDose
from porelight.quantities import FRACTION, LENGTH, TEMPERATURE, Floats, Quantity

CORE_TEMPERATURE = 310.15  # K

_NEVER = (-math.inf, 0.0, math.inf, 0.0)  # two channels by which nothing happens

_FACTOR = Quantity("factor", "1", 1e-6, 1e6, "multiplies a rate")


@dataclass(frozen=True, slots=True, eq=False)
class InjuryParameters(ParameterSet):
    """Coefficients of the processes; a field is one number or one per draw, shape (n_draw,)."""

    FILE = "injury"

    death_frequency_factor: NumberOrDraws  # 1/s
    death_activation_energy: NumberOrDraws  # J/mol
    fast_death_frequency_factor: NumberOrDraws  # 1/s
    fast_death_activation_energy: NumberOrDraws  # J/mol
    death_rate_factor: NumberOrDraws  # 1
    heat_shock_ratio: NumberOrDraws  # 1, of the reference death rate
    collagen_frequency_factor: NumberOrDraws  # 1/s
    collagen_activation_energy: NumberOrDraws  # J/mol
    tendon_frequency_factor: NumberOrDraws  # 1/s
    tendon_activation_energy: NumberOrDraws  # J/mol
    denaturation_rate_factor: NumberOrDraws  # 1
    blood_frequency_factor: NumberOrDraws  # 1/s
    blood_activation_energy: NumberOrDraws  # J/mol
    tolerated_temperature: NumberOrDraws  # K

    def __post_init__(self) -> None:
        for name in ("death_rate_factor", "heat_shock_ratio", "denaturation_rate_factor"):
            _FACTOR.require(getattr(self, name), name)
        TEMPERATURE.require(self.tolerated_temperature, "tolerated_temperature")
        self.death()
        self.denaturation()
        self.coagulation()

    def death(self) -> SeriesProcess:
        """Return the reference rate of keratinocyte death, without `death_rate_factor`."""
        minutes = RateProcess(
            "keratinocyte death",
            self.death_frequency_factor,
            self.death_activation_energy,
            "Henriques & Moritz 1947",
        )
        milliseconds = RateProcess(
            "keratinocyte death by short pulses",
            self.fast_death_frequency_factor,
            self.fast_death_activation_energy,
            "Simanovskii et al. 2006",
        )
        return SeriesProcess("keratinocyte death, two channels", minutes, milliseconds)

    def denaturation(self) -> SeriesProcess:
        """Return the reference rate of collagen, without `denaturation_rate_factor`.

        The set for skin was measured above 55 degC. Carried down to 37 degC it would denature 4 %
        of all collagen a day, which lives for years; there the steeper set of tendon holds it back.
        Above 60 degC the two in a row differ from the set for skin by less than 20 %.
        """
        skin = RateProcess(
            "collagen denaturation",
            self.collagen_frequency_factor,
            self.collagen_activation_energy,
            "Pearce & Thomsen 1995",
        )
        tendon = RateProcess(
            "collagen denaturation below 55 degC",
            self.tendon_frequency_factor,
            self.tendon_activation_energy,
            "Aksan & McGrath 2003",
        )
        return SeriesProcess("collagen denaturation, held back when cool", skin, tendon)

    def coagulation(self) -> RateProcess:
        """Return the rate of blood coagulation."""
        return RateProcess(
            "blood coagulation",
            self.blood_frequency_factor,
            self.blood_activation_energy,
            "Lepock et al. 1993",
        )

    def along_first_axis(self, n_axes: int) -> Self:
        """Return the same parameters with their draws along the first of `n_axes` axes."""
        if all(isinstance(getattr(self, field.name), float) for field in fields(self)):
            return self
        moved: list[NumberOrDraws] = []
        for field in fields(self):
            value = np.asarray(getattr(self, field.name), dtype=np.float64)
            if value.ndim > n_axes:
                raise ParameterError(
                    f"{field.name} has shape {value.shape} but the temperature has {n_axes} axes "
                    "after time; give it shape (n_time, n_draw, ...) or (n_time, 1, ...)."
                )
            moved.append(value.reshape(value.shape + (1,) * (n_axes - value.ndim)))
        return type(self)(*moved)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class InjuryField:
    """Injury at each place, all of shape (*space)."""

    killed: Floats  # fraction of keratinocytes
    denatured: Floats  # fraction of collagen
    coagulated: Floats  # fraction of blood
    heat_shocked: Floats  # fraction of cells that responded and live
    cem43: Floats  # equivalent time at 43 degC above rest [s]

    __repr__ = brief


def injury_field(
    time: Floats,
    temperature: Floats,
    parameters: InjuryParameters,
    *,
    resting: NumberOrDraws = CORE_TEMPERATURE,
) -> InjuryField:
    """Injury that a temperature history leaves behind.

    Parameters
    ----------
    time : ndarray of float64, shape (n_time,)
        Times of the readings [s], in order; at least two.
    temperature : ndarray of float64, shape (n_time, *space)
        Temperature at those times [K].
    parameters : InjuryParameters
        Fields of shape (n_draw,) run along the first axis of `space`, which must have the length
        n_draw or 1.
    resting : float or ndarray of float64, shape (*space)
        Temperature before the treatment [K]. Where it is warmer than the tolerated temperature
        (37 degC), rates are counted above their value there, else above that at 37 degC.

    Returns
    -------
    InjuryField
        Five arrays of shape (*space), with n_draw in the place of a first axis of length 1. Where
        the temperature never rose above rest, every one is exactly 0.

    Raises
    ------
    ParameterError
        If shapes do not agree, times go backwards, or a temperature is outside 200 to 1000 K.

    Notes
    -----
    Between readings 1/T is linear (T itself for CEM43); see `damage_step`. The heat-shock integral
    follows the reference death rate times `heat_shock_ratio`; `death_rate_factor` changes death
    alone, because the two were measured apart.

    Examples
    --------
    A minute at 48.5 degC shocks most cells and kills few:

    >>> history = np.full((2, 1), 273.15 + 48.5)
    >>> injury = injury_field(np.array([0.0, 60.0]), history, InjuryParameters.typical())
    >>> injury.heat_shocked.round(2), injury.killed.round(2)
    (array([0.62]), array([0.02]))
    """
    time, temperature = checked_history(time, temperature)
    space = temperature.shape[1:]
    chosen = parameters.along_first_axis(len(space))
    rest = np.asarray(TEMPERATURE.require(np.asarray(resting), "resting"))
    try:
        shape = np.broadcast_shapes(
            space, rest.shape, *(np.shape(getattr(chosen, f.name)) for f in fields(chosen))
        )
    except ValueError:
        raise ParameterError(
            f"temperature has axes {space} after time, resting {rest.shape}; they must agree, and "
            "parameters with draws need a first axis of length n_draw or 1."
        ) from None
    reference = np.broadcast_to(np.maximum(rest, chosen.tolerated_temperature), shape)
    last = np.array([time.size - 1])
    damage = _integrals(time, temperature, chosen, reference, last)[0]
    return _field_of(damage.reshape(-1, *shape), chosen)


def damage_along(
    time: Floats,
    temperature: Floats,
    parameters: InjuryParameters,
    at: NDArray[np.int64],
    *,
    resting: Floats | float,
) -> Floats:
    """Damage integrals from the first reading up to each of some: one history, ended early.

    Parameters
    ----------
    time, temperature
        As for `injury_field`.
    parameters : InjuryParameters
        One value in each field.
    at : ndarray of int64, shape (n_end,)
        Indices of the readings up to which it is summed, not falling.
    resting : float or ndarray of float64, shape (*space)
        As for `injury_field`.

    Returns
    -------
    ndarray of float64, shape (n_end, 4, *space)
        Of death at the reference rate, of collagen and of blood [-], and CEM43 [s]. Integrals of
        histories that follow each other add up; see `field_of_damage`.
    """
    time, temperature = checked_history(time, temperature)
    space = temperature.shape[1:]
    rest = np.asarray(TEMPERATURE.require(np.asarray(resting), "resting"))
    reference = np.broadcast_to(np.maximum(rest, parameters.tolerated_temperature), space)
    damage = _integrals(time, temperature, parameters, reference, at)
    return damage.reshape(at.size, -1, *space)


def field_of_damage(damage: Floats, parameters: InjuryParameters) -> InjuryField:
    """Return the injury of damage integrals, (..., 4, n_place) as `damage_along` returns them.

    Parameters
    ----------
    damage : ndarray of float64, shape (..., 4, n_place)
        The integrals.
    parameters : InjuryParameters
        One value in each field.
    """
    return _field_of(np.moveaxis(damage, -2, 0), parameters)


def _field_of(damage: Floats, chosen: InjuryParameters) -> InjuryField:
    """Return the injury of the four integrals along the first axis."""
    reference_death, collagen, blood, equivalent_time = damage
    death = reference_death * chosen.death_rate_factor
    return InjuryField(
        killed=altered_fraction(death),
        denatured=altered_fraction(collagen * chosen.denaturation_rate_factor),
        coagulated=altered_fraction(blood),
        heat_shocked=heat_shocked_fraction(reference_death * chosen.heat_shock_ratio, death),
        cem43=equivalent_time,
    )


def _integrals(
    time: Floats,
    temperature: Floats,
    parameters: InjuryParameters,
    reference: Floats,
    at: NDArray[np.int64],
) -> Floats:
    """Return what death, denaturation, coagulation and CEM43 gain above rest up to some readings.

    Shape (n_end, 4, n_place).
    """
    shape, dose = reference.shape, ThermalDose.typical()
    rates: tuple[Rate, ...] = (
        parameters.death(),
        parameters.denaturation(),
        parameters.coagulation(),
    )
    arrhenius = [_channels(rate) for rate in rates]
    at_rest = [np.exp(rate.log_rate(reference)) for rate in rates]
    numbers = [np.broadcast_to(one, shape).ravel() for pair in arrhenius for one in pair]
    # which column of the temperature each place has: draws share the columns of their axis
    columns = np.arange(prod(temperature.shape[1:])).reshape(temperature.shape[1:])
    column = np.broadcast_to(columns, shape).ravel()
    flat = np.ascontiguousarray(temperature).reshape(time.size, -1)
    coefficients = np.array(numbers).reshape(len(rates), 4, -1)
    resting = np.array([one.ravel() for one in (*at_rest, dose.mean_rate(reference, reference))])
    bounds = (dose.breakpoint, math.log(dose.base_below), math.log(dose.base_above))
    found = np.empty((at.size, len(rates) + 1, reference.size))
    add_damage_up_to(
        np.asarray(at, dtype=np.int64),
        np.diff(time),
        flat,
        column,
        reference.ravel(),
        coefficients,
        resting,
        bounds,
        found,
    )
    for number, rate in enumerate(rates):
        if arrhenius[number] is _NEVER:
            for row, end in zip(found, at, strict=True):
                history = np.broadcast_to(temperature[: end + 1], (end + 1, *shape))
                row[number] = damage_above_rest(time[: end + 1], history, rate, reference).ravel()
    return found


def _channels(rate: Rate) -> tuple[NumberOrDraws, ...]:
    """Return ln A and E / R of the two channels of a rate; `_NEVER` if it is of another kind."""
    if isinstance(rate, SeriesProcess):
        if isinstance(rate.first, RateProcess) and isinstance(rate.second, RateProcess):
            return (*rate.first.line, *rate.second.line)
    elif isinstance(rate, RateProcess):
        return (*rate.line, math.inf, 0.0)  # the second channel never limits it
    return _NEVER


def injured_depth(depth: Floats, fraction: Floats, threshold: float = 0.5) -> Floats:
    """Depth of the injured layer that begins at the surface.

    Parameters
    ----------
    depth : ndarray of float64, shape (n_depth,)
        Depths below the surface [m], increasing.
    fraction : ndarray of float64, shape (..., n_depth)
        Injured fraction there, for example `InjuryField.killed`.
    threshold : float
        Fraction from which on tissue counts as injured.

    Returns
    -------
    ndarray of float64, shape (...)
        Depth at which the fraction first falls below the threshold, interpolated [m]: 0 where the
        uppermost point is not injured, the last depth where all points are.

    Raises
    ------
    ParameterError
        If shapes do not agree, depths do not increase, or a fraction is outside 0 to 1.

    Examples
    --------
    >>> float(injured_depth(np.array([0.0, 1e-4, 2e-4]), np.array([1.0, 1.0, 0.0])).round(9))
    0.00015
    """
    depth = np.asarray(LENGTH.require(np.asarray(depth), "depth"))
    fraction = np.asarray(FRACTION.require(np.asarray(fraction), "fraction"))
    FRACTION.require(threshold, "threshold")
    if depth.ndim != 1 or fraction.shape[-1:] != depth.shape or np.any(np.diff(depth) <= 0.0):
        raise ParameterError(
            f"depth has shape {depth.shape} and fraction {fraction.shape}; expected increasing "
            "depths of shape (n_depth,) and a fraction of shape (..., n_depth)."
        )
    healthy = fraction < threshold
    first = np.argmax(healthy, axis=-1)
    inside = np.maximum(first, 1)
    upper = np.take_along_axis(fraction, inside[..., np.newaxis] - 1, axis=-1)[..., 0]
    lower = np.take_along_axis(fraction, inside[..., np.newaxis], axis=-1)[..., 0]
    drop = upper - lower
    share = np.divide(upper - threshold, drop, out=np.zeros_like(drop), where=drop > 0.0)
    edge = depth[inside - 1] + share * (depth[inside] - depth[inside - 1])
    return np.where(
        healthy.any(axis=-1), np.where(healthy[..., 0], 0.0, edge), np.asarray(depth[-1])
    )
