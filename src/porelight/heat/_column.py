"""A column of skin that heats, boils and loses cells from the top: the state of an ablation run."""

import math
from dataclasses import dataclass

import numpy as np

from porelight.errors import ConvergenceError
from porelight.heat._ablation_kernel import beer_lambert, implicit_stage
from porelight.quantities import Floats

# L-stable, stiffly accurate two-stage Runge-Kutta of order two
_GAMMA = 1.0 - 1.0 / math.sqrt(2.0)
_TOLERANCE = 0.1  # K; error of one step
_SMALLEST_STEP = 1e-14  # s; no sound input comes near it


@dataclass(frozen=True, slots=True)
class Boiling:
    """How enthalpy above rest turns into temperature, then steam, then removal."""

    capacity: float  # J/(m3 K)
    start: float  # enthalpy at which water boils [J/m3]
    latent: float  # from there to removal [J/m3]

    @property
    def removal(self) -> float:
        """Enthalpy at which a cell flies off [J/m3]."""
        return self.start + self.latent

    def rise(self, enthalpy: Floats, latent: Floats) -> Floats:
        """Temperature above rest [K] of cells whose water takes `latent` to boil [J/m3]."""
        wet = np.minimum(enthalpy, self.start)
        return np.asarray((wet + np.maximum(enthalpy - self.start - latent, 0.0)) / self.capacity)


@dataclass(frozen=True, slots=True)
class AbsorbedLight:
    """How cells absorb."""

    mu_a: float  # cold and wet [1/m]
    slope: float  # relative fall per kelvin [1/K]
    dry: float  # share kept when all the water has boiled [-]
    plume: float  # attenuation by what has flown off in this stretch of light [1/m]


