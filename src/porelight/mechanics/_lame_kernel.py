"""Compiled loops of the ring equations: rows are elements, draws lie side by side in a row."""

import numpy as np

from porelight._jit import jit
from porelight.quantities import Floats


@jit
def solve_tridiagonal(diagonal: Floats, off_diagonal: Floats, right: Floats) -> None:
    """Replace the right side (n, n_draw) by the solution; the diagonal holds the pivots after.

    Elimination from the last row. Ring stiffness is symmetric and positive definite, so that it is
    stable without pivoting.
    """
    n, n_draw = right.shape
    for row in range(n - 2, -1, -1):
        for i in range(n_draw):
            factor = off_diagonal[row, i] / diagonal[row + 1, i]
            diagonal[row, i] -= factor * off_diagonal[row, i]
            right[row, i] -= factor * right[row + 1, i]
    for i in range(n_draw):
        right[0, i] /= diagonal[0, i]
    for row in range(1, n):
        for i in range(n_draw):
            before = off_diagonal[row - 1, i] * right[row - 1, i]
            right[row, i] = (right[row, i] - before) / diagonal[row, i]


@jit
def assemble(  # noqa: PLR0913, PLR0917  a kernel takes arrays
    modulus: Floats,
    radial: Floats,
    hoop: Floats,
    stiffness: Floats,
    load: Floats,
    diagonal: Floats,
    off_diagonal: Floats,
    right: Floats,
) -> None:
    """Add the elements (n_element, n_draw) to a system of their edges, of n_element + 1 rows.

    stiffness (3, n_element, n_draw): inner, cross and outer, per modulus; load (4, n_element,
    n_draw): inner and outer of a unit radial eigenstrain, inner and outer of a unit hoop one.
    """
    n_element, n_draw = modulus.shape
    for k in range(n_element):
        for i in range(n_draw):
            stiff = modulus[k, i]
            diagonal[k, i] += stiff * stiffness[0, k, i]
            diagonal[k + 1, i] += stiff * stiffness[2, k, i]
            off_diagonal[k, i] = stiff * stiffness[1, k, i]
            e_r, e_h = radial[k, i], hoop[k, i]
            right[k, i] += stiff * (e_r * load[0, k, i] + e_h * load[2, k, i])
            right[k + 1, i] += stiff * (e_r * load[1, k, i] + e_h * load[3, k, i])


@jit
def mean_strains(
    displacement: Floats, radial: Floats, hoop: Floats, edges: Floats, poisson_ratio: Floats
) -> tuple[Floats, Floats]:
    """Return the area means of radial and hoop strain in each ring (n_element, n_draw).

    displacement (n_element + 1, n_draw) of the edges (n_element + 1,), eigenstrain radial and hoop,
    poisson_ratio (n_draw,).
    """
    n_element, n_draw = radial.shape
    mean_radial, mean_hoop = np.empty((n_element, n_draw)), np.empty((n_element, n_draw))
    for k in range(n_element):
        inner, outer = edges[k], edges[k + 1]
        log_ratio, gap = np.log(outer / inner), outer**2 - inner**2
        for i in range(n_draw):
            growth = 0.5 * (1.0 - poisson_ratio[i]) * (radial[k, i] - hoop[k, i])
            at_inner = displacement[k, i]
            # without the particular part
            at_outer = displacement[k + 1, i] - growth * outer * log_ratio
            uniform = (at_outer * outer - at_inner * inner) / gap  # A
            shear = inner * outer * (at_inner * outer - at_outer * inner) / gap  # B
            particular = growth * (outer**2 * log_ratio / gap - 0.5)
            around = uniform + 2.0 * shear * log_ratio / gap + particular
            # div u, by Gauss's theorem
            both = 2.0 * (displacement[k + 1, i] * outer - at_inner * inner) / gap
            mean_radial[k, i], mean_hoop[k, i] = both - around, around
    return mean_radial, mean_hoop
