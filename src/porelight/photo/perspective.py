r"""A zone of a face seen straight on, at its own scale.

Cheeks and temples turn away from the camera, and what is turned by :math:`\theta` looks narrower by
:math:`\cos\theta` in one direction. The depths of the landmarks of a zone give the plane through
it, and the picture of the zone is stretched back along the tilt. The nose is also nearer than the
eyes, where the iris gave the scale: at distance Z a place nearer by d is larger by

.. math:: s = s_\mathrm{eye} \, \frac{Z}{Z - d}, \qquad
   \frac{\sigma_s}{s} \approx \frac{|d|}{Z} \frac{\sigma_Z}{Z} ,

8 % at 30 cm for a nose tip 2.3 cm nearer. The distance is seldom known; 40 cm with a quarter of
that as standard deviation is an arm's length.
"""

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np

from porelight.errors import PhotographError
from porelight.photo.landmarks import Face
from porelight.photo.photograph import Photograph
from porelight.photo.picture import Mask
from porelight.photo.scale import Scale
from porelight.photo.zones import outline, polygon_mask
from porelight.quantities import Floats, Quantity

ARM = 0.40  # m
DISTANCE = Quantity(
    "distance", "m", 0.08, 5.0, "from the lens to the face", "Centimetres need '* units.cm'."
)

_DISTANCE_ERROR = 0.25  # of it, when nobody measured it
_STEEPEST = math.radians(50.0)
_WORTH_A_WORD = math.radians(25.0)
_DEPTH_ERROR = 0.2  # of the mesh's depths, which are learnt and not measured
_EYE_POINTS = (33, 133, 362, 263)
_BORDER = 4  # px around the zone


@dataclass(frozen=True, slots=True, eq=False)
class ZoneView:
    """A zone of a face, straightened.

    Attributes
    ----------
    photograph : Photograph
        The zone seen straight on, with the scale that holds there.
    mask : ndarray of bool, shape (rows, cols)
        True in the zone.
    slant : float
        Angle by which it was turned away from the camera [rad].
    nearer : float
        Distance by which it is nearer to the lens than the eyes [m].
    warnings : tuple of str
        What limits the measurement of this zone.
    """

    photograph: Photograph
    mask: Mask
    slant: float
    nearer: float
    warnings: tuple[str, ...]


def zone_view(
    photograph: Photograph,
    face: Face,
    zone: str,
    scale: Scale,
    distance: float | None = None,
) -> ZoneView:
    """Return a zone of a face straightened and at its own scale.

    Parameters
    ----------
    photograph : Photograph
        The whole face; the scale that it carries is not used.
    face : Face
        Landmarks of the face.
    zone : str
        One of `porelight.photo.zones.NAMES`.
    scale : Scale
        Scale at the eyes if it came from the irises; else the scale of the zone itself, which is
        not corrected for depth.
    distance : float, optional
        Distance from the lens to the face [m]; an arm's length with its uncertainty when left out.

    Raises
    ------
    PhotographError
        If the zone is turned too far away or out of view.
    """
    far = ARM if distance is None else DISTANCE.require(distance)
    polygon, points = outline(face, zone)
    if (polygon < 0).any() or (polygon > np.array(photograph.shape[::-1])).any():
        raise PhotographError(f"{photograph.name}: part of the {zone} is out of view.")
    normal = _normal(points)
    slant = math.acos(min(abs(float(normal[2])), 1.0))
    if slant > _STEEPEST:
        raise PhotographError(
            f"{photograph.name}: the {zone} is turned away by {math.degrees(slant):.0f} degrees; "
            f"expected at most {math.degrees(_STEEPEST):.0f}. Take a photograph that faces it."
        )
    eyes = float(face.points[list(_EYE_POINTS), 2].mean())
    nearer, px_per_metre, error = 0.0, scale.px_per_metre, scale.error
    if scale.source == "iris":
        nearer = (eyes - float(points[:, 2].mean())) / scale.px_per_metre
        px_per_metre *= far / (far - nearer)
        doubt = math.hypot(_DISTANCE_ERROR if distance is None else 0.05, _DEPTH_ERROR)
        error = math.hypot(error, abs(nearer) / far * doubt)
    straight, matrix = _straightened(photograph, polygon, normal)
    moved = polygon @ matrix[:, :2].T + matrix[:, 2]
    mask = polygon_mask([moved], (straight.shape[0], straight.shape[1]))
    view = replace(
        photograph,
        pixels=straight,
        px_per_metre=px_per_metre,
        scale_error=error,
        name=f"{photograph.name} ({zone})",
    )
    said: tuple[str, ...] = ()
    if slant > _WORTH_A_WORD:
        said = (
            f"The {zone} is turned away by {math.degrees(slant):.0f} degrees; it was straightened, "
            "but pores are finer across than along. A photograph that faces it shows more.",
        )
    return ZoneView(view, mask, slant, nearer, said)


def _normal(points: Floats) -> Floats:
    """Return the unit normal (col, row, depth) of the plane through points, towards the camera."""
    centred = points - points.mean(axis=0)
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    normal = np.asarray(axes[2], np.float64)
    return normal if normal[2] < 0.0 else -normal


def _straightened(
    photograph: Photograph, polygon: Floats, normal: Floats
) -> tuple[np.ndarray[tuple[int, ...], np.dtype[np.uint8]], Floats]:
    """Return the picture around the polygon stretched along the tilt, and the map to it (2, 3)."""
    lean = float(np.hypot(normal[0], normal[1]))
    along = normal[:2] / lean if lean > 1e-9 else np.array([1.0, 0.0])
    stretch = 1.0 / max(abs(float(normal[2])), 1e-3)
    linear = np.eye(2) + (stretch - 1.0) * np.outer(along, along)
    moved = polygon @ linear.T
    low = np.floor(moved.min(axis=0)) - _BORDER
    size = np.ceil(moved.max(axis=0)).astype(np.intp) + _BORDER - low.astype(np.intp)
    # pixel indices count from the middle of the first pixel, places from its corner
    shift = linear @ np.array([0.5, 0.5]) - low - 0.5
    matrix = np.column_stack([linear, shift])
    straight = cv2.warpAffine(
        photograph.pixels,
        matrix,
        (int(size[0]), int(size[1])),
        flags=cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(straight, np.uint8), np.column_stack([linear, -low])
