"""Contrast of pores and texture of the skin around them, in grey levels of a photograph.

The same definition serves photographs with hand-made labels and rendered ones with known truth; the
renderer is calibrated by it. The green channel is flattened by taking off its Gaussian average of
1.2 mm, taken over the zone alone.

* The depth of a pore is minus the least flattened value among its pixels.
* The texture is the standard deviation of the flattened values of the skin, which is every pixel of
  the zone more than 0.16 mm (2 px at 12.5 px/mm) from a pore and 0.24 mm from the zone's border.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from porelight.errors import ParameterError
from porelight.quantities import PIXELS_PER_METRE, Floats
from porelight.render._raster import as_image

_FLATTEN_SD = 1.2e-3  # m
_CLEAR_OF_PORES = 1.6e-4  # m
_CLEAR_OF_BORDER = 2.4e-4  # m


@dataclass(frozen=True, slots=True, eq=False)
class PoreContrast:
    """Depth of every pore and texture of the skin between them.

    Attributes
    ----------
    depth : ndarray of float64, shape (n,)
        Depth of each pore [grey levels].
    texture : float
        Standard deviation of the flattened skin [grey levels].
    """

    depth: Floats
    texture: float

    @property
    def deciles(self) -> tuple[float, float, float]:
        """The 10th, 50th and 90th percentile of depth [grey levels]."""
        low, middle, high = np.quantile(self.depth, [0.1, 0.5, 0.9])
        return float(low), float(middle), float(high)


def flattened(channel: Floats, px_per_metre: float, zone_mask: NDArray[np.bool_]) -> Floats:
    """Return a channel less its 1.2 mm Gaussian average over the zone, shape (rows, cols)."""
    sd = _FLATTEN_SD * px_per_metre
    weight = ndimage.gaussian_filter(zone_mask.astype(np.float64), sd)
    smooth = ndimage.gaussian_filter(np.where(zone_mask, channel, 0.0), sd)
    level = np.divide(smooth, weight, out=np.zeros_like(smooth), where=weight > 1e-9)
    return np.asarray(channel - level)


def pore_contrast(
    pixels: NDArray[np.uint8],
    px_per_metre: float,
    labels: NDArray[np.int32],
    zone_mask: NDArray[np.bool_],
) -> PoreContrast:
    """Measure pore depth and skin texture.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (rows, cols, 3)
        The photograph.
    px_per_metre : float
        Scale of the photograph [px/m].
    labels : ndarray of int32, shape (rows, cols)
        0 on skin, another number in each pore; pores that leave the zone are not counted.
    zone_mask : ndarray of bool, shape (rows, cols)
        True on the part of the photograph that counts.

    Raises
    ------
    ParameterError
        If the shapes differ, or no pore or no skin lies in the zone.
    """
    PIXELS_PER_METRE.require(px_per_metre)
    if labels.shape != pixels.shape[:2] or zone_mask.shape != labels.shape:
        raise ParameterError(
            f"pixels have shape {pixels.shape}, labels {labels.shape}, zone_mask "
            f"{zone_mask.shape}; their first two axes must be the same."
        )
    flat = flattened(pixels[..., 1].astype(np.float64), px_per_metre, zone_mask)
    numbers = np.setdiff1d(np.unique(labels), [0])
    whole = np.asarray(ndimage.minimum(as_image(zone_mask), labels, numbers)) > 0
    skin = _farther(labels > 0, _CLEAR_OF_PORES * px_per_metre)
    skin &= _farther(~zone_mask, _CLEAR_OF_BORDER * px_per_metre)
    if not whole.any() or not skin.any():
        raise ParameterError(
            f"{int(whole.sum())} pores and {int(skin.sum())} pixels of skin lie in the zone; "
            "contrast needs both. Check that labels and zone_mask belong to this photograph."
        )
    depth = -np.asarray(ndimage.minimum(flat, labels, numbers[whole]), np.float64)
    return PoreContrast(depth=depth, texture=float(flat[skin].std()))


def _farther(mask: NDArray[np.bool_], distance: float) -> NDArray[np.bool_]:
    if not mask.any():
        return np.ones(mask.shape, np.bool_)
    return np.asarray(ndimage.distance_transform_edt(~mask) > distance)
