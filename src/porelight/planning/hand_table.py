r"""Sessions of a beam that is moved by hand, read off the engine's own response to its pulses.

A session that a stop ends early is the beginning of the one that was planned: the pulses fired, and
the skin cooling after the last. So a planned session is followed once for each member, rate and
energy, and tells of all that end before:

* the path of the pulses is that of the engine, whole sweeps one after the other,
* the temperature is the engine's superposition of its pulses, which is linear in their energy,
* damage integrals add up, so `injury.field.damage_along` gives them after any number of pulses;
  what the skin still gains while it cools is added from a few ends, between which its logarithm is
  interpolated,
* a stop is the first of the operator's readings above it, at the pulse at which it is read.

Between energies there is a monotone cubic of the temperatures (which leaves a straight line
straight) and of the logarithms of the damage integrals, between rates a parabola over their
logarithm; rates are compared at the same number of pulses. Rows of sweeps lie between each other,
so those of a session of fewer sweeps lie elsewhere than those with which a longer one begins. That
difference is followed for each number of sweeps (of many, for some) at the middle rate and three
energies, and added at every rate.
"""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import fields

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from porelight.errors import ExtrapolationWarning
from porelight.healing.stimulus import dermal_mean
from porelight.heat.scan import session_rise
from porelight.heat.thermometer import lagged
from porelight.injury.field import (
    InjuryField,
    InjuryParameters,
    damage_along,
    field_of_damage,
    injured_depth,
)
from porelight.planning.space import STOP, SettingSpace, pulses_of_sweep
from porelight.planning.table_session import (
    COLUMNS,
    LEAST,
    TableSession,
    restored,
    transformed,
)
from porelight.progress import Progress, unheard
from porelight.quantities import Floats
from porelight.session.ensemble import PhysicsEnsemble
from porelight.session.result import DEPTH, at_plexus
from porelight.session.scattered import COOL_DOWN, N_READING, NERVE_LAG, ScatteredSession
from porelight.threads import available_threads, in_order

Ints = NDArray[np.int64]

_ENERGIES = 6
_RATES = 3  # the middle one is also that of shorter sessions
_ENERGIES_OF_SHORTER = (1, 3, 5)  # of those
# sweeps of the sessions that are followed, up to the most; between them differences are linear
_SWEEPS = (1, 2, 3, 4, 5, 6, 8, 10, 12, 14, 17, 20)
_ENDS = 24  # numbers of pulses in a sweep after which a session that ends there is told of
# after these shares of a session cooling is followed on its own; between them it is smooth
_COOLED_AFTER = (0.06, 0.125, 0.25, 0.5, 1.0)
_COOLING_TIMES = np.concatenate([[0.0], np.geomspace(0.1, COOL_DOWN, 16)])  # s
# vessels coagulate pulse by pulse: two lengths tell of all
_VESSELS_AFTER = (0.25, 1.0)


