r"""The scale from the irises: their visible diameter is nearly the same in all adults.

The horizontal diameter of the visible iris is 11.7 mm with a standard deviation of 0.4 mm between
people [1]_. Its rim (limbus) is searched along rays to both sides, where no lid covers it: along
each the place of the steepest rise from iris to white of the eye, in the red channel, in which
irises of all colours are darkest against it. A circle is fitted to these places, those that lie far
off left out. Two things must hold before it is believed: the rise is high against the noise on most
rays (a closed lid has none), and both eyes agree (a face turned to the side, or spectacles, make
one smaller).

Not corrected: spectacles magnify or shrink by up to 10 % and show little else, and contact
lenses with a printed rim are wider. Hence the error of 5 % on top of what the fit leaves.

References
----------
.. [1] F. Rüfer, A. Schröder, C. Erb, "White-to-white corneal diameter: normal values in healthy
   humans obtained with the Orbscan II topography system," Cornea 24, 259-261 (2005).
   doi:10.1097/01.ico.0000148312.01805.53
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from porelight.errors import PhotographError
from porelight.photo.scale import Scale
from porelight.quantities import Floats
from porelight.units import mm

DIAMETER = 11.7 * mm
BETWEEN_PEOPLE = 0.4 / 11.7
LEAST_DIAMETER = 24.0  # px

_ERROR = 0.05  # spectacles, print of lenses, place of the rim
_RAYS = np.radians([*range(-40, 41, 5)])  # from the horizontal, to either side
_REACH = (0.6, 1.45)  # of the first guess of the radius
_STEPS = 60
_EDGE_SD = 0.05  # of the radius, over which the rise is taken
_LEAST_RISE = 9.0  # grey levels of the median ray
_LEAST_SCORE = 4.0  # of that over the spread along the rays
_LEAST_KEPT = 0.5  # of the rays
_OFF = 0.08  # of the radius
_WORST_ROUNDNESS = 0.05
_EYES_DIFFER = 0.08


@dataclass(frozen=True, slots=True)
class Iris:
    """The rim of an iris, fitted by a circle.

    Attributes
    ----------
    row, col, diameter : float
        Middle and diameter of the circle [px].
    score : float
        Height of the edge over the spread of grey levels along it [-].
    roundness : float
        Relative standard deviation of the rim about the circle [-].
    """

    row: float
    col: float
    diameter: float
    score: float
    roundness: float


def iris_scale(pixels: NDArray[np.uint8], rims: Floats) -> Scale:
    """Return the scale of a photograph at the eyes.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (rows, cols, 3)
        The photograph in sRGB.
    rims : ndarray of float64, shape (2, 5, 2)
        First guesses: column and row of middle and four rim points of each iris
        (`porelight.photo.landmarks.Face.irises`) [px].

    Raises
    ------
    PhotographError
        If an eye is closed, hidden or too small, or the two disagree.
    """
    names = ("right", "left")
    found = [fitted_iris(pixels, rim, name) for rim, name in zip(rims, names, strict=True)]
    sizes = np.array([iris.diameter for iris in found])
    apart = float(abs(sizes[0] - sizes[1]) / sizes.mean())
    if apart > _EYES_DIFFER:
        raise PhotographError(
            f"the two irises differ by {100.0 * apart:.0f} % in width; expected at most "
            f"{100.0 * _EYES_DIFFER:.0f} %. Take the face from the front, without spectacles; or "
            "use the sheet of 'porelight marker'."
        )
    fit = float(np.mean([iris.roundness for iris in found])) / math.sqrt(len(found))
    error = math.sqrt(_ERROR**2 + BETWEEN_PEOPLE**2 + fit**2 + (0.5 * apart) ** 2)
    return Scale(
        float(sizes.mean()) / DIAMETER,
        error,
        "iris",
        f"irises {sizes[0]:.0f} and {sizes[1]:.0f} px wide, taken for {DIAMETER / mm:g} mm; wrong "
        "behind spectacles",
    )


def fitted_iris(pixels: NDArray[np.uint8], rim: Floats, name: str = "right") -> Iris:
    """Fit a circle to the sides of the rim of one iris.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (rows, cols, 3)
        The photograph in sRGB.
    rim : ndarray of float64, shape (5, 2)
        Column and row of a first guess of middle and four rim points [px].
    name : str
        Name of the eye in messages, "right" or "left".

    Raises
    ------
    PhotographError
        If there is no rim.
    """
    middle = rim[0]
    radius = float(np.hypot(*(rim[1:] - middle).T).mean())
    if 2.0 * radius < LEAST_DIAMETER:
        raise PhotographError(
            f"the {name} iris is {2.0 * radius:.0f} px wide; expected {LEAST_DIAMETER:g} px or "
            "more. Take the face from nearer, or with more pixels."
        )
    angles = np.concatenate([_RAYS, _RAYS + math.pi])
    along = np.linspace(*_REACH, _STEPS) * radius
    places = middle + along[None, :, None] * np.stack([np.cos(angles), np.sin(angles)], -1)[:, None]
    red = np.ascontiguousarray(pixels[..., 0]).astype(np.float32)
    ray = cv2.remap(
        red,
        places[..., 0].astype(np.float32),
        places[..., 1].astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    step = float(along[1] - along[0])
    width = max(_EDGE_SD * radius / step, 0.8)
    half = max(2, round(2.0 * width))
    inner = np.asarray(cv2.blur(ray, (half, 1), anchor=(half - 1, 0)), np.float64)
    outer = np.asarray(cv2.blur(ray, (half, 1), anchor=(0, 0)), np.float64)
    rise = outer - inner
    rise[:, :half] = rise[:, -half:] = -np.inf
    at = np.argmax(rise, axis=1)
    height = rise[np.arange(at.size), at]
    # what varies along the iris itself is pattern and noise
    spread = float(np.median(np.abs(np.diff(ray[:, : _STEPS // 4], axis=1)))) + 1.0
    level, score = float(np.median(height)), float(np.median(height)) / spread
    if level < _LEAST_RISE or score < _LEAST_SCORE:
        raise PhotographError(
            f"the {name} eye shows no rim of an iris (edge of {level:.0f} grey levels, score "
            f"{score:.1f}; expected {_LEAST_RISE:g} and {_LEAST_SCORE:g}): it is closed, hidden or "
            "out of focus. Take it with both eyes open and no spectacles; or use the sheet of "
            "'porelight marker'."
        )
    points = places[np.arange(at.size), at][height > 0.5 * level]
    centre, fitted, left = _circle(points, radius)
    roundness = float(left.std()) / fitted
    if left.size < _LEAST_KEPT * angles.size or roundness > _WORST_ROUNDNESS:
        raise PhotographError(
            f"the rim of the {name} iris is no circle ({left.size} of {angles.size} rays, "
            f"{100.0 * roundness:.0f} % off): a lid, a lash, a reflection or spectacles hide it. "
            "Take it with both eyes wide open and no spectacles; or use the sheet of 'porelight "
            "marker'."
        )
    return Iris(float(centre[1]), float(centre[0]), 2.0 * fitted, score, roundness)


def _circle(points: Floats, radius: float) -> tuple[Floats, float, Floats]:
    """Return middle and radius of a circle through most of the points, and the residuals."""
    kept = np.ones(len(points), np.bool_)
    centre, size, left = points.mean(axis=0), radius, np.zeros(len(points))
    for _ in range(6):
        used = points[kept]
        if len(used) < 6:
            break
        # (x - a)^2 + (y - b)^2 = r^2 is linear in a, b and r^2 - a^2 - b^2
        design = np.column_stack([2.0 * used, np.ones(len(used))])
        solution, *_ = np.linalg.lstsq(design, (used**2).sum(axis=1), rcond=None)
        centre = solution[:2]
        size = math.sqrt(max(float(solution[2] + centre @ centre), 1e-6))
        left = np.hypot(*(points - centre).T) - size
        kept = np.abs(left - np.median(left[kept])) < _OFF * size
    return centre, size, left[kept]
