r"""Mean path lengths of the light that comes out, layer by layer, from a small perturbation.

A photon that has gone paths :math:`L_k` through the layers comes out with a weight that falls with
:math:`e^{-\sum_k \mu_{a,k} L_k}`, whatever decided on its way. So the mean path of the light that
comes out, weighted by what is left of it, is

.. math:: \langle L_k \rangle = -\frac{1}{R} \frac{\partial R}{\partial \mu_{a,k}} ,

the partial path length of near-infrared spectroscopy [1]_. The walk of a sweep over tones carries
exactly these weights, so no path is stored: tone 0 is the medium itself, tone k has a little more
absorption in layer k, and since both share every photon their difference is free of noise.

References
----------
.. [1] M. Hiraoka et al., "A Monte Carlo investigation of optical pathlength in inhomogeneous tissue
   and its application to near-infrared spectroscopy," Phys. Med. Biol. 38, 1859-1876 (1993).
   doi:10.1088/0031-9155/38/12/011
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from porelight.brief import brief
from porelight.grid import Grid
from porelight.laser.beam import Beam
from porelight.light._absorption_reweighting import N_TONES
from porelight.light._batches import batches
from porelight.light._kernel import Tally
from porelight.light.boundary import REFRACTING, Boundary
from porelight.light.follicle import Follicle
from porelight.light.sweep import require_fast, tone_tracer
from porelight.light.transport import required_run, scene_of
from porelight.light.vessels import Vessel
from porelight.quantities import Floats
from porelight.threads import available_threads, in_order
from porelight.tissue.optics import LayeredOptics

# absorption added to a layer, times its thickness: small enough for the second order to be 1e-6 of
# the first, large enough for float64 to keep seven digits of the difference
_TRACE = 1e-8


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PathLengths:
    """Mean path through each layer of the light that came out.

    Where none did, the path is 0 and its standard error infinite.
    """

    reflected: Floats  # (n_layers,) of all that was re-emitted, without specular reflection [m]
    reflected_error: Floats  # (n_layers,) [m]
    transmitted: Floats  # (n_layers,) of all that left through the bottom [m]
    transmitted_error: Floats  # (n_layers,) [m]
    by_ring: Floats  # (n_layers, n_r) of what was re-emitted in each ring of the grid [m]
    by_ring_error: Floats  # (n_layers, n_r) [m]

    __repr__ = brief


def path_lengths(  # noqa: PLR0913  as many as `transport`, whose keywords these are
    optics: LayeredOptics,
    beam: Beam,
    grid: Grid,
    *,
    n_photons: int,
    seed: int,
    n_threads: int = 0,
    cell_radius: float = math.inf,
    follicle: Follicle | None = None,
    vessels: Sequence[Vessel] = (),
    boundary: Boundary = REFRACTING,
    source_depth: float | None = None,
) -> PathLengths:
    """Mean path length in each layer of re-emitted and of transmitted light.

    Parameters
    ----------
    optics, beam, grid, n_photons, seed, n_threads, cell_radius, follicle, vessels, boundary,
    source_depth
        As for `transport`. Of the grid only the rings matter. Paths inside follicle and vessels
        count for no layer.

    Returns
    -------
    PathLengths
        Means weighted by the light that comes out, with standard errors from the scatter of the
        batches. Times the refractive index over the speed of light they are times of flight.

    Raises
    ------
    ParameterError
        As `transport`, and where the fast kernel cannot run.

    Notes
    -----
    More than seven layers take a second walk of the same photons, and so on. The difference is a
    derivative to about 1e-6 of itself, far below any standard error.
    """
    n_photons, seed, n_threads = required_run(n_photons, seed, n_threads)
    rings = Grid(grid.r_edges, grid.z_edges[[0, -1]])
    scene = scene_of(
        optics,
        beam,
        rings,
        cell_radius=cell_radius,
        follicle=follicle,
        vessels=vessels,
        boundary=boundary,
        source_depth=source_depth,
    )
    require_fast(
        scene, "Path lengths follow from the reflectance with a little more absorption in a layer."
    )
    traces = _traces(optics)
    work = batches(n_photons, seed)
    per_photon = np.array([batch.n_photons for batch in work])[:, None, None]
    out, lost = np.empty(()), []
    for first in range(0, optics.n_layers, N_TONES - 1):
        layers = np.arange(first, min(first + N_TONES - 1, optics.n_layers))
        changed = (1 + np.arange(layers.size), layers)
        mu_a = np.repeat(optics.mu_a[None], 1 + layers.size, axis=0)
        mu_a[changed] += traces[layers]
        # what float64 has added, not what was asked for
        added = mu_a[changed] - optics.mu_a[layers]
        traced = in_order(tone_tracer(scene, mu_a), work, n_threads or available_threads())
        left = np.stack([_left(tallies) for _, tallies in traced]) / per_photon
        out = left[:, 0]
        lost.append((left[:, :1] - left[:, 1:]) / added[:, None])
    mean, error = _ratio(np.concatenate(lost, axis=1), out)
    return PathLengths(
        reflected=mean[:, 0],
        reflected_error=error[:, 0],
        transmitted=mean[:, 1],
        transmitted_error=error[:, 1],
        by_ring=mean[:, 2:],
        by_ring_error=error[:, 2:],
    )


def _traces(optics: LayeredOptics) -> Floats:
    """Return the absorption that is added to each layer [1/m]."""
    extinction = optics.mu_a + optics.mu_s * (1.0 - optics.anisotropy)
    finite = np.isfinite(optics.thickness)
    scale = np.where(finite, 1.0 / optics.thickness, extinction)
    # nor may the trace drown in the absorption that it is added to
    return np.asarray(_TRACE * np.maximum(scale, optics.mu_a))


def _left(tallies: Sequence[Tally]) -> Floats:
    """Return reflected, transmitted, and reflected by ring, (n_tones, 2 + n_r)."""
    return np.array(
        [[tally.reflected.sum(), tally.transmitted[0], *tally.reflected[:-1]] for tally in tallies]
    )


def _ratio(above: Floats, below: Floats) -> tuple[Floats, Floats]:
    """Return the ratio of two means over batches, and its standard error to first order.

    Parameters
    ----------
    above : ndarray of float64, shape (n_batches, n_layers, n_ways)
    below : ndarray of float64, shape (n_batches, n_ways)
    """
    n_batches, mean = below.shape[0], below.mean(axis=0)
    found = mean > 0.0
    came_out = np.where(found, mean, 1.0)
    ratio = above.mean(axis=0) / came_out
    off = above - ratio * below[:, None]
    spread = np.sqrt((off**2).sum(axis=0) / (n_batches * (n_batches - 1)))
    return ratio, np.where(found, spread / came_out, np.inf)
