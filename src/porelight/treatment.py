"""One session on one skin: light, heat, injury.

Two kinds of light need two roads. Where scattering rules (1064 nm), photons are followed to their
absorption, one pulse's heat is conducted away, and the session is the sum of all its pulses. Where
absorption rules (2790 nm), the light stops within microns and the surface boils off.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from porelight.errors import ParameterError
from porelight.grid import Grid
from porelight.heat.ablation import AblationMaterial, ablate
from porelight.heat.conduction import Surface, resting_temperature
from porelight.heat.scan import (
    PulseResponse,
    pulse_response,
    session_rise,
    session_times,
    treatment_grid,
)
from porelight.injury.field import InjuryField, InjuryParameters, injury_field
from porelight.laser.exposure import Exposure
from porelight.laser.handpiece import PulsePath, raster
from porelight.light.transport import LightField, transport
from porelight.quantities import Floats
from porelight.tissue.optics import skin_optics
from porelight.tissue.skin import Skin
from porelight.tissue.thermal import skin_thermal

# below the old surface, from a micron to half a centimetre [m]
DEPTH: Floats = np.concatenate([np.geomspace(2e-6, 1e-4, 18), np.geomspace(1.2e-4, 5e-3, 22)])
N_CLOCK = 160
COOLING = 60.0  # s of cooling that are still followed after the last pulse
ABSORPTION_RULES = 10.0  # mu_a over reduced scattering from which on light no longer diffuses


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
    """

    light: LightField
    pulse: PulseResponse
    resting: Floats


@dataclass(frozen=True, slots=True, eq=False)
class SessionInjury:
    """What one session did to one skin, over the depths `DEPTH` below the old surface.

    Attributes
    ----------
    resting, peak_temperature, final_temperature : ndarray of float64, shape (n_depth,)
        Temperatures [K]; the peak is the mean over places of each place's highest.
    field : InjuryField
        Injury, mean over places.
    worst_killed : ndarray of float64, shape (n_depth,)
        Share of cells killed at the worst place.
    surface_reading : float
        Highest surface temperature between pulses, as a thermometer shows it [K].
    ablated_depth, coagulated_depth : float
        Tissue removed; depth below the old surface down to which half of the cells are dead
        or half of the collagen is denatured [m].
    pulses_delivered : int
        Pulses until the end or until the stop rule.
    clock : ndarray of float64, shape (N_CLOCK,)
        Time since the session began [s].
    history : ndarray of float64, shape (N_CLOCK, n_depth)
        Temperature at the middle of the area [K].
    """

    resting: Floats
    peak_temperature: Floats
    final_temperature: Floats
    field: InjuryField
    ablated: Floats
    worst_killed: Floats
    surface_reading: float
    ablated_depth: float
    coagulated_depth: float
    pulses_delivered: int
    clock: Floats
    history: Floats


