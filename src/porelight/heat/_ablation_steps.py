"""Compiled steps in time of a column that boils off: their length, their error, and the front.

What belongs together goes to the kernel as named tuples, which Numba takes as they are.
"""

import math
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from porelight._jit import jit
from porelight.heat._ablation_kernel import (
    beer_lambert,
    implicit_stage,
    rise_of,
    smooth,
)
from porelight.quantities import Floats

Ints: TypeAlias = NDArray[np.int64]

# L-stable, stiffly accurate two-stage Runge-Kutta of order two
_GAMMA = 1.0 - 1.0 / math.sqrt(2.0)
_TOLERANCE = 3.0  # K; of one step, as a companion of order one tells it: it errs by far less
_SMALLEST_STEP = 1e-14  # s; no sound input comes near it
# share of boiling that the deepest moving cell may reach before those below it move, too
_QUIET = 1e-11
# share of the heat of removal that a cell may lack when it flies off
_NEARLY = 1e-4
_UNFIT = False  # the factors, for a step of another length
_MORE = 32  # cells, at least, that begin to move at once

# columns of `totals`
NOW, ABSORBED, SHIELDED, SURFACE_LOSS, CARRIED_AWAY, FLOWN_OFF = range(6)
N_TOTALS = 6
# rows of `work`
_POWER, _KNOWN, _GUESS, _SHARE, _FIRST, _SECOND, _RESULT, _SCRATCH = range(8)
N_WORK = _SCRATCH + 4


class Boiling(NamedTuple):
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


class AbsorbedLight(NamedTuple):
    """How cells absorb."""

    mu_a: float  # cold and wet [1/m]
    slope: float  # relative fall per kelvin [1/K]
    dry: float  # share kept when all the water has boiled [-]
    plume: float  # attenuation by what has flown off in this stretch of light [1/m]


class ColumnCells(NamedTuple):
    """Cells from the original surface down."""

    size: Floats  # (n,) [m]
    exchange: Floats  # (n,) to the air, of a cell that is the surface [W/(m2 K)]
    conductance: Floats  # (n,) to the cell above, of the surface to the air [W/(m2 K)]
    enthalpy: Floats  # (n,) above rest [J/m3]
    latent: Floats  # (n,) that its water takes to boil [J/m3]
    removal_time: Floats  # (n,) infinite while it is there [s]
    work: Floats  # (N_WORK, n)


