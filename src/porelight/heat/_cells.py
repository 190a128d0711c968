"""Layered skin on a grid: what each cell stores, and what flows between cells.

The layers need not meet the edges of the cells. Storage and lateral conduction are integrals over a
cell (layers side by side); conduction in depth is one over the integral of 1/k between two centres
(layers in series), which is the harmonic mean where an edge lies on the interface.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from porelight.grid import Grid
from porelight.quantities import Floats

if TYPE_CHECKING:
    from porelight.tissue.thermal import LayeredThermal


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Coefficients of the heat equation, integrated over the depth of each cell."""

    capacity: Floats  # (n_z,) heat per kelvin [J/(m2 K)]
    conductance: Floats  # (n_z + 1,) between centres; the ends lead outside [W/(m2 K)]
    perfusion: Floats  # (n_z,) heat taken up by blood per kelvin [W/(m2 K)]
    lateral: Floats  # (n_z,) conductivity times thickness [W/K]
    surface_share: float  # rise of the surface over the rise of the first centre


def layered_cells(grid: Grid, thermal: "LayeredThermal", heat_transfer: float) -> Cells:
    """Return the coefficients of layered skin on a grid under a surface."""
    edges, centres, layers = grid.z_edges, grid.z, thermal.thickness
    conductivity = thermal.thermal_conductivity
    resistance = _integral(1.0 / conductivity, layers, centres)
    deepest = float(_integral(1.0 / conductivity, layers, edges[-1:])[0])
    conductance = np.empty(edges.size)
    conductance[1:-1] = 1.0 / np.diff(resistance)
    conductance[0] = heat_transfer / (1.0 + heat_transfer * resistance[0])
    conductance[-1] = 1.0 / (deepest - resistance[-1])
    stored = thermal.density * thermal.specific_heat
    taken_up = thermal.perfusion_rate * thermal.blood_heat_capacity
    return Cells(
        capacity=np.diff(_integral(stored, layers, edges)),
        conductance=conductance,
        perfusion=np.diff(_integral(taken_up, layers, edges)),
        lateral=np.diff(_integral(conductivity, layers, edges)),
        surface_share=float(1.0 / (1.0 + heat_transfer * resistance[0])),
    )


def _integral(density: Floats, thickness: Floats, depth: Floats) -> Floats:
    """Integral of a layered density from the surface down to each depth; the last layer goes on."""
    top = np.concatenate([[0.0], np.cumsum(thickness[:-1])])
    room = np.concatenate([thickness[:-1], [np.inf]])
    return np.asarray(np.clip(depth[:, None] - top, 0.0, room) @ density, dtype=np.float64)
