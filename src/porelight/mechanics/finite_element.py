r"""The reference: a pore through a dermis of finite thickness, axisymmetric finite elements.

The ring model treats skin as one flat sheet. Here the dermis has a depth: it is solved as a
three-dimensional body of revolution around the pore (r, z), small strain, isotropic elasticity with
a modulus that varies with r and z, a radial and a hoop eigenstrain (the depth direction keeps its
thickness), pressure on the wall, a free surface, springs below (fat), and tension with springs at
the far end,

.. math::
    \sigma_{rr}(R) + k_R\,u_r(R)/R = s,\qquad
    \sigma_{zz}(H) = -k_H\,u_z,\quad \sigma_{rz}(H) = -k_H\,u_r .

Quadratic elements on a tensor grid. It is slow (a second an answer, half of it for loading the
library) and is used to state the error of the ring model, never inside an ensemble.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from porelight.errors import ParameterError
from porelight.quantities import Floats

Field: TypeAlias = Callable[[Floats, Floats], Floats]


@dataclass(frozen=True, slots=True, eq=False)
class PoreProblem:
    """A pore in a dermis; lengths in pore radii, stresses in any one unit.

    `modulus`, `radial_eigenstrain` and `hoop_eigenstrain` are functions of (r, z) arrays.
    """

    r_edges: Floats  # (n_r + 1,), the first is the wall
    z_edges: Floats  # (n_z + 1,), from 0 at the surface to the thickness of the dermis
    modulus: Field
    radial_eigenstrain: Field
    hoop_eigenstrain: Field
    poisson_ratio: float
    wall_pressure: float
    far_stress: float
    far_stiffness: float  # k_R, stress per strain
    bed_stiffness: float = 0.0  # k_H, stress per length

    def __post_init__(self) -> None:
        for name, edges in (("r_edges", self.r_edges), ("z_edges", self.z_edges)):
            if edges.ndim != 1 or edges.size < 2 or not (np.diff(edges) > 0.0).all():
                raise ParameterError(f"{name} must increase strictly, with at least two values.")
        if not self.r_edges[0] > 0.0:
            raise ParameterError(
                f"the pore's wall is at r = {self.r_edges[0]:g}; expected above 0."
            )
        if not 0.0 <= self.poisson_ratio <= 0.49:
            raise ParameterError(
                f"poisson_ratio is {self.poisson_ratio:g}; expected 0 to 0.49: a body of finite "
                "thickness locks as it becomes incompressible."
            )


@dataclass(frozen=True, slots=True, eq=False)
class WallDisplacement:
    """Radial displacement of the pore's wall along its depth."""

    depth: Floats  # (n,) [pore radii]
    displacement: Floats  # (n,) [pore radii]

    @property
    def mean(self) -> float:
        """Mean over the depth of the wall [pore radii]."""
        return float(np.trapezoid(self.displacement, self.depth) / np.ptp(self.depth))

    @property
    def at_surface(self) -> float:
        """Displacement of the orifice [pore radii]."""
        return float(self.displacement[0])


