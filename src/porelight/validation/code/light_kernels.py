"""The fast kernel against the reference kernel, block by block of the (r, z) plane.

Totals can agree while light lies in the wrong places. Cells are joined to blocks that absorb alike,
and the mean over the blocks of the squared difference, in its own standard errors, is compared with
what chance alone gives.
"""

import math
from dataclasses import dataclass

import numpy as np

from porelight.grid import Grid
from porelight.laser.beam import Beam
from porelight.light.field import LightField
from porelight.light.follicle import Follicle
from porelight.light.transport import Kernel, transport
from porelight.tissue.optics import LayeredOptics
from porelight.validation.case import CaseResult
from porelight.validation.code.light import FIVE_LAYER_SKIN, STRONG_INTERFACE, Case

# the reference kernel is slower by more than this, and its error counts in the comparison
_REFERENCE_SHARE = 10
_FEWEST = 3200
# blocks crossed by the same packets move together, so the mean over them scatters more than that of
# independent ones, most in a cell, which each packet fills; benchmarks/light_agreement.py finds how
# much from the correlations between 240 blocks
_SCATTER_IN_BEAM, _SCATTER_IN_CELL = 0.12, 0.25


def chi_square(fast: LightField, reference: LightField) -> float:
    """Return the mean over blocks of the squared difference of two fields, in standard errors.

    Parameters
    ----------
    fast, reference : LightField
        Independent runs on the same grid, each cell of which is one block.

    Notes
    -----
    A standard error from 32 batches is uncertain itself; the mean of the squares of such
    deviations is (n - 1) / (n - 3) = 31 / 29 and is divided by it.
    """
    lit = reference.absorbed > 0.0
    apart = (fast.absorbed - reference.absorbed)[lit]
    squared = fast.absorbed_error[lit] ** 2 + reference.absorbed_error[lit] ** 2
    return float(np.mean(apart**2 / squared) * 29.0 / 31.0)


@dataclass(frozen=True, slots=True, eq=False)
class KernelComparison:
    """Results of one scene with both kernels."""

    key: str
    scene: str
    optics: LayeredOptics
    beam: Beam
    grid: Grid
    cell_radius: float = math.inf
    follicle: Follicle | None = None

    def __call__(self, n_photons: int, seed: int) -> list[CaseResult]:
        """Return chi-square per block."""
        fewer = max(n_photons // _REFERENCE_SHARE, _FEWEST)
        fast = self._run("fast", max(n_photons, _FEWEST), 2 * seed)
        reference = self._run("reference", fewer, 2 * seed + 1)
        scatter = _SCATTER_IN_BEAM if math.isinf(self.cell_radius) else _SCATTER_IN_CELL
        return [
            CaseResult(
                key=self.key,
                title="fast kernel against reference",
                quantity=f"chi-square per block, {self.scene}, {self.grid.volume.size} blocks",
                unit="1",
                expected=1.0,
                found=chi_square(fast, reference),
                standard_error=scatter,
                tolerance=0.0,
                source="reference kernel, porelight.light",
            )
        ]

    def _run(self, kernel: Kernel, n_photons: int, seed: int) -> LightField:
        return transport(
            self.optics,
            self.beam,
            self.grid,
            n_photons=n_photons,
            seed=seed,
            cell_radius=self.cell_radius,
            follicle=self.follicle,
            kernel=kernel,
        )


def blocks(*, radius: float, depth: float, n_r: int, n_z: int) -> Grid:
    """Return cells of equal area around the axis, and deeper ones below."""
    r_edges = radius * np.sqrt(np.linspace(0.0, 1.0, n_r + 1))
    z_edges = depth * np.linspace(0.0, 1.0, n_z + 1) ** 1.5
    return Grid(r_edges=r_edges, z_edges=z_edges)


CASES: tuple[Case, ...] = (
    KernelComparison(
        "F1",
        "skin, 5 mm beam",
        FIVE_LAYER_SKIN,
        Beam("flat-top", 5e-3),
        blocks(radius=4e-3, depth=6e-3, n_r=15, n_z=17),
    ),
    KernelComparison(
        "F2",
        "skin in a cell of 0.5 mm",
        FIVE_LAYER_SKIN,
        Beam("flat-top", 0.5e-3),
        blocks(radius=0.25e-3, depth=6e-3, n_r=10, n_z=20),
        cell_radius=0.25e-3,
    ),
    KernelComparison(
        "F3",
        "n 1.2 over 1.6, tilted diverging beam",
        STRONG_INTERFACE,
        Beam("gaussian", 1e-3, tilt=0.5, half_angle=0.1, stand_off=5e-3),
        blocks(radius=2e-3, depth=1e-3, n_r=14, n_z=15),
    ),
)
