"""Random draws of the reference kernel as arrays, for tests of their distributions."""

import math

import numpy as np

from porelight._jit import jit
from porelight.laser.beam import Beam
from porelight.laser.rays import rays
from porelight.light._kernel import scattering_cosine, turned
from porelight.light._random import Words, stream, uniform
from porelight.quantities import ANISOTROPY, Floats


def scattering_cosines(anisotropy: float, n: int, seed: int) -> Floats:
    """Return cosines of the scattering angle, drawn independently, shape (n,)."""
    ANISOTROPY.require(anisotropy, "anisotropy")
    cosines = np.empty(n)
    with np.errstate(over="ignore"):
        _fill_cosines(anisotropy, stream(np.random.SeedSequence(seed)), cosines)
    return cosines


def azimuths(n: int, seed: int) -> Floats:
    """Return azimuths of directions after a sideways scattering of light along z [rad], (n,)."""
    found = np.empty(n)
    with np.errstate(over="ignore"):
        _fill_azimuths(stream(np.random.SeedSequence(seed)), found)
    return np.mod(found, 2.0 * math.pi)


def landing_points(beam: Beam, n: int, seed: int) -> tuple[Floats, Floats]:
    """Return where independent rays of a beam meet the skin (x, y) [m], shape (n,) each.

    The kernels stratify their rays; a test against a density needs independent ones.
    """
    random = np.random.default_rng(seed)
    fallen = rays(beam, (random.random(n), random.random(n)), (random.random(n), random.random(n)))
    return fallen.x, fallen.y


@jit
def _fill_cosines(anisotropy: float, words: Words, cosines: Floats) -> None:
    for i in range(cosines.size):
        cosines[i] = scattering_cosine(anisotropy, uniform(words))


@jit
def _fill_azimuths(words: Words, found: Floats) -> None:
    for i in range(found.size):
        direction = turned((0.0, 0.0, 1.0), 0.0, 2.0 * math.pi * uniform(words))
        found[i] = math.atan2(direction[1], direction[0])
