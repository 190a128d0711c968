r"""The reference: a pore through a layered dermis, axisymmetric finite elements at finite strain.

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

It takes a fraction of a second an answer and is used to state the error of the ring model and to
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
from typing import Any

import numpy as np

from porelight.errors import ConvergenceError, ParameterError
from porelight.mechanics._axisymmetric import Field, Indices, Points, PoreGeometry
from porelight.mechanics._hyperelastic import Tissue, cofactor, second_of_volume, volume_ratio
from porelight.quantities import Floats

__all__ = ["DeformedPore", "Field", "Pool", "PoreGeometry", "PoreProblem", "deformed"]

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

    modulus: Field
    radial: Field = _one
    hoop: Field = _one
    axial: Field = _one


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
    goal = _Loads.of(problem)
    if start is None:
        origin = _Loads.unloaded(goal)
        unknown = np.zeros(geometry.n_displacement + geometry.n_pressure)
    else:
        origin = _Loads.of(start.problem)
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
    geometry, loads = problem.geometry, _Loads.of(problem)
    body = geometry.body
    gradient, inner = _fields(geometry, displacement, pressure)
    total = float((loads.tissue.energy(gradient, inner) * body.weight).sum())
    far, bed = (_moved(side, displacement) for side in (geometry.far, geometry.bed))
    springs = 0.5 * loads.far_stiffness / geometry.extent * far[..., 0] ** 2
    total += float(((springs - loads.far_stress * far[..., 0]) * geometry.far.weight).sum())
    held = 0.5 * loads.bed_stiffness * (bed**2).sum(axis=-1)
    return total + float((held * geometry.bed.weight).sum())


@dataclass(frozen=True, slots=True, eq=False)
class _Loads:
    """A problem at the points: what may change from one load step to the next."""

    tissue: Tissue
    wall_pressure: Floats  # (n_element, n_point) of the wall
    far_stress: Floats  # (n_element, n_point) of the far end
    far_stiffness: Floats
    bed_stiffness: float

    @classmethod
    def of(cls, problem: PoreProblem) -> "_Loads":
        wall, far = problem.geometry.wall, problem.geometry.far
        profile = problem.far_profile(far.z)
        return cls(
            tissue=_tissue(problem),
            # a side of an element is under the plug as a whole or not at all
            wall_pressure=np.where(
                wall.z.mean(axis=1, keepdims=True) <= problem.pressure_depth,
                problem.wall_pressure,
                0.0,
            )
            * np.ones_like(wall.z),
            far_stress=problem.far_stress * profile,
            far_stiffness=problem.far_stiffness * profile,
            bed_stiffness=problem.bed_stiffness,
        )

    @classmethod
    def unloaded(cls, goal: "_Loads") -> "_Loads":
        shear = goal.tissue.shear
        tissue = Tissue(
            np.repeat(shear[..., None], 5, axis=-1),
            shear,
            goal.tissue.compliance,
            np.ones_like(shear),
            np.zeros_like(shear),
        )
        return cls(
            tissue=tissue,
            wall_pressure=0.0 * goal.wall_pressure,
            far_stress=0.0 * goal.far_stress,
            far_stiffness=goal.far_stiffness,
            bed_stiffness=goal.bed_stiffness,
        )

    def towards(self, other: "_Loads", share: float) -> "_Loads":
        """Return the loads at `share` of the way to others."""
        return _Loads(
            tissue=self.tissue.towards(other.tissue, share),
            wall_pressure=self.wall_pressure + share * (other.wall_pressure - self.wall_pressure),
            far_stress=self.far_stress + share * (other.far_stress - self.far_stress),
            far_stiffness=self.far_stiffness + share * (other.far_stiffness - self.far_stiffness),
            bed_stiffness=self.bed_stiffness + share * (other.bed_stiffness - self.bed_stiffness),
        )


def _tissue(problem: PoreProblem) -> Tissue:
    body = problem.geometry.body
    shape = body.r.shape
    shear, volume, logarithm = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    stiffness = np.zeros((*shape, 5))
    for pool in problem.pools:
        modulus, radial, hoop, axial = (
            np.broadcast_to(getattr(pool, name)(body.r, body.z), shape)
            for name in ("modulus", "radial", "hoop", "axial")
        )
        smallest = min(float(array.min()) for array in (modulus, radial, hoop, axial))
        if not smallest > 0.0:
            raise ParameterError(
                f"a pool's modulus or natural stretch is {smallest:g}; expected above 0."
            )
        mu = modulus / (2.0 * (1.0 + problem.poisson_ratio))
        shear += mu
        volume += mu * radial * hoop * axial
        logarithm += mu * np.log(radial * hoop * axial)
        for place, stretch in enumerate((radial, axial, radial, axial, hoop)):
            stiffness[..., place] += mu / stretch**2
    nu = problem.poisson_ratio
    # lambda = 2 mu nu / (1 - 2 nu)
    compliance = (1.0 - 2.0 * nu) / (2.0 * nu * shear)
    return Tissue(stiffness, shear, compliance, volume / shear, logarithm)


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


def _fields(
    geometry: PoreGeometry, displacement: Floats, pressure: Floats
) -> tuple[Floats, Floats]:
    """Deformation gradient and pressure at the points of the body."""
    inner = np.einsum("eqi,ei->eq", geometry.pressure, pressure[geometry.pressure_dofs])
    return _deformation(geometry.body, displacement), np.asarray(inner)


def _deformation(points: Points, displacement: Floats) -> Floats:
    gradient = points.gradient @ displacement[points.dofs][:, None, :, None]
    return np.asarray(gradient[..., 0] + np.array([1.0, 0.0, 0.0, 1.0, 1.0]))


def _moved(points: Points, displacement: Floats) -> Floats:
    """Displacement (u, w) at points, (n_element, n_point, 2)."""
    return np.asarray((points.value @ displacement[points.dofs][:, None, :, None])[..., 0])


def _newton(
    geometry: PoreGeometry, loads: _Loads, unknown: Floats, free: Indices
) -> tuple[Floats, int, float]:
    """Return the unknowns, the iterations spent and the largest force left."""
    from scipy.sparse.linalg import splu  # noqa: PLC0415

    residual = _residual(geometry, loads, unknown)[free]
    for iteration in range(_MOST_ITERATIONS):
        size = float(np.abs(residual).max())
        if size <= TOLERANCE:
            return unknown, iteration, size
        matrix = _tangent(geometry, loads, unknown)[free][:, free]
        direction = np.zeros_like(unknown)
        try:
            direction[free] = splu(matrix.tocsc()).solve(-residual)
        except RuntimeError:  # singular
            return unknown, iteration, size
        share, norm = 1.0, float(np.linalg.norm(residual))
        for _ in range(_MOST_HALVINGS):
            trial = unknown + share * direction
            after = _residual(geometry, loads, trial)[free]
            if np.linalg.norm(after) < (1.0 - 0.1 * share) * norm:
                break
            share *= 0.5
        else:
            if not norm < 1e3 * TOLERANCE:
                return unknown, iteration + 1, size
        unknown, residual = trial, after
    return unknown, _MOST_ITERATIONS, float(np.abs(residual).max())


def _residual(geometry: PoreGeometry, loads: _Loads, unknown: Floats) -> Floats:
    """Return the forces out of balance; infinite where an element would turn inside out."""
    displacement = unknown[: geometry.n_displacement]
    body, wall, far, bed = geometry.body, geometry.wall, geometry.far, geometry.bed
    gradient, inner = _fields(geometry, displacement, unknown[geometry.n_displacement :])
    if not (volume_ratio(gradient) > 0.0).all():
        return np.full_like(unknown, np.inf)
    stress, volume = loads.tissue.stress(gradient, inner)
    out = np.zeros_like(unknown)
    force = np.einsum("eqa,eqai->ei", stress * body.weight[..., None], body.gradient)
    _add(out, body.dofs, force)
    pressure = np.einsum("eq,eqi->ei", volume * body.weight, geometry.pressure)
    _add(out, geometry.n_displacement + geometry.pressure_dofs, pressure)
    # traction -p n on the moved area: J F^-T N dA
    push = loads.wall_pressure * wall.weight
    normal = _moved_normal(cofactor(_deformation(wall, displacement)), wall.normal)
    _add(out, wall.dofs, np.einsum("eq,eqc,eqci->ei", push, normal, wall.value))
    pull = loads.far_stiffness / geometry.extent * _moved(far, displacement)[..., 0]
    force = np.einsum("eq,eqi->ei", (pull - loads.far_stress) * far.weight, far.value[:, :, 0, :])
    _add(out, far.dofs, force)
    held = loads.bed_stiffness * _moved(bed, displacement) * bed.weight[..., None]
    _add(out, bed.dofs, np.einsum("eqc,eqci->ei", held, bed.value))
    return out


def _tangent(geometry: PoreGeometry, loads: _Loads, unknown: Floats) -> Any:
    """Return the derivative of the residual, a sparse matrix."""
    from scipy.sparse import coo_matrix  # noqa: PLC0415

    displacement = unknown[: geometry.n_displacement]
    body, wall, far, bed = geometry.body, geometry.wall, geometry.far, geometry.bed
    gradient, inner = _fields(geometry, displacement, unknown[geometry.n_displacement :])
    second, mixed, twice = loads.tissue.tangent(gradient, inner)
    weighted = second * body.weight[..., None, None]
    blocks = [(body.dofs, body.dofs, _sandwich(body.gradient, weighted))]
    cross = np.einsum("eqa,eqai->eqi", mixed * body.weight[..., None], body.gradient)
    cross = np.swapaxes(cross, 1, 2) @ geometry.pressure
    pressure_dofs = geometry.n_displacement + geometry.pressure_dofs
    blocks.append((body.dofs, pressure_dofs, cross))
    blocks.append((pressure_dofs, body.dofs, np.swapaxes(cross, 1, 2)))
    spread = (twice * body.weight)[..., None] * geometry.pressure
    blocks.append((pressure_dofs, pressure_dofs, np.swapaxes(spread, 1, 2) @ geometry.pressure))
    turned = second_of_volume(_deformation(wall, displacement))
    normal = _moved_normal(np.swapaxes(turned, 2, 3), wall.normal[:, :, None, :])
    change = np.swapaxes(normal, 2, 3) @ wall.gradient  # of the area vector, (..., 2, n_local)
    push = (loads.wall_pressure * wall.weight)[..., None, None] * change
    blocks.append((wall.dofs, wall.dofs, np.einsum("eqci,eqcj->eij", wall.value, push)))
    radial = far.value[:, :, 0, :]
    spring = (loads.far_stiffness / geometry.extent * far.weight)[..., None] * radial
    blocks.append((far.dofs, far.dofs, np.swapaxes(radial, 1, 2) @ spring))
    held = (loads.bed_stiffness * bed.weight)[..., None, None] * bed.value
    blocks.append((bed.dofs, bed.dofs, np.einsum("eqci,eqcj->eij", bed.value, held)))
    rows, columns, entries = [], [], []
    for left, right, block in blocks:
        rows.append(np.broadcast_to(left[:, :, None], block.shape).ravel())
        columns.append(np.broadcast_to(right[:, None, :], block.shape).ravel())
        entries.append(block.ravel())
    size = unknown.size
    places = (np.concatenate(rows), np.concatenate(columns))
    return coo_matrix((np.concatenate(entries), places), shape=(size, size)).tocsr()


def _sandwich(gradient: Floats, middle: Floats) -> Floats:
    """Sum over points of B^T D B, (n_element, n_local, n_local)."""
    n_element, n_point, n_row, n_local = gradient.shape
    right = (middle @ gradient).reshape(n_element, n_point * n_row, n_local)
    left = gradient.reshape(n_element, n_point * n_row, n_local)
    return np.asarray(np.swapaxes(left, 1, 2) @ right)


def _moved_normal(cof: Floats, normal: Floats) -> Floats:
    """J F^-T N of cofactors in the order of F: (..., 5) and (..., 2) give (..., 2)."""
    radial = cof[..., 0] * normal[..., 0] + cof[..., 1] * normal[..., 1]
    axial = cof[..., 2] * normal[..., 0] + cof[..., 3] * normal[..., 1]
    return np.stack([radial, axial], axis=-1)


def _add(out: Floats, dofs: Indices, force: Floats) -> None:
    out += np.bincount(dofs.ravel(), weights=force.ravel(), minlength=out.size)
