"""Checks that follicle, vessels, layers and mirror cell fit into one another."""

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from porelight.errors import ParameterError
from porelight.light.follicle import Follicle
from porelight.light.vessels import Vessel
from porelight.quantities import Floats
from porelight.tissue.optics import LayeredOptics


def require_fit(
    optics: LayeredOptics,
    cell_radius: float,
    follicle: Follicle | None,
    vessels: Sequence[Vessel],
) -> None:
    """Refuse parts that overlap or do not fit into the layers.

    Raises
    ------
    ParameterError
        If the follicle is wider than the cell or deeper than the layers, or if a vessel touches a
        plane, the follicle, another vessel or a cell.
    """
    if follicle is not None:
        _require_follicle(follicle, float(optics.thickness.sum()), cell_radius)
    if vessels and not math.isinf(cell_radius):
        raise ParameterError(
            f"a vessel runs on for ever, so it cannot lie in a cell of {cell_radius:g} m; leave "
            "out cell_radius, or the vessels."
        )
    planes = np.concatenate([[0.0], np.cumsum(optics.thickness)])
    for vessel in vessels:
        _require_between(vessel, planes, "a plane between layers")
        if follicle is not None:
            ends = np.array([follicle.funnel_depth, follicle.duct_depth])
            _require_between(vessel, ends, "the depth at which funnel or duct ends")
            _require_beside(vessel, follicle)
    deeper = sorted(vessels, key=lambda vessel: vessel.depth)
    for above, below in pairwise(deeper):
        if above.depth + above.radius >= below.depth - below.radius:
            raise ParameterError(
                f"the vessels at {above.depth:g} m and {below.depth:g} m share a depth; each needs "
                "depths of its own. Move one down, or make it thinner."
            )


def _require_follicle(follicle: Follicle, bottom: float, cell_radius: float) -> None:
    if follicle.widest >= cell_radius:
        raise ParameterError(
            f"the follicle reaches {follicle.widest:g} m from its axis but cell_radius is "
            f"{cell_radius:g} m; a cell must be wider than the pore and its gland."
        )
    if follicle.deepest >= bottom:
        raise ParameterError(
            f"the follicle is {follicle.deepest:g} m deep but the layers end at {bottom:g} m; "
            "make the last layer thicker, or infinite."
        )


def _require_between(vessel: Vessel, depths: Floats, what: str) -> None:
    met = depths[np.abs(depths - vessel.depth) <= vessel.radius]
    if met.size:
        raise ParameterError(
            f"the vessel at {vessel.depth:g} m, radius {vessel.radius:g} m, touches {what}, "
            f"{met[0]:g} m; it must lie within one layer. Move it, or make it thinner."
        )
    if vessel.depth > depths[-1] and what.startswith("a plane"):
        raise ParameterError(
            f"the vessel at {vessel.depth:g} m lies below the layers, which end at "
            f"{depths[-1]:g} m."
        )


def _require_beside(vessel: Vessel, follicle: Follicle) -> None:
    if abs(vessel.offset) - vessel.radius <= follicle.widest and (
        vessel.depth - vessel.radius < follicle.deepest
    ):
        raise ParameterError(
            f"the vessel at {vessel.depth:g} m runs {abs(vessel.offset):g} m from the axis, "
            f"radius {vessel.radius:g} m, and would touch the follicle, which reaches "
            f"{follicle.widest:g} m. Give it a larger offset, or place it deeper."
        )
