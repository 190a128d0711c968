r"""Body of revolution around a pore, cut into quadratic elements: points, gradients, weights.

The deformation gradient of an axisymmetric motion :math:`(r, z) \to (r + u, z + w)` has five
components, always in this order,

.. math:: F = (F_{rr}, F_{rz}, F_{zr}, F_{zz}, F_{\theta\theta})
            = (1 + u_{,r},\ u_{,z},\ w_{,r},\ 1 + w_{,z},\ 1 + u/r) ,

and is linear in the displacements: F = 1 + B d. B, the weights and the positions of the degrees of
freedom are computed here, once for a geometry, for `porelight.mechanics.finite_element`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from porelight.errors import ParameterError
from porelight.quantities import Floats

SpatialField: TypeAlias = Callable[[Floats, Floats], Floats]
Indices: TypeAlias = NDArray[np.int64]

_ORDER = 5  # of the quadrature


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """Quadrature points of some elements or sides; displacement dofs `dofs` act on them.

    Shapes: (n_element, n_point, ...), with n_local displacement dofs an element.
    """

    r: Floats  # (n_element, n_point)
    z: Floats
    weight: Floats  # r times the measure of a meridian section
    gradient: Floats  # B, (n_element, n_point, 5, n_local)
    value: Floats  # displacement (u, w), (n_element, n_point, 2, n_local)
    normal: Floats  # outward, (n_element, n_point, 2); 0 inside the body
    dofs: Indices  # (n_element, n_local)


@dataclass(frozen=True, slots=True, eq=False)
class PoreGeometry:
    """A pore in a dermis of finite thickness, unloaded; lengths in radii of its opening.

    Made by `PoreGeometry.of`. The surface is at z = 0, z grows inwards.
    """

    extent: float  # outer radius
    thickness: float
    body: Points
    pressure: Floats  # values of the pressure's shape functions, (n_element, n_point, n_local)
    pressure_dofs: Indices  # (n_element, n_local)
    wall: Points
    far: Points
    bed: Points
    n_displacement: int
    n_pressure: int
    place: Floats  # (2, n_displacement): where each displacement dof sits
    is_radial: NDArray[np.bool_]  # (n_displacement,)
    wall_dofs: Indices  # radial dofs of the wall, from the surface down
    anchor: int  # the dof of the far surface that moves along z

    @classmethod
    def of(
        cls, r_edges: Floats, z_edges: Floats, wall: Callable[[Floats], Floats] | None = None
    ) -> "PoreGeometry":
        """Return the geometry of one pore.

        Parameters
        ----------
        r_edges : ndarray of float64, shape (n_r + 1,)
            Edges of the elements at the surface, from the wall at 1 to the far end.
        z_edges : ndarray of float64, shape (n_z + 1,)
            Edges over the depth, from 0 to the thickness of the dermis.
        wall : callable, optional
            Radius of the wall at each depth, 1 at the surface; a cylinder when left out. The
            elements between it and the far end are stretched to fit.

        Raises
        ------
        ParameterError
            If edges do not increase or the wall touches the axis or leaves the body.
        """
        for name, edges in (("r_edges", r_edges), ("z_edges", z_edges)):
            if edges.ndim != 1 or edges.size < 2 or not (np.diff(edges) > 0.0).all():
                raise ParameterError(f"{name} must increase strictly, with at least two values.")
        if r_edges[0] != 1.0 or z_edges[0] != 0.0:
            raise ParameterError(
                f"the pore's opening is at r = {r_edges[0]:g}, z = {z_edges[0]:g}; expected r = 1 "
                "(its own radius) and z = 0 (the surface)."
            )
        radius = np.ones_like(z_edges) if wall is None else np.asarray(wall(z_edges))
        if not ((radius > 0.0) & (radius < r_edges[-1])).all() or radius[0] != 1.0:
            raise ParameterError(
                f"the wall's radius runs from {radius.min():g} to {radius.max():g}; expected 1 at "
                "the surface, and above 0 and inside the body below."
            )
        # the library takes 2 s to load, and only this reference needs it
        import skfem  # noqa: PLC0415

        mesh = skfem.MeshQuad.init_tensor(r_edges, z_edges)
        sides = {"wall": _side(mesh, 0, 0), "far": _side(mesh, 0, -1), "bed": _side(mesh, 1, -1)}
        inner = np.interp(mesh.p[1], z_edges, radius)
        share = (mesh.p[0] - 1.0) / (r_edges[-1] - 1.0)
        moved = np.vstack([inner + share * (r_edges[-1] - inner), mesh.p[1]])
        mesh = skfem.MeshQuad(moved, mesh.t)
        element = skfem.ElementVector(skfem.ElementQuad2())
        inside = skfem.Basis(mesh, element, intorder=_ORDER)
        pressure = skfem.Basis(mesh, skfem.ElementQuad1(), intorder=_ORDER)
        edges_of = {
            name: _points(skfem.FacetBasis(mesh, element, intorder=_ORDER, facets=facets))
            for name, facets in sides.items()
        }
        radial = np.zeros(inside.N, dtype=bool)
        radial[_radial_dofs(inside)] = True
        r, z = inside.doflocs
        on_wall = np.flatnonzero(np.isclose(r, np.interp(z, z_edges, radius)) & radial)
        anchor = np.flatnonzero(np.isclose(r, r_edges[-1]) & (z == 0.0) & ~radial)
        return cls(
            extent=float(r_edges[-1]),
            thickness=float(z_edges[-1]),
            body=_points(inside),
            pressure=np.stack([np.asarray(field[0]) for field in pressure.basis], axis=-1),
            pressure_dofs=pressure.element_dofs.T.astype(np.int64),
            wall=edges_of["wall"],
            far=edges_of["far"],
            bed=edges_of["bed"],
            n_displacement=int(inside.N),
            n_pressure=int(pressure.N),
            place=np.asarray(inside.doflocs),
            is_radial=radial,
            wall_dofs=on_wall[np.argsort(z[on_wall])],
            anchor=int(anchor[0]),
        )


def _points(basis: Any) -> Points:
    r, z = np.asarray(basis.global_coordinates())
    gradient, value = [], []
    for field in basis.basis:
        u, w = np.asarray(field[0])
        (u_r, u_z), (w_r, w_z) = field[0].grad
        gradient.append(np.stack([u_r, u_z, w_r, w_z, u / r], axis=-1))
        value.append(np.stack([u, w], axis=-1))
    normals = getattr(basis, "normals", None)
    normal = np.zeros((*r.shape, 2)) if normals is None else np.moveaxis(np.asarray(normals), 0, -1)
    return Points(
        r=r,
        z=z,
        weight=basis.dx * r,
        gradient=np.stack(gradient, axis=-1),
        value=np.stack(value, axis=-1),
        normal=normal,
        dofs=basis.element_dofs.T.astype(np.int64),
    )


def _side(mesh: Any, axis: int, end: int) -> Any:
    place = np.unique(mesh.p[axis])[end]
    return mesh.facets_satisfying(lambda x: np.isclose(x[axis], place), boundaries_only=True)


def _radial_dofs(basis: Any) -> Any:
    """Degrees of freedom whose component is radial (vertices, facets and interiors alike)."""
    dofs = basis.dofs
    groups = (dofs.nodal_dofs[0], dofs.facet_dofs[0], dofs.interior_dofs[0])
    return np.concatenate([np.ravel(group) for group in groups])
