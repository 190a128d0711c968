"""Error of the ring against finite elements, over the whole range of the mechanics parameters.

Each sample draws the parameters from their priors, shrinks the tissue around the pore along the
hoop and the radius with the drawn isotropy and reach, empties a part of the plug, and compares the
change of the diameter: ring, mean of the wall, orifice. Half a second a sample.
"""

import sys

import numpy as np

from porelight.mechanics.finite_element import PoreProblem, wall_displacement
from porelight.mechanics.ring import RestingRing, RingMechanics, ring_mesh
from porelight.tissue.priors import draws, member, uncertain

THICKNESS = 9.0  # pore radii: 1 mm of dermis
SHRINKAGE = 0.03


def strain_of_ring(mechanics, mesh, field):
    """Return the change of the wall's strain in the ring, small strain."""
    rest = RestingRing.of(mesh, mechanics)
    none = np.zeros((mesh.n_element, 1))
    hoop = field(mesh.centre)[:, None]
    radial = mechanics.deposition_isotropy * hoop
    moved = rest.rings.displacement(
        rest.modulus, (radial, hoop), 0.5 * rest.pressure, rest.far_stress, rest.far_stiffness
    )
    still = rest.rings.displacement(
        rest.modulus, (none, none), rest.pressure, rest.far_stress, rest.far_stiffness
    )
    return float(moved[0, 0] - still[0, 0])


def strains_of_reference(mechanics, mesh, field):
    """Return the same by finite elements: mean of the wall and orifice."""
    rest = RestingRing.of(mesh, mechanics)
    boundary = float(mechanics.soft_ring_radius)
    edges = np.unique(np.concatenate([mesh.edges[::2], [boundary, mesh.edges[-1]]]))

    def solve(pressure, share):
        return wall_displacement(
            PoreProblem(
                r_edges=edges,
                z_edges=np.concatenate([np.linspace(0.0, 2.0, 9), np.linspace(2.5, THICKNESS, 8)]),
                modulus=lambda r, z: np.where(r < boundary, mechanics.soft_ring_modulus, 1.0),
                radial_eigenstrain=lambda r, z: share * mechanics.deposition_isotropy * field(r),
                hoop_eigenstrain=lambda r, z: share * field(r),
                poisson_ratio=min(float(mechanics.poisson_ratio), 0.49),
                wall_pressure=pressure,
                far_stress=float(rest.far_stress[0]),
                far_stiffness=float(rest.far_stiffness[0]),
            )
        )

    # linear: what changes is the answer to half of the pressure taken away and the shrinkage
    full, changed = solve(float(rest.pressure[0]), 0.0), solve(0.5 * float(rest.pressure[0]), 1.0)
    return changed.mean - full.mean, changed.at_surface - full.at_surface


def sampled(n, seed):
    """Return (n, 3): strain of ring, of the mean of the wall, of the orifice."""
    values = draws(uncertain(["mechanics"]), n, seed)
    mesh = ring_mesh(24)
    rows = []
    for i in range(n):
        mechanics = RingMechanics.from_values(member(values, i))

        def field(r, reach=float(mechanics.pore_dose_reach)):
            return -SHRINKAGE * np.exp(-(r - 1.0) / reach)

        rows.append(
            (strain_of_ring(mechanics, mesh, field), *strains_of_reference(mechanics, mesh, field))
        )
    return np.array(rows)


def main():
    """Print quantiles of the relative error."""
    rows = sampled(int(sys.argv[1]) if len(sys.argv) > 1 else 40, 1)
    for name, column in (("mean of the wall", 1), ("orifice", 2)):
        error = rows[:, 0] / rows[:, column] - 1.0
        low, median, high = 100.0 * np.quantile(error, [0.05, 0.5, 0.95])
        print(
            f"ring over {name}: {median:.1f} % ({low:.1f} to {high:.1f}), "
            f"worst {100 * np.abs(error).max():.1f} %"
        )


if __name__ == "__main__":
    main()
