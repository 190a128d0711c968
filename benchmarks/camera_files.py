"""Small files as telephones and cameras write them, of pixels that are known.

Shared by the tests of formats and `photo_hostile.py`.
"""

import io
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from PIL import Image

_HEIC = Path(__file__).parents[1] / "tests" / "files" / "heic"

# of linear sRGB from XYZ, D65 (IEC 61966-2-1)
_FROM_XYZ = (
    *(3.2404542, -1.5371385, -0.4985314),
    *(-0.9692660, 1.8760108, 0.0415560),
    *(0.0556434, -0.2040259, 1.0572252),
)


def heic(name: str) -> bytes:
    """Return one of two HEIC of one rendered skin, encoded by x265.

    Parameters
    ----------
    name : {"plain", "turned"}
        In sRGB; or on its side, in Display P3, with all that telephones write beside the picture.
    """
    return (_HEIC / f"{name}.heic").read_bytes()


def avif(pixels: np.ndarray, **options: Any) -> bytes:
    """Return an AVIF of pixels of uint8, shape (rows, cols, 3)."""
    file = io.BytesIO()
    image = Image.fromarray(pixels)
    image.save(file, "AVIF", quality=92, subsampling="4:4:4", **options)
    return file.getvalue()


def linear(pixels: np.ndarray) -> np.ndarray:
    """Return linear values, 0 to 1, of pixels in sRGB, 0 to 255."""
    share = pixels / 255.0
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)


def dng(pixels: np.ndarray, *, is_mosaic: bool, extra: tuple[Any, ...] = ()) -> bytes:
    """Return a DNG of a camera whose colours are those of linear sRGB.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (rows, cols, 3)
        The picture in sRGB.
    is_mosaic : bool
        Whether each pixel holds one colour, red in the first corner, or all three.
    extra : tuple
        More tags, as tifffile takes them.
    """
    levels = np.rint(65535.0 * linear(pixels)).astype(np.uint16)
    matrix = [number for value in _FROM_XYZ for number in (round(1e4 * value), 10_000)]
    tags = [
        (50706, 1, 4, (1, 4, 0, 0), True),  # version
        (50708, 2, 0, "Pore Camera", True),
        (50721, 10, 9, matrix, True),
        (50728, 5, 3, (1, 1) * 3, True),  # white as it was shot
        (50778, 3, 1, 21, True),  # in daylight
        (50717, 4, 1, 65535, True),  # white level
        (271, 2, 0, "Pore", True),
        (272, 2, 0, "Pore One", True),
        *extra,
    ]
    file = io.BytesIO()
    if is_mosaic:
        rows, cols = np.indices(levels.shape[:2])
        levels = np.take_along_axis(levels, (rows % 2 + cols % 2)[..., None], 2)[..., 0]
        tags += [(33421, 3, 2, (2, 2), True), (33422, 1, 4, (0, 1, 1, 2), True)]
    kind = 32803 if is_mosaic else 34892
    tifffile.imwrite(file, levels, photometric=kind, extratags=tags, metadata=None)
    return file.getvalue()
