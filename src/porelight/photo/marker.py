r"""The printed sheet beside the skin: its layout, where it lies in a photograph, and the scale.

Two square markers of the ArUco dictionary 4x4_50 [1]_ carry their size in their number: 23 is 20 mm
wide, 7 is 10 mm. Their corners are found to a tenth of a pixel or so. From the map of the square
onto its four corners the scale at its middle follows; sides of different lengths tell that it was
tilted, so that all lengths across the tilt are foreshortened. Beside the large marker lie a ruler
and patches of paper white, greys and colours for the tone of the skin.

The error of the scale is that of the corners, of the printer (0.5 %: paper and rollers; check the
ruler), and of the distance: a sheet 2 mm nearer to the lens than the skin at 0.3 m is 0.7 % too
large.

References
----------
.. [1] S. Garrido-Jurado et al., "Automatic generation and detection of highly reliable fiducial
   markers under occlusion," Pattern Recognit. 47, 2280-2292 (2014).
   doi:10.1016/j.patcog.2014.01.005
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import cv2
import numpy as np
from numpy.typing import NDArray

from porelight.errors import PhotographError
from porelight.photo.scale import Scale
from porelight.photo.strips import strips
from porelight.quantities import Floats
from porelight.units import mm

SIDES: Mapping[int, float] = MappingProxyType({23: 20.0 * mm, 7: 10.0 * mm})  # m
LARGE, SMALL = 23, 7


@dataclass(frozen=True, slots=True)
class Patch:
    """A printed grey or coloured square of the sheet.

    Attributes
    ----------
    name : str
        Name of the patch, such as "white".
    left, top : float
        Top left corner, from the top left corner of the large marker [m].
    side : float
        Side of the square [m].
    level : tuple of float
        Printed sRGB, 0 to 1; (1, 1, 1) is bare paper.
    """

    name: str
    left: float
    top: float
    side: float
    level: tuple[float, float, float]


_PATCH, _GAP = 6.0 * mm, 1.0 * mm
_LEVELS = (
    ("white", (1.0, 1.0, 1.0)),
    ("light grey", (0.75, 0.75, 0.75)),
    ("grey", (0.5, 0.5, 0.5)),
    ("black", (0.0, 0.0, 0.0)),
    ("red", (0.75, 0.2, 0.2)),
    ("green", (0.2, 0.6, 0.25)),
    ("blue", (0.2, 0.3, 0.7)),
    ("skin", (0.85, 0.65, 0.55)),
)
PATCHES = tuple(
    Patch(
        name,
        SIDES[LARGE] + 3.0 * mm + (i % 4) * (_PATCH + _GAP),
        (i // 4) * (_PATCH + _GAP),
        _PATCH,
        level,
    )
    for i, (name, level) in enumerate(_LEVELS)
)

_CORNER_SD = 0.2  # px
_PRINT_ERROR = 0.005
_PLANE_ERROR = 0.007
_STEEPEST = math.radians(30.0)
_LEAST_SIDE = 24.0  # px
_AT_ONCE = 30_000_000  # px; a larger picture is shrunk before the marker is looked for
_INNER = 0.6  # of a patch's side, so that its border does not count


@dataclass(frozen=True, slots=True, eq=False)
class FoundMarker:
    """A marker in a photograph.

    Attributes
    ----------
    number : int
        Number of the marker, from which its size follows.
    corners : ndarray of float64, shape (4, 2)
        Column and row of its corners, clockwise from its own top left [px].
    scale : Scale
        Scale at the middle of the marker.
    tilt : float
        Angle between the marker and the plane of the picture [rad].
    """

    number: int
    corners: Floats
    scale: Scale
    tilt: float

    def to_picture(self, x: Floats, y: Floats) -> Floats:
        """Return column and row of places on the sheet [m] from the marker's corner, (n, 2)."""
        side = SIDES[self.number]
        square = np.array([[0, 0], [side, 0], [side, side], [0, side]], np.float32)
        matrix = cv2.getPerspectiveTransform(square, self.corners.astype(np.float32))
        points = np.stack([x, y], axis=-1).reshape(-1, 1, 2).astype(np.float64)
        return np.asarray(cv2.perspectiveTransform(points, matrix), np.float64).reshape(-1, 2)


def marker_image(number: int, pixels: int) -> NDArray[np.uint8]:
    """Return the square of a marker, black border included, shape (pixels, pixels)."""
    return np.asarray(cv2.aruco.generateImageMarker(_dictionary(), number, pixels), np.uint8)


def find_marker(pixels: NDArray[np.uint8]) -> FoundMarker:
    """Find the largest marker of the sheet in a photograph.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (rows, cols, 3)
        The photograph in sRGB.

    Returns
    -------
    FoundMarker

    Raises
    ------
    PhotographError
        If there is none, or it is too small or too tilted to give a scale.
    """
    settings = cv2.aruco.DetectorParameters()
    settings.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
    grey, times = _looked_at(pixels)
    corners, numbers, _ = cv2.aruco.ArucoDetector(_dictionary(), settings).detectMarkers(grey)
    found = [
        (int(number), np.asarray(four, np.float64).reshape(4, 2))
        for four, number in zip(corners, np.ravel(numbers) if corners else (), strict=True)
        if int(number) in SIDES
    ]
    del grey
    if not found:
        raise PhotographError(
            "no marker was found in the photograph. Print one with 'porelight marker', lay all of "
            "it with its white rim on the skin, and keep it in focus; or give --px-per-mm."
        )
    number, four = max(found, key=lambda one: float(np.ptp(one[1][:, 0])))
    if times > 1:
        four = _refined(pixels, (four + 0.5) * times - 0.5, times, settings)
    return FoundMarker(number, four, *_scale(number, four))


