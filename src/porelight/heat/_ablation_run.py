"""Places of skin under their pulses: one column for all, parted where their pulses begin to differ.

Places that one, two or four spots cover see the same first pulse: it is computed once.
"""

import math
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from porelight.heat._ablation_steps import AbsorbedLight
from porelight.heat._column import Column
from porelight.heat.temporal_profile import TemporalProfile
from porelight.quantities import Floats

_MANY = 8  # pulses in a train from which on fewer times are recorded for each


class LitPiece(NamedTuple):
    """An interval of constant light."""

    start: float  # s
    stop: float  # s
    irradiance: float  # W/m2


class PlacePulses(NamedTuple):
    """What one place of skin gets."""

    pulses: tuple[tuple[LitPiece, ...], ...]  # the pieces of each pulse, pulses parted by darkness
    until: float  # s; when the simulation ends

    def following(self, number: int) -> tuple[tuple[str, ...], ...]:
        """Return what comes after `number` pulses, equal for places that go on alike.

        In twelve digits: shares of the energy differ in the last ones between trains.
        """
        if number < len(self.pulses):
            return tuple(tuple(f"{x:.12g}" for x in piece) for piece in self.pulses[number])
        return ((f"{self.until:.12g}",),)


class PulseRecord(NamedTuple):
    """What one pulse left."""

    end: float  # s
    front: int  # cells that are gone
    stored: float  # heat in the skin [J/m2]


@dataclass
class AblationRun:
    """A column of skin and what was recorded of it so far."""

    column: Column
    light: AbsorbedLight
    is_held: bool  # whether skin that has boiled off stays to the end of the pulse
    steam_escape: float
    times_in_pulse: int
    time: list[float] = field(default_factory=lambda: [0.0])
    rise: list[Floats] = field(default_factory=list)
    pulses: list[PulseRecord] = field(default_factory=list)
    _begin: float = 0.0  # of the last pulse [s]
    _step: float = 0.0  # that fits [s]

    def __post_init__(self) -> None:
        if not self.rise:
            self.rise.append(np.zeros(self.column.cells.size.size))

    def branch(self) -> "AblationRun":
        """Return a run that goes on from here by itself."""
        return AblationRun(
            *(deepcopy(self.column), self.light, self.is_held, self.steam_escape),
            *(self.times_in_pulse, list(self.time), list(self.rise), list(self.pulses)),
            *(self._begin, self._step),
        )

    def follow(self, places: Sequence[PlacePulses]) -> dict[PlacePulses, "AblationRun"]:
        """Return the run of every place after its last pulse and the time that follows it."""
        finished: dict[PlacePulses, AblationRun] = {}
        number = len(self.pulses)
        ways: dict[object, list[PlacePulses]] = {}
        for place in places:
            ways.setdefault(place.following(number), []).append(place)
        for left, alike in zip(range(len(ways) - 1, -1, -1), ways.values(), strict=True):
            run = self.branch() if left else self
            if number == len(alike[0].pulses):
                run.cool(alike[0].until)
                finished |= dict.fromkeys(alike, run)
            else:
                run.shine(alike[0].pulses[number])
                finished |= run.follow(alike)
        return finished

    def shine(self, pieces: Sequence[LitPiece]) -> None:
        """Advance through the darkness before a pulse, and through the pulse."""
        begin, end = pieces[0].start, pieces[-1].stop
        if self.pulses:
            self.cool(begin)
        self._begin, self._step = begin, (end - begin) / 1000.0
        each = max(1, math.ceil(self.times_in_pulse / len(pieces)))
        self.column.held = self.is_held
        for start, stop, irradiance in pieces:
            self._record(start + (stop - start) * np.arange(1, each + 1) / each, irradiance)
        self.column.held = False
        self.column.blow_off()
        self.pulses.append(PulseRecord(end, self.column.front, self.column.stored))
        self.column.let_steam_out(self.steam_escape)

    def cool(self, until: float) -> None:
        """Advance in darkness from the end of the last pulse; 12 times a decade are recorded."""
        end = self.pulses[-1].end
        rest = until - end
        earliest = min(0.01 * (end - self._begin), rest)
        n = 2 + math.ceil(12.0 * max(0.0, math.log10(rest / earliest)))
        recorded = end + np.geomspace(earliest, rest, n)
        recorded[-1] = until
        self._record(np.unique(recorded), 0.0)

    def _record(self, times: Floats, irradiance: float) -> None:
        """Advance under one irradiance and record the temperatures at these times."""
        for look in times:
            self._step = self.column.advance(float(look), self._step, irradiance, self.light)
            self.time.append(float(look))
            self.rise.append(self.column.rise)


def pulses_of(radiant_exposure: float, profile: TemporalProfile, until: float) -> PlacePulses:
    """Return a profile's intervals of light as pulses parted by darkness.

    Parameters
    ----------
    radiant_exposure : float
        Energy per area, all pulses together [J/m2].
    profile : TemporalProfile
        Power over time.
    until : float
        When the simulation ends [s].
    """
    pulses: list[tuple[LitPiece, ...]] = []
    lit: list[LitPiece] = []
    for begin, end, strength in profile.pieces():
        if strength > 0.0:
            lit.append(LitPiece(begin, end, radiant_exposure * strength))
        elif lit and end - begin > 1e-9 * profile.duration:
            pulses.append(tuple(lit))
            lit = []
    return PlacePulses((*pulses, tuple(lit)), until)


def times_in_pulse(n_pulses: int) -> int:
    """Return how many times are recorded in each pulse of a train."""
    return 32 if n_pulses <= _MANY else 8
