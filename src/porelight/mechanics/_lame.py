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

from porelight.quantities import Floats


@dataclass(frozen=True, slots=True, eq=False)
class LameRings:
    """The part of the ring equations that depends only on geometry and Poisson's ratio.

    Per unit modulus, `stiffness_*` map the two edge displacements to edge forces per radian, and
    `load_*` are the edge loads of a unit radial or hoop eigenstrain, as (inner, outer).
    """

    edges: Floats  # (n_element + 1, 1)
    poisson_ratio: Floats  # (1, n_draw)
    stiffness_inner: Floats
    stiffness_cross: Floats
    stiffness_outer: Floats
    load_radial: tuple[Floats, Floats]
    load_hoop: tuple[Floats, Floats]

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
        loads = []
        for radial, hoop in ((1.0, 0.0), (0.0, 1.0)):
            growth = 0.5 * (1.0 - nu) * (radial - hoop)  # C of the module's formula
            lift = growth * outer * log_ratio  # particular displacement of the outer edge
            at_inner = plane * (growth - radial - nu * hoop)
            at_outer = at_inner + plane * growth * (1.0 + nu) * log_ratio
            loads.append(
                (
                    stiffness_cross * lift + inner * at_inner,
                    stiffness_outer * lift - outer * at_outer,
                )
            )
        return cls(
            edges=radius,
            poisson_ratio=nu,
            stiffness_inner=stiffness_inner,
            stiffness_cross=stiffness_cross,
            stiffness_outer=stiffness_outer,
            load_radial=loads[0],
            load_hoop=loads[1],
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
        radial, hoop = eigenstrain
        n_element, n_draw = modulus.shape
        diagonal = np.zeros((n_element + 1, n_draw))
        diagonal[:-1] += modulus * self.stiffness_inner
        diagonal[1:] += modulus * self.stiffness_outer
        diagonal[-1] += far_stiffness
        off_diagonal = modulus * self.stiffness_cross
        load = np.zeros((n_element + 1, n_draw))
        load[:-1] += modulus * (radial * self.load_radial[0] + hoop * self.load_hoop[0])
        load[1:] += modulus * (radial * self.load_radial[1] + hoop * self.load_hoop[1])
        load[0] += self.edges[0] * wall_pressure
        load[-1] += self.edges[-1] * far_stress
        return tridiagonal_solution(diagonal, off_diagonal, load)

    def mean_strain(
        self, displacement: Floats, eigenstrain: tuple[Floats, Floats]
    ) -> tuple[Floats, Floats]:
        """Area means of the radial and of the hoop strain in each ring, exact for the solution."""
        inner, outer = self.edges[:-1], self.edges[1:]
        log_ratio = np.log(outer / inner)
        gap = outer**2 - inner**2
        growth = 0.5 * (1.0 - self.poisson_ratio) * (eigenstrain[0] - eigenstrain[1])
        at_inner = displacement[:-1]
        at_outer = displacement[1:] - growth * outer * log_ratio  # without the particular part
        uniform = (at_outer * outer - at_inner * inner) / gap  # A
        shear = inner * outer * (at_inner * outer - at_outer * inner) / gap  # B
        particular = growth * (outer**2 * log_ratio / gap - 0.5)
        hoop = uniform + 2.0 * shear * log_ratio / gap + particular
        both = (
            2.0 * (displacement[1:] * outer - at_inner * inner) / gap
        )  # div u, by Gauss's theorem
        return np.asarray(both - hoop), np.asarray(hoop)


def tridiagonal_solution(diagonal: Floats, off_diagonal: Floats, load: Floats) -> Floats:
    """Solve symmetric tridiagonal systems, one per column, by elimination from the last row.

    Parameters
    ----------
    diagonal, load : ndarray of float64, shape (n, n_draw)
        Main diagonal and right side.
    off_diagonal : ndarray of float64, shape (n - 1, n_draw)
        Either neighbouring diagonal.

    Returns
    -------
    ndarray of float64, shape (n, n_draw)
        The solutions.

    Notes
    -----
    Ring stiffness is symmetric and positive definite, so elimination without pivoting is stable.
    """
    pivot = diagonal.copy()
    right = load.copy()
    for row in range(diagonal.shape[0] - 2, -1, -1):
        factor = off_diagonal[row] / pivot[row + 1]
        pivot[row] -= factor * off_diagonal[row]
        right[row] -= factor * right[row + 1]
    solution = np.empty_like(right)
    solution[0] = right[0] / pivot[0]
    for row in range(1, diagonal.shape[0]):
        solution[row] = (right[row] - off_diagonal[row - 1] * solution[row - 1]) / pivot[row]
    return solution
