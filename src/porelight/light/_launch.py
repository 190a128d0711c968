"""Launch of packets: sampled from the beam and refracted into the tissue.

The radii (or pixels) of a batch are stratified: packet i of n starts at a share of the beam's power
between i / n and (i + 1) / n. Where the azimuth matters it follows a lattice of golden-ratio steps
that a random number shifts as a whole, so every packet by itself is as if drawn at random.

The surface reflects each ray by its own angle. A packet enters with its share that passes; the mean
of these shares over the batch is kept apart, so that the weights have mean 1 and the packets of a
collimated beam have weight 1 exactly.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from porelight.laser.beam import Beam
from porelight.laser.rays import Rays, rays, rays_inside
from porelight.light.closed_form import fresnel_reflectance
from porelight.quantities import Floats

_GOLDEN = 0.5 * (math.sqrt(5.0) - 1.0)
# more than the step by which the reference kernel looks ahead [m]
_BELOW_PLANE = 2e-11


class Launch(NamedTuple):
    """The packets of a batch, after refraction into the tissue; arrays are (n,)."""

    x: Floats  # [m]
    y: Floats  # [m]
    to_x: Floats
    to_y: Floats
    to_z: Floats
    weight: Floats  # each a float32 number; mean 1
    entering: float  # share of the batch's light that the surface lets through
    depth: float = 0.0  # [m]


def launch_of(
    beam: Beam,
    n_photons: int,
    seed_sequence: np.random.SeedSequence,
    refractive_index_above: float,
    refractive_index_below: float,
) -> Launch:
    """Return packets at the surface, in the tissue; weight times `entering` is what they carry.

    Parameters
    ----------
    beam : Beam
        Profile, diameter and direction of the beam.
    n_photons : int
        Number of packets n.
    seed_sequence : SeedSequence
        Starts the random numbers; batches with different ones are independent.
    refractive_index_above, refractive_index_below : float
        Refractive index above and below the surface.
    """
    fallen = _sampled(beam, n_photons, seed_sequence, rays)
    return _entered(fallen, refractive_index_above, refractive_index_below)


def launch_inside(
    beam: Beam, n_photons: int, seed_sequence: np.random.SeedSequence, depth: float
) -> Launch:
    """Return packets that start inside the tissue, in the directions of the beam there.

    Parameters
    ----------
    beam, n_photons, seed_sequence
        As for `launch_of`.
    depth : float
        Depth of the source [m].
    """
    found = _sampled(beam, n_photons, seed_sequence, rays_inside)
    # a source in a plane lies below it
    return Launch(*found, weight=np.ones(n_photons), entering=1.0, depth=depth + _BELOW_PLANE)


def _sampled(
    beam: Beam,
    n_photons: int,
    seed_sequence: np.random.SeedSequence,
    rays_of: Callable[[Beam, tuple[Floats, Floats], tuple[Floats, Floats]], Rays],
) -> Rays:
    """Return stratified rays of a beam."""
    random = np.random.Generator(np.random.PCG64DXSM(seed_sequence))
    share = (np.arange(n_photons) + random.random(n_photons)) / n_photons
    if beam.is_straight and beam.is_axisymmetric:
        # the azimuth is of no account where all else is even around the axis
        still = np.zeros(n_photons)
        return Rays(beam.radius_of(share), still, still, still, np.ones(n_photons))
    azimuth = np.mod(random.random() + _GOLDEN * np.arange(n_photons), 1.0)
    return rays_of(beam, (share, azimuth), (random.random(n_photons), random.random(n_photons)))


def _entered(fallen: Rays, index_above: float, index_below: float) -> Launch:
    """Return the packets after refraction, by Fresnel's and Snell's equations."""
    reflectance, cosine = fresnel_reflectance(fallen.to_z, index_above, index_below)
    passed = 1.0 - reflectance
    entering = float(passed.mean())
    weight = np.ones_like(passed)
    if np.ptp(passed) > 0.0:
        # float32 numbers, so that a kernel in either precision starts with the same energy
        weight = (passed / entering).astype(np.float32).astype(np.float64)
    else:
        entering = float(passed[0])
    bend = index_above / index_below
    return Launch(
        x=fallen.x,
        y=fallen.y,
        to_x=fallen.to_x * bend,
        to_y=fallen.to_y * bend,
        to_z=cosine,
        weight=weight,
        entering=entering,
    )
