"""What the network learns from: labelled zones of one face, and rendered skin of real contrast."""

from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from porelight.photo.flatten import WORKING_SCALE, flat_skin
from porelight.photo.photograph import Photograph
from porelight.render.phantom import random_skin
from porelight.render.skin import RenderedSkin

ZONES = ("cheek_a", "glabella", "nose_a")
SMALLEST = 1.8e-4  # m; rendered pores below it are neither pore nor skin
BARE = 0.25  # local contrasts by which a label is darker than what surrounds it, at least
SOFTNESS = 0.6  # px; labels were drawn in whole pixels
LABEL_TRUST = 0.25  # of the diameter of a label against that of a rendered pore
EIGHT = np.ones((3, 3), np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """A photograph at the working scale whose pores are known.

    Attributes
    ----------
    pixels : ndarray of uint8, shape (rows, cols, 3)
        The photograph.
    zone : ndarray of bool, shape (rows, cols)
        What of it is labelled.
    cover : ndarray of float32, shape (rows, cols)
        Share of each pixel that lies in a pore.
    ignored : ndarray of bool, shape (rows, cols)
        Neither pore nor skin.
    row, col, log_diameter : ndarray of float64, shape (n,)
        Middles [px] and ln(diameter / 1 mm) of the pores.
    trust : float
        Weight of the diameters; those of labels are noisy.
    """

    pixels: NDArray[np.uint8]
    zone: NDArray[np.bool_]
    cover: NDArray[np.float32]
    ignored: NDArray[np.bool_]
    row: NDArray[np.float64]
    col: NDArray[np.float64]
    log_diameter: NDArray[np.float64]
    trust: float = 1.0
    inside: tuple[NDArray[np.intp], ...] = field(init=False)

    def __post_init__(self) -> None:
        """Remember where crops can be centred."""
        object.__setattr__(self, "inside", np.nonzero(self.zone))


def labelled(folder: Path, name: str) -> Example:
    """Read one zone with its labels; labels no darker than bare skin are ignored."""
    pixels = cv2.imread(str(folder / f"{name}.png"))[..., ::-1].copy()
    zone, pores = (
        cv2.imread(str(folder / f"{name}_{what}.png"), cv2.IMREAD_GRAYSCALE) > 127
        for what in ("zone", "pores")
    )
    labels, n = ndimage.label(pores & zone, EIGHT)
    index = np.arange(1, n + 1)
    dark = flat_skin(Photograph(pixels, WORKING_SCALE), zone).darkness
    number = ndimage.grey_dilation(labels, (7, 7))
    ring = (number > 0) & (ndimage.grey_dilation(labels, (3, 3)) == 0) & zone
    outside = ndimage.mean(dark, np.where(ring, number, 0), index)
    faint = ndimage.mean(dark, labels, index) - outside < BARE
    middle = np.array(ndimage.center_of_mass(labels > 0, labels, index)).reshape(-1, 2)
    area = ndimage.sum(labels > 0, labels, index)
    is_faint = np.concatenate([[False], faint])
    ignored = cv2.dilate(is_faint[labels].astype(np.uint8), EIGHT).astype(bool)
    cover = cv2.GaussianBlur((labels > 0).astype(np.float32), (0, 0), SOFTNESS)
    size = np.log(np.sqrt(4.0 * area / np.pi) / (WORKING_SCALE * 1e-3))
    kept = ~faint
    return Example(
        pixels, zone, cover, ignored & (labels * ~is_faint[labels] == 0),
        middle[kept, 0], middle[kept, 1], size[kept], LABEL_TRUST,
    )  # fmt: skip


def example_of(skin: RenderedSkin) -> Example:
    """Take a render at the working scale, with the true share of each pixel."""
    pixels = skin.pixels
    factor = WORKING_SCALE / skin.px_per_metre
    shape = tuple(round(n * factor) for n in pixels.shape[:2])
    if factor != 1.0:
        how = cv2.INTER_AREA if factor < 1.0 else cv2.INTER_CUBIC
        pixels = cv2.resize(pixels, shape[::-1], interpolation=how)
    small = np.concatenate([[False], skin.diameter < SMALLEST])[skin.labels]
    cover, ignored = (
        cv2.resize(mask.astype(np.float32), shape[::-1], interpolation=cv2.INTER_AREA)
        if factor < 1.0
        else cv2.resize(mask.astype(np.float32), shape[::-1], interpolation=cv2.INTER_LINEAR)
        for mask in ((skin.labels > 0) & ~small, small)
    )
    kept = skin.diameter >= SMALLEST
    return Example(
        pixels,
        np.ones(shape, bool),
        cv2.GaussianBlur(cover, (0, 0), 0.3),
        ignored > 0.05,
        skin.row[kept] * WORKING_SCALE - 0.5,
        skin.col[kept] * WORKING_SCALE - 0.5,
        np.log(skin.diameter[kept] * 1e3),
    )


def rendered(number: int) -> Example:
    """Render a patch of another person in another light."""
    return example_of(random_skin(number))
