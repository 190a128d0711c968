"""Single-precision images of the render room: blur, resampling, random fields, distance windows.

Scenes are drawn on one lattice of 40 px/mm for every camera, so that the same seed gives the same
skin to each. Single precision holds 24 bits where a photograph has 8.
"""

from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from porelight.quantities import Floats

Image: TypeAlias = NDArray[np.float32]

SCENE_SCALE = 40e3  # lattice points per metre of skin
_WIDEST_KERNEL = 6.0  # lattice points; wider blurs run on a reduced image

Shape: TypeAlias = tuple[int, int]


def as_image(array: object) -> Image:
    """Return the array as C-ordered single precision."""
    return np.ascontiguousarray(array, dtype=np.float32)


def blurred(image: Image, sd: float) -> Image:
    """Return the image convolved with a Gaussian of this standard deviation [px].

    Wide kernels run on an image reduced by area averaging; the variance of the averaging and of the
    bilinear return is taken off the kernel's, so the total is right to about one per cent.
    """
    if sd < 1e-3:
        return image
    if sd <= _WIDEST_KERNEL:
        return as_image(cv2.GaussianBlur(image, (0, 0), sd, borderType=cv2.BORDER_REFLECT_101))
    factor = int(sd / 3.0)
    rows, cols = image.shape[:2]
    small_rows, small_cols = -(-rows // factor), -(-cols // factor)
    small = cv2.resize(image, (small_cols, small_rows), interpolation=cv2.INTER_AREA)
    # a box of width f has variance f^2/12, the triangle of the bilinear return f^2/6
    sd_row, sd_col = (
        float(np.sqrt((sd * few / many) ** 2 - 0.25))
        for few, many in ((small_rows, rows), (small_cols, cols))
    )
    small = cv2.GaussianBlur(small, (0, 0), sd_col, None, sd_row, cv2.BORDER_REFLECT_101)
    return as_image(cv2.resize(small, (cols, rows), interpolation=cv2.INTER_LINEAR))


def shifted(image: Image, rows: float, cols: float) -> Image:
    """Return image(row + rows, col + cols), bilinear, the edge values held outside."""
    matrix = np.array([[1.0, 0.0, cols], [0.0, 1.0, rows]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    size = (image.shape[1], image.shape[0])
    moved = cv2.warpAffine(image, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return as_image(moved)


def noise_octave(shape: Shape, cell: float, generator: np.random.Generator) -> Image:
    """Return white noise on a lattice of `cell` [px], joined by cubics; zero mean, unit SD."""
    rows, cols = (int(np.ceil(n / cell)) + 4 for n in shape)
    coarse = generator.standard_normal((rows, cols)).astype(np.float32)
    if cell <= 1.0:
        return as_image(coarse[: shape[0], : shape[1]])
    # the lattice starts two cells before the image so that no border is extrapolated
    matrix = np.array([[1.0 / cell, 0.0, 1.5], [0.0, 1.0 / cell, 1.5]])
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    field = cv2.warpAffine(
        coarse, matrix, (shape[1], shape[0]), flags=flags, borderMode=cv2.BORDER_REFLECT
    )
    return _standardised(as_image(field))


def fractal(
    shape: Shape,
    coarsest: float,
    finest: float,
    generator: np.random.Generator,
    *,
    persistence: float = 1.0,
) -> Image:
    """Return a sum of octaves of noise with cells from `coarsest` down to `finest` [m]; unit SD.

    Each octave has `persistence` times the amplitude of the one before; 1 gives equal variance per
    octave, which is what skin texture has in photographs between 0.1 and 1 mm.
    """
    total = np.zeros(shape, np.float32)
    cell, weight = coarsest, 1.0
    while cell >= finest * 0.999:
        total += np.float32(weight) * noise_octave(shape, cell * SCENE_SCALE, generator)
        cell, weight = cell / 2.0, weight * persistence
    return _standardised(total)


def lattice(shape: Shape, origin: tuple[float, float]) -> tuple[Floats, Floats]:
    """Return the positions [m] of the lattice rows and columns; `origin` is the outer corner."""
    row, col = (
        start + (np.arange(n, dtype=np.float64) + 0.5) / SCENE_SCALE
        for start, n in zip(origin, shape, strict=True)
    )
    return np.asarray(row), np.asarray(col)


def _standardised(field: Image) -> Image:
    centred = field - field.mean(dtype=np.float64)
    spread = float(np.sqrt(np.mean(np.square(centred), dtype=np.float64)))
    return as_image(centred / spread) if spread > 0.0 else as_image(centred)
