"""Sharpness of a photograph of skin, and strength of its texture between two sizes of detail."""

from collections.abc import Iterator

from porelight.photo.darkness import blur_reach, smoothed
from porelight.photo.picture import Image, Mask
from porelight.photo.robust import middle_and_spread_of
from porelight.photo.strips import strips, widened

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
    middle = detail(absorbance, skin, _MIDDLE)
    return detail(absorbance, skin, _FINE) / middle if middle > 0.0 else 0.0


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

    def parts() -> Iterator[Image]:
        for part in strips(absorbance.shape):
            wide, own = widened(part, blur_reach(max(edges)), absorbance.shape[0])
            fine, coarse = (smoothed(absorbance[wide], sd) for sd in edges)
            yield (fine - coarse)[own][skin[part]]

    # of absolute deviations, so that pores and moles count little
    return middle_and_spread_of(parts(), int(skin.sum()))[1]
