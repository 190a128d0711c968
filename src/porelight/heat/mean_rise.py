r"""The rise at one place under any course of power, exact in time.

Radial modes part the rise into independent problems in depth (`_modes`). Each of these is
tridiagonal and, scaled by the root of the heat capacity C, symmetric:

.. math:: v' = -B\,v + C^{-1/2}\,p\,s(t), \qquad B = C^{-1/2} A\, C^{-1/2} = Q \Lambda Q^T .

In the coordinates :math:`a = Q^T v` power that is constant over an interval :math:`\Delta` acts as

.. math:: a(t + \Delta) = e^{-\Lambda \Delta} a(t) + s\,\Lambda^{-1} (1 - e^{-\Lambda \Delta})\, b ,

without an error of time, so an interval costs the same whatever its length: five thousand pulses
are ten thousand products. `exposure_rise` solves the same equations by steps and gives the balance
of energy; one checks the other.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from porelight.errors import ParameterError
from porelight.grid import Grid
from porelight.heat._cells import Cells, layered_cells
from porelight.heat._modes import RadialModes, radial_modes
from porelight.heat.cooling import SurfaceSchedule
from porelight.heat.surface import Surface
from porelight.heat.temporal_profile import TemporalProfile
from porelight.quantities import Floats

if TYPE_CHECKING:
    from porelight.tissue.thermal import LayeredThermal

_AT_ONCE = 64  # times whose modes are held at once


@dataclass(frozen=True, slots=True, eq=False)
class _DepthModes:
    """Modes in depth of every radial mode, under one surface."""

    decay: Floats  # (n_r, n_z) [1/s]
    vectors: Floats  # (n_r, n_z, n_z): modes along the last axis, of the rise times root capacity
    drive: Floats  # (n_r, n_z) by which the source feeds each mode
    shown: Floats  # (n_r * n_z, n_z): modes @ shown is the mean rise in depth [K]


def mean_rise(
    grid: Grid,
    thermal: "LayeredThermal",
    surface: Surface | SurfaceSchedule,
    absorbed: Floats,
    temporal_profile: TemporalProfile,
    times: Floats,
    weight: Floats,
) -> Floats:
    """Mean rise over some rings, above the temperature without the light.

    Parameters
    ----------
    grid : Grid
        Cells in r and z; the rim is adiabatic, so make it wide.
    thermal : LayeredThermal
        Layers of the skin; they need not meet the edges of the cells.
    surface : Surface or SurfaceSchedule
        Heat exchange at the surface: the same all the time, or one after another.
    absorbed : ndarray of float64, shape (n_z, n_r)
        Energy absorbed per volume by the end of the exposure [J/m3].
    temporal_profile : TemporalProfile
        Share of that energy over time.
    times : ndarray of float64, shape (n_time,)
        Times at which the rise is returned, rising, from 0 on [s].
    weight : ndarray of float64, shape (n_r,)
        Weight of each ring in the mean; they add up to 1.

    Returns
    -------
    ndarray of float64, shape (n_time, n_z)
        Mean rise of the cells at each depth [K].

    Raises
    ------
    ParameterError
        If shapes differ or times fall.
    """
    if absorbed.shape != grid.shape or weight.shape != grid.shape[1:]:
        raise ParameterError(
            f"absorbed has shape {absorbed.shape} and weight {weight.shape}; the grid has "
            f"(n_z, n_r) = {grid.shape}."
        )
    if times.ndim != 1 or times.size == 0 or times[0] < 0.0 or (np.diff(times) < 0.0).any():
        raise ParameterError(f"times must rise from 0 s or later; got shape {times.shape}.")
    radial = radial_modes(grid)
    power = (absorbed @ radial.to_modes).T * np.diff(grid.z_edges)
    rise = np.zeros((times.size, grid.shape[0]))
    course = SurfaceSchedule.of(surface).pieces(math.inf)
    pieces = [*temporal_profile.pieces(), (temporal_profile.duration, math.inf, 0.0)]
    state = np.zeros_like(power)  # rise times root capacity, (n_r, n_z)
    root = np.sqrt(layered_cells(grid, thermal, course[0][2].heat_transfer).capacity)
    for begin, end, part in course:
        modes = _depth_modes(
            layered_cells(grid, thermal, part.heat_transfer), radial, power, weight
        )
        now = np.einsum("mzi,mz->mi", modes.vectors, state)
        within = [
            (max(since, begin), min(until, end), strength)
            for since, until, strength in pieces
            if since < end and until > begin and since < times[-1]
        ]
        now = _follow(modes, now, within, times, rise)
        state = np.einsum("mzi,mi->mz", modes.vectors, now)
        if end >= times[-1]:
            break
    return np.asarray(rise / root)


def _depth_modes(cells: Cells, radial: RadialModes, power: Floats, weight: Floats) -> _DepthModes:
    from scipy.linalg import eigh_tridiagonal  # noqa: PLC0415  (heavy, used once)

    root = np.sqrt(cells.capacity)
    between = cells.conductance
    diagonal = between[:-1] + between[1:] + cells.perfusion
    beside = -between[1:-1] / (root[:-1] * root[1:])
    n_r, n_z = power.shape
    decay, vectors = np.empty((n_r, n_z)), np.empty((n_r, n_z, n_z))
    for m in range(n_r):
        main = (diagonal + radial.decay[m] * cells.lateral) / cells.capacity
        decay[m], vectors[m] = eigh_tridiagonal(main, beside)
    shown = vectors * (radial.from_modes @ weight)[:, None, None]
    return _DepthModes(
        decay=decay,
        vectors=vectors,
        drive=np.einsum("mzi,mz->mi", vectors, power / root),
        shown=np.ascontiguousarray(shown.transpose(0, 2, 1).reshape(n_r * n_z, n_z)),
    )


def _follow(
    modes: _DepthModes,
    state: Floats,
    pieces: list[tuple[float, float, float]],
    times: Floats,
    rise: Floats,
) -> Floats:
    """Advance the modes through intervals, and write the rise at the times that lie in them."""

    @lru_cache(maxsize=8)  # the intervals of a train are few, repeated
    def step(length: float) -> tuple[Floats, Floats]:
        gone = -np.expm1(-modes.decay * length)
        return 1.0 - gone, gone / modes.decay * modes.drive

    for begin, end, strength in pieces:
        first, last = np.searchsorted(times, (begin, end), side="right")
        for start in range(first, last, _AT_ONCE):
            some = slice(start, min(start + _AT_ONCE, last))
            gone = -np.expm1(-modes.decay * (times[some, None, None] - begin))
            held = (1.0 - gone) * state
            if strength:
                held += strength * gone / modes.decay * modes.drive
            rise[some] = held.reshape(len(held), -1) @ modes.shown
        if not math.isfinite(end):
            break
        # twelve digits: lengths of equal intervals differ in the last bits of their ends
        kept, gained = step(float(f"{end - begin:.12g}"))
        state = kept * state + strength * gained if strength else kept * state
    return state
