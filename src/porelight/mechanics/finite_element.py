r"""Finite elements of a pore in a layered dermis, at finite strain: the reference for the ring.

The ring model treats skin as one flat sheet under small strain. Here the dermis is a body of
revolution around the pore (r, z) with a funnel or a straight hole, its modulus varies with r and z,
and its strain may be of any size. The tissue is a constrained mixture of neo-Hookean pools, each
with a natural configuration of its own (`porelight.mechanics._hyperelastic`). A pressure that stays
normal to the moving wall acts down to the depth of the plug; springs hold the far end and the bed,

.. math::
    P_{rr}(R) = s - k_R\,u_r(R)/R, \qquad P_{zz}(H) = -k_H\,w,\quad P_{rz}(H) = -k_H\,u ,

P the force per unloaded area. Displacements are quadratic and the pressure bilinear and continuous
on quadrilaterals (Taylor-Hood [1]_), so that nothing locks up to and at incompressibility. Newton's
method with a line search solves each load step; steps are halved where it fails.

It takes a fraction of a second per solution and is used to state the error of the ring model and to
fit `porelight.mechanics.orifice`, never inside an ensemble.

References
----------
.. [1] C. Taylor, P. Hood, "A numerical solution of the Navier-Stokes equations using the finite
       element technique", Comput. Fluids 1, 73-100 (1973), doi 10.1016/0045-7930(73)90027-3.
.. [2] J. Bonet, R. D. Wood, "Nonlinear Continuum Mechanics for Finite Element Analysis", 2nd ed.,
       Cambridge University Press (2008): follower pressure and its tangent, chapter 8.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from porelight.errors import ConvergenceError, ParameterError
from porelight.mechanics._assembly import Loads, displaced, fields, out_of_balance, tangent
from porelight.mechanics._axisymmetric import Indices, PoreGeometry, SpatialField
from porelight.quantities import Floats

__all__ = ["DeformedPore", "Pool", "PoreGeometry", "PoreProblem", "SpatialField", "deformed"]

TOLERANCE = 1e-10  # of the residual, in units of the modulus times the pore radius squared
_MOST_ITERATIONS = 15
_MOST_HALVINGS = 8
_SHORTEST_STEP = 1.0 / 128.0


def _one(r: Floats, z: Floats) -> Floats:
    return np.ones_like(r + z)


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """One constituent of the tissue; all are functions of (r, z) arrays.

    `radial`, `hoop` and `axial` are the stretches of the tissue at which this pool is free: below 1
    it pulls, as collagen laid down in stretched tissue does once the stretch is taken off. Their
    product is the volume at which it is free: a pool that shrinks in the plane and shall keep its
    volume needs an `axial` above 1.
    """

    modulus: SpatialField
    radial: SpatialField = _one
    hoop: SpatialField = _one
    axial: SpatialField = _one


@dataclass(frozen=True, slots=True, eq=False)
class PoreProblem:
    """A pore, its tissue and its loads; lengths in pore radii, stresses in any one unit."""

    geometry: PoreGeometry
    pools: tuple[Pool, ...]
    poisson_ratio: float
    wall_pressure: float = 0.0
    pressure_depth: float = math.inf  # the plug reaches from the surface to here
    far_stress: float = 0.0  # s
    far_stiffness: float = 0.0  # k_R, stress per strain
    far_profile: Callable[[Floats], Floats] = np.ones_like  # of s and k_R over the depth
    bed_stiffness: float = 0.0  # k_H, stress per length
    is_plane_strain: bool = False  # surface and bed slide between rigid plates

    def __post_init__(self) -> None:
        if not self.pools:
            raise ParameterError("a tissue needs at least one pool.")
        if not 0.05 <= self.poisson_ratio <= 0.5:
            raise ParameterError(
                f"poisson_ratio is {self.poisson_ratio:g}; expected 0.05 to 0.5 (incompressible)."
            )


@dataclass(frozen=True, slots=True, eq=False)
class DeformedPore:
    """A pore in balance with its loads."""

    problem: PoreProblem
    displacement: Floats  # (n_displacement,) [pore radii]
    pressure: Floats  # (n_pressure,)
    iterations: int  # of Newton's method, over all load steps
    residual: float  # largest force out of balance

    @property
    def depth(self) -> Floats:
        """Unloaded depths of the points on the wall, (n,) [pore radii]."""
        return np.asarray(self.problem.geometry.place[1][self.problem.geometry.wall_dofs])

    @property
    def wall_displacement(self) -> Floats:
        """Radial displacement of the wall at those depths, (n,) [pore radii]."""
        return np.asarray(self.displacement[self.problem.geometry.wall_dofs])

    @property
    def orifice(self) -> float:
        """Radial displacement of the opening, which a camera sees [pore radii]."""
        return float(self.wall_displacement[0])

    @property
    def mean(self) -> float:
        """Mean of the wall's radial displacement over its depth [pore radii]."""
        return float(np.trapezoid(self.wall_displacement, self.depth) / np.ptp(self.depth))

    @property
    def far_displacement(self) -> float:
        """Radial displacement of the far end, mean over the depth [pore radii]."""
        far = self.problem.geometry.far
        radial = np.einsum("eqi,ei->eq", far.value[:, :, 0, :], self.displacement[far.dofs])
        return float((radial * far.weight).sum() / far.weight.sum())