def absorption_rules(skin: Skin, wavelength: float) -> bool:
    """Return whether light of this wavelength is absorbed before it is scattered."""
    optics = skin_optics(skin, wavelength)
    reduced = optics.mu_s[0] * (1.0 - optics.anisotropy[0])
    return bool(optics.mu_a[0] > ABSORPTION_RULES * reduced)


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
        Whose.
    exposure : Exposure
        Its wavelength, beam, pulse duration and the length of the session matter; its energy does
        not.
    values : mapping of str to float
        Values of library parameters that differ from their medians.
    n_photons : int
        Photons to follow.
    seed : int
        Of the photons.
    """
    grid = treatment_grid(exposure.beam.diameter)
    thermal = skin_thermal(skin, values)
    surface = Surface.from_values(values)
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
        session_length(exposure) + COOLING,
    )
    resting = resting_temperature(grid, thermal, surface)
    return SkinResponse(light=light, pulse=pulse, resting=np.interp(DEPTH, grid.z, resting))


@dataclass(frozen=True, slots=True, eq=False)
class SessionRise:
    """Temperature rise of a whole session for pulses of one joule, at a few places.

    Attributes
    ----------
    path : PulsePath
        When and where the pulses fell.
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
        Rise of the surface then, mean over places [K/J].
    """

    path: PulsePath
    times: tuple[Floats, ...]
    rise: tuple[Floats, ...]
    clock: Floats
    history: Floats
    reading_times: Floats
    reading: Floats


def session_of_joules(
    response: SkinResponse, path: PulsePath, spot_diameter: float, places: Floats
) -> SessionRise:
    """Return what a path of one-joule pulses does; a session is this times its pulse energy.

    Parameters
    ----------
    response : SkinResponse
        Answer of the skin to one pulse.
    path : PulsePath
        When and where the pulses fall.
    spot_diameter : float
        Of the beam [m].
    places : ndarray of float64, shape (n_place, 2)
        Where to look, from the middle of the area [m].
    """

    def rise(where: Floats, times: Floats) -> Floats:
        return session_rise(response.pulse, path.time, path.position, 1.0, where, times)

    end = float(path.time[-1]) + COOLING
    times = tuple(
        session_times(path.time, path.position, place, spot_diameter, end) for place in places
    )
    clock = np.linspace(0.0, end, N_CLOCK)
    # a thermometer is slower than a pulse: it shows what is left just before the next one
    every = max(1, path.time.size // N_READING)
    reading_times = path.time[every::every] * (1.0 - 1e-9)
    if reading_times.size == 0:
        reading_times = np.array([end - COOLING + 1.0])
    return SessionRise(
        path=path,
        times=times,
        rise=tuple(
            rise(place[None, :], when)[:, 0] for place, when in zip(places, times, strict=True)
        ),
        clock=clock,
        history=rise(places[:1], clock)[:, 0],
        reading_times=reading_times,
        reading=rise(places, reading_times)[:, :, 0].mean(axis=1),
    )


def session_injury(
    response: SkinResponse,
    session: SessionRise,
    pulse_energy: float,
    values: Mapping[str, float],
) -> SessionInjury:
    """Return what a session did, from its rise per joule.

    Parameters
    ----------
    response : SkinResponse
        Of the same skin, beam and pulse duration.
    session : SessionRise
        Of the path that was really delivered.
    pulse_energy : float
        Energy of each pulse [J].
    values : mapping of str to float
        Values of library parameters that differ from their medians.
    """
    parameters = InjuryParameters.from_values(values)
    rest = response.resting
    last_pulse = float(session.path.time[-1])
    fields, peaks, finals = [], [], []
    for times, rise in zip(session.times, session.rise, strict=True):
        temperature = rest + pulse_energy * rise
        fields.append(injury_field(times, temperature, parameters, resting=rest))
        peaks.append(temperature.max(axis=0))
        finals.append(temperature[min(np.searchsorted(times, last_pulse), times.size - 1)])
    mean = _mean_field(fields)
    return SessionInjury(
        resting=rest,
        peak_temperature=np.mean(peaks, axis=0),
        final_temperature=np.mean(finals, axis=0),
        field=mean,
        ablated=np.zeros_like(DEPTH),
        worst_killed=np.max([one.killed for one in fields], axis=0),
        surface_reading=float(rest[0] + pulse_energy * max(0.0, float(session.reading.max()))),
        ablated_depth=0.0,
        coagulated_depth=injured_depth(DEPTH, np.maximum(mean.killed, mean.denatured)),
        pulses_delivered=session.path.time.size,
        clock=session.clock,
        history=rest + pulse_energy * session.history,
    )


class PhysicsEnsemble:
    """One skin under many draws of its optical, thermal and injury parameters.

    Photons are followed once per member and beam; sessions that differ only in energy share
    everything but the injury. That makes a plan over many settings affordable.

    Parameters
    ----------
    skin : Skin
        Whose.
    members : sequence of mapping of str to float
        Values of library parameters, one mapping per member.
    n_photons : int
        Photons per member and beam.
    seed : int
        Of the photons.
    """

    def __init__(
        self, skin: Skin, members: Sequence[Mapping[str, float]], n_photons: int, seed: int
    ) -> None:
        self.skin = skin
        self.members = tuple(members)
        self._n_photons = n_photons
        self._seed = seed
        self._responses: dict[tuple[object, ...], SkinResponse] = {}
        self._rises: dict[tuple[object, ...], SessionRise] = {}

    def treat(self, exposure: Exposure) -> tuple[SessionInjury, ...]:
        """Return what one session does to every member."""
        return tuple(self.treat_member(exposure, index) for index in range(len(self.members)))

    def treat_member(self, exposure: Exposure, index: int) -> SessionInjury:
        """Return what one session does to one member."""
        values = self.members[index]
        if absorption_rules(self.skin, exposure.wavelength):
            return resurfacing(self.skin, exposure, values)
        response = self._response(exposure, index)
        session = self._rise(exposure, index, response)
        reading = response.resting[0] + exposure.pulse_energy * session.reading
        above = np.flatnonzero(reading > exposure.stop_at_surface)
        if above.size:
            # the operator stops: pulses after the first reading above the threshold never fall
            keep = session.path.time <= session.reading_times[above[0]]
            path = PulsePath(session.path.time[keep], session.path.position[keep])
            session = session_of_joules(response, path, exposure.beam.diameter, PLACES)
        return session_injury(response, session, exposure.pulse_energy, values)

    def light(self, exposure: Exposure, index: int = 0) -> LightField:
        """Return where the photons of this beam went in one member."""
        return self._response(exposure, index).light

    def _response(self, exposure: Exposure, index: int) -> SkinResponse:
        key = (index, exposure.wavelength, exposure.beam, exposure.pulse_duration)
        if key not in self._responses:
            self._responses[key] = skin_response(
                self.skin,
                exposure,
                self.members[index],
                n_photons=self._n_photons,
                seed=self._seed + index,
            )
        return self._responses[key]

    def _rise(self, exposure: Exposure, index: int, response: SkinResponse) -> SessionRise:
        key = (
            *(index, exposure.wavelength, exposure.beam, exposure.pulse_duration),
            *(exposure.rate, exposure.n_pulses, exposure.area),
        )
        if key not in self._rises:
            path = raster(
                exposure.area, exposure.n_pulses, exposure.rate, exposure.beam.diameter
            )
            self._rises[key] = session_of_joules(
                response, path, exposure.beam.diameter, PLACES
            )
        return self._rises[key]


def resurfacing(skin: Skin, exposure: Exposure, values: Mapping[str, float]) -> SessionInjury:
    """Return what one session of a strongly absorbed beam did: ablation and the heat left behind.

    Notes
    -----
    Each pass falls on skin that has cooled; its zones are added below those of the pass before.
    Where neighbouring spots overlap the depths are those of one pulse (a share of the area has
    had two), which understates the worst place.
    """
