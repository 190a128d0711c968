r"""Photometry of known pores: depth and width of each pore at a given place of a picture.

A detector that loses a faint pore in one of two pictures says that it closed. So every pore that
either picture shows is measured in both at the same place, as astronomers measure known stars. The
picture t of a pore is an elliptical Gaussian of the size that was measured, softened by lens and
skin. Around it the darkness is

.. math::

   f \approx k\,t + \delta \, \frac{\partial t}{\partial \ln \sigma} + c
   + s_u \frac{\partial t}{\partial u} + s_v \frac{\partial t}{\partial v} ,

solved by least squares on the pixels nearer to this pore than to any other: k is its depth,
:math:`\delta / k` by how much wider than t it is, c the skin around it; the last two terms take up
how the lamp shades one side, and errors of place. Both pictures share t, so what is wrong with it
cancels to first order [1]_.

References
----------
.. [1] G. M. Bernstein, M. Jarvis, "Shapes and shears, stars and smears: optimal measurements for
   weak lensing," Astron. J. 123, 583-618 (2002). doi:10.1086/338085
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from porelight.photo.darkness import SCALE
from porelight.photo.picture import Image, Mask
from porelight.quantities import Floats

_SOFTNESS = 1.1e-4  # m; standard deviation of the softening of a pore by lens and skin
_REACH = 6.5  # in squared standard deviations of the template
_LEAST_PIXELS = 16
_TERMS = 5


@dataclass(frozen=True, slots=True, eq=False)
class PorePlaces:
    """Places and shapes of the pores to be measured, all arrays of shape (n,).

    Attributes
    ----------
    row, col : ndarray of float64
        Centres [m].
    diameter : ndarray of float64
        Equal-area diameters [m].
    elongation, angle : ndarray of float64
        Long over short axis [-]; from the column axis towards the row axis [rad].
    """

    row: Floats
    col: Floats
    diameter: Floats
    elongation: Floats
    angle: Floats


@dataclass(frozen=True, slots=True, eq=False)
class PoreFits:
    """Depth and width of the pore at each place in each picture.

    Attributes
    ----------
    depth : ndarray of float64, shape (n, pictures)
        Absorbance at the middle above the surroundings [-]; 0 where it could not be measured.
    widening : ndarray of float64, shape (n, pictures)
        Depth times the logarithm of the width over that of the template [-].
    noise : ndarray of float64, shape (n, pictures)
        Standard deviation of the residuals of the fit [-].
    seen : ndarray of bool, shape (n,)
        True where enough skin lies around the place for a fit.
    """

    depth: Floats
    widening: Floats
    noise: Floats
    seen: NDArray[np.bool_]


def fitted(pictures: tuple[Image, ...], skin: Mask, places: PorePlaces) -> PoreFits:
    """Measure known pores in registered pictures.

    Parameters
    ----------
    pictures : tuple of ndarray of float32, shape (rows, cols)
        Absorbance above the surroundings at `porelight.photo.darkness.SCALE`, in one frame.
    skin : ndarray of bool, shape (rows, cols)
        True where all pictures show skin.
    places : PorePlaces
        Places and shapes of the pores.
    """
    n = places.row.size
    depth, widening, noise = (np.zeros((n, len(pictures))) for _ in range(3))
    seen = np.zeros(n, np.bool_)
    owner = _owners(skin.shape, places)
    for i in range(n):
        box, inside, terms = _template(places, i, skin.shape)
        used = inside & skin[box] & (owner[box] == i)
        n_pixels = int(used.sum())
        if n_pixels < _LEAST_PIXELS:
            continue
        design = np.stack([term[used] for term in terms], axis=1)
        values = np.stack([picture[box][used] for picture in pictures], axis=1).astype(np.float64)
        solution, _, rank, _ = np.linalg.lstsq(design, values, rcond=1e-6)
        if rank < _TERMS:
            continue
        left = values - design @ solution
        depth[i], widening[i] = solution[0], solution[1]
        noise[i] = np.sqrt((left**2).sum(axis=0) / (n_pixels - _TERMS))
        seen[i] = True
    return PoreFits(depth, widening, noise, seen)


def _owners(shape: tuple[int, int], places: PorePlaces) -> NDArray[np.intp]:
    rows, cols = ((np.arange(n) + 0.5) / SCALE for n in shape)
    grid = np.stack(np.meshgrid(rows, cols, indexing="ij"), axis=-1).reshape(-1, 2)
    if places.row.size == 0:
        return np.full(shape, -1, np.intp)
    _, nearest = cKDTree(np.stack([places.row, places.col], axis=-1)).query(grid)
    return np.asarray(nearest, np.intp).reshape(shape)


def _template(
    places: PorePlaces, i: int, shape: tuple[int, int]
) -> tuple[tuple[slice, slice], Mask, tuple[Floats, ...]]:
    """Return the box around a pore, the pixels that count, and the terms of the fit."""
    # an even ellipse has a sixteenth of the square of its axis as variance along it
    spread = places.diameter[i] ** 2 / 16.0
    along = spread * places.elongation[i] + _SOFTNESS**2
    across = spread / places.elongation[i] + _SOFTNESS**2
    reach = np.sqrt(_REACH * max(along, across))
    sides, offsets = [], []
    for centre, length in zip((places.row[i], places.col[i]), shape, strict=True):
        first = int(np.clip((centre - reach) * SCALE, 0, length))
        last = int(np.clip((centre + reach) * SCALE + 2, 0, length))
        sides.append(slice(first, last))
        offsets.append((np.arange(first, last) + 0.5) / SCALE - centre)
    y, x = offsets[0][:, None], offsets[1][None, :]
    cosine, sine = np.cos(places.angle[i]), np.sin(places.angle[i])
    u, v = x * cosine + y * sine, y * cosine - x * sine
    square = u**2 / along + v**2 / across
    picture = np.exp(-0.5 * square)
    terms = (
        picture,
        picture * square,
        np.ones_like(picture),
        picture * u / np.sqrt(along),
        picture * v / np.sqrt(across),
    )
    return (sides[0], sides[1]), np.asarray(square <= _REACH), terms
