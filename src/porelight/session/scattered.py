"""A session of scattered light (1064 nm): the superposition of the heat of its pulses.

Photons are followed to their absorption and the heat of one pulse is conducted away. Conduction is
linear, so the session is the sum of that response over all pulses of the path.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TypeAlias

import numpy as np

from porelight.errors import ParameterError
from porelight.grid import Grid
from porelight.heat.conduction import resting_temperature
from porelight.heat.cooling import FREEZING
from porelight.heat.scan import (
    PulseResponse,
    pulse_response,
    session_rise,
    session_times,
    treatment_grid,
)
from porelight.heat.surface import Surface
from porelight.heat.thermometer import lagged
from porelight.injury.field import InjuryField, injured_depth
from porelight.laser.exposure import Exposure
from porelight.laser.handpiece import PulsePath
from porelight.light.field import LightField
from porelight.light.transport import transport
from porelight.quantities import Floats
from porelight.session.injury_law import InjuryLaw, library_injury
from porelight.session.result import DEPTH, N_CLOCK, SessionResult
from porelight.session.vessels import PlexusResponse, plexus_response
from porelight.tissue.optics import skin_optics
from porelight.tissue.skin import Skin
from porelight.tissue.thermal import LayeredThermal, skin_thermal

_ZERO_CELSIUS = 273.15  # K
COOL_DOWN = 60.0  # s after the last pulse that are simulated too
SHORTEST_RESPONSE = 1800.0  # s; the same response then serves sessions of any usual length
NERVE_LAG = (
    0.25  # s; shorter heat is not felt (pain thresholds are equal from 0.25 to 300 s, Hardy 1953)
)
N_RESOLVED = 5  # places at which every pulse that hits them is resolved in time
# layers without vessels, and with a flow that does not follow the temperature of the skin
_CONSTANT_PERFUSION = ("epidermis", "fat")
N_READING = 200  # readings of the surface in a session, at most about

TemperatureCorrection: TypeAlias = Callable[[Floats], Floats]
"""A function from times [s] to what is added to the sum of the pulses at `DEPTH` [K].

