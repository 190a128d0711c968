"""A session of scattered light (1064 nm): photons, one pulse's heat, and the sum over the path.

Photons are followed to their absorption, the heat of one pulse is conducted away, and because
conduction is linear the session is the sum of all its pulses.
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
from porelight.session.vessels import Plexus, plexus
from porelight.tissue.optics import skin_optics
from porelight.tissue.skin import Skin
from porelight.tissue.thermal import LayeredThermal, skin_thermal

_ZERO_CELSIUS = 273.15  # K
COOLING = 60.0  # s of cooling that are still followed after the last pulse
HALF_AN_HOUR = 1800.0  # s
FELT = (
    0.25  # s; shorter heat is not felt (pain thresholds are equal from 0.25 to 300 s, Hardy 1953)
)
N_CLOSE = 5  # places at which every direct hit is resolved
_WITHOUT_ANSWER = ("epidermis", "fat")  # no vessels; flow that does not follow the skin's warmth
N_READING = 200  # how often in a session the surface is read

Change: TypeAlias = Callable[[Floats], Floats]
"""What is to be added to a sum of pulses: (n_time,) [s] to (n_time, n_depth) at `DEPTH` [K]."""


def no_change(times: Floats) -> Floats:
    """Return zeros: pulses add, and nothing else happens."""
    return np.zeros((times.size, DEPTH.size))


@dataclass(frozen=True, slots=True, eq=False)
class SkinColumn:
    """One skin in depth alone, as the slow warming of an area sees it.

    Attributes
    ----------
    grid : Grid
        Cells of the pulse's response.
    thermal : LayeredThermal
        Layers, with the perfusion of rest.
    surface : Surface
        What lies on the skin.
    heating : ndarray of float64, shape (n_z,)
        Share of the energy of a pulse that is absorbed per depth [1/m].
    answering : tuple of bool
        Layers whose vessels answer warmth.
    """

    grid: Grid
    thermal: LayeredThermal
    surface: Surface
    heating: Floats
    answering: tuple[bool, ...]


@dataclass(frozen=True, slots=True, eq=False)
class SkinResponse:
    """The linear answer of one skin to one joule of one beam: what sweeps can reuse.

    Attributes
    ----------
    light : LightField
        Where the photons went, per joule.
    pulse : PulseResponse
        Temperature rise [K/J] around one pulse over time.
    resting : ndarray of float64, shape (n_depth,)
        Temperature before the session at `DEPTH` [K].
    plexus : Plexus
        What one joule does to the blood of the upper plexus.
    column : SkinColumn
        The same skin and light in depth alone.
    """

    light: LightField
    pulse: PulseResponse
    resting: Floats
    plexus: Plexus
    column: SkinColumn


def skin_response(
    skin: Skin,
    exposure: Exposure,
    values: Mapping[str, float],
    *,
    n_photons: int,
    seed: int,
) -> SkinResponse:
    """Return the answer of the skin to one joule of this beam and pulse length.

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
        Of the photons.

    Raises
    ------
    ParameterError
        If the cooling, kept up all through the session, would freeze the skin.
    """
    interfaces = np.cumsum([layer.thickness for layer in skin.layers[:-1]])
    grid = treatment_grid(exposure.beam.diameter, interfaces=interfaces.tolist())
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
        plexus=plexus(skin, exposure, values, light),
        column=SkinColumn(
            grid=grid,
            thermal=thermal,
            surface=surface,
            heating=light.absorbed @ grid.ring_area,
            answering=tuple(layer.name not in _WITHOUT_ANSWER for layer in skin.layers),
        ),
    )


def _require_unfrozen(coldest: float, exposure: Exposure) -> None:
    if coldest < FREEZING:
        raise ParameterError(
            f"{exposure.cooling} all through a session would freeze the skin "
            f"({coldest - _ZERO_CELSIUS:.0f} degC); expected a cooling that keeps it above "
            f"{FREEZING - _ZERO_CELSIUS:.1f} degC, such as cold air or contact. Spurts before "
            "single pulses: burn.threshold, or 'porelight threshold'."
        )


def response_length(exposure: Exposure) -> float:
    """Return for how long the response to one pulse is made [s]: the same for most sessions."""
    return max(HALF_AN_HOUR, exposure.duration + COOLING)


@dataclass(frozen=True, slots=True, eq=False)
class SessionRise:
    """Temperature rise of a whole session for pulses of one joule, at a few places.

    Attributes
    ----------
    path : PulsePath
        When and where the pulses fell.
    places : ndarray of float64, shape (n_place, 2)
        Where it is looked at, from the middle of the area [m].
    times : tuple of ndarray of float64, shape (n_time,)
        One schedule per place that resolves each direct hit [s].
    rise : tuple of ndarray of float64, shape (n_time, n_depth)
        Rise at `DEPTH` per joule of pulse energy, one array per place [K/J].
    clock : ndarray of float64, shape (N_CLOCK,)
        Even times for pictures [s].
    history : ndarray of float64, shape (N_CLOCK, n_depth)
        Rise at the first place at those times [K/J].
    reading_times : ndarray of float64, shape (n_reading,)
        Just before pulses [s].
    reading : ndarray of float64, shape (n_reading,)
        Rise of the surface then, mean over the places, which lie all over the area [K/J].
    """

    path: PulsePath
    places: Floats
    times: tuple[Floats, ...]
    rise: tuple[Floats, ...]
    clock: Floats
    history: Floats
    reading_times: Floats
    reading: Floats


def session_of_joules(
    response: SkinResponse, path: PulsePath, exposure: Exposure, places: Floats
) -> SessionRise:
    """Return what a path of one-joule pulses does; a session is this times its pulse energy.

    Parameters
    ----------
    response : SkinResponse
        Answer of the skin to one pulse.
    path : PulsePath
        When and where the pulses fall.
    exposure : Exposure
        Its beam and pulse duration matter.
    places : ndarray of float64, shape (n_place, 2)
        Where to look, from the middle of the area [m]; all of them for the thermometer, the first
        `N_CLOSE` pulse by pulse.
    """

    def rise(where: Floats, times: Floats) -> Floats:
        return session_rise(response.pulse, path.time, path.position, 1.0, where, times)

    end = float(path.time[-1]) + COOLING
    times = tuple(
        session_times(
            path.time,
            path.position,
            place,
            exposure.beam.diameter,
            end,
            pulse_duration=exposure.pulse_duration,
        )
        for place in places[:N_CLOSE]
    )
    clock = np.linspace(0.0, end, N_CLOCK)
    # a thermometer is slower than a pulse: it shows what is left just before the next one
    every = max(1, path.time.size // N_READING)
    period = exposure.pulse_duration if path.time.size == 1 else path.time[1] - path.time[0]
    reading_times = (path.time[::every] + period) * (1.0 - 1e-9)
    return SessionRise(
        path=path,
        places=places[:N_CLOSE],
        times=times,
        rise=tuple(
            rise(place[None, :], when)[:, 0]
            for place, when in zip(places[:N_CLOSE], times, strict=True)
        ),
        clock=clock,
        history=rise(places[:1], clock)[:, 0],
        reading_times=reading_times,
        reading=rise(places, reading_times)[:, :, 0].mean(axis=1),
    )


@dataclass(frozen=True, slots=True, eq=False)
class PulseSum:
    """One session as the sum of its pulses, and what is added to that sum.

    Attributes
    ----------
    exposure : Exposure
        Settings of the session.
    values : mapping of str to float
        Values of library parameters that differ from their medians.
    response : SkinResponse
        Of the skin to one pulse of this beam.
    session : SessionRise
        Of the path that falls.
    change : callable
        What thermoregulated perfusion adds to the sum of the pulses.
    injury : InjuryLaw
        What the heat does to the tissue.
    """

    exposure: Exposure
    values: Mapping[str, float]
    response: SkinResponse
    session: SessionRise
    change: Change = no_change
    injury: InjuryLaw = library_injury

    @property
    def area_reading(self) -> Floats:
        """Mean temperature of the surface at `session.reading_times` [K]."""
        rise = self.exposure.pulse_energy * self.session.reading
        warmer = self.change(self.session.reading_times)[:, 0]
        return np.asarray(self.response.resting[0] + rise + warmer)


def session_result(summed: PulseSum) -> SessionResult:
    """Return what a session did."""
    response, session, change = summed.response, summed.session, summed.change
    values, pulse_energy = summed.values, summed.exposure.pulse_energy
    rest = response.resting
    last_pulse = float(session.path.time[-1])
    parts, peaks, finals, felt, vessels = [], [], [], [], []
    for place, times, rise in zip(session.places, session.times, session.rise, strict=True):
        temperature = rest + pulse_energy * rise + change(times)
        parts.append(summed.injury(times, temperature, values, resting=rest))
        vessels.append(
            response.plexus.coagulated(
                times, temperature, session.path, place, pulse_energy, rest, values
            )
        )
        peaks.append(temperature.max(axis=0))
        felt.append(float(lagged(times, temperature[:, 0], FELT).max()))
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
        surface_reading=max(float(rest[0]), float(summed.area_reading.max())),
        surface_felt=max(felt),
        ablated_depth=0.0,
        wound_depth=float(injured_depth(DEPTH, mean.killed)),
        pulses_delivered=session.path.time.size,
        clock=session.clock,
        history=rest + pulse_energy * session.history + change(session.clock),
    )


def _mean_field(parts: Sequence[InjuryField]) -> InjuryField:
    """Return the mean over places, field by field."""
    return InjuryField(
        **{
            one.name: np.mean([getattr(part, one.name) for part in parts], axis=0)
            for one in fields(InjuryField)
        }
    )
