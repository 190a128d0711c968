"""Surface temperatures of a session as a thermal camera would record them, and by skin type.

`surface_map` and `surface_film` cover the whole area of a session as it was delivered;
`warmth_by_skin_type` returns the temperatures of each skin type against pulses per area.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from porelight.brief import brief
from porelight.errors import ParameterError
from porelight.heat.pulse import PulseResponse
from porelight.heat.scan import rise_along, session_rise
from porelight.laser.exposure import Exposure
from porelight.laser.motion import Motion, PulsePath
from porelight.quantities import Floats
from porelight.session.ensemble import PhysicsEnsemble
from porelight.session.monitoring import (
    PERFUSIONS,
    Perfusion,
    ThermometerTrace,
    perfusion_correction,
    thermometer_trace,
)
from porelight.session.scattered import ScatteredSession, session_result
from porelight.tissue.skin import Skin

_MARGIN = 1.0  # width of the rim around the area, in spot diameters
_SLOW_TIMES = 16  # evenly spaced times at which places that no pulse covers are computed
SKIN_TYPES = (1, 2, 3, 4, 5, 6)
PULSES_PER_CM2 = (5.0, 10.0, 20.0, 40.0)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SurfaceMap:
    """Surface temperatures and dose over the area and a rim around it.

    Attributes
    ----------
    x, y : ndarray of float64, shapes (n_x,), (n_y,)
        Places, the middle of the area at (0, 0) [m].
    peak, final : ndarray of float64, shape (n_y, n_x)
        Highest temperature, and that at the end of the last pulse's period [K].
    dose : ndarray of float64, shape (n_y, n_x)
        Energy of all pulses whose spot covered a place, per area [J/m2].
    """

    x: Floats
    y: Floats
    peak: Floats
    final: Floats
    dose: Floats

    __repr__ = brief


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SurfaceFilm:
    """The surface of the area over a session.

    Attributes
    ----------
    time : ndarray of float64, shape (n_time,)
        Time of each frame, just after a pulse [s].
    x, y : ndarray of float64, shapes (n_x,), (n_y,)
        Places, the middle of the area at (0, 0) [m].
    temperature : ndarray of float64, shape (n_time, n_y, n_x)
        Surface temperature [K].
    spot : ndarray of float64, shape (n_time, 2)
        Middle of the spot [m].
    trace : ThermometerTrace
        Readings of the thermometer at the spot over the whole session.
    """

    time: Floats
    x: Floats
    y: Floats
    temperature: Floats
    spot: Floats
    trace: ThermometerTrace

    __repr__ = brief


@dataclass(frozen=True, slots=True)
class Warmth:
    """Temperatures that one skin type reaches with a number of pulses per area.

    Attributes
    ----------
    fitzpatrick : int
        Fitzpatrick skin type, 1 to 6.
    pulses_per_cm2 : float
        Pulses per area [1/cm2].
    n_pulses : int
        Pulses of the session.
    perfusion : {"constant", "thermoregulated"}
        Whether blood flows as at rest, or more as the skin warms.
    surface : float
        Surface at the end of the session, mean over the area between pulses [K].
    thermometer : float
        Highest reading of the thermometer at the spot [K].
    felt : float
        Highest surface temperature at any place, smoothed over the response time of nerves [K].
    peak : float
        Highest temperature of any depth, mean over places [K].
    """

    fitzpatrick: int
    pulses_per_cm2: float
    n_pulses: int
    perfusion: Perfusion
    surface: float
    thermometer: float
    felt: float
    peak: float


def surface_map(delivered: ScatteredSession, *, n: int = 61) -> SurfaceMap:
    """Return peak temperature, temperature at the end, and dose over the area of a session.

    Parameters
    ----------
    delivered : ScatteredSession
        The session.
    n : int
        Points along the longer side.

    Notes
    -----
    The peak of a place that pulses cover is that at the end of one of these pulses; that of other
    places is the highest of evenly spaced times.
    """
    exposure, path = delivered.exposure, delivered.per_joule.path
    x, y, places = _lattice(exposure, n)
    surface = _surface_response(delivered)
    end = float(delivered.per_joule.reading_times[-1])
    slow_times = np.linspace(0.0, end, _SLOW_TIMES + 1)[1:]
    slow = _temperature(delivered, places, slow_times)
    peak = np.maximum(slow.max(axis=0), delivered.response.resting[0])
    radius = 0.5 * exposure.beam.diameter
    hits = [np.flatnonzero(np.hypot(*(places - spot).T) <= radius) for spot in path.position]
    who = np.concatenate(hits)
    counts = np.array([hit.size for hit in hits])
    when = np.repeat(path.time, counts) + exposure.pulse_duration
    hot = (
        delivered.response.resting[0]
        + rise_along(
            *(surface, path.time, path.position, exposure.pulse_energy),
            *(np.ascontiguousarray(places[who]), when),
        )[:, 0]
        + delivered.correction(when)[:, 0]
    )
    np.maximum.at(peak, who, hot)
    covered = np.bincount(who, minlength=places.shape[0]) * exposure.radiant_exposure
    shape = (y.size, x.size)
    return SurfaceMap(
        x,
        y,
        peak.reshape(shape),
        slow[-1].reshape(shape),
        covered.reshape(shape).astype(np.float64),
    )


def surface_film(delivered: ScatteredSession, *, n_frames: int = 60, n: int = 41) -> SurfaceFilm:
    """Return the surface over a session, frame by frame.

    Parameters
    ----------
    delivered : ScatteredSession
        The session.
    n_frames : int
        Number of frames; each shows the surface just after a pulse.
    n : int
        Points along the longer side.
    """
    if n_frames < 2:
        raise ParameterError(f"n_frames is {n_frames}; a film needs 2 or more.")
    exposure, path = delivered.exposure, delivered.per_joule.path
    x, y, places = _lattice(exposure, n)
    shown = np.unique(np.linspace(0, path.n_pulses - 1, n_frames).round().astype(np.int64))
    time = path.time[shown] + 0.2 * exposure.pulse_duration + 0.02 / exposure.rate
    temperature = _temperature(delivered, places, time)
    return SurfaceFilm(
        time,
        x,
        y,
        temperature.reshape(time.size, y.size, x.size),
        path.position[shown],
        thermometer_trace(delivered),
    )


def warmth_by_skin_type(
    skin: Skin,
    exposure: Exposure,
    *,
    densities: Sequence[float] = PULSES_PER_CM2,
    skin_types: Sequence[int] = SKIN_TYPES,
    n_photons: int = 40_000,
    seed: int = 1,
    progress: Callable[[float], None] | None = None,
) -> tuple[Warmth, ...]:
    """Return the temperatures of each skin type for each number of pulses per area.

    Parameters
    ----------
    skin : Skin
        Zone, age, sex and oiliness; its type is replaced.
    exposure : Exposure
        Settings; the number of pulses is replaced, there is no stop, and a recorded path is
        replaced by rows.
    densities : sequence of float
        Pulses per cm2 of the area.
    skin_types : sequence of int
        Fitzpatrick types.
    n_photons, seed : int
        Photons to follow for each type, and the seed of their random numbers.
    progress : callable, optional
        Called with the share of the work done, 0 to 1.

    Returns
    -------
    tuple of Warmth
        By skin type, then by density, then by perfusion.

    Raises
    ------
    ParameterError
        If a density leaves no pulse on the area.
    """
    motion = Motion() if isinstance(exposure.motion, PulsePath) else exposure.motion
    rows: list[Warmth] = []
    for done, fitzpatrick in enumerate(skin_types, start=1):
        one = Skin.typical(skin.zone, fitzpatrick, skin.age, sex=skin.sex, oiliness=skin.oiliness)
        ensemble = PhysicsEnsemble(one, ({},), n_photons, seed)
        for density in densities:
            n_pulses = round(density * 1e4 * exposure.area)
            if n_pulses < 1:
                raise ParameterError(
                    f"{density:g} pulses per cm2 are none on {1e4 * exposure.area:g} cm2; give "
                    "more."
                )
            session = replace(
                exposure,
                n_pulses=n_pulses,
                passes=min(exposure.passes, n_pulses),
                stop_at_surface=math.inf,
                motion=motion,
            )
            steady = ensemble.delivered(session)
            regulated = replace(steady, correction=perfusion_correction(steady))
            rows += [
                _warmth(delivered, fitzpatrick, density, perfusion)
                for perfusion, delivered in zip(PERFUSIONS, (steady, regulated), strict=True)
            ]
        if progress is not None:
            progress(done / len(skin_types))
    return tuple(rows)


def _warmth(
    delivered: ScatteredSession, fitzpatrick: int, density: float, perfusion: Perfusion
) -> Warmth:
    result = session_result(delivered)
    return Warmth(
        fitzpatrick=fitzpatrick,
        pulses_per_cm2=density,
        n_pulses=delivered.exposure.n_pulses,
        perfusion=perfusion,
        surface=float(delivered.area_reading[-1]),
        thermometer=float(thermometer_trace(delivered).reading.max()),
        felt=result.surface_felt,
        peak=float(result.peak_temperature.max()),
    )


def _lattice(exposure: Exposure, n: int) -> tuple[Floats, Floats, Floats]:
    """Return places over the area and a rim around it: x, y and every pair (n_y * n_x, 2)."""
    if n < 3:
        raise ParameterError(f"n is {n}; a picture needs 3 points or more along its longer side.")
    half = 0.5 * np.array(exposure.sides) + _MARGIN * exposure.beam.diameter
    step = 2.0 * half.max() / (n - 1)
    x, y = (np.linspace(-s, s, max(3, round(2.0 * s / step) + 1)) for s in half)
    return x, y, np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)


def _surface_response(delivered: ScatteredSession) -> PulseResponse:
    whole = delivered.response.pulse
    return PulseResponse(whole.time, whole.r, whole.depth[:1], whole.rise[:, :1])


def _temperature(delivered: ScatteredSession, places: Floats, times: Floats) -> Floats:
    """Return the surface at places and times [K], shape (n_time, n_place)."""
    path = delivered.per_joule.path
    rise = session_rise(
        _surface_response(delivered),
        *(path.time, path.position, delivered.exposure.pulse_energy, places, times),
    )[:, :, 0]
    warmer = delivered.correction(times)[:, :1]
    return np.asarray(delivered.response.resting[0] + rise + warmer, dtype=np.float64)