From shape (n_time,) to shape (n_time, n_depth).
"""


def no_correction(times: Floats) -> Floats:
    """Return zeros: perfusion stays as at rest, and nothing is added to the sum of the pulses."""
    return np.zeros((times.size, DEPTH.size))


@dataclass(frozen=True, slots=True, eq=False)
class SkinColumn:
    """One skin as a column in depth, for the mean temperature of the treated area.

    Attributes
    ----------
    grid : Grid
        Cells of the pulse's response.
    thermal : LayeredThermal
        Layers, with the perfusion of rest.
    surface : Surface
        Heat exchange at the surface.
    heating : ndarray of float64, shape (n_z,)
        Share of the energy of a pulse that is absorbed per depth [1/m].
    answering : tuple of bool
        True for each layer whose vessels open when the skin warms.
    """

    grid: Grid
    thermal: LayeredThermal
    surface: Surface
    heating: Floats
    thermoregulated: tuple[bool, ...]


@dataclass(frozen=True, slots=True, eq=False)
class SkinResponse:
    """The linear response of one skin to one joule of one beam; sweeps over energy reuse it.

    Attributes
    ----------
    light : LightField
        Energy absorbed at each place, per joule.
    pulse : PulseResponse
        Temperature rise [K/J] around one pulse over time.
    resting : ndarray of float64, shape (n_depth,)
        Temperature before the session at `DEPTH` [K].
    plexus : PlexusResponse
        Heating of the blood of the upper plexus by one joule.
    column : SkinColumn
        The same skin and light as a column in depth.
    """

    light: LightField
    pulse: PulseResponse
    resting: Floats
    plexus: PlexusResponse
    column: SkinColumn


def skin_response(
    skin: Skin,
    exposure: Exposure,
    values: Mapping[str, float],
    *,
    n_photons: int,
    seed: int,
    refinement: int = 1,
) -> SkinResponse:
    """Return the response of the skin to one joule of this beam and pulse length.

    Parameters
    ----------
    skin : Skin
        The skin that is treated.
    exposure : Exposure
        Its wavelength, beam, pulse duration and cooling matter; its energy does not, nor its
        length up to half an hour.
    values : mapping of str to float
        Values of library parameters that differ from their medians.
    n_photons : int
        Photons to follow.
    seed : int
        Seed of the photons' random numbers.
    refinement : int
        Parts into which each cell of the grid is cut in each direction, to see what its size costs.

    Raises
    ------
    ParameterError
        If the cooling, kept up all through the session, would freeze the skin.
    """
    interfaces = np.cumsum([layer.thickness for layer in skin.layers[:-1]])
    grid = treatment_grid(exposure.beam.diameter, interfaces=interfaces.tolist())
    grid = grid.refined(refinement)
    thermal = skin_thermal(skin, values)
    surface = Surface.from_values(values, "air" if exposure.cooling == "none" else exposure.cooling)
    light = transport(
        skin_optics(skin, exposure.wavelength, values),
        exposure.beam,
        grid,
        n_photons=n_photons,
        seed=seed,
    )
    pulse = pulse_response(
        grid,
        thermal,
        surface,
        light.absorbed,
        exposure.pulse_duration,
        DEPTH,
        response_length(exposure),
    )
    resting = resting_temperature(grid, thermal, surface)
    _require_unfrozen(float(resting.min()), exposure)
    return SkinResponse(
        light=light,
        pulse=pulse,
        resting=np.interp(DEPTH, grid.z, resting),
        plexus=plexus_response(skin, exposure, values, light),
        column=SkinColumn(
            grid=grid,
            thermal=thermal,
            surface=surface,
            heating=light.absorbed @ grid.ring_area,
            thermoregulated=tuple(layer.name not in _CONSTANT_PERFUSION for layer in skin.layers),
        ),
    )


def _require_unfrozen(coldest: float, exposure: Exposure) -> None:
    if coldest < FREEZING:
        raise ParameterError(
            f"{exposure.cooling} all through a session would freeze the skin "
            f"({coldest - _ZERO_CELSIUS:.0f} degC); expected a cooling that keeps it above "
            f"{FREEZING - _ZERO_CELSIUS:.1f} degC, such as cold air or contact. Spurts before "
            "single pulses: porelight.threshold, or 'porelight threshold'."
        )


def response_length(exposure: Exposure) -> float:
    """Return the time for which the response to one pulse is computed [s]."""
    return max(SHORTEST_RESPONSE, exposure.duration + COOL_DOWN)


@dataclass(frozen=True, slots=True, eq=False)
class RisePerJoule:
    """Temperature rise of a whole session per joule of pulse energy, at a few places.

    Attributes
    ----------
    path : PulsePath
        When and where the pulses fell.
    places : ndarray of float64, shape (n_place, 2)
        Places at which it is computed, from the middle of the area [m].
    times : tuple of ndarray of float64, shape (n_time,)
        Times for each place, dense after each pulse that hits it [s].
    rise : tuple of ndarray of float64, shape (n_time, n_depth)
        Rise at `DEPTH` per joule of pulse energy, one array per place [K/J].
    clock : ndarray of float64, shape (N_CLOCK,)
        Evenly spaced times, for pictures [s].
    history : ndarray of float64, shape (N_CLOCK, n_depth)
        Rise at the first place at those times [K/J].
    reading_times : ndarray of float64, shape (n_reading,)
        Times just before pulses [s].
    reading : ndarray of float64, shape (n_reading,)
        Rise of the surface at those times, mean over places all over the area [K/J].
    """

    path: PulsePath
    places: Floats
    times: tuple[Floats, ...]
    rise: tuple[Floats, ...]
    clock: Floats
    history: Floats
    reading_times: Floats
    reading: Floats


def rise_per_joule(
    response: SkinResponse, path: PulsePath, exposure: Exposure, places: Floats
) -> RisePerJoule:
    """Return the temperature rise of a path of pulses of one joule; a session is a multiple of it.

    Parameters
    ----------
    response : SkinResponse
        Response of the skin to one pulse.
    path : PulsePath
        When and where the pulses fall.
    exposure : Exposure
        Its beam and pulse duration matter.
    places : ndarray of float64, shape (n_place, 2)
        Places, from the middle of the area [m]: all of them for the thermometer, the first
        `N_RESOLVED` pulse by pulse.
    """

    def rise(where: Floats, times: Floats, n_depths: int | None = None) -> Floats:
        pulses = (path.time, path.position, 1.0)
        return session_rise(response.pulse, *pulses, where, times, n_depths=n_depths)

    end = float(path.time[-1]) + COOL_DOWN
    times = tuple(
        session_times(
            path.time,
            path.position,
            place,
            exposure.beam.diameter,
            end,
            pulse_duration=exposure.pulse_duration,
        )
        for place in places[:N_RESOLVED]
    )
    clock = np.linspace(0.0, end, N_CLOCK)
    # a thermometer is slower than a pulse: it shows what is left just before the next one
    every = max(1, path.time.size // N_READING)
    period = exposure.pulse_duration if path.time.size == 1 else path.time[1] - path.time[0]
    reading_times = (path.time[::every] + period) * (1.0 - 1e-9)
    return RisePerJoule(
        path=path,
        places=places[:N_RESOLVED],
        times=times,
        rise=tuple(
            rise(place[None, :], when)[:, 0]
            for place, when in zip(places[:N_RESOLVED], times, strict=True)
        ),
        clock=clock,
        history=rise(places[:1], clock)[:, 0],
        reading_times=reading_times,
        reading=rise(places, reading_times, n_depths=1)[:, :, 0].mean(axis=1),
    )


@dataclass(frozen=True, slots=True, eq=False)
class ScatteredSession:
    """One session of scattered light: the sum of its pulses, and the correction to that sum.

    Attributes
    ----------
    exposure : Exposure
        Settings of the session.
    values : mapping of str to float
        Values of library parameters that differ from their medians.
    response : SkinResponse
        Response of the skin to one pulse of this beam.
    per_joule : RisePerJoule
        Temperature rise of the pulses that were fired, per joule of pulse energy.
    correction : callable
        What thermoregulated perfusion adds to the sum of the pulses.
    injury : InjuryLaw
        What the heat does to the tissue.
    """

    exposure: Exposure
    values: Mapping[str, float]
    response: SkinResponse
    per_joule: RisePerJoule
    correction: TemperatureCorrection = no_correction
    injury: InjuryLaw = library_injury

    @property
    def area_reading(self) -> Floats:
        """Mean temperature of the surface at `per_joule.reading_times` [K]."""
        rise = self.exposure.pulse_energy * self.per_joule.reading
        warmer = self.correction(self.per_joule.reading_times)[:, 0]
        return np.asarray(self.response.resting[0] + rise + warmer)


def session_result(session: ScatteredSession) -> SessionResult:
    """Return temperatures and injury of a session, from its superposed pulses."""
    response, per_joule, correction = session.response, session.per_joule, session.correction
    values, pulse_energy = session.values, session.exposure.pulse_energy
    rest = response.resting
    last_pulse = float(per_joule.path.time[-1])
    parts, peaks, finals, felt, vessels = [], [], [], [], []
    for place, times, rise in zip(per_joule.places, per_joule.times, per_joule.rise, strict=True):
        temperature = rest + pulse_energy * rise + correction(times)
        parts.append(session.injury(times, temperature, values, resting=rest))
        vessels.append(
            response.plexus.coagulated(
                times, temperature, per_joule.path, place, pulse_energy, rest, values
            )
        )
        peaks.append(temperature.max(axis=0))
        felt.append(float(lagged(times, temperature[:, 0], NERVE_LAG).max()))
        finals.append(temperature[min(int(np.searchsorted(times, last_pulse)), times.size - 1)])
    mean = _mean_field(parts)
    return SessionResult(
        resting=rest,
        peak_temperature=np.mean(peaks, axis=0),
        final_temperature=np.mean(finals, axis=0),
        field=mean,
        ablated=np.zeros_like(DEPTH),
        worst_killed=np.max([one.killed for one in parts], axis=0),
        vessel_coagulated=float(np.mean(vessels)),
        surface_reading=max(float(rest[0]), float(session.area_reading.max())),
        surface_felt=max(felt),
        ablated_depth=0.0,
        wound_depth=float(injured_depth(DEPTH, mean.killed)),
        pulses_delivered=per_joule.path.time.size,
        clock=per_joule.clock,
        history=rest + pulse_energy * per_joule.history + correction(per_joule.clock),
    )


def _mean_field(parts: Sequence[InjuryField]) -> InjuryField:
    """Return the mean injury over places, one process after the other."""
    return InjuryField(
        **{
            one.name: np.mean([getattr(part, one.name) for part in parts], axis=0)
            for one in fields(InjuryField)
        }
    )