@jit
def advance(  # noqa: PLR0913, PLR0917  a kernel takes arrays
    cells: ColumnCells,
    boiling: Boiling,
    light: AbsorbedLight,
    totals: Floats,
    moving: Ints,
    until: float,
    step: float,
    irradiance: float,
    held: bool,  # noqa: FBT001  a kernel takes no keywords
) -> float:
    """Advance to a time under a constant irradiance; return the length of step that fits.

    A step ends where the uppermost cell has boiled off, so that the surface moves cell by cell,
    unless boiled cells are `held`. moving : the first cell that is still there, and the first that
    no heat has reached. Returned is minus the step, if it shrank to nothing.
    """
    n = cells.size.shape[0]
    removal = boiling.start + boiling.latent
    while totals[NOW] < until:
        here = slice(moving[0], moving[1])
        cells.work[_POWER, here] = 0.0
        absorbed = arriving = 0.0
        span = min(step, until - totals[NOW])
        if irradiance > 0.0:
            arriving = irradiance * math.exp(-light.plume * totals[FLOWN_OFF])
            span, absorbed = absorb(cells, boiling, light, moving, arriving, span, held)
        error, loss = try_step(cells, boiling, moving[0], moving[1], span)
        if cells.work[_RESULT, moving[1] - 1] > _QUIET * boiling.start and moving[1] < n:
            moving[1] = min(n, moving[1] + max(_MORE, (moving[1] - moving[0]) // 4))
            continue
        if not error <= _TOLERANCE:
            step = span * max(0.2, 0.9 * math.sqrt(_TOLERANCE / error))
            if step < _SMALLEST_STEP:
                return -step
            continue
        cells.enthalpy[here] = cells.work[_RESULT, here]
        totals[ABSORBED] += absorbed * span
        totals[SHIELDED] += (irradiance - arriving) * span
        totals[SURFACE_LOSS] += loss * span
        totals[NOW] = until if span == until - totals[NOW] else totals[NOW] + span
        if not held:
            remove_boiled(cells, removal, totals, moving)
        fitting = span * min(3.0, 0.9 * math.sqrt(_TOLERANCE / max(error, 1e-6)))
        # a step cut short by an event must not cut the next ones
        step = max(step, fitting) if span < step else fitting
    return step


@jit
def absorb(
    cells: ColumnCells,
    boiling: Boiling,
    light: AbsorbedLight,
    moving: Ints,
    arriving: float,
    span: float,
    held: bool,  # noqa: FBT001
) -> tuple[float, float]:
    """Fill the power absorbed in the middle of a step; return its length, and what all absorb.

    The step ends when the uppermost cell will have boiled off, unless cells are `held`. Absorption
    changes with temperature and water: that of the middle makes the step of order two.
    """
    here = slice(moving[0], moving[1])
    size, latent, power = cells.size[here], cells.latent[here], cells.work[_POWER, here]
    now, middle = cells.enthalpy[here], cells.work[_GUESS, here]
    coefficients = np.array([light.mu_a, light.slope, light.dry])
    capacity, boils, whole = boiling.capacity, boiling.start, boiling.latent
    beer_lambert(now, size, arriving, coefficients, capacity, boils, latent, whole, power)
    if not held:
        net = power[0] * size[0] - surface_flow(cells, boiling, moving[0])
        if net > 0.0:
            missing = boils + whole - now[0]
            # never shorter than a millionth of the time that a cell takes
            shortest = 1e-6 * (boils + whole) * size[0] / arriving
            span = min(span, max(missing * size[0] / net, shortest))
    for i in range(size.shape[0]):
        middle[i] = now[i] + 0.5 * span * power[i]
    absorbed = beer_lambert(
        middle, size, arriving, coefficients, capacity, boils, latent, whole, power
    )
    return span, absorbed


@jit
def surface_flow(cells: ColumnCells, boiling: Boiling, front: int) -> float:
    """Return the heat that flows from the uppermost cell into the air and the next [W/m2]."""
    here = rise_of(cells.enthalpy[front], boiling.capacity, boiling.start, cells.latent[front])
    lost = cells.conductance[front] * here
    if front < cells.size.shape[0] - 1:
        under = rise_of(
            cells.enthalpy[front + 1], boiling.capacity, boiling.start, cells.latent[front + 1]
        )
        lost += cells.conductance[front + 1] * (here - under)
    return float(lost)


@jit
def try_step(
    cells: ColumnCells, boiling: Boiling, front: int, bottom: int, span: float
) -> tuple[float, float]:
    """Compute a step into a row of work; return its error [K] and the mean surface loss [W/m2]."""
    here = slice(front, bottom)
    size, conductance, latent = cells.size[here], cells.conductance[here], cells.latent[here]
    start, power = cells.enthalpy[here], cells.work[_POWER, here]
    known, guess, share = (
        cells.work[_KNOWN, here],
        cells.work[_GUESS, here],
        cells.work[_SHARE, here],
    )
    first, second = cells.work[_FIRST, here], cells.work[_SECOND, here]
    result, scratch = cells.work[_RESULT, here], cells.work[_SCRATCH:, here]
    capacity, boils = boiling.capacity, boiling.start
    stage = _GAMMA * span
    for i in range(size.shape[0]):
        share[i] = stage / size[i]
        guess[i] = start[i]
        known[i] = start[i] + stage * power[i]
    early, fit = implicit_stage(
        known, guess, share, conductance, capacity, boils, latent, first, scratch, _UNFIT
    )
    for i in range(size.shape[0]):
        known[i] = start[i] + span * power[i] + (1.0 - _GAMMA) / _GAMMA * first[i]
    late, _ = implicit_stage(
        known, guess, share, conductance, capacity, boils, latent, second, scratch, fit
    )
    if early < 0.0 or late < 0.0:
        return math.inf, 0.0
    # the fluxes, not the solution, make the new state: energy is kept whatever Newton left;
    # the error is what a step of order one would miss, less what conduction evens out at once
    error = total = 0.0
    for i in range(size.shape[0]):
        result[i] = known[i] + second[i]
        total += result[i]
        guess[i] = second[i] - first[i]
    smooth(guess, scratch[1:])
    for i in range(size.shape[0]):
        error = max(error, abs(guess[i]))
    if not math.isfinite(total):
        return math.inf, 0.0
    return error / capacity, (1.0 - _GAMMA) * early + _GAMMA * late


@jit
def remove_boiled(cells: ColumnCells, removal: float, totals: Floats, moving: Ints) -> None:
    """Let every boiled-off cell at the top fly away; heat beyond that stays with the next."""
    i = moving[0]
    while i < cells.size.shape[0] - 1 and cells.enthalpy[i] >= removal * (1.0 - _NEARLY):
        excess = (cells.enthalpy[i] - removal) * cells.size[i]
        cells.enthalpy[i + 1] += excess / cells.size[i + 1]
        cells.enthalpy[i] = removal  # as it was when it left, at the boil-off temperature
        totals[CARRIED_AWAY] += removal * cells.size[i]
        cells.removal_time[i] = totals[NOW]
        totals[FLOWN_OFF] += cells.size[i]
        i += 1
        cells.conductance[i] = cells.exchange[i]
    moving[0] = i
    moving[1] = max(moving[1], min(i + 2, cells.size.shape[0]))
