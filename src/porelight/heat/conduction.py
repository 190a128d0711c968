r"""Conduction of heat in layered, perfused skin (Pennes), axisymmetric, from microseconds to hours.

The rise above rest obeys

.. math:: \rho c\,\partial_t u = \nabla\cdot(k\nabla u) - w\,(\rho c)_b\,u + q,

with heat leaving the surface at h u, no heat crossing the rim, and u = 0 at the deepest edge. It is
linear: twice the energy is twice the rise, and pulses add up. Finite volumes are second order
in space. In time, radial modes part the problem into independent ones in depth (`_modes`), and each
advances by L-stable steps of order five (`_rational`) whose length follows the error. There is no
splitting error, and a step may be any multiple of the diffusion time of a cell.

References
----------
.. [1] H. H. Pennes, "Analysis of tissue and arterial blood temperatures in the resting human
   forearm," J. Appl. Physiol. 1, 93-122 (1948). https://doi.org/10.1152/jappl.1948.1.2.93
"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from porelight.errors import ConvergenceError, ParameterError
from porelight.grid import Grid
from porelight.heat._cells import Cells, layered_cells
from porelight.heat._kernel import combine, eliminate, rate_of_change, solve, solve_again
from porelight.heat._modes import RadialModes, radial_modes
from porelight.heat._rational import ERROR_COEFFICIENTS, N_STAGES, POLE, step_coefficients
from porelight.heat.surface import Surface
from porelight.quantities import TIME, Floats

if TYPE_CHECKING:
    from porelight.tissue.thermal import LayeredThermal

__all__ = [
    "Conduction",
    "Surface",
    "conduction",
    "cooled_temperature",
    "resting_temperature",
    "temperature_rise",
]

_MAX_STEPS = 100_000
_GROWTH = 5.0  # longest step over the one before
_SAFETY = 0.9


@dataclass(frozen=True, slots=True, eq=False)
class Conduction:
    """The rise above rest and where the energy went, at each time asked for."""

    time: Floats  # (n_time,) [s]
    rise: Floats  # (n_time, n_z, n_r) [K]
    delivered: Floats  # (n_time,) heat put in so far [J]
    stored: Floats  # (n_time,) [J]
    surface_loss: Floats  # (n_time,) left through the surface [J]
    perfusion_loss: Floats  # (n_time,) carried off by blood [J]
    deep_loss: Floats  # (n_time,) left through the deepest edge [J]
    n_steps: int


def temperature_rise(
    grid: Grid,
    thermal: "LayeredThermal",
    surface: Surface,
    heat_source: Floats,
    duration: float,
    times: Floats,
    *,
    tolerance: float = 1e-4,
) -> Floats:
    """Rise above rest while a constant heat source acts and after it has stopped.

    Parameters
    ----------
    grid : Grid
        Cells in r and z; the rim is adiabatic, so make it wide (`scan.treatment_grid`).
    thermal : LayeredThermal
        Layers of the skin; they need not meet the edges of the cells.
    surface : Surface
        Its `heat_transfer` acts on the rise.
    heat_source : ndarray of float64, shape (n_z, n_r)
        Power per volume, mean over each cell [W/m3].
    duration : float
        How long it acts, from time 0 [s].
    times : ndarray of float64, shape (n_time,)
        When to look, rising, from 0 on [s].
    tolerance : float
        Error allowed, relative to the largest rise at that time.

    Returns
    -------
    ndarray of float64, shape (n_time, n_z, n_r)
        Mean rise of each cell [K].

    Raises
    ------
    ParameterError
        If shapes differ, times fall, or a number is outside its sane range.
    """
    return conduction(
        grid, thermal, surface, heat_source, duration, times, tolerance=tolerance
    ).rise


def conduction(  # noqa: PLR0913  `step` is for measurements of the order alone
    grid: Grid,
    thermal: "LayeredThermal",
    surface: Surface,
    heat_source: Floats,
    duration: float,
    times: Floats,
    *,
    tolerance: float = 1e-4,
    step: float = 0.0,
) -> Conduction:
    """Rise above rest and its energy balance; parameters as in `temperature_rise`.

    Parameters
    ----------
    step : float
        Length of every step [s] instead of one that follows the error; 0 lets the error decide. For
        measuring the order of convergence.

    Notes
    -----
    The balance ``delivered = stored + surface_loss + perfusion_loss + deep_loss`` holds to rounding
    whatever the tolerance: losses are taken with the very stages that make up the step.
    """
    source = np.ascontiguousarray(heat_source, dtype=np.float64)
    _check(grid, source, duration, times, tolerance)
    cells = layered_cells(grid, thermal, surface.heat_transfer)
    modes = radial_modes(grid)
    run = _Run(cells, modes, grid, times.size)
    power = (source @ modes.to_modes) * np.diff(grid.z_edges)[:, None]
    run.watch(times, 0.0)
    begin = 0.0
    for piece, end in ((power, duration), (np.zeros_like(power), float(times[-1]))):
        stop = min(end, float(times[-1]))
        if stop > begin:
            run.advance(piece, begin, stop, times, tolerance, step)
            begin = stop
    return run.result(times)


class _Run:
    """The state that a run carries from step to step."""

    def __init__(self, cells: Cells, modes: RadialModes, grid: Grid, n_times: int) -> None:
        shape = grid.shape
        self.cells, self.modes = cells, modes
        self.state, self.next = np.zeros(shape), np.zeros(shape)
        self.stage, self.pivot = np.empty((N_STAGES, *shape)), np.empty(shape)
        self.n_active = shape[1]
        self.step = 0.0
        self.n_steps = 0
        self.seen = 0
        self.rise = np.zeros((n_times, *shape))
        # columns: delivered, surface, perfusion, deep; so far and at the times asked for
        self.flows = np.zeros(4)
        self.ledger = np.zeros((n_times, 4))
        self.stored = np.zeros(n_times)

    def watch(self, times: Floats, now: float) -> None:
        """Pass over the times that are not later than now (the state there is known: zero)."""
        while self.seen < times.size and times[self.seen] <= now:
            self.seen += 1

    def advance(
        self,
        power: Floats,
        begin: float,
        end: float,
        times: Floats,
        tolerance: float,
        fixed_step: float,
    ) -> None:
        """Advance from begin to end under a constant power of each mode [W/m per mode unit]."""
        now = begin
        step = fixed_step or self.step or 0.25 * (end - begin)
        while now < end:
            step = min(step, end - now)
            if end - now - step < 1e-9 * step:
                step = end - now
            error = self._try(power, step) / tolerance
            if error > 1.0 and not fixed_step:
                step *= max(0.2, _SAFETY * error ** (-1.0 / N_STAGES))
                continue
            last = step == end - now
            self._record(power, now, end if last else now + step, step, times)
            now = end if last else now + step
            self.flows += self._flows(power, step, 1.0)
            self.state, self.next = self.next, self.state
            if not power.any():
                self._drop_dead_modes(0.01 * tolerance)
            self.n_steps += 1
            if self.n_steps > _MAX_STEPS:
                raise ConvergenceError(
                    f"{_MAX_STEPS} steps reached {now:.3g} s of {end:.3g} s; ask for a tolerance "
                    f"above {tolerance:g} or check the heat source for single hot cells."
                )
            if not fixed_step:
                step *= min(_GROWTH, _SAFETY * max(error, 1e-12) ** (-1.0 / N_STAGES))
        self.step = step

    def _try(self, power: Floats, step: float) -> float:
        """Compute one step into `next` and return its estimated relative error."""
        cells, n = self.cells, self.n_active
        skin = (cells.conductance, cells.perfusion, cells.lateral, self.modes.decay)
        pole_step = POLE * step
        eliminate(cells.capacity, *skin, pole_step, n, self.pivot)
        rate_of_change(self.state, power, *skin, n, self.stage[0])
        solve(cells.conductance, pole_step, n, self.pivot, self.stage[0])
        solve_again(cells.capacity, cells.conductance, pole_step, n, self.pivot, self.stage)
        error, size = combine(
            self.state,
            self.stage,
            step * step_coefficients(1.0),
            step * ERROR_COEFFICIENTS,
            n,
            self.next,
        )
        return error / size if size > 0.0 else 0.0

    def _record(self, power: Floats, now: float, after: float, step: float, times: Floats) -> None:
        """Write the rise and the balance at every time asked for inside the step."""
        n = self.n_active
        while self.seen < times.size and times[self.seen] <= after:
            at = self.seen
            share = 1.0 if times[at] == after else min((times[at] - now) / step, 1.0)
            weights = step * step_coefficients(share)
            state = self.state[:, :n] + np.tensordot(weights, self.stage[:, :, :n], 1)
            self.rise[at] = state @ self.modes.from_modes[:n]
            # only the constant mode holds energy: its amplitude times root area is the integral
            self.stored[at] = math.sqrt(self.modes.area) * (self.cells.capacity @ state[:, 0])
            self.ledger[at] = self.flows + self._flows(power, step, share)
            self.seen += 1

    def _flows(self, power: Floats, step: float, share: float) -> Floats:
        """Energy put in and lost [J] from the start of the step up to a share of it.

        The step is A applied to a mean state, the start plus a combination of the stages; the same
        mean state gives the losses, which closes the balance to rounding.
        """
        later = np.cumsum(step_coefficients(share)[::-1])[::-1]
        mean = self.state[:, 0] + POLE * step / share * (later @ self.stage[:, :, 0])
        drains = self.cells.conductance
        flows = [
            power[:, 0].sum(),
            drains[0] * mean[0],
            self.cells.perfusion @ mean,
            drains[-1] * mean[-1],
        ]
        return np.array(flows) * (math.sqrt(self.modes.area) * step * share)

    def _drop_dead_modes(self, threshold: float) -> None:
        """Leave out the narrow modes that have spread away (never the constant one)."""
        power = np.square(self.state[:, : self.n_active]).max(axis=0)
        tail = np.sqrt(np.cumsum(power[::-1])[::-1])
        keep = max(1, int(np.count_nonzero(tail > threshold * tail[0])))
        self.state[:, keep:] = 0.0
        self.next[:, keep:] = 0.0
        self.n_active = keep

    def result(self, times: Floats) -> Conduction:
        return Conduction(
            time=times,
            rise=self.rise,
            delivered=self.ledger[:, 0],
            stored=self.stored,
            surface_loss=self.ledger[:, 1],
            perfusion_loss=self.ledger[:, 2],
            deep_loss=self.ledger[:, 3],
            n_steps=self.n_steps,
        )


def resting_temperature(grid: Grid, thermal: "LayeredThermal", surface: Surface) -> Floats:
    """Temperature of skin at rest: blood warms it, the surface cools it, nothing changes.

    Parameters
    ----------
    grid : Grid
        Only its depths are used; the deepest edge is at arterial temperature.
    thermal : LayeredThermal
        Layers of the skin.
    surface : Surface
        Ambient temperature, exchange and evaporation.

    Returns
    -------
    ndarray of float64, shape (n_z,)
        Temperature at the cell centres [K].
    """
    from scipy.linalg import solve_banded  # noqa: PLC0415  (heavy, used once)

    cells = layered_cells(grid, thermal, surface.heat_transfer)
    above, below = cells.conductance[:-1], cells.conductance[1:]
    bands = np.zeros((3, grid.shape[0]))
    bands[0, 1:] = -above[1:]
    bands[1] = above + below + cells.perfusion
    bands[2, :-1] = -below[:-1]
    inflow = cells.perfusion * thermal.arterial_temperature
    inflow[-1] += below[-1] * thermal.arterial_temperature
    inflow[0] += above[0] * surface.ambient_temperature - cells.surface_share * surface.evaporation
    return np.asarray(solve_banded((1, 1), bands, inflow), dtype=np.float64)


def cooled_temperature(
    grid: Grid,
    thermal: "LayeredThermal",
    surface: Surface,
    start: Floats,
    times: Floats,
    *,
    tolerance: float = 1e-4,
) -> Floats:
    """Temperature in depth after the surface has changed, for example under a cooled plate.

    Parameters
    ----------
    grid, thermal
        As in `resting_temperature`.
    surface : Surface
        The surface from time 0 on.
    start : ndarray of float64, shape (n_z,)
        Temperature at time 0 [K].
    times : ndarray of float64, shape (n_time,)
        When to look, rising, from 0 on [s].
    tolerance : float
        Error allowed, relative to the largest change.

    Returns
    -------
    ndarray of float64, shape (n_time, n_z)
        Temperature at the cell centres [K].
    """
    if start.shape != (grid.shape[0],):
        raise ParameterError(
            f"start has shape {start.shape}; the grid has {grid.shape[0]} cells in depth."
        )
    cells = layered_cells(grid, thermal, surface.heat_transfer)
    beyond = np.concatenate([[surface.ambient_temperature], start, [thermal.arterial_temperature]])
    flow = cells.conductance * np.diff(beyond)
    # what the start leaves unbalanced drives the change at a constant rate: a heat source
    unbalanced = np.diff(flow) + cells.perfusion * (thermal.arterial_temperature - start)
    unbalanced[0] -= cells.surface_share * surface.evaporation
    column = Grid(r_edges=np.array([0.0, 1.0]), z_edges=grid.z_edges)
    source = (unbalanced / np.diff(grid.z_edges))[:, None]
    change = temperature_rise(
        column, thermal, surface, source, float(times[-1]), times, tolerance=tolerance
    )
    return np.asarray(start + change[:, :, 0], dtype=np.float64)


def _check(grid: Grid, source: Floats, duration: float, times: Floats, tolerance: float) -> None:
    if source.shape != grid.shape:
        raise ParameterError(
            f"heat_source has shape {source.shape}; the grid has (n_z, n_r) = {grid.shape}."
        )
    if not np.isfinite(source).all():
        raise ParameterError("heat_source holds a value that is not finite; expected W/m3.")
    if not TIME.require(duration, "duration") > 0.0:
        raise ParameterError("duration is 0 s; a source needs time to act, for example 3e-4 s.")
    if times.ndim != 1 or times.size == 0 or times[0] < 0.0 or (np.diff(times) < 0.0).any():
        raise ParameterError(
            f"times must rise from 0 s or later; got shape {times.shape}. Sort them first."
        )
    if not 1e-10 <= tolerance <= 0.1:
        raise ParameterError(
            f"tolerance is {tolerance:g}; expected 1e-10 to 0.1 of the largest rise."
        )
