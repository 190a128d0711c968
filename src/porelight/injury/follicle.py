"""Injury around a follicle: the heat of its hair, added to that of the skin around it.

A hair is a long cylinder that takes up more light than the dermis. Its heat spreads as that of a
vessel does (`porelight.injury.vessels`); computed here is the tissue *outside* of it, from the hair
to the wall of the pore and beyond. The wall of a pore is several hair radii away, where a fine hair
of little pigment adds a fraction of a kelvin and a thick dark one several.
"""

from dataclasses import dataclass

import numpy as np

from porelight.errors import ParameterError
from porelight.injury.field import InjuryField, InjuryParameters, injury_field
from porelight.injury.rate_process import checked_history
from porelight.injury.vessels import pulse_excess, pulse_sum
from porelight.quantities import LENGTH, TEMPERATURE_RISE, Floats


@dataclass(frozen=True, slots=True, eq=False)
class IrradiatedHair:
    """A hair, and the pulses of light that reach it.

    Attributes
    ----------
    diameter : float
        Diameter of the hair [m].
    diffusivity : float
        Thermal diffusivity of hair and tissue, taken as equal [m2/s].
    pulse_duration : float
        Length of a pulse [s].
    pulse_time : ndarray of float64, shape (n_pulse,)
        Times at which pulses reach the hair, rising [s].
    pulse_rise : ndarray of float64, shape (n_pulse,)
        Rise of the hair above the tissue by each pulse, if there were no conduction [K].
    """

    diameter: float
    diffusivity: float
    pulse_duration: float
    pulse_time: Floats
    pulse_rise: Floats

    def __post_init__(self) -> None:
        TEMPERATURE_RISE.require(self.pulse_rise, "pulse_rise")
        if self.pulse_time.ndim != 1 or self.pulse_rise.shape != self.pulse_time.shape:
            raise ParameterError(
                f"pulse_time has shape {self.pulse_time.shape} and pulse_rise "
                f"{self.pulse_rise.shape}; expected both (n_pulse,)."
            )
        if (np.diff(self.pulse_time) < 0.0).any():
            raise ParameterError("pulse_time must not fall; sort the pulses by time.")

    def temperature_rise(self, time: Floats, distance: Floats) -> Floats:
        """Return the temperature rise by the heat of the hair at some distances from its axis.

        Parameters
        ----------
        time : ndarray of float64, shape (n_time,)
            Times [s].
        distance : ndarray of float64, shape (n_distance,)
            Distances from the axis of the hair [m].

        Returns
        -------
        ndarray of float64, shape (n_time, n_distance)
            Temperature rise [K].
        """
        radii = 2.0 * np.asarray(LENGTH.require(distance, "distance")) / self.diameter
        excess = pulse_excess(
            np.array([self.diameter]), self.pulse_duration, self.diffusivity, radii
        )
        return pulse_sum(time, self.pulse_time, self.pulse_rise[:, None], excess)[:, 0]


def injury_around_hair(
    time: Floats,
    temperature: Floats,
    distance: Floats,
    hair: IrradiatedHair,
    parameters: InjuryParameters,
    *,
    resting: float,
) -> InjuryField:
    """Injury at some distances from the axis of a hair, at one depth.

    Parameters
    ----------
    time : ndarray of float64, shape (n_time,)
        Times of the temperature, dense around each pulse [s].
    temperature : ndarray of float64, shape (n_time,)
        Temperature of skin without a hair at that depth [K].
    distance : ndarray of float64, shape (n_distance,)
        Distances from the axis of the hair [m].
    hair : IrradiatedHair
        The hair and its pulses.
    parameters : InjuryParameters
        Coefficients of the injury; single numbers, no draws.
    resting : float
        Temperature before the session [K].

    Returns
    -------
    InjuryField
        Arrays of shape (n_distance,).

    Raises
    ------
    ParameterError
        If shapes disagree or a number is impossible.
    """
    time, temperature = checked_history(time, temperature)
    if temperature.ndim != 1 or np.ndim(distance) != 1:
        raise ParameterError(
            f"temperature has shape {temperature.shape} and distance {np.shape(distance)}; "
            "expected (n_time,) and (n_distance,)."
        )
    heated = temperature[:, None] + hair.temperature_rise(time, distance)
    return injury_field(time, heated, parameters, resting=resting)
