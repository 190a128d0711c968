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

Rows of sweeps lie between each other, so a session of fewer sweeps is not the beginning of one of
more: each number of sweeps is followed on a path of its own, at the middle rate. The longest one is
followed at other rates too, and what those change after as many pulses is added to the others.
Between energies there is a monotone cubic of the temperatures (which leaves a straight line
straight) and of the logarithms of the damage integrals, between rates a parabola over their
logarithm.
"""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

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

_ENERGIES = 4
_RATES = 3
# sweeps of the sessions that are followed, up to the most; one between begins as the next longer
_SWEEPS = (1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 17, 20)
# after so many shares of a sweep cooling is followed on its own; between them it is smooth
_COOLED = 2
_COOLING_TIMES = np.concatenate([[0.0], np.geomspace(0.1, COOL_DOWN, 16)])  # s
_MOST = 50.0  # logarithm of a damage of which nothing is left
# share of what a warmer end changes that is of one place, which cools faster than the whole area:
# by comparison with sessions that were stopped in the middle of a sweep
_LASTING = 0.5
# vessels coagulate pulse by pulse: two lengths of a session, as shares of it, tell of all
_VESSELS_AFTER = (0.25, 1.0)


_READING = COLUMNS.index("reading")


@dataclass(frozen=True, slots=True, eq=False)
class _Followed:
    """A planned session of one member: after which pulses it may end, and all that is told then."""

    ends: Ints  # (n_end,)
    told: Floats  # (n_energy, n_end, n_column)


@dataclass(frozen=True, slots=True, eq=False)
class _OverEnergies:
    """Monotone cubics over energies of many columns, of which few are asked at a time."""

    energies: Floats
    coefficients: Floats  # (4, n_energy - 1, n_end, n_column, n_member)

    @classmethod
    def of(cls, energies: Floats, members: Sequence[_Followed]) -> "_OverEnergies":
        values = np.stack([one.told for one in members], axis=-1)
        return cls(energies, PchipInterpolator(energies, values, axis=0).c)

    def at(self, energy: float, where: tuple[Any, Any, Any]) -> Floats:
        """Return values at an energy, of some ends, columns and members."""
        piece = int(np.clip(np.searchsorted(self.energies, energy) - 1, 0, self.energies.size - 2))
        beyond = energy - self.energies[piece]
        cubic, square, line, level = (one[piece][where] for one in self.coefficients)
        return np.asarray(((cubic * beyond + square) * beyond + line) * beyond + level)


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
        most = round(passes.high if passes else usual["passes"].value)
        fewest = round(passes.low) if passes else most
        self._sweeps = [*(n for n in _SWEEPS if fewest <= n < most), most]
        found: list[tuple[list[_Followed], list[_Followed]]] = []
        members = range(len(physics.members))
        with warnings.catch_warnings():
            # the ends of the ranges are not proposed, so that nobody need be warned of them
            warnings.simplefilter("ignore", ExtrapolationWarning)
            for done, one in in_order(self._member, members, available_threads()):
                found.append(one)
                progress((done + 1) / len(members))
        by_sweeps, by_rate = zip(*found, strict=True)
        # of each number of sweeps: of energies, over ends, columns and members
        self._ends = [one.ends for one in by_sweeps[0]]
        self._own = [
            _OverEnergies.of(self._energies, each) for each in zip(*by_sweeps, strict=True)
        ]
        # of the longest at each rate, the same
        self._at_rates = [
            _OverEnergies.of(self._energies, each) for each in zip(*by_rate, strict=True)
        ]
        self.n_settings = self._energies.size * (len(self._sweeps) + self._rates.size - 1)

    def sessions(self, points: Sequence[Mapping[str, float]]) -> list[TableSession]:
        """Return what sessions at points of the space do, stops included."""
        found = []
        everyone = np.arange(len(self._physics.members))
        for point, weights in zip(points, self._weights(points), strict=True):
            sweeps = round(point.get("passes", self._sweeps[-1]))
            path = int(np.searchsorted(self._sweeps, sweeps))
            planned = round(sweeps * pulses_of_sweep(self.space.device))
            last = int(np.searchsorted(self._ends[path], planned, side="right")) - 1
            energy, at = point["radiant_exposure"], np.full(everyone.size, last)
            if STOP in point:
                each = np.arange(last + 1)[:, None]
                reading = self._told(energy, path, weights, (each, _READING, everyone))
                above = reading > point[STOP]
                at = np.where(above.any(axis=0), above.argmax(axis=0), last)
            columns = np.arange(len(COLUMNS))[:, None]
            row = self._told(energy, path, weights, (at, columns, everyone))
            found.append(
                TableSession.of(
                    {name: restored(name, x) for name, x in zip(COLUMNS, row, strict=True)}
                )
            )
        return found

    def _told(
        self, energy: float, path: int, weights: Floats, where: tuple[Any, Any, Any]
    ) -> Floats:
        """Return what is told of a session on a path at some ends, columns and members."""
        told = self._own[path].at(energy, where)
        longest, ends = self._ends[-1], self._ends[path][where[0]]
        after = np.clip(np.searchsorted(longest, ends), 1, longest.size - 1)
        share = (ends - longest[after - 1]) / (longest[after] - longest[after - 1])
        share = np.clip(share, 0.0, 1.0)
        middle = self._rates.size // 2
        for rate, weight in enumerate(weights):
            if rate == middle:
                continue
            # a parabola's weights add up to 1: another rate's change is counted from the middle
            for part, end in ((1.0 - share, after - 1), (share, after)):
                there = (end, *where[1:])
                change = self._at_rates[rate].at(energy, there)
                told = told + weight * part * (change - self._at_rates[middle].at(energy, there))
        return told

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

    def _member(self, member: int) -> tuple[list[_Followed], list[_Followed]]:
        """Return what is told of one member, on each path, and on the longest at each rate."""
        middle = self._rates.size // 2
        own = [self._followed(member, n, self._rates[middle]) for n in self._sweeps]
        at_rates = [
            own[-1] if i == middle else self._followed(member, self._sweeps[-1], rate)
            for i, rate in enumerate(self._rates)
        ]
        return own, at_rates

    def _followed(self, member: int, sweeps: int, rate: float) -> _Followed:
        """Return everything about a planned session at all energies."""
        cooling: Floats | None = None
        told = []
        for energy in self._energies:
            point = {"radiant_exposure": energy, "passes": float(sweeps), "rate": rate}
            session = self._physics.delivered(self.space.exposure(point), member)
            if cooling is None:
                # an operator stops at a reading; there is one behind the first pulse
                n_pulses = session.per_joule.path.time.size
                every = max(1, n_pulses // N_READING)
                ends = np.unique([*range(1, n_pulses, every), n_pulses]).astype(np.int64)
                parts = np.linspace(0, ends.size, _COOLED * sweeps + 1)
                cooled = np.unique(parts[1:].astype(np.int64)) - 1
                cooling = _cooling_rise(session, ends[cooled])
            told.append(_told(self._physics, session, ends, cooled, cooling))
        return _Followed(ends, np.array(told))


def _told(
    physics: PhysicsEnsemble,
    session: ScatteredSession,
    ends: Ints,
    cooled: Ints,
    cooling: Floats,
) -> Floats:
    """Return everything about a session after each number of pulses, (n_end, n_column)."""
    skin, per_joule, rest = physics.skin, session.per_joule, session.response.resting
    energy, path = session.exposure.pulse_energy, session.per_joule.path
    parameters = InjuryParameters.from_values(session.values)
    damage, ended, peaks, felt, coagulated = [], [], [], [], []
    vessels = [round(share * (ends.size - 1)) for share in _VESSELS_AFTER]
    for place, times, rise in zip(per_joule.places, per_joule.times, per_joule.rise, strict=True):
        temperature = rest + energy * rise + session.correction(times)
        at = _readings(times, path.time, ends)
        damage.append(damage_along(times, temperature, parameters, at, resting=rest))
        ended.append(temperature[at])
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
    warm = np.array(damage) + _while_cooling(
        session, ends, cooled, np.array(ended), cooling, parameters
    )
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


def _cooling_rise(session: ScatteredSession, fired: Ints) -> Floats:
    """Return the rise that so many pulses leave as the skin cools.

    Shape (n_time, n_place, n_fired, n_depth).
    """
    per_joule, path = session.per_joule, session.per_joule.path
    found = [
        session_rise(
            session.response.pulse,
            *(path.time[:n], path.position[:n], 1.0, per_joule.places),
            path.time[n - 1] + _period(path.time) + _COOLING_TIMES,
        )
        for n in fired
    ]
    return np.stack(found, axis=2)


def _while_cooling(
    session: ScatteredSession,
    ends: Ints,
    cooled: Ints,
    ended: Floats,
    cooling: Floats,
    parameters: InjuryParameters,
) -> Floats:
    """Return the damage gained after each end, (n_place, n_end, 4, n_depth).

    Its logarithm is interpolated after what the temperature at the end changes it by: a place that
    was just passed over cools from higher than one that was passed over half a minute before.
    """
    rest, energy = session.response.resting, session.exposure.pulse_energy
    # as at the end of the pulses: it falls with the rise, within minutes
    warmer = session.correction(session.per_joule.path.time[ends[cooled] - 1])
    temperature = rest + np.maximum(energy * cooling + warmer, 0.0)
    last = np.array([_COOLING_TIMES.size - 1])
    gained = damage_along(_COOLING_TIMES, temperature, parameters, last, resting=rest)[0]
    logs = np.log(np.maximum(np.moveaxis(gained, 0, 2), LEAST))
    by_end = ended[:, :, None, :]
    slope = _LASTING * _slope(by_end[:, cooled], logs)
    level = logs - slope * by_end[:, cooled]
    after = np.clip(np.searchsorted(cooled, np.arange(ends.size)), 1, cooled.size - 1)
    before = np.log(ends[cooled[after - 1]])
    span = np.log(ends[cooled[after]]) - before
    share = np.clip((np.log(ends) - before) / span, 0.0, 1.0)[:, None, None]
    between = (1.0 - share) * level[:, after - 1] + share * level[:, after]
    return np.asarray(np.exp(np.minimum(between + slope * by_end, _MOST)))


def _slope(warmth: Floats, logs: Floats) -> Floats:
    """Return how the logarithm of each damage grows with the temperature at the end [1/K].

    From one end to the next at the same place and depth, where there is damage at both.
    """
    change, rise = np.diff(logs, axis=1), np.diff(warmth, axis=1)
    known = (logs[:, 1:] > np.log(2.0 * LEAST)) & (logs[:, :-1] > np.log(2.0 * LEAST))
    both, square = np.where(known, change * rise, 0.0), np.where(known, rise**2, 0.0)
    return np.asarray(both.sum(axis=(0, 1, 3)) / np.maximum(square.sum(axis=(0, 1, 3)), 1e-9))[
        :, None
    ]


def _readings(times: Floats, pulse_time: Floats, n_fired: Ints) -> Ints:
    """Return the last reading of a place before the pulse that would follow so many."""
    fired_until = pulse_time[n_fired - 1] + _period(pulse_time)
    return np.asarray(np.searchsorted(times, fired_until, side="right") - 1, dtype=np.int64)


def _period(pulse_time: Floats) -> float:
    return float(pulse_time[1] - pulse_time[0]) if pulse_time.size > 1 else 0.0