class HandTable:
    """Sessions of one device moved by hand on one skin, in every member.

    Parameters
    ----------
    space : SettingSpace
        What may be turned; its device's beam scatters in skin.
    physics : PhysicsEnsemble
        The members, with the library's law of injury.
    progress : callable
        Called with the share of the members followed.
    """

    ablating = False

    def __init__(
        self, space: SettingSpace, physics: PhysicsEnsemble, progress: Progress = unheard
    ) -> None:
        self.space, self._physics = space, physics
        held = {one.name: one for one in space.ranges}
        energy, rate, passes = held["radiant_exposure"], held.get("rate"), held.get("passes")
        usual = space.device.settings
        self._energies = np.linspace(energy.low, energy.high, _ENERGIES)
        self._rates = (
            np.geomspace(rate.low, rate.high, _RATES) if rate else np.array([usual["rate"].value])
        )
        self._most = round(passes.high if passes else usual["passes"].value)
        fewest = round(passes.low) if passes else self._most
        self._shorter = [n for n in _SWEEPS if fewest <= n < self._most]
        # numbers of pulses after which a session is told of, the ends of whole sweeps among them
        within = np.arange(1, _ENDS * self._most + 1) / _ENDS
        pulses = np.round(pulses_of_sweep(space.device) * within)
        self._ends: Ints = np.unique(np.maximum(1, pulses)).astype(np.int64)
        found: list[tuple[Floats, list[Floats]]] = []
        members = range(len(physics.members))
        with warnings.catch_warnings():
            # the ends of the ranges are not proposed, so that nobody need be warned of them
            warnings.simplefilter("ignore", ExtrapolationWarning)
            for done, one in in_order(self._member, members, available_threads()):
                found.append(one)
                progress((done + 1) / len(members))
        # of energies, over rates, ends, columns and members
        longest = np.stack([one for one, _ in found], axis=-1)
        self._longest = PchipInterpolator(self._energies, longest, axis=0)
        some = self._energies[list(_ENERGIES_OF_SHORTER)]
        # for each number of sweeps: of energies, over its ends, columns and members
        self._differences = [
            PchipInterpolator(some, np.stack(each, axis=-1), axis=0)
            for each in zip(*(shorter for _, shorter in found), strict=True)
        ]
        self.n_settings = self._energies.size * self._rates.size + some.size * len(self._shorter)

    def sessions(self, points: Sequence[Mapping[str, float]]) -> list[TableSession]:
        """Return what sessions at points of the space do, stops included."""
        energies = np.array([one["radiant_exposure"] for one in points])
        curves = np.einsum("prenm,pr->penm", self._longest(energies), self._weights(points))
        found = []
        for point, curve in zip(points, curves, strict=True):
            sweeps = self._sweeps(point)
            told = curve + self._difference(sweeps, point["radiant_exposure"])
            fired = self._fired(point, told[:, COLUMNS.index("reading")])
            row = np.empty((len(COLUMNS), fired.size))
            for m, n in enumerate(fired):
                after = int(np.clip(np.searchsorted(self._ends, n), 1, self._ends.size - 1))
                low, high = self._ends[after - 1], self._ends[after]
                share = np.clip((n - low) / (high - low), 0.0, 1.0)
                row[:, m] = (1.0 - share) * told[after - 1, :, m] + share * told[after, :, m]
            back = {name: restored(name, one) for name, one in zip(COLUMNS, row, strict=True)}
            found.append(TableSession.of(back))
        return found

    def _sweeps(self, point: Mapping[str, float]) -> int:
        return round(point.get("passes", self._most))

    def _weights(self, points: Sequence[Mapping[str, float]]) -> Floats:
        """Return the weights of the rates, (n_point, n_rate): a parabola over their logarithm."""
        if self._rates.size == 1:
            return np.ones((len(points), 1))
        at, nodes = np.log([one["rate"] for one in points]), np.log(self._rates)
        return np.column_stack(
            [
                np.prod(
                    [(at - nodes[j]) / (nodes[i] - nodes[j]) for j in range(nodes.size) if j != i],
                    axis=0,
                )
                for i in range(nodes.size)
            ]
        )

    def _difference(self, sweeps: int, energy: float) -> Floats:
        """Return what a session of some sweeps differs by: of ends, columns and members."""
        known = [*self._shorter, self._most]
        low = max(n for n in known if n <= sweeps)
        high = min(n for n in known if n >= sweeps)
        share = 0.0 if high == low else (sweeps - low) / (high - low)
        energy = max(energy, float(self._energies[_ENERGIES_OF_SHORTER[0]]))
        return (1.0 - share) * self._off(low, energy) + share * self._off(high, energy)

    def _off(self, sweeps: int, energy: float) -> Floats:
        if sweeps == self._most:
            return np.zeros((1, 1, 1))
        off = self._differences[self._shorter.index(sweeps)](energy)
        missing = self._ends.size - len(off)  # after its end nothing is asked
        return np.concatenate([off, np.repeat(off[-1:], missing, axis=0)])

    def _fired(self, point: Mapping[str, float], reading: Floats) -> Floats:
        """Return the pulses fired in each member: all, or up to the reading above the stop."""
        planned = round(self._sweeps(point) * pulses_of_sweep(self.space.device))
        n_members = reading.shape[1]
        if STOP not in point:
            return np.full(n_members, float(planned))
        every = max(1, planned // N_READING)
        fired = np.empty(n_members)
        for m in range(n_members):
            warmest = np.maximum.accumulate(reading[:, m])
            after = np.interp(point[STOP], warmest, self._ends, right=np.inf)
            # there is a reading behind the first pulse, and then one behind each so many
            fired[m] = planned if after >= planned else 1 + every * np.ceil((after - 1) / every)
        return np.minimum(fired, planned)

    def _member(self, member: int) -> tuple[Floats, list[Floats]]:
        """Return what is told of one member: of the longest session, and how shorter ones differ.

        Shapes (n_energy, n_rate, n_end, n_column) and (3, n_end of its own, n_column).
        """
        every = range(self._energies.size)
        longest = np.stack(
            [self._followed(member, self._most, rate, every) for rate in self._rates], axis=1
        )
        middle, some = self._rates.size // 2, list(_ENERGIES_OF_SHORTER)
        shorter = []
        for sweeps in self._shorter:
            own = self._followed(member, sweeps, self._rates[middle], some)
            shorter.append(own - longest[some, middle, : own.shape[1]])
        return longest, shorter

    def _followed(self, member: int, sweeps: int, rate: float, energies: Sequence[int]) -> Floats:
        """Return all about a planned session at some energies, (n_energy, n_end, n_column)."""
        cooling: Floats | None = None
        found = []
        for energy in self._energies[list(energies)]:
            point = {"radiant_exposure": energy, "passes": float(sweeps), "rate": rate}
            session = self._physics.delivered(self.space.exposure(point), member)
            ends = self._ends[self._ends <= session.per_joule.path.time.size]
            if cooling is None:
                cooling = _cooling_rise(session, ends)
            found.append(_told(self._physics, session, cooling, ends))
        return np.array(found)


def _told(
    physics: PhysicsEnsemble, session: ScatteredSession, cooling: Floats, ends: Ints
) -> Floats:
    """Return everything about a session after each number of pulses, (n_end, n_column)."""
    skin, per_joule, rest = physics.skin, session.per_joule, session.response.resting
    energy, path = session.exposure.pulse_energy, session.per_joule.path
    parameters = InjuryParameters.from_values(session.values)
    damage, peaks, felt, coagulated = [], [], [], []
    vessels = [round(share * (ends.size - 1)) for share in _VESSELS_AFTER]
    for place, times, rise in zip(per_joule.places, per_joule.times, per_joule.rise, strict=True):
        temperature = rest + energy * rise + session.correction(times)
        at = _readings(times, path.time, ends)
        damage.append(damage_along(times, temperature, parameters, at, resting=rest))
        peaks.append(np.maximum.accumulate(temperature, axis=0)[at])
        nerves = np.maximum.accumulate(lagged(times, temperature[:, 0], NERVE_LAG))
        felt.append(nerves[at])
        coagulated.append(
            [
                session.response.plexus.coagulated(
                    times[: last + 1],
                    temperature[: last + 1],
                    path.until(float(times[last])),
                    *(place, energy, rest, session.values),
                )
                for last in at[vessels]
            ]
        )
    warm = np.array(damage) + _while_cooling(session, cooling, ends, parameters)
    injury = field_of_damage(warm, parameters)  # each of places, ends and depths
    mean = {one.name: getattr(injury, one.name).mean(axis=0) for one in fields(InjuryField)}
    epidermis = skin.layers[0].thickness >= DEPTH
    wound = injured_depth(DEPTH, mean["killed"])
    period = per_joule.reading_times[0] - path.time[0]
    warmest = np.maximum(float(rest[0]), np.maximum.accumulate(session.area_reading))
    reading = np.interp(path.time[ends - 1] + period, per_joule.reading_times, warmest)
    blood = transformed("dose coagulated", np.mean(coagulated, axis=0))
    told = {
        "rest": np.full(ends.size, rest[0]),
        "reading": reading,
        "felt": np.max(felt, axis=0),
        "peak": np.mean(peaks, axis=0).max(axis=1),
        "killed": injury.killed.max(axis=0)[:, epidermis].mean(axis=1),
        "denatured": mean["denatured"][:, ~epidermis].max(axis=1),
        "wound": wound,
        "dose heat_shocked": dermal_mean(DEPTH, mean["heat_shocked"]),
        "dose denatured": dermal_mean(DEPTH, mean["denatured"]),
        "dose coagulated": restored(
            "dose coagulated", np.interp(np.log(ends), np.log(ends[vessels]), blood)
        ),
        "dose plexus_shocked": np.array([at_plexus(skin, one) for one in mean["heat_shocked"]]),
        "dose ablated": np.zeros(ends.size),
        "dose dead": wound,
        "dose surface_rise": reading - rest[0],
    }
    return np.column_stack([transformed(name, told[name]) for name in COLUMNS])


def _cooling_rise(session: ScatteredSession, ends: Ints) -> Floats:
    """Return the rise that the pulses so far leave as the skin cools.

    Shape (n_time, n_place, n_cooled, n_depth).
    """
    per_joule, path = session.per_joule, session.per_joule.path
    found = [
        session_rise(
            session.response.pulse,
            *(path.time[:n], path.position[:n], 1.0, per_joule.places),
            path.time[n - 1] + _period(path.time) + _COOLING_TIMES,
        )
        for n in ends[_cooled(ends)]
    ]
    return np.stack(found, axis=2)


def _while_cooling(
    session: ScatteredSession, cooling: Floats, ends: Ints, parameters: InjuryParameters
) -> Floats:
    """Return the damage gained after each end, (n_place, n_end, 4, n_depth)."""
    rest, energy = session.response.resting, session.exposure.pulse_energy
    known = ends[_cooled(ends)]
    # as at the end of the pulses: it falls with the rise, within minutes
    warmer = session.correction(session.per_joule.path.time[known - 1])
    temperature = rest + np.maximum(energy * cooling + warmer, 0.0)
    last = np.array([_COOLING_TIMES.size - 1])
    gained = damage_along(_COOLING_TIMES, temperature, parameters, last, resting=rest)[0]
    logs = np.log(np.maximum(np.moveaxis(gained, 0, 2), LEAST))
    after = np.clip(np.searchsorted(known, ends), 1, known.size - 1)
    before = np.log(known[after - 1])
    share = np.clip((np.log(ends) - before) / (np.log(known[after]) - before), 0.0, 1.0)
    weight = share[:, None, None]
    return np.asarray(np.exp((1.0 - weight) * logs[:, after - 1] + weight * logs[:, after]))


def _cooled(ends: Ints) -> Ints:
    """Return at which ends cooling is followed on its own."""
    return np.unique([round(share * (ends.size - 1)) for share in _COOLED_AFTER]).astype(np.int64)


def _readings(times: Floats, pulse_time: Floats, n_fired: Ints) -> Ints:
    """Return the last reading of a place before the pulse that would follow so many."""
    fired_until = pulse_time[n_fired - 1] + _period(pulse_time)
    return np.asarray(np.searchsorted(times, fired_until, side="right") - 1, dtype=np.int64)


def _period(pulse_time: Floats) -> float:
    return float(pulse_time[1] - pulse_time[0]) if pulse_time.size > 1 else 0.0