class Column:
    """Cells from the original surface down; `front` is the first that is still there."""

    def __init__(
        self, size: Floats, conductivity: float, heat_transfer: float, boiling: Boiling
    ) -> None:
        half = 0.5 * size / conductivity
        self.size = size
        self.boiling = boiling
        # above each cell, and what it becomes when the cell is the surface [W/(m2 K)]
        self.exchange = heat_transfer / (1.0 + heat_transfer * half)
        self.conductance = np.concatenate([self.exchange[:1], 1.0 / (half[:-1] + half[1:])])
        self.enthalpy = np.zeros(size.size)
        self.latent = np.full(size.size, boiling.latent)
        self.removal_time = np.full(size.size, np.inf)
        self.front = 0
        self.now = 0.0
        self.absorbed = self.carried_away = self.surface_loss = 0.0
        self.steam_loss = self.shielded = 0.0
        self.held = False  # whether cells that have boiled off stay until `blow_off`
        self._flown_off = 0.0  # depth that has gone since the light came on [m]
        self._work = np.empty((8, size.size))

    @property
    def stored(self) -> float:
        """Heat above rest in the cells that are left [J/m2]."""
        return float(self.enthalpy[self.front :] @ self.size[self.front :])

    @property
    def rise(self) -> Floats:
        """Temperature above rest of all cells, those that are gone as they left [K]."""
        return self.boiling.rise(self.enthalpy, self.latent)

    @property
    def water_left(self) -> Floats:
        """Share of its water that each cell still has [-]."""
        return np.asarray(self.latent / self.boiling.latent)

    def let_steam_out(self, share: float) -> None:
        """Let a share of the steam in the skin leave it, with its heat; the plume clears."""
        self._flown_off = 0.0
        here = slice(self.front, None)
        steam = np.clip(self.enthalpy[here] - self.boiling.start, 0.0, self.latent[here])
        self.enthalpy[here] -= share * steam
        self.latent[here] -= share * steam
        self.steam_loss += share * float(steam @ self.size[here])

    def advance(self, until: float, step: float, irradiance: float, light: AbsorbedLight) -> float:
        """Advance to a time under a constant irradiance; return the length of step that fits.

        A step ends where the uppermost cell has boiled off, so that the surface moves cell by cell.
        """
        coefficients = np.array([light.mu_a, light.slope, light.dry])
        while self.now < until:
            here = slice(self.front, None)
            power = self._work[0, here]
            power[:] = 0.0
            absorbed = arriving = 0.0
            span = min(step, until - self.now)
            if irradiance > 0.0:
                arriving = irradiance * math.exp(-light.plume * self._flown_off)
                absorbed = beer_lambert(
                    self.enthalpy[here],
                    self.size[here],
                    arriving,
                    coefficients,
                    self.boiling.capacity,
                    self.boiling.start,
                    self.latent[here],
                    self.boiling.latent,
                    power,
                )
                if not self.held:
                    span = min(span, self._time_to_removal(float(power[0]), arriving))
            error, loss = self._try(span, power)
            if error > _TOLERANCE:
                step = span * max(0.2, 0.9 * math.sqrt(_TOLERANCE / error))
                if step < _SMALLEST_STEP:
                    raise ConvergenceError(
                        f"the step at {self.now:.3g} s shrank to {step:.1g} s; check the "
                        "material's numbers, or give larger cells."
                    )
                continue
            self.enthalpy[here] = self._work[7, here]
            self.absorbed += absorbed * span
            self.shielded += (irradiance - arriving) * span
            self.surface_loss += loss * span
            self.now = until if span == until - self.now else self.now + span
            if not self.held:
                self._remove()
            step = span * min(3.0, 0.9 * math.sqrt(_TOLERANCE / max(error, 1e-6)))
            # a step cut short by an event must not cut the next ones
            step = max(step, 1e-3 * (until - self.now))
        return step

    def blow_off(self) -> None:
        """Let every cell at the top that has boiled off fly away with all its heat."""
        while self.front < self.size.size - 1 and self.enthalpy[self.front] >= self.boiling.removal:
            i = self.front
            self.carried_away += float(self.enthalpy[i] * self.size[i])
            self.removal_time[i] = self.now
            self.front += 1
            self.conductance[self.front] = self.exchange[self.front]

    def _time_to_removal(self, power: float, irradiance: float) -> float:
        size = float(self.size[self.front])
        cooled = self.conductance[self.front] * self.boiling.start / self.boiling.capacity
        net = power * size - float(cooled)
        if net <= 0.0:
            return math.inf
        missing = self.boiling.removal - float(self.enthalpy[self.front])
        # never shorter than a millionth of the time that a cell takes
        return max(missing * size / net, 1e-6 * self.boiling.removal * size / irradiance)

    def _try(self, span: float, power: Floats) -> tuple[float, float]:
        """Compute a step into the last work row; return its error [K] and mean loss [W/m2]."""
        here = slice(self.front, None)
        work = self._work[:, here]
        known, guess, first, second, result = work[1], work[2], work[3], work[4], work[7]
        scratch = np.empty((3, known.size))
        medium = (self.boiling.capacity, self.boiling.start, self.latent[here])
        start = self.enthalpy[here]
        losses = []
        guess[:] = start
        for known_rate, rate in ((power * _GAMMA, first), (power, second)):
            known[:] = start + span * known_rate
            if rate is second:
                known += (1.0 - _GAMMA) * span * first
            loss = implicit_stage(
                known,
                guess,
                _GAMMA * span,
                self.size[here],
                self.conductance[here],
                *medium,
                rate,
                scratch,
            )
            if loss < 0.0:
                return math.inf, 0.0
            losses.append(loss)
        # the fluxes, not the solution, make the new state: energy is kept whatever Newton left
        result[:] = known + _GAMMA * span * second
        error = float(np.abs(second - first).max()) * _GAMMA * span / self.boiling.capacity
        return error, (1.0 - _GAMMA) * losses[0] + _GAMMA * losses[1]

    def _remove(self) -> None:
        """Let every boiled-off cell at the top fly away; heat beyond that stays with the next."""
        removal = self.boiling.removal
        while self.front < self.size.size - 1 and self.enthalpy[self.front] >= removal * (
            1.0 - 1e-9
        ):
            i = self.front
            excess = (self.enthalpy[i] - removal) * self.size[i]
            self.enthalpy[i + 1] += excess / self.size[i + 1]
            self.enthalpy[i] = removal  # as it was when it left, at the boil-off temperature
            self.carried_away += float(removal * self.size[i])
            self.removal_time[i] = self.now
            self._flown_off += float(self.size[i])
            self.front += 1
            self.conductance[self.front] = self.exchange[self.front]
