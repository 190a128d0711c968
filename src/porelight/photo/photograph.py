"""A photograph with its scale on the skin, and warnings about its resolution."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from porelight.errors import PhotographError
from porelight.photo.picture import require_srgb
from porelight.photo.picture_html import pictures_html
from porelight.quantities import PIXELS_PER_METRE, Quantity
from porelight.units import mm

COARSEST = 5e3  # px/m; below it a pore is one or two pixels and nothing true can be said
ALL_PORES = 12e3  # px/m; three pixels across a pore of 250 um
SMALLEST_SIDE = 3e-3  # m; a mean of the light reaches over 2.4 mm, and a pore or two lie there
LARGEST_AREA = 0.25  # m2; a face has about 0.05

SCALE_ERROR = Quantity(
    "scale_error", "1", 0.0, 0.5, "relative standard deviation of the scale", "Per cent need / 100."
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Photograph:
    """A photograph in sRGB and how large it is on the skin.

    Attributes
    ----------
    pixels : ndarray of uint8, shape (rows, cols, 3)
        The picture, upright.
    px_per_metre : float
        Its scale on the skin [px/m].
    scale_error : float
        Relative standard deviation of that scale [-].
    name : str
        Name of the photograph in messages.
    camera, taken : str
        By what and when it was taken (`porelight.photo.picture.Picture`); empty if that is unknown.
    """

    pixels: NDArray[np.uint8]
    px_per_metre: float
    scale_error: float = 0.0
    name: str = "photograph"
    camera: str = ""
    taken: str = ""

    def __post_init__(self) -> None:
        """Check shape, kind and ranges."""
        require_srgb(self.pixels)
        PIXELS_PER_METRE.require(self.px_per_metre, "px_per_metre")
        SCALE_ERROR.require(self.scale_error)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.pixels.shape[0], self.pixels.shape[1]

    @property
    def area(self) -> float:
        """Area of skin that it would show if all of it were skin [m2]."""
        rows, cols = self.shape
        return rows * cols / self.px_per_metre**2

    def __repr__(self) -> str:
        rows, cols = self.shape
        return (
            f"Photograph({self.name}, {cols} x {rows} px, {self.px_per_metre * mm:.3g} px/mm, "
            f"{100.0 * self.scale_error:.1f} % uncertain)"
        )

    def _repr_html_(self) -> str:
        """Return the picture for notebooks."""
        return pictures_html((self.pixels, repr(self)))


def require_measurable(shape: tuple[int, int], px_per_metre: float, name: str) -> None:
    """Refuse a photograph that is too coarse or too large on the skin to be measured.

    Parameters
    ----------
    shape : tuple of int
        Its rows and columns; the pixels are not needed.
    px_per_metre : float
        Its scale on the skin [px/m].
    name : str
        Its name in messages.

    Raises
    ------
    PhotographError
        If it is coarser than `COARSEST`, or the scale makes it larger than `LARGEST_AREA`.
    """
    per_mm = px_per_metre * mm
    if px_per_metre < COARSEST:
        raise PhotographError(
            f"{name} has {per_mm:.3g} px/mm; pores need at least {COARSEST * mm:g}, and "
            f"{ALL_PORES * mm:g} to see them all. Take it from nearer, or with more pixels."
        )
    rows, cols = (n / px_per_metre for n in shape)
    if rows * cols > LARGEST_AREA:
        raise PhotographError(
            f"{name} would show {rows:.2f} m x {cols:.2f} m of skin at {per_mm:.3g} px/mm; no face "
            "is that large. Check the scale."
        )


def resolution_warnings(photograph: Photograph) -> tuple[str, ...]:
    """Return warnings of what a photograph is too coarse to show, or refuse to measure it.

    Parameters
    ----------
    photograph : Photograph
        The photograph to be measured.

    Returns
    -------
    tuple of str
        One sentence for each limit.

    Raises
    ------
    PhotographError
        As `require_measurable`.
    """
    require_measurable(photograph.shape, photograph.px_per_metre, photograph.name)
    per_mm = photograph.px_per_metre * mm
    if photograph.px_per_metre < ALL_PORES:
        smallest = 3.0 / photograph.px_per_metre / mm
        return (
            f"At {per_mm:.3g} px/mm pores below about {smallest:.2f} mm are missed, and marks of "
            f"the file are taken for pores; {ALL_PORES * mm:g} px/mm shows those of 0.25 mm.",
        )
    return ()


def require_enough_skin(photograph: Photograph) -> None:
    """Refuse a photograph whose scale makes it narrower than `SMALLEST_SIDE`.

    Raises
    ------
    PhotographError
        If it is; most often the scale is wrong.
    """
    if min(photograph.shape) < SMALLEST_SIDE * photograph.px_per_metre:
        rows, cols = (n / photograph.px_per_metre / mm for n in photograph.shape)
        side = f"{SMALLEST_SIDE / mm:g} mm"
        raise PhotographError(
            f"{photograph.name} would show {rows:.3g} mm x {cols:.3g} mm of skin at "
            f"{photograph.px_per_metre * mm:.3g} px/mm; a count needs at least {side} x {side}. "
            "Check the scale, or take in more skin."
        )
