"""A picture before its scale on the skin is known, with what its file states about it."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from porelight.errors import ParameterError
from porelight.photo.picture_html import pictures_html

Image: TypeAlias = NDArray[np.float32]
Mask: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Picture:
    """A picture from a file, before its scale on the skin is known.

    Attributes
    ----------
    pixels : ndarray of uint8, shape (rows, cols, 3)
        The picture, upright, in sRGB.
    dpi : tuple of float or None
        Stated dots per inch, across and down.
    has_camera : bool
        Whether the file says that a camera took it.
    name : str
        Name of the picture in messages.
    camera : str
        Maker and model of the camera; empty if the file does not say.
    taken : str
        When it was taken, as ISO 8601 by the clock of the camera; empty if the file does not say.
    """

    pixels: NDArray[np.uint8]
    dpi: tuple[float, float] | None = None
    has_camera: bool = False
    name: str = "photograph"
    camera: str = ""
    taken: str = ""

    def __post_init__(self) -> None:
        """Check shape and kind."""
        require_srgb(self.pixels)

    def __repr__(self) -> str:
        rows, cols = self.pixels.shape[:2]
        dots = f", {self.dpi[0]:.4g} dpi" if self.dpi else ""
        return f"Picture({self.name}, {cols} x {rows} px{dots}; its scale on the skin is not known)"

    def _repr_html_(self) -> str:
        """Return the picture for notebooks."""
        return pictures_html((self.pixels, repr(self)))


def require_srgb(pixels: NDArray[np.uint8]) -> None:
    """Refuse what is no picture of three bands of 8 bits.

    Raises
    ------
    ParameterError
        If the shape is not (rows, cols, 3) or the numbers are not uint8.
    """
    if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.size == 0:
        raise ParameterError(f"pixels have shape {pixels.shape}; expected (rows, cols, 3) in sRGB.")
    if pixels.dtype != np.uint8:
        raise ParameterError(f"pixels are {pixels.dtype}; expected uint8, 0 to 255 in sRGB.")
