"""Sharpness of a photograph of skin, and strength of its texture between two sizes of detail."""

import numpy as np

from porelight.photo.darkness import blur_reach, smoothed
from porelight.photo.picture import Image, Mask
from porelight.photo.robust import Sample
from porelight.photo.strips import on_cores, strips, widened

_FINE = (1.4, 2.2)  # px at 12.5 px/mm, 0.11 to 0.18 mm: finer is noise
_MIDDLE = (2.8, 5.6)  # 0.22 to 0.45 mm


def sharpness(absorbance: Image, skin: Mask) -> float:
    """Return the strength of detail of 0.15 mm over that of 0.3 mm [-].

    Parameters
    ----------
    absorbance : ndarray of float32, shape (rows, cols)
        Absorbance above the surroundings, at 12.5 px/mm.
    skin : ndarray of bool, shape (rows, cols)
        True on the skin that counts.
    """
    sample = Sample(skin)
    middle = _detail(absorbance, sample, _MIDDLE)
    return _detail(absorbance, sample, _FINE) / middle if middle > 0.0 else 0.0


def detail(absorbance: Image, skin: Mask, edges: tuple[float, float]) -> float:
    """Return the robust standard deviation of the difference of two Gaussian blurs.

    Parameters
    ----------
    absorbance : ndarray of float32, shape (rows, cols)
        Absorbance above the surroundings, at 12.5 px/mm.
    skin : ndarray of bool, shape (rows, cols)
        True on the skin that counts.
    edges : tuple of float
        Standard deviations of the two blurs [px].
    """
    return _detail(absorbance, Sample(skin), edges)


def _detail(absorbance: Image, sample: Sample, edges: tuple[float, float]) -> float:
    def seen(part: slice) -> Image:
        wide, own = widened(part, blur_reach(max(edges)), absorbance.shape[0])
        fine, coarse = (smoothed(absorbance[wide], sd)[own] for sd in edges)
        return np.asarray(sample.of(part, fine) - sample.of(part, coarse), np.float32)

    # of absolute deviations, so that pores and moles count little
    found = on_cores(seen, strips(absorbance.shape))
    return sample.middle_and_spread(values for _, values in found)[1]
