"""Thresholds of injury: what one exposure does, and how strong it must be to reach an end point.

Three end points of the literature: a *burn*, cells that die (minimum visible lesion);
*coagulation*, collagen that denatures; *vaporisation*, water that reaches its boiling point. The
first two are a damage integral of 1 where the beam is strongest, the third is a temperature.
"""

import math
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, get_args

import numpy as np

from porelight.brief import brief
from porelight.errors import ExtrapolationWarning, ParameterError, did_you_mean
from porelight.heat.cooling import SurfaceSchedule
from porelight.heat.surface import Cooling
from porelight.heat.temporal_profile import TemporalProfile
from porelight.injury.field import InjuryParameters
from porelight.injury.published import PUBLISHED, published_coefficients
from porelight.injury.rate_process import Rate, damage_integral
from porelight.laser.beam import Beam, Profile
from porelight.laser.profiles import BeamImage, RadialProfile
from porelight.quantities import N_PULSES, RATE, Floats
from porelight.session.single_exposure import Heating, SingleExposure, room_air
from porelight.session.target import Target

Endpoint = Literal["burn", "coagulation", "vaporisation"]

BOILING = 373.15  # K
_HOTTEST = 900.0  # K; far beyond any end point
_SHORTEST = 1e-6  # s; below, pressure waves and plasma injure before heat does
_NONE: Mapping[str, float] = MappingProxyType({})


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
    endpoint : {"burn", "coagulation", "vaporisation"}
        The injury that is just reached.
    criterion : str
        Name of the damage rate that was used, or "100 degC" for vaporisation.
    n_pulses : int
        Equal pulses that share the energy.
    radiant_exposure, peak_radiant_exposure : float
        Energy of all pulses over the area of the spot, and its largest local value [J/m2]; infinity
        if the strongest exposure that was tried, that of `outcome`, does not reach it.
    depth : float
        Depth at which it is reached first, or would be [m].
    outcome : ExposureOutcome
        Temperature and injury at the threshold, or at the strongest exposure that was tried.
    """

    endpoint: Endpoint
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
    )


def exposure_outcome(
    heated: Heating, radiant_exposure: float, *, criterion: str = "two-channel"
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
    """
    temperature = heated.temperature(radiant_exposure)
    burn = np.where(heated.living, _damage(heated, temperature, "burn", criterion), 0.0)
    coagulation = _damage(heated, temperature, "coagulation", criterion)
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
    heated: Heating, endpoint: Endpoint = "burn", *, criterion: str = "two-channel"
) -> Threshold:
    """Return the radiant exposure at which an end point is just reached, if any reaches it.

    The search ends at the strongest exposure that may be asked for (`Heating.strongest`), or where
    the skin would be at 627 degC.

    Parameters
    ----------
    heated : Heating
        Temperature rise of the exposure, from `heating`.
    endpoint : {"burn", "coagulation", "vaporisation"}
        Cells killed below the stratum corneum, collagen denatured below the epidermis, or water at
        100 degC anywhere.
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
    if endpoint not in get_args(Endpoint):
        raise ParameterError(
            f"no end point named {endpoint!r}{did_you_mean(str(endpoint), get_args(Endpoint))}"
        )
    shortest = heated.exposure.temporal_profile.shortest
    if shortest < _SHORTEST:
        warnings.warn(
            f"pulses of {shortest:.3g} s injure by pressure and plasma before they burn; heat "
            f"alone is modelled, from {_SHORTEST:g} s on: the true threshold is lower.",
            ExtrapolationWarning,
            stacklevel=2,
        )
    search = _boiling if endpoint == "vaporisation" else _injuring
    criterion = "100 degC" if endpoint == "vaporisation" else criterion
    tried, is_reached, depth = search(heated, endpoint, criterion)
    found = tried if is_reached else math.inf
    return Threshold(
        endpoint=endpoint,
        criterion=criterion,
        n_pulses=heated.exposure.n_pulses,
        radiant_exposure=found,
        peak_radiant_exposure=found * heated.peak_factor,
        depth=depth,
        outcome=exposure_outcome(
            heated, tried, criterion="two-channel" if criterion == "100 degC" else criterion
        ),
    )


def _boiling(heated: Heating, _endpoint: Endpoint, _criterion: str) -> tuple[float, bool, float]:
    """Return the strength that boils water or the strongest tried, whether it does, and where."""
    room = np.full(heated.rise.shape, np.inf)
    np.divide(BOILING - heated.unlit, heated.rise, out=room, where=heated.rise > 0.0)
    depth = float(heated.depth[np.unravel_index(room.argmin(), room.shape)[1]])
    strength = float(room.min())
    return min(strength, heated.strongest), strength <= heated.strongest, depth


def _injuring(heated: Heating, endpoint: Endpoint, criterion: str) -> tuple[float, bool, float]:
    """Return the strength that injures or the strongest tried, whether it does, and where."""
    counted = _counted(heated, endpoint)

    def log_damage(strength: float) -> Floats:
        found = _damage(heated, heated.temperature(strength), endpoint, criterion)
        return np.where(counted, np.log(np.maximum(found, 1e-300)), -np.inf)

    high = heated.strongest
    if heated.unlit.max() + high * heated.rise.max() > _HOTTEST:
        high = float((_HOTTEST - heated.unlit.max()) / heated.rise.max())
    at_most = log_damage(high)
    if at_most.max() < 0.0:
        return high, False, float(heated.depth[at_most.argmax()])
    low = 0.0
    while high - low > 1e-4 * high:
        middle = 0.5 * (low + high)
        found = log_damage(middle)
        if found.max() < 0.0:
            low = middle
        else:
            high, at_most = middle, found
    return high, True, float(heated.depth[at_most.argmax()])


def _counted(heated: Heating, endpoint: Endpoint) -> Floats:
    """Return True at depths where the end point is looked for, shape (n_depth,)."""
    if endpoint == "burn":
        return heated.living
    if endpoint == "coagulation":
        layers = heated.target.skin.layers
        epidermis = sum(layer.thickness for layer in layers if layer.name == "epidermis")
        return np.asarray(heated.depth >= epidermis)
    return np.ones(heated.depth.size, dtype=bool)


def _damage(heated: Heating, temperature: Floats, endpoint: Endpoint, criterion: str) -> Floats:
    """Return the damage integral above that at rest, shape (n_depth,)."""
    parameters = InjuryParameters.from_values(heated.target.values)
    factor, process = _process(parameters, endpoint, criterion)
    tolerated = np.maximum(heated.unlit[0], parameters.tolerated_temperature)
    damage = np.zeros(heated.depth.size)
    hot = (temperature > tolerated).any(axis=0)  # elsewhere there is none above that at rest
    if hot.any():
        history = np.maximum(temperature[:, hot], tolerated[hot])
        spent = float(heated.repeats @ np.diff(heated.time))
        at_rest = np.exp(process.log_rate(tolerated[hot])) * spent
        whole = damage_integral(heated.time, history, process, repeats=heated.repeats)
        damage[hot] = factor * np.maximum(whole - at_rest, 0.0)
    return damage


def _process(
    parameters: InjuryParameters, endpoint: Endpoint, criterion: str
) -> tuple[float, Rate]:
    """Return the factor of the damage rate of an end point, and that rate."""
    if endpoint == "coagulation":
        return float(parameters.denaturation_rate_factor), parameters.denaturation()
    if criterion == "two-channel":
        return float(parameters.death_rate_factor), parameters.death()
    if criterion not in PUBLISHED:
        known = ("two-channel", *PUBLISHED)
        raise ParameterError(f"no criterion named {criterion!r}{did_you_mean(criterion, known)}")
    return 1.0, published_coefficients(criterion).process


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
