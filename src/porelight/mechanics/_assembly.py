r"""Forces on the finite elements of a pore, and how they change.

A problem is evaluated at the points of quadrature once (`Loads`); the rest works on these arrays.
The order of the five components of a deformation gradient is rr, rz, zr, zz, and the hoop.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from porelight.errors import ParameterError
from porelight.mechanics._axisymmetric import Indices, Points, PoreGeometry
from porelight.mechanics._hyperelastic import Tissue, cofactor, second_of_volume, volume_ratio
from porelight.quantities import Floats

if TYPE_CHECKING:
    from porelight.mechanics.finite_element import PoreProblem


@dataclass(frozen=True, slots=True, eq=False)
class Loads:
    """A problem at the quadrature points: tissue and loads, which change from step to step."""

    tissue: Tissue
    wall_pressure: Floats  # (n_element, n_point) of the wall
    far_stress: Floats  # (n_element, n_point) of the far end
    far_stiffness: Floats
    bed_stiffness: float

    @classmethod
    def of(cls, problem: "PoreProblem") -> "Loads":
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
    def unloaded(cls, goal: "Loads") -> "Loads":
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

    def towards(self, other: "Loads", share: float) -> "Loads":
        """Return the loads at `share` of the way to others."""
        return Loads(
            tissue=self.tissue.towards(other.tissue, share),
            wall_pressure=self.wall_pressure + share * (other.wall_pressure - self.wall_pressure),
            far_stress=self.far_stress + share * (other.far_stress - self.far_stress),
            far_stiffness=self.far_stiffness + share * (other.far_stiffness - self.far_stiffness),
            bed_stiffness=self.bed_stiffness + share * (other.bed_stiffness - self.bed_stiffness),
        )


def _tissue(problem: "PoreProblem") -> Tissue:
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


def out_of_balance(geometry: PoreGeometry, loads: Loads, unknown: Floats) -> Floats:
    """Return the forces out of balance; infinite where an element would turn inside out."""
    displacement = unknown[: geometry.n_displacement]
    body, wall, far, bed = geometry.body, geometry.wall, geometry.far, geometry.bed
    gradient, inner = fields(geometry, displacement, unknown[geometry.n_displacement :])
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
    pull = loads.far_stiffness / geometry.extent * displaced(far, displacement)[..., 0]
    force = np.einsum("eq,eqi->ei", (pull - loads.far_stress) * far.weight, far.value[:, :, 0, :])
    _add(out, far.dofs, force)
    held = loads.bed_stiffness * displaced(bed, displacement) * bed.weight[..., None]
    _add(out, bed.dofs, np.einsum("eqc,eqci->ei", held, bed.value))
    return out


def tangent(geometry: PoreGeometry, loads: Loads, unknown: Floats) -> Any:
    """Return the derivative of the residual, a sparse matrix."""
    from scipy.sparse import coo_matrix  # noqa: PLC0415

    displacement = unknown[: geometry.n_displacement]
    body, wall, far, bed = geometry.body, geometry.wall, geometry.far, geometry.bed
    gradient, inner = fields(geometry, displacement, unknown[geometry.n_displacement :])
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


def fields(geometry: PoreGeometry, displacement: Floats, pressure: Floats) -> tuple[Floats, Floats]:
    """Deformation gradient and pressure at the points of the body."""
    inner = np.einsum("eqi,ei->eq", geometry.pressure, pressure[geometry.pressure_dofs])
    return _deformation(geometry.body, displacement), np.asarray(inner)


def _deformation(points: Points, displacement: Floats) -> Floats:
    gradient = points.gradient @ displacement[points.dofs][:, None, :, None]
    return np.asarray(gradient[..., 0] + np.array([1.0, 0.0, 0.0, 1.0, 1.0]))


def displaced(points: Points, displacement: Floats) -> Floats:
    """Displacement (u, w) at points, (n_element, n_point, 2)."""
    return np.asarray((points.value @ displacement[points.dofs][:, None, :, None])[..., 0])


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