def patch_levels(pixels: NDArray[np.uint8], marker: FoundMarker) -> dict[str, Floats]:
    """Return the median linear sRGB of each patch of the sheet, shape (3,); those in view only."""
    if marker.number != LARGE:
        return {}
    levels = {}
    for patch in PATCHES:
        rim = 0.5 * (1.0 - _INNER) * patch.side
        sides = np.array([rim, patch.side - rim])
        x, y = patch.left + sides[[0, 1, 1, 0]], patch.top + sides[[0, 0, 1, 1]]
        outline = np.rint(marker.to_picture(x, y)).astype(np.int32)
        rows, cols = pixels.shape[:2]
        if (outline < 0).any() or (outline[:, 0] >= cols).any() or (outline[:, 1] >= rows).any():
            continue
        left, top = outline.min(axis=0)
        right, bottom = outline.max(axis=0) + 1
        inside = np.zeros((bottom - top, right - left), np.uint8)
        cv2.fillConvexPoly(inside, outline - [left, top], (1,))
        value = np.median(pixels[top:bottom, left:right][inside > 0], axis=0) / 255.0
        levels[patch.name] = np.where(
            value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4
        )
    return levels


def _looked_at(pixels: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], int]:
    """Return the picture in grey, and by how much it was shrunk to be looked at whole."""
    rows, cols = pixels.shape[:2]
    times = math.ceil(math.sqrt(rows * cols / _AT_ONCE))
    if times == 1:
        return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8), 1
    shape = (rows // times, cols // times)
    small = np.empty(shape, np.uint8)
    for part in strips(shape, most=_AT_ONCE // times**2):
        some = pixels[part.start * times : part.stop * times, : shape[1] * times]
        size = (shape[1], part.stop - part.start)
        few = cv2.resize(some, size, interpolation=cv2.INTER_AREA)
        small[part] = cv2.cvtColor(few, cv2.COLOR_RGB2GRAY)
    return small, times


def _refined(
    pixels: NDArray[np.uint8], corners: Floats, times: int, settings: cv2.aruco.DetectorParameters
) -> Floats:
    """Return corners found in a picture that was shrunk, refined on its own pixels."""
    window = settings.cornerRefinementWinSize
    rim = 4 * (times + window)
    low = np.maximum(np.floor(corners.min(axis=0)).astype(int) - rim, 0)
    high = np.ceil(corners.max(axis=0)).astype(int) + rim
    near = np.ascontiguousarray(pixels[low[1] : high[1], low[0] : high[0]])
    grey = cv2.cvtColor(near, cv2.COLOR_RGB2GRAY)
    enough = (
        cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_COUNT,
        settings.cornerRefinementMaxIterations,
        settings.cornerRefinementMinAccuracy,
    )
    at = (corners - low).astype(np.float32).reshape(-1, 1, 2)
    # near first, then in the window in which a picture that is looked at whole is refined
    for reach in (window + 2 * times, window):
        at = np.asarray(cv2.cornerSubPix(grey, at, (reach, reach), (-1, -1), enough), np.float32)
    return np.asarray(low + at.astype(np.float64).reshape(4, 2))


def _dictionary() -> cv2.aruco.Dictionary:
    return cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50)


def _scale(number: int, corners: Floats) -> tuple[Scale, float]:
    side = SIDES[number]
    square = np.array([[0, 0], [side, 0], [side, side], [0, side]], np.float32)
    matrix = np.asarray(cv2.getPerspectiveTransform(square, corners.astype(np.float32)), np.float64)
    # slope of the map at the middle: the longer axis of its ellipse is not foreshortened
    x = y = 0.5 * side
    w = matrix[2, 0] * x + matrix[2, 1] * y + matrix[2, 2]
    u, v = ((matrix[k, 0] * x + matrix[k, 1] * y + matrix[k, 2]) / w for k in (0, 1))
    slope = (matrix[:2, :2] - np.outer([u, v], matrix[2, :2])) / w
    longer, shorter = np.linalg.svd(slope, compute_uv=False)
    tilt = math.acos(min(float(shorter / longer), 1.0))
    in_pixels = float(longer) * side
    if in_pixels < _LEAST_SIDE:
        raise PhotographError(
            f"the marker is {in_pixels:.0f} px wide; expected {_LEAST_SIDE:.0f} px or more. Take "
            "the photograph from nearer."
        )
    if tilt > _STEEPEST:
        raise PhotographError(
            f"the marker is tilted by {math.degrees(tilt):.0f} degrees; expected at most "
            f"{math.degrees(_STEEPEST):.0f}. Hold it flat beside the skin, and the camera straight."
        )
    error = math.sqrt(2.0 * (_CORNER_SD / in_pixels) ** 2 + _PRINT_ERROR**2 + _PLANE_ERROR**2)
    note = f"marker {number}, {side / mm:g} mm, tilted by {math.degrees(tilt):.0f} degrees"
    return Scale(float(longer), error, "marker", note), tilt