def wall_displacement(problem: PoreProblem) -> WallDisplacement:
    """Solve the pore and return how far its wall moves outward.

    Parameters
    ----------
    problem : PoreProblem
        Geometry, tissue and loads.

    Returns
    -------
    WallDisplacement
        Radial displacement against depth [pore radii].

    Notes
    -----
    Observed order of convergence in the wall displacement is above 2 for smooth properties. With
    both faces free and uniform tissue the solution is Lamé's, which quadratic elements meet to
    about 1e-5 on 24 elements along r. Poisson's ratio is limited to 0.49.
    """
    # the library takes 2 s to load, and only this reference needs it
    import skfem  # noqa: PLC0415

    mesh = skfem.MeshQuad.init_tensor(problem.r_edges, problem.z_edges)
    element = skfem.ElementVector(skfem.ElementQuad2())
    inside = skfem.Basis(mesh, element, intorder=5)
    sides = {
        "wall": skfem.FacetBasis(mesh, element, intorder=5, facets=_facets(mesh, 0, 0)),
        "far": skfem.FacetBasis(mesh, element, intorder=5, facets=_facets(mesh, 0, -1)),
        "bed": skfem.FacetBasis(mesh, element, intorder=5, facets=_facets(mesh, 1, -1)),
    }
    far = problem.r_edges[-1]
    stiffness = skfem.BilinearForm(_strain_energy(problem)).assemble(inside)
    stiffness += skfem.BilinearForm(
        lambda u, v, w: problem.far_stiffness / far * u[0] * v[0] * w.x[0]
    ).assemble(sides["far"])
    stiffness += skfem.BilinearForm(
        lambda u, v, w: problem.bed_stiffness * (u[0] * v[0] + u[1] * v[1]) * w.x[0]
    ).assemble(sides["bed"])
    load = skfem.LinearForm(_eigenstrain_load(problem)).assemble(inside)
    load += skfem.LinearForm(lambda v, w: problem.wall_pressure * v[0] * w.x[0]).assemble(
        sides["wall"]
    )
    load += skfem.LinearForm(lambda v, w: problem.far_stress * v[0] * w.x[0]).assemble(sides["far"])

    radial = _radial_dofs(inside)
    r, z = inside.doflocs
    fixed = np.empty(0, dtype=np.int64)
    if problem.bed_stiffness == 0.0:
        # nothing else holds the body along z: hold the rim of the orifice
        rim = np.flatnonzero(np.isclose(r, problem.r_edges[0]) & (z == problem.z_edges[0]))
        fixed = np.setdiff1d(rim, radial)
    solution = skfem.solve(*skfem.condense(stiffness, load, D=fixed))

    wall = np.intersect1d(np.flatnonzero(np.isclose(r, problem.r_edges[0])), radial)
    order = wall[np.argsort(z[wall])]
    return WallDisplacement(depth=z[order], displacement=solution[order])


def _strain_energy(problem: PoreProblem) -> Callable[..., Any]:
    def form(u: Any, v: Any, w: Any) -> Any:
        r, z = w.x
        lame, shear = _lame_constants(problem, r, z)
        strain, test = _strains(u, r), _strains(v, r)
        trace = lame * sum(strain[:3]) * sum(test[:3])
        direct = 2.0 * shear * sum(a * b for a, b in zip(strain[:3], test[:3], strict=True))
        return (trace + direct + shear * strain[3] * test[3]) * r

    return form


def _eigenstrain_load(problem: PoreProblem) -> Callable[..., Any]:
    def form(v: Any, w: Any) -> Any:
        r, z = w.x
        lame, shear = _lame_constants(problem, r, z)
        radial, hoop = problem.radial_eigenstrain(r, z), problem.hoop_eigenstrain(r, z)
        test = _strains(v, r)
        trace = lame * (radial + hoop) * sum(test[:3])
        return (trace + 2.0 * shear * (radial * test[0] + hoop * test[1])) * r

    return form


def _lame_constants(problem: PoreProblem, r: Floats, z: Floats) -> tuple[Floats, Floats]:
    modulus, nu = problem.modulus(r, z), problem.poisson_ratio
    return modulus * nu / ((1.0 + nu) * (1.0 - 2.0 * nu)), modulus / (2.0 * (1.0 + nu))


def _strains(u: Any, r: Floats) -> tuple[Any, Any, Any, Any]:
    """Radial, hoop, depth and (engineering) shear strain."""
    gradient = u.grad
    return gradient[0, 0], u[0] / r, gradient[1, 1], gradient[0, 1] + gradient[1, 0]


def _facets(mesh: Any, axis: int, end: int) -> Any:
    place = np.unique(mesh.p[axis])[end]
    return mesh.facets_satisfying(lambda x: np.isclose(x[axis], place), boundaries_only=True)


def _radial_dofs(basis: Any) -> Any:
    """Degrees of freedom whose component is radial (vertices, facets and interiors alike)."""
    dofs = basis.dofs
    groups = (dofs.nodal_dofs[0], dofs.facet_dofs[0], dofs.interior_dofs[0])
    return np.concatenate([np.ravel(group) for group in groups])
