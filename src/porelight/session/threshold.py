"""Thresholds of injury: what one exposure does, and how strong it must be to reach an end point.

The end points of the literature have names (`session.end_points`): a blister, a red spot, a purpura
are different places and different tissues.
"""

import math
import warnings
from dataclasses import dataclass

import numpy as np

from porelight.brief import brief
from porelight.errors import ExtrapolationWarning, ParameterError
from porelight.heat.cooling import SurfaceSchedule
from porelight.heat.surface import Cooling
from porelight.heat.temporal_profile import TemporalProfile
from porelight.laser.beam import Beam, Profile
from porelight.laser.profiles import BeamImage, RadialProfile
from porelight.quantities import N_PULSES, RATE, Floats
from porelight.session.end_points import (
    DEFAULT,
    HOTTEST,
    TWO_CHANNEL,
    EndPoint,
    criterion_of,
    damage_above_rest,
    damage_rate,
    nearness,
    require_criterion,
    require_end_point,
)
from porelight.session.single_exposure import Heating, SingleExposure, room_air
from porelight.session.target import Target
from porelight.units import J_per_cm2, to_celsius

BOILING = 373.15  # K
_SHORTEST = 1e-6  # s; below, pressure waves and plasma injure before heat does
_SHARP = 1e-4  # of the strength, to which a threshold is searched; boiling, which is linear, to
_SHARP_BOILING = 1e-10


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ExposureOutcome:
    """Temperature and injury of one exposure where its beam is strongest.

    Attributes
    ----------
    radiant_exposure, peak_radiant_exposure : float
        Energy of all pulses over the area of the spot, and its largest local value [J/m2].
    time, depth : ndarray of float64
        Times, shape (n_time,) [s], and depths, shape (n_depth,) [m]; of a long train the times lie
        in those pulses that stand for the others.
    temperature : ndarray of float64, shape (n_time, n_depth)
        Temperature [K].
    burn, coagulation : ndarray of float64, shape (n_depth,)
        Damage integral of cells (0 in the stratum corneum) and of collagen [-].
    killed_depth, coagulated_depth : float
        Deepest place with a damage integral of 1 [m]; 0 if there is none.
    surface_peak, peak : float
        Highest temperature of the surface, and at any depth [K].
    boils : bool
        Whether water reaches 100 degC; boiling is not in the model, so higher temperatures are
        overstated.
    """

    radiant_exposure: float
    peak_radiant_exposure: float
    time: Floats
    depth: Floats
    temperature: Floats
    burn: Floats
    coagulation: Floats
    killed_depth: float
    coagulated_depth: float
    surface_peak: float
    peak: float
    boils: bool

    __repr__ = brief


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Threshold:
    """The exposure that just reaches an end point, or that none does.

    Attributes
    ----------
    end_point : str
        The end point that is just reached, one of `end_points.END_POINTS`.
    criterion : str
        Name of the damage rate that was used, or "100 degC" for vaporisation.
    n_pulses : int
        Equal pulses that share the energy.
    radiant_exposure, peak_radiant_exposure : float
        Energy of all pulses over the area of the spot, and its largest local value [J/m2]; infinity
        if the strongest exposure that was tried, that of `outcome`, does not reach it.
    depth : float
        Depth that decides: where it is reached first, or, of a whole epidermis, last [m].
    outcome : ExposureOutcome
        Temperature and injury at the threshold, or at the strongest exposure that was tried.
    """

    end_point: EndPoint
    criterion: str
    n_pulses: int
    radiant_exposure: float
    peak_radiant_exposure: float
    depth: float
    outcome: ExposureOutcome

    __repr__ = brief

    @property
    def is_reached(self) -> bool:
        """Whether any strength that was tried reaches the end point."""
        return math.isfinite(self.radiant_exposure)

    @property
    def pulse_radiant_exposure(self) -> float:
        """Energy of one pulse over the area of the spot [J/m2]."""
        return self.radiant_exposure / self.n_pulses


