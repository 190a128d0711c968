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
from typing import TYPE_CHECKING

import numpy as np

from porelight.errors import ParameterError
from porelight.grid import Grid
from porelight.heat._cells import layered_cells
from porelight.heat._modes import radial_modes
from porelight.heat._run import ConductionResult, Run
from porelight.heat.cooling import SurfaceSchedule
from porelight.heat.surface import Surface
from porelight.heat.temporal_profile import TemporalProfile
from porelight.quantities import TIME, Floats

if TYPE_CHECKING:
    from porelight.tissue.thermal import LayeredThermal

__all__ = [
    "ConductionResult",
    "Surface",
    "conduction",
    "cooled_temperature",
    "exposure_rise",
    "resting_temperature",
    "temperature_rise",
]


def temperature_rise(  # noqa: PLR0913  two keywords with defaults
    grid: Grid,
    thermal: "LayeredThermal",
    surface: Surface,
    heat_source: Floats,
    duration: float,
    times: Floats,
    *,
    tolerance: float = 1e-4,
    at_depths: Floats | None = None,
) -> Floats:
    """Rise above rest while a constant heat source acts and after it has stopped.

    Parameters
    ----------
    grid : Grid
        Cells in r and z; the rim is adiabatic, so make it wide (`scan.treatment_grid`).
    thermal : LayeredThermal
        Layers of the skin; they need not meet the edges of the cells.
    surface : Surface
        Heat exchange at the surface; only `heat_transfer` counts, which acts on the rise.
    heat_source : ndarray of float64, shape (n_z, n_r)
        Power per volume, mean over each cell [W/m3].
    duration : float
        Time for which the source acts, from time 0 [s].
    times : ndarray of float64, shape (n_time,)
        Times at which the rise is returned, rising, from 0 on [s].
    tolerance : float
        Error allowed, relative to the largest rise at that time.
    at_depths : ndarray of float64, shape (n_depth, n_z), optional
        Weights of the cells at the depths to return; all cells when left out.

    Returns
    -------
    ndarray of float64, shape (n_time, n_z or n_depth, n_r)
        Mean rise of each cell, or of each depth [K].

    Raises
    ------
    ParameterError
        If shapes differ, times fall, or a number is outside its sane range.
    """
    source = _lit(heat_source, duration)
    run = _run(grid, thermal, surface, source, times, tolerance, at_depths)
    return run.follow([(0.0, duration, 1.0)], times, tolerance, 0.0).rise


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
) -> ConductionResult:
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
    run = _run(grid, thermal, surface, _lit(heat_source, duration), times, tolerance)
    return run.follow([(0.0, duration, 1.0)], times, tolerance, step)


def _lit(heat_source: Floats, duration: float) -> Floats:
    """Return the source as float64 if it has time to act."""
    if not TIME.require(duration, "duration") > 0.0:
        raise ParameterError("duration is 0 s; a source needs time to act, for example 3e-4 s.")
    return np.asarray(heat_source, dtype=np.float64)


def exposure_rise(
    grid: Grid,
    thermal: "LayeredThermal",
    surface: Surface | SurfaceSchedule,
    absorbed: Floats,
    temporal_profile: TemporalProfile,
    times: Floats,
    *,
    tolerance: float = 1e-4,
) -> ConductionResult:
    """Rise above the temperature without the light, for any power and cooling over time.

    Parameters
    ----------
    grid, thermal, times, tolerance
        As in `temperature_rise`.
    surface : Surface or SurfaceSchedule
        Heat exchange at the surface: the same all the time, or one after another.
    absorbed : ndarray of float64, shape (n_z, n_r)
        Energy absorbed per volume by the end of the exposure [J/m3].
    temporal_profile : TemporalProfile
        Share of that energy over time.

    Returns
    -------
    ConductionResult
        Rise of shape (n_time, n_z, n_r), and the balance of energy.

    Raises
    ------
    ParameterError
        If shapes differ, times fall, or a number is outside its sane range.

    Notes
    -----
    At one place and for a train of many pulses, `mean_rise.mean_rise` is far quicker.
    """
    source = np.asarray(absorbed, dtype=np.float64)
    run = _run(grid, thermal, surface, source, times, tolerance)
    return run.follow(list(temporal_profile.pieces()), times, tolerance, 0.0)


def _run(
    grid: Grid,
    thermal: "LayeredThermal",
    surface: Surface | SurfaceSchedule,
    source: Floats,
    times: Floats,
    tolerance: float,
    at_depths: Floats | None = None,
) -> Run:
    _check(grid, source, times, tolerance)
    course = [
        (begin, layered_cells(grid, thermal, part.heat_transfer))
        for begin, _, part in SurfaceSchedule.of(surface).pieces(math.inf)
    ]
    modes = radial_modes(grid)
    power = (np.ascontiguousarray(source) @ modes.to_modes) * np.diff(grid.z_edges)[:, None]
    return Run(course, modes, power, times.size, at_depths)


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
    surface: Surface | SurfaceSchedule,
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
    surface : Surface or SurfaceSchedule
        Heat exchange at the surface from time 0 on: the same, or one after another.
    start : ndarray of float64, shape (n_z,)
        Temperature at time 0 [K].
    times : ndarray of float64, shape (n_time,)
        Times at which the temperature is returned, rising, from 0 on [s].
    tolerance : float
        Error allowed, relative to the largest change since the surface last changed.

    Returns
    -------
    ndarray of float64, shape (n_time, n_z)
        Temperature at the cell centres [K].
    """
    if start.shape != (grid.shape[0],):
        raise ParameterError(
            f"start has shape {start.shape}; the grid has {grid.shape[0]} cells in depth."
        )
    column = Grid(r_edges=np.array([0.0, 1.0]), z_edges=grid.z_edges)
    found = np.empty((times.size, start.size))
    now = start
    for begin, end, part in SurfaceSchedule.of(surface).pieces(float(times[-1])):
        cells = layered_cells(grid, thermal, part.heat_transfer)
        beyond = np.concatenate([[part.ambient_temperature], now, [thermal.arterial_temperature]])
        flow = cells.conductance * np.diff(beyond)
        # what the start leaves unbalanced drives the change at a constant rate: a heat source
        unbalanced = np.diff(flow) + cells.perfusion * (thermal.arterial_temperature - now)
        unbalanced[0] -= cells.surface_share * part.evaporation
        source = (unbalanced / np.diff(grid.z_edges))[:, None]
        within = (times >= begin) & (times <= end)
        look = np.append(times[within] - begin, end - begin)
        change = temperature_rise(
            column, thermal, part, source, end - begin, look, tolerance=tolerance
        )
        found[within] = now + change[:-1, :, 0]
        now = now + change[-1, :, 0]
    return found


def _check(grid: Grid, source: Floats, times: Floats, tolerance: float) -> None:
    if source.shape != grid.shape:
        raise ParameterError(
            f"heat_source has shape {source.shape}; the grid has (n_z, n_r) = {grid.shape}."
        )
    if not np.isfinite(source).all():
        raise ParameterError("heat_source holds a value that is not finite; expected W/m3.")
    if times.ndim != 1 or times.size == 0 or times[0] < 0.0 or (np.diff(times) < 0.0).any():
        raise ParameterError(
            f"times must rise from 0 s or later; got shape {times.shape}. Sort them first."
        )
    if not 1e-10 <= tolerance <= 0.1:
        raise ParameterError(
            f"tolerance is {tolerance:g}; expected 1e-10 to 0.1 of the largest rise."
        )
