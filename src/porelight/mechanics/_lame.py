r"""Exact elements for plane-stress rings, solved for many draws at once.

A ring whose modulus and eigenstrain are constant between two radii has the closed solution

.. math:: u(r) = A\,r + B/r + C\,r\ln(r/r_1), \qquad
          C = \tfrac{1-\nu}{2}\,(e_r - e_\theta),

so a chain of such rings is exact for piecewise constant properties, however thick each ring is. The
chain is a tridiagonal system in the displacements of the rings' edges.

Lengths are in units of the stress-free pore radius, stresses in units of the far skin's modulus.
Arrays are (n_element, n_draw), elements outward from the pore's wall.
"""

from dataclasses import dataclass

import numpy as np

from porelight.mechanics import _lame_kernel as kernel
from porelight.quantities import Floats


@dataclass(frozen=True, slots=True, eq=False)
class LameRings:
    """The part of the ring equations that depends only on geometry and Poisson's ratio.

    Per unit modulus, `stiffness` maps the two edge displacements to edge forces per radian, and
    `load` holds the edge loads of a unit eigenstrain.
    """

    edges: Floats  # (n_element + 1, 1)
    poisson_ratio: Floats  # (1, n_draw)
    stiffness: Floats  # (3, n_element, n_draw): inner, cross, outer
    load: Floats  # (4, n_element, n_draw): inner and outer, radial and then hoop

    @classmethod
    def of(cls, edges: Floats, poisson_ratio: Floats) -> "LameRings":
        """Return the rings between `edges` (n_element + 1,); `poisson_ratio` is (n_draw,)."""
        radius = edges[:, np.newaxis]
        nu = poisson_ratio[np.newaxis, :]
        inner, outer = radius[:-1], radius[1:]
        log_ratio = np.log(outer / inner)
        gap = outer**2 - inner**2
        # sigma_r = A / (1 - nu) - B / ((1 + nu) r^2); edge forces -r1 sigma(r1) and r2 sigma(r2)
        spread, shear = 1.0 / (1.0 - nu), 1.0 / (1.0 + nu)
        stiffness_inner = (inner**2 * spread + outer**2 * shear) / gap
        stiffness_outer = (outer**2 * spread + inner**2 * shear) / gap
        stiffness_cross = -inner * outer * (spread + shear) / gap

        plane = 1.0 / (1.0 - nu**2)
        loads: list[Floats] = []
        for radial, hoop in ((1.0, 0.0), (0.0, 1.0)):
            growth = 0.5 * (1.0 - nu) * (radial - hoop)  # C of the module's formula
            lift = growth * outer * log_ratio  # particular displacement of the outer edge
            at_inner = plane * (growth - radial - nu * hoop)
            at_outer = at_inner + plane * growth * (1.0 + nu) * log_ratio
            loads.append(stiffness_cross * lift + inner * at_inner)
            loads.append(stiffness_outer * lift - outer * at_outer)
        return cls(
            edges=radius,
            poisson_ratio=nu,
            stiffness=np.array([stiffness_inner, stiffness_cross, stiffness_outer]),
            load=np.array(loads),
        )

    def displacement(
        self,
        modulus: Floats,
        eigenstrain: tuple[Floats, Floats],
        wall_pressure: Floats,
        far_stress: Floats,
        far_stiffness: Floats,
    ) -> Floats:
        r"""Displacement of every edge, (n_element + 1, n_draw).

        The wall carries :math:`\sigma_r = -p`; the last edge R obeys
        :math:`\sigma_r + k\,u/R = s` with s `far_stress` and k `far_stiffness`, all (n_draw,).
        """
        n_element, n_draw = modulus.shape
        diagonal: Floats = np.zeros((n_element + 1, n_draw))
        load: Floats = np.zeros((n_element + 1, n_draw))
        diagonal[-1] = far_stiffness
        load[0] = self.edges[0] * wall_pressure
        load[-1] = self.edges[-1] * far_stress
        off_diagonal = np.empty((n_element, n_draw))
        kernel.assemble(
            modulus, *eigenstrain, self.stiffness, self.load, diagonal, off_diagonal, load
        )
        kernel.solve_tridiagonal(diagonal, off_diagonal, load)
        return load

    def mean_strain(
        self, displacement: Floats, eigenstrain: tuple[Floats, Floats]
    ) -> tuple[Floats, Floats]:
        """Area means of the radial and of the hoop strain in each ring, exact for the solution."""
        return kernel.mean_strains(
            displacement, *eigenstrain, self.edges[:, 0], self.poisson_ratio[0]
        )