def single_exposure(  # noqa: PLR0913  what a paper states of an exposure
    target: Target,
    *,
    wavelength: float,
    spot_diameter: float,
    duration: float | TemporalProfile,
    profile: Profile | RadialProfile | BeamImage = "flat-top",
    n_pulses: int = 1,
    rate: float = 0.0,
    cooling: Cooling = "air",
    cooling_time: float = 0.0,
    cooling_lead: float = 0.0,
    blackened: bool = False,
) -> SingleExposure:
    """Return an exposure from the numbers by which papers state one.

    Parameters
    ----------
    target : Target
        The skin that is exposed; its values hold the temperature of the room's air.
    wavelength : float
        Vacuum wavelength, 400 to 3000 nm [m].
    spot_diameter : float
        Diameter at the skin [m]; of a Gaussian beam where it falls to 1/e2 (1/e diameters times
        root 2).
    duration : float or TemporalProfile
        Duration of one pulse [s], or its power over time.
    profile : {"flat-top", "gaussian", "ring"} or RadialProfile or BeamImage
        Profile of the beam; for a ring, divergence or tilt make a `SingleExposure` of a `Beam`.
    n_pulses : int
        Pulses on the same place.
    rate : float
        Pulses per second [Hz]; needed for more than one.
    cooling : {"air", "cold air", "contact", "cryogen"}
        What cools the surface from time 0 on.
    cooling_time : float
        Duration of the cooling [s]; room air follows.
    cooling_lead : float
        Time from the start of the cooling to the first pulse [s].
    blackened : bool
        Whether soot or India ink on the skin takes up all the light.

    Raises
    ------
    ParameterError
        If a number is out of range, or a pulse is longer than its period.
    """
    temporal_profile = (
        duration if isinstance(duration, TemporalProfile) else TemporalProfile.rectangle(duration)
    )
    n_pulses = N_PULSES.require(n_pulses)
    if n_pulses > 1:
        if not rate > 0.0:
            raise ParameterError(f"rate is {rate:g} Hz; {n_pulses} pulses need a rate above 0 Hz.")
        RATE.require(rate)
        temporal_profile = temporal_profile.repeated(1.0 / rate, n_pulses)
    course = room_air(target)
    if cooling != "air":
        course = SurfaceSchedule.cooled(cooling, cooling_time, target.values)
    return SingleExposure(
        wavelength,
        Beam(profile, spot_diameter),
        temporal_profile.delayed(cooling_lead),
        course,
        n_pulses,
        blackened,
    )


def exposure_outcome(
    heated: Heating, radiant_exposure: float, *, criterion: str = TWO_CHANNEL
) -> ExposureOutcome:
    """Return temperature and injury of an exposure at one radiant exposure.

    Parameters
    ----------
    heated : Heating
        Temperature rise of the exposure, from `heating`.
    radiant_exposure : float
        Energy of all pulses over the area of the spot [J/m2].
    criterion : str
        Rate of cell death: "two-channel", or a name of `injury.published.PUBLISHED`.

    Raises
    ------
    ParameterError
        If there is no such criterion, or the skin would be hotter than anything that is modelled.
    """
    require_criterion(criterion)
    _require_not_too_hot(heated, radiant_exposure)
    temperature = heated.temperature(radiant_exposure)
    burn = np.where(heated.living, _damage(heated, temperature, "subcorneal", criterion), 0.0)
    coagulation = _damage(heated, temperature, "dermal denaturation", criterion)
    peak = float(temperature.max())
    # from the centre of the first cell to the surface the profile is straight to a fraction of a K
    return ExposureOutcome(
        radiant_exposure=radiant_exposure,
        peak_radiant_exposure=radiant_exposure * heated.peak_factor,
        time=heated.time,
        depth=heated.depth,
        temperature=temperature,
        burn=burn,
        coagulation=coagulation,
        killed_depth=_deepest(heated.depth, burn),
        coagulated_depth=_deepest(heated.depth, coagulation),
        surface_peak=float(temperature[:, 0].max()),
        peak=peak,
        boils=peak >= BOILING,
    )