def deformed(problem: PoreProblem, start: DeformedPore | None = None) -> DeformedPore:
    """Load a pore and return it in balance.

    Parameters
    ----------
    problem : PoreProblem
        Geometry, tissue and loads.
    start : DeformedPore, optional
        A solution for other loads on the same geometry, from which loads go straight to these.
        Without it the body starts unloaded and stress-free.

    Returns
    -------
    DeformedPore
        Balanced to `TOLERANCE`.

    Raises
    ------
    ParameterError
        If a modulus or a natural stretch is not positive, or the start has another geometry.
    ConvergenceError
        If no balance is found: the loads are beyond what such tissue can carry.

    Notes
    -----
    Observed order of convergence of the orifice's displacement is above 3 for a smooth problem.
    """
    geometry = problem.geometry
    if start is not None and start.problem.geometry is not geometry:
        raise ParameterError("the start belongs to another geometry; solve without a start.")
    goal = Loads.of(problem)
    if start is None:
        origin = Loads.unloaded(goal)
        unknown = np.zeros(geometry.n_displacement + geometry.n_pressure)
    else:
        origin = Loads.of(start.problem)
        unknown = np.concatenate([start.displacement, start.pressure])
    free = _free_dofs(problem)
    done, step, count = 0.0, 1.0, 0
    while done < 1.0:
        aim = min(1.0, done + step)
        loads = goal if aim == 1.0 else origin.towards(goal, aim)
        found, spent, worst = _newton(geometry, loads, unknown, free)
        count += spent
        if worst <= TOLERANCE:
            unknown, done = found, aim
            step *= 2.0
        elif step > _SHORTEST_STEP:
            step *= 0.5
        else:
            raise ConvergenceError(
                f"no balance of the pore beyond {done:.0%} of its loads: forces of {worst:.2g} "
                f"moduli stay open, expected {TOLERANCE:.0e}. Pressure {problem.wall_pressure:g} "
                f"and far stress {problem.far_stress:g} are too much for this tissue, or the "
                "elements are too coarse."
            )
    return DeformedPore(
        problem=problem,
        displacement=unknown[: geometry.n_displacement],
        pressure=unknown[geometry.n_displacement :],
        iterations=count,
        residual=worst,
    )


def potential_energy(problem: PoreProblem, displacement: Floats, pressure: Floats) -> float:
    """Return the energy stored in tissue and springs, less the work of the far stress, per radian.

    The follower pressure has no potential on a wall with ends and is left out.
    """
    geometry, loads = problem.geometry, Loads.of(problem)
    body = geometry.body
    gradient, inner = fields(geometry, displacement, pressure)
    total = float((loads.tissue.energy(gradient, inner) * body.weight).sum())
    far, bed = (displaced(side, displacement) for side in (geometry.far, geometry.bed))
    springs = 0.5 * loads.far_stiffness / geometry.extent * far[..., 0] ** 2
    total += float(((springs - loads.far_stress * far[..., 0]) * geometry.far.weight).sum())
    held = 0.5 * loads.bed_stiffness * (bed**2).sum(axis=-1)
    return total + float((held * geometry.bed.weight).sum())


def _free_dofs(problem: PoreProblem) -> Indices:
    geometry = problem.geometry
    held = np.zeros(geometry.n_displacement + geometry.n_pressure, dtype=bool)
    if problem.is_plane_strain:
        z = geometry.place[1]
        held[: z.size] = ~geometry.is_radial & ((z == 0.0) | (z == geometry.thickness))
    elif problem.bed_stiffness == 0.0:
        # nothing else holds the body along z: hold the surface far from the pore
        held[geometry.anchor] = True
    return np.flatnonzero(~held)


def _newton(
    geometry: PoreGeometry, loads: Loads, unknown: Floats, free: Indices
) -> tuple[Floats, int, float]:
    """Return the unknowns, the iterations spent and the largest force left."""
    from scipy.sparse.linalg import splu  # noqa: PLC0415

    residual = out_of_balance(geometry, loads, unknown)[free]
    for iteration in range(_MOST_ITERATIONS):
        size = float(np.abs(residual).max())
        if size <= TOLERANCE:
            return unknown, iteration, size
        matrix = tangent(geometry, loads, unknown)[free][:, free]
        direction = np.zeros_like(unknown)
        try:
            direction[free] = splu(matrix.tocsc()).solve(-residual)
        except RuntimeError:  # singular
            return unknown, iteration, size
        share, norm = 1.0, float(np.linalg.norm(residual))
        for _ in range(_MOST_HALVINGS):
            trial = unknown + share * direction
            after = out_of_balance(geometry, loads, trial)[free]
            if np.linalg.norm(after) < (1.0 - 0.1 * share) * norm:
                break
            share *= 0.5
        else:
            if not norm < 1e3 * TOLERANCE:
                return unknown, iteration + 1, size
        unknown, residual = trial, after
    return unknown, _MOST_ITERATIONS, float(np.abs(residual).max())
