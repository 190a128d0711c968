"""The response of skin to one pulse, per joule, from microseconds to the end of a session."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from porelight.errors import ParameterError
from porelight.grid import Grid, graded_edges
from porelight.heat._cells import layered_cells
from porelight.heat._midpoints import with_midpoints
from porelight.heat.conduction import temperature_rise
from porelight.heat.surface import Surface
from porelight.quantities import PULSE_DURATION, SPOT_DIAMETER, Floats

if TYPE_CHECKING:
    from porelight.tissue.thermal import LayeredThermal

# a response that falls as t^-1.5 is then right to 0.1 % between nodes
NODES_PER_DECADE = 40
# first time of the response as a share of the pulse; before it the rise is linear in time
_EARLIEST = 0.01


@dataclass(frozen=True, slots=True, eq=False)
class PulseResponse:
    """Rise per joule delivered in one pulse that begins at time 0 on the axis."""

    time: Floats  # (n_time,) of equal ratio [s]
    r: Floats  # (n_r,) from 0 [m]
    depth: Floats  # (n_depth,) [m]
    rise: Floats  # (n_time, n_depth, n_r) [K/J]

    def __post_init__(self) -> None:
        shape = (self.time.size, self.depth.size, self.r.size)
        if self.rise.shape != shape or min(shape[0], shape[2]) < 2:
            raise ParameterError(
                f"rise has shape {self.rise.shape}; time, depth and r make it {shape}, with at "
                "least two times and two radii."
            )
        steps = np.diff(np.log(self.time)) if (self.time > 0.0).all() else np.array([0.0, 1.0])
        if np.ptp(steps) > 1e-6 * abs(steps[0]) or steps[0] <= 0.0:
            raise ParameterError(
                "time must rise from above 0 s with a constant ratio; use pulse_response or "
                "numpy.geomspace."
            )
        if self.r[0] != 0.0 or (np.diff(self.r) <= 0.0).any():
            raise ParameterError("r must start at 0 m and increase strictly.")


def treatment_grid(
    spot_diameter: float,
    *,
    interfaces: Sequence[float] = (),
    first_depth: float = 4e-6,
    r_extent: float = 60e-3,
    z_extent: float = 30e-3,
) -> Grid:
    """Grid for one pulse of a treatment: fine under the spot, wide and deep enough for minutes.

    Parameters
    ----------
    spot_diameter : float
        Diameter of the beam [m]; its rim lies on an edge, with ten rings inside.
    interfaces : sequence of float
        Depths of layer interfaces onto which the nearest edges are moved [m].
    first_depth : float
        Thickness of the first cell [m].
    r_extent, z_extent : float
        Size of the domain [m]. Heat spreads sqrt(4 alpha t), 10 mm in 5 minutes and 25 mm in half
        an hour.

    Returns
    -------
    Grid
        About 90 x 65 cells for a spot of 5 mm.
    """
    SPOT_DIAMETER.require(spot_diameter)
    fine = spot_diameter / 20.0
    inner = fine * np.arange(16)
    outer = graded_edges(1.08 * fine, 1.08, 1.5e-3, r_extent - inner[-1])
    z_edges = graded_edges(first_depth, 1.08, 1e-3, z_extent)
    for depth in interfaces:
        if not 0.0 < depth < z_extent:
            raise ParameterError(
                f"interface at {depth:g} m; expected between 0 and the grid's {z_extent:g} m."
            )
        nearest = max(1, int(np.abs(z_edges[:-1] - depth).argmin()))
        z_edges[nearest] = depth
    return Grid(r_edges=np.concatenate([inner, inner[-1] + outer[1:]]), z_edges=z_edges)


def pulse_response(
    grid: Grid,
    thermal: "LayeredThermal",
    surface: Surface,
    absorbed: Floats,
    pulse_duration: float,
    depths: Floats,
    until: float,
) -> PulseResponse:
    """Response to one pulse at the depths asked for.

    Parameters
    ----------
    grid : Grid
        Wide and deep enough for `until`; see `treatment_grid`.
    thermal : LayeredThermal
        Layers of the skin.
    surface : Surface
        Heat exchange at the surface; only `heat_transfer` counts, which acts on the rise.
    absorbed : ndarray of float64, shape (n_z, n_r)
        Energy absorbed per volume, per joule delivered [1/m3].
    pulse_duration : float
        Length of the pulse [s].
    depths : ndarray of float64, shape (n_depth,)
        Depths at which the rise is returned [m]; 0 is the surface itself.
    until : float
        Longest time since a pulse that will be asked for [s].

    Returns
    -------
    PulseResponse
        Rise at 40 times per decade, of which one is the end of the pulse, and at r = 0, the
        centres of the rings and midway between them.

    Raises
    ------
    ParameterError
        If a depth is outside the grid, or `until` ends before the pulse does.
    """
    PULSE_DURATION.require(pulse_duration)
    if not until > pulse_duration:
        raise ParameterError(
            f"until is {until:g} s; expected more than the pulse duration, {pulse_duration:g} s."
        )
    deepest = float(grid.z_edges[-1])
    if depths.ndim != 1 or not ((depths >= 0.0) & (depths <= deepest)).all():
        raise ParameterError(f"depths must lie between 0 and {deepest:g} m, the end of the grid.")
    early = math.ceil(-math.log10(_EARLIEST) * NODES_PER_DECADE)
    late = math.ceil(math.log10(until / pulse_duration) * NODES_PER_DECADE)
    time = pulse_duration * 10.0 ** (np.arange(-early, late + 1) / NODES_PER_DECADE)
    # exactly the end of the pulse, where the rise has its kink
    time[early] = pulse_duration
    power = absorbed / pulse_duration
    share = layered_cells(grid, thermal, surface.heat_transfer).surface_share
    at_depths = temperature_rise(
        *(grid, thermal, surface, power, pulse_duration, time),
        at_depths=_depth_weights(grid, share, depths),
    )
    r = np.concatenate([[0.0], grid.r])
    # even in r: the value on the axis follows from the first two rings
    bend = grid.r[0] ** 2 / (grid.r[1] ** 2 - grid.r[0] ** 2)
    axis = at_depths[:, :, :1] * (1.0 + bend) - at_depths[:, :, 1:2] * bend
    profile = np.concatenate([axis, at_depths], axis=2)
    # sums over thousands of pulses would feel the bias of straight lines across a convex tail;
    # the monotone cubic adds no ripple at the rim of the spot
    finer = np.sort(np.concatenate([r, 0.5 * (r[1:] + r[:-1])]))
    return PulseResponse(time, finer, depths, with_midpoints(r, profile))


def _depth_weights(grid: Grid, surface_share: float, depths: Floats) -> Floats:
    """Return the weight of each cell in each depth, (n_depth, n_z).

    Linear in depth between surface, centres and deepest edge.
    """
    nodes = np.concatenate([[0.0], grid.z, [grid.z_edges[-1]]])
    upper = np.clip(np.searchsorted(nodes, depths, side="right") - 1, 0, nodes.size - 2)
    lower_share = (depths - nodes[upper]) / np.diff(nodes)[upper]
    # the surface is a share of the first cell, the deep end is 0
    weights = np.zeros((depths.size, nodes.size))
    rows = np.arange(depths.size)
    weights[rows, upper] += 1.0 - lower_share
    weights[rows, upper + 1] += lower_share
    weights[:, 1] += surface_share * weights[:, 0]
    return np.ascontiguousarray(weights[:, 1:-1])
