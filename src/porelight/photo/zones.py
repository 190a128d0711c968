"""The part of a photograph that is measured: a polygon, or a zone of a face by its landmarks.

The zones are those of the clinic: forehead, glabella, nose, cheeks, chin; forehead, glabella, nose
and chin are the T-zone, the cheeks the U-zone. Each is a polygon through points of the face mesh
that keeps clear of brows, lashes, nostrils, lips and the fold beside the nose. The mesh knows no
hair: where a fringe or a beard covers a zone, draw a polygon instead.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Literal, get_args

import cv2
import numpy as np

from porelight.errors import ParameterError, PhotographError, did_you_mean
from porelight.photo.landmarks import Face
from porelight.photo.picture import Mask
from porelight.photo.strips import whole
from porelight.photo.zone_mask import ZoneMask, ZonePixels
from porelight.quantities import Floats
from porelight.tissue.person import Zone

FaceZone = Literal["forehead", "glabella", "nose", "right cheek", "left cheek", "chin"]

NAMES: tuple[FaceZone, ...] = get_args(FaceZone)
T_ZONE = ("forehead", "glabella", "nose", "chin")

# points of the mesh around each zone
_OUTLINES: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {
        "forehead": (
            *(103, 67, 109, 10, 338, 297, 332),
            *(293, 334, 296, 337, 151, 108, 66, 105, 63),
        ),
        "glabella": (108, 151, 337, 336, 285, 168, 55, 107),
        "nose": (
            *(168, 193, 122, 188, 174, 236, 198, 49, 44),
            *(1, 274, 279, 420, 456, 399, 412, 351, 417),
        ),
        "right cheek": (116, 117, 118, 119, 100, 142, 36, 205, 187, 123),
        "left cheek": (345, 346, 347, 348, 329, 371, 266, 425, 411, 352),
        "chin": (83, 18, 313, 406, 424, 262, 369, 400, 377, 152, 148, 176, 140, 32, 204, 182),
    }
)
_SHRINK = 0.94  # towards its middle, so that the rim of a zone is surely in it
_LEAST_CORNERS = 3


def outline(face: Face, zone: str) -> tuple[Floats, Floats]:
    """Return the polygon of a zone, and its points with depth.

    Parameters
    ----------
    face : Face
        Landmarks of the face.
    zone : str
        Name of a zone, one of `NAMES`.

    Returns
    -------
    tuple of ndarray of float64, shapes (n, 2) and (n, 3)
        Column and row of the polygon; column, row and depth of its landmarks [px].
    """
    if zone not in _OUTLINES:
        raise PhotographError(f"no zone of a face is named {zone!r}{did_you_mean(zone, _OUTLINES)}")
    points = face.points[list(_OUTLINES[zone])]
    flat = points[:, :2]
    middle = flat.mean(axis=0)
    return middle + _SHRINK * (flat - middle), points


def tissue_zone(zone: FaceZone) -> Zone:
    """Return the zone of the tissue model that a zone of the face belongs to."""
    return named_zone(zone.split()[-1])


def zone_pixels(zone_mask: ZonePixels | None, shape: tuple[int, int]) -> ZonePixels:
    """Return the pixels in which pores are looked for.

    Parameters
    ----------
    zone_mask : ndarray of bool, shape (rows, cols), ZoneMask, or None
        True in the zone; None is the whole picture.
    shape : tuple of int
        Rows and columns of the photograph.

    Returns
    -------
    ndarray of bool, shape (rows, cols), or ZoneMask
        The mask; of the whole picture one that cannot be written to.

    Raises
    ------
    ParameterError
        If the mask is not bool, has another shape, or is empty.
    """
    if zone_mask is None:
        return whole(shape)
    mask = zone_mask if isinstance(zone_mask, ZoneMask) else np.asarray(zone_mask)
    kind = "bool" if isinstance(mask, ZoneMask) else str(mask.dtype)
    if kind != "bool" or mask.shape != shape:
        raise ParameterError(
            f"the zone mask is {kind} of shape {mask.shape}; expected bool of the photograph's "
            f"shape {shape}."
        )
    if not mask.any():
        raise ParameterError("the zone mask is empty; paint the skin to be measured white.")
    return mask


def named_zone(zone: str) -> Zone:
    """Return the zone of the tissue model by its name.

    Raises
    ------
    ParameterError
        If there is none of that name.
    """
    known: dict[str, Zone] = {name: name for name in get_args(Zone)}
    if zone not in known:
        raise ParameterError(f"no zone named {zone!r}{did_you_mean(str(zone), known)}")
    return known[zone]


def polygon_mask(polygons: Sequence[Floats], shape: tuple[int, int]) -> Mask:
    """Return the pixels whose centre lies in one of the polygons.

    Parameters
    ----------
    polygons : sequence of ndarray of float64, shape (n, 2)
        Column and row of the corners from the top left corner of the picture [px].
    shape : tuple of int
        Rows and columns of the photograph.

    Raises
    ------
    PhotographError
        If a polygon has fewer than three corners or none of its area is in the picture.
    """
    mask = np.zeros(shape, np.uint8)
    bits = 4  # of a pixel, for the corners
    for number, polygon in enumerate(polygons, start=1):
        corners = np.asarray(polygon, np.float64)
        if corners.ndim != 2 or corners.shape[0] < _LEAST_CORNERS or corners.shape[1] != 2:
            raise PhotographError(
                f"polygon {number} has corners of shape {corners.shape}; expected "
                f"{_LEAST_CORNERS} or more pairs of column and row."
            )
        if not np.isfinite(corners).all() or np.abs(corners).max() > 1e6:
            raise PhotographError(f"polygon {number} has a corner that is no place in a picture.")
        inside = np.zeros(shape, np.uint8)
        fixed = np.rint((corners - 0.5) * 2**bits).astype(np.int32)
        cv2.fillPoly(inside, [fixed], (1,), lineType=cv2.LINE_8, shift=bits)
        if not inside.any():
            raise PhotographError(
                f"polygon {number} lies outside of the photograph of {shape[1]} x {shape[0]} px; "
                "expected columns and rows from its top left corner."
            )
        mask |= inside
    return mask.view(np.bool_)
