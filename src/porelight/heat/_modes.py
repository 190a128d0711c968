"""Radial eigenmodes of the grid: the lateral part of conduction, solved exactly.

The finite-volume operator along r is the same in every depth but for the conductivity. Its
eigenvectors (a discrete Hankel transform, fitted to the graded rings) therefore turn the
axisymmetric problem into independent problems in depth, one for each mode. Mode 0 is constant: it
alone carries energy.
"""

from dataclasses import dataclass

import numpy as np

from porelight.grid import Grid
from porelight.quantities import Floats


@dataclass(frozen=True, slots=True, eq=False)
class RadialModes:
    """Eigenvalues in rising order and the two transforms of the last axis."""

    decay: Floats  # (n_r,) eigenvalue of minus the Laplacian [1/m2]
    to_modes: Floats  # (n_r, n_r): values at r @ to_modes [m K per K]
    from_modes: Floats  # (n_r, n_r): modes @ from_modes
    area: float  # of the whole grid [m2]


def radial_modes(grid: Grid) -> RadialModes:
    """Return the eigenmodes of the finite-volume Laplacian in r with an adiabatic rim.

    Notes
    -----
    With ring areas A and conductances K of unit conductivity, the operator is A^-1 K. The similar
    matrix A^-1/2 K A^-1/2 is symmetric, so its eigenvectors are orthonormal and the transform
    keeps the area-weighted norm.
    """
    area = grid.ring_area
    flow = 2.0 * np.pi * grid.r_edges[1:-1] / np.diff(grid.r)
    diagonal = np.zeros(area.size)
    diagonal[:-1] += flow
    diagonal[1:] += flow
    beside = -flow / np.sqrt(area[:-1] * area[1:])
    operator = np.diag(diagonal / area) + np.diag(beside, 1) + np.diag(beside, -1)
    decay, vectors = np.linalg.eigh(operator)
    # the constant mode is known exactly, and energy balance rests on it
    decay[0] = 0.0
    vectors[:, 0] = np.sqrt(area / area.sum())
    root = np.sqrt(area)
    return RadialModes(
        decay=decay,
        to_modes=np.ascontiguousarray(root[:, None] * vectors),
        from_modes=np.ascontiguousarray(vectors.T / root),
        area=float(area.sum()),
    )