def threshold(
    heated: Heating, end_point: EndPoint = DEFAULT, *, criterion: str = TWO_CHANNEL
) -> Threshold:
    """Return the radiant exposure at which an end point is just reached, if any reaches it.

    The search ends at the strongest exposure that may be asked for (`Heating.strongest`), or where
    the skin would be at 627 degC.

    Parameters
    ----------
    heated : Heating
        Temperature rise of the exposure, from `heating`.
    end_point : str
        What is looked for, one of `end_points.END_POINTS`; the basal layer when left out, the
        first injury that an eye sees and a clinic must avoid.
    criterion : str
        Rate of cell death: "two-channel", or a name of `injury.published.PUBLISHED`.

    Raises
    ------
    ParameterError
        If an end point or a criterion has no such name.

    Warns
    -----
    ExtrapolationWarning
        For pulses below 1 us: pressure and plasma injure there before heat does, so that the true
        threshold is lower.
    """
    end_point = require_end_point(end_point)
    near = nearness(heated, end_point, criterion)
    shortest = heated.exposure.temporal_profile.shortest
    if shortest < _SHORTEST:
        warnings.warn(
            f"pulses of {shortest:.3g} s injure by pressure and plasma before they burn; heat "
            f"alone is modelled, from {_SHORTEST:g} s on: the true threshold is lower.",
            ExtrapolationWarning,
            stacklevel=2,
        )
    high = _strongest(heated)
    reached, depth = near(high)
    is_reached = reached >= 0.0
    sharp = _SHARP_BOILING if end_point == "vaporisation" else _SHARP
    low = 0.0
    while is_reached and high - low > sharp * high:
        middle = 0.5 * (low + high)
        reached, at = near(middle)
        if reached < 0.0:
            low = middle
        else:
            high, depth = middle, at
    found = high if is_reached else math.inf
    return Threshold(
        end_point=end_point,
        criterion=criterion_of(end_point, criterion),
        n_pulses=heated.exposure.n_pulses,
        radiant_exposure=found,
        peak_radiant_exposure=found * heated.peak_factor,
        depth=depth,
        outcome=exposure_outcome(heated, high, criterion=criterion),
    )


def _strongest(heated: Heating) -> float:
    """Return the strongest exposure that is tried [J/m2]."""
    hottest_rise = float(heated.rise.max())
    room = HOTTEST - float(heated.unlit.max())
    if hottest_rise * heated.strongest > room:
        return room / hottest_rise
    return heated.strongest


def _require_not_too_hot(heated: Heating, radiant_exposure: float) -> None:
    """Refuse a radiant exposure that no end point is near to, in the user's units."""
    most = _strongest(heated)
    if radiant_exposure > most * (1.0 + 1e-9) and most < heated.strongest:
        n = heated.exposure.n_pulses
        of_each = " a pulse" if n > 1 else ""
        boils = float((BOILING - heated.unlit.max()) / heated.rise.max())
        raise ParameterError(
            f"{radiant_exposure / n / J_per_cm2:.4g} J/cm2{of_each} would heat the skin above "
            f"{to_celsius(HOTTEST):.0f} degC; expected at most {most / n / J_per_cm2:.3g} "
            f"J/cm2{of_each}. Water boils from about {boils / n / J_per_cm2:.2g} J/cm2 on, and "
            "what is ablated is for 'porelight session'."
        )


def _damage(heated: Heating, temperature: Floats, end_point: EndPoint, criterion: str) -> Floats:
    """Return the damage integral above that at rest, shape (n_depth,)."""
    factor, process = damage_rate(heated, end_point, criterion)
    return factor * damage_above_rest(heated, temperature, heated.unlit, process)


def _deepest(depth: Floats, damage: Floats) -> float:
    """Return the deepest depth with a damage integral of 1 [m], interpolated in its logarithm."""
    past = np.flatnonzero(damage >= 1.0)
    if past.size == 0:
        return 0.0
    i = int(past[-1])
    if i + 1 == depth.size:
        return float(depth[i])
    above, below = math.log(damage[i]), math.log(max(float(damage[i + 1]), 1e-300))
    return float(depth[i] + above / (above - below) * (depth[i + 1] - depth[i]))
