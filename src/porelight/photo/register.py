r"""Registration of two photographs: rotation, scale, tilt, and the deformation of the skin.

First the whole: corners of the two pictures (SIFT, [1]_) are paired by what is around them, and the
affine map that most of them agree on is kept (RANSAC). Skin between two visits is also stretched
and bent, and a tilted camera is affine only to first order. So then the parts: around the points of
a lattice the two pictures are laid over one another where their normalised correlation is highest,
to a fraction of a pixel (parabola through the peak); points that correlate badly or disagree with
their neighbours are dropped, the rest are averaged with a Gaussian, twice. The result is a map

.. math:: x_\mathrm{after} = A\,x_\mathrm{before} + t + u(x_\mathrm{before})

with a smooth u. The correlation that is left tells where the pictures show the same skin.

References
----------
.. [1] D. G. Lowe, "Distinctive image features from scale-invariant keypoints," Int. J. Comput.
   Vis. 60, 91-110 (2004). doi:10.1023/B:VISI.0000029664.99615.94
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np

from porelight.errors import PhotographError
from porelight.photo.darkness import SCALE, Darkness, smoothed
from porelight.photo.picture import Image, Mask
from porelight.quantities import Floats

_FEATURE_SD = 1.0  # px; finer grain is noise
_RATIO = 0.85  # of the nearest to the second nearest descriptor
_TOLERANCE = 4.0  # px, from the affine map; the rest is left to the warp
_LEAST_AGREEING = 12  # pairs of corners
_SCALES = (0.75, 1.33)  # of one picture's stated scale over the other's
_STEP = 1.0e-3  # m between lattice points
_HALF_BLOCK = 1.4e-3  # m
_SEARCH = (5.0e-4, 2.5e-4)  # m, in the first and in the second round
_SMOOTH = 2.2e-3  # m; over which the skin is taken to move as one
_LEAST_CORRELATION = 0.25
_OUTLIER = 2.0  # px from the median of the neighbours
_LEAST_OVERLAP = 0.25  # of the smaller zone
_LEAST_SHARED = 0.35  # median correlation below which it is not the same skin, or not in one light


@dataclass(frozen=True, slots=True, eq=False)
class Registration:
    """The map from places of the first picture to the same places of the skin in the second.

    Attributes
    ----------
    rows, cols : ndarray of float32, shape (rows, cols)
        For each pixel of the first picture at `SCALE`, where it lies in the second [px].
    shared : ndarray of bool, shape (rows, cols)
        True on skin that both pictures show.
    scale : float
        Lengths in the second over lengths in the first, as their stated scales have them [-].
    rotation : float
        Rotation of the second picture, from the column axis towards the row axis [rad].
    correlation : float
        Median correlation of the parts after registration [-].
    warp : float
        Root mean square of the local shifts on top of the affine map [m].
    """

    rows: Image
    cols: Image
    shared: Mask
    scale: float
    rotation: float
    correlation: float
    warp: float

    def laid_over(self, image: Image) -> Image:
        """Return an image of the second picture in the frame of the first."""
        return np.asarray(
            cv2.remap(image, self.cols, self.rows, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT),
            dtype=np.float32,
        )

    def places(self, row: Floats, col: Floats) -> tuple[Floats, Floats]:
        """Return where places of the first picture lie in the second, all [m]."""
        if row.size == 0:
            return row, col
        found = []
        for image in (self.rows, self.cols):
            at = (col * SCALE - 0.5).astype(np.float32), (row * SCALE - 0.5).astype(np.float32)
            value = cv2.remap(
                image, at[0], at[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
            )
            found.append((np.asarray(value, np.float64).reshape(row.shape) + 0.5) / SCALE)
        return found[0], found[1]

    def back(self, row: Floats, col: Floats) -> tuple[Floats, Floats]:
        """Return where places of the second picture lie in the first, all [m]."""
        mid = tuple(n // 2 for n in self.rows.shape)
        matrix = np.array(
            [
                [np.gradient(a, axis=0)[mid], np.gradient(a, axis=1)[mid]]
                for a in (self.rows.astype(np.float64), self.cols.astype(np.float64))
            ]
        )
        inverse = np.linalg.inv(matrix)
        centre = (np.array(mid) + 0.5) / SCALE
        first = np.array([self.places(centre[:1], centre[1:])[k][0] for k in range(2)])
        guess = (np.stack([row, col], axis=-1) - first) @ inverse.T + centre
        # the warp is smooth, so Newton's steps with one slope converge fast
        for _ in range(8):
            there = np.stack(self.places(guess[..., 0], guess[..., 1]), axis=-1)
            guess = guess - (there - np.stack([row, col], axis=-1)) @ inverse.T
        return guess[..., 0], guess[..., 1]


def register(first: Darkness, second: Darkness) -> Registration:
    """Register two pictures of the same skin.

    Parameters
    ----------
    first, second : Darkness
        The same skin at two visits.

    Returns
    -------
    Registration
        Map from the frame of `first` to that of `second`.

    Raises
    ------
    PhotographError
        If they do not show the same skin, or too little of it.
    """
    affine = _affine(first, second)
    rows, cols = (np.arange(n, dtype=np.float32) for n in first.image.shape)
    x, y = np.meshgrid(cols, rows)
    map_cols = np.asarray(affine[0, 0] * x + affine[0, 1] * y + affine[0, 2], np.float32)
    map_rows = np.asarray(affine[1, 0] * x + affine[1, 1] * y + affine[1, 2], np.float32)
    start = map_rows, map_cols
    correlation, fits = 0.0, first.skin
    for search in _SEARCH:
        map_rows, map_cols, correlation, fits = _warped(first, second, (map_rows, map_cols), search)
    shared = fits & first.skin & _inside(second.skin, map_rows, map_cols)
    smaller = min(int(first.skin.sum()), int(second.skin.sum()))
    if shared.sum() < _LEAST_OVERLAP * smaller:
        raise PhotographError(
            f"the two photographs share {100.0 * shared.sum() / max(smaller, 1):.0f} % of their "
            f"skin; expected {100.0 * _LEAST_OVERLAP:.0f} % or more. Take the next one from the "
            "same side, of the same place."
        )
    if correlation < _LEAST_SHARED:
        raise PhotographError(
            f"the skin of the two photographs correlates by {correlation:.2f}; expected "
            f"{_LEAST_SHARED:g} or more. Take the next one with the lamp on the same side, in "
            "focus, without make-up."
        )
    left = np.hypot(map_rows - start[0], map_cols - start[1])[shared]
    turn = math.atan2(affine[1, 0] - affine[0, 1], affine[0, 0] + affine[1, 1])
    scale = math.sqrt(abs(np.linalg.det(affine[:, :2])))
    warp = float(np.sqrt(np.mean(left**2))) / SCALE
    return Registration(map_rows, map_cols, shared, scale, turn, correlation, warp)


def _affine(first: Darkness, second: Darkness) -> Floats:
    """Map (col, row, 1) of the first to (col, row) of the second, shape (2, 3)."""
    found = [_corners(picture) for picture in (first, second)]
    if min(len(points) for points, _ in found) < _LEAST_AGREEING:
        raise PhotographError(_STRANGERS)
    nearest = cv2.BFMatcher(cv2.NORM_L2).knnMatch(found[0][1], found[1][1], k=2)
    pairs = [
        (m[0].queryIdx, m[0].trainIdx)
        for m in nearest
        if len(m) == 2 and m[0].distance < _RATIO * m[1].distance
    ]
    if len(pairs) < _LEAST_AGREEING:
        raise PhotographError(_STRANGERS)
    source = np.array([found[0][0][i] for i, _ in pairs], np.float32)
    target = np.array([found[1][0][j] for _, j in pairs], np.float32)
    affine, agree = cv2.estimateAffine2D(
        source,
        target,
        method=cv2.RANSAC,
        ransacReprojThreshold=_TOLERANCE,
        maxIters=5000,
        confidence=0.999,
    )
    # without a map that enough agree on, OpenCV returns none at all
    n_agree = int(np.asarray(agree).sum())
    if np.shape(affine) != (2, 3) or n_agree < _LEAST_AGREEING:
        raise PhotographError(_STRANGERS)
    matrix = np.asarray(affine, np.float64)
    stretch = np.linalg.svd(matrix[:, :2], compute_uv=False)
    if not (_SCALES[0] < stretch[1] and stretch[0] < _SCALES[1]):
        raise PhotographError(
            f"the skin of the second photograph would have to be stretched by {stretch[1]:.2f} to "
            f"{stretch[0]:.2f} to fit the first; expected {_SCALES[0]:g} to {_SCALES[1]:g}. Check "
            "both scales, and take the next one from the same distance and angle."
        )
    return matrix


_STRANGERS = (
    "the two photographs have too few details in common to be laid over one another; expected the "
    "same skin at the same side. Take the next one of the same place, in focus, with the lamp on "
    "the same side."
)


def _corners(picture: Darkness) -> tuple[Floats, Image]:
    soft = smoothed(picture.image, _FEATURE_SD)
    spread = float(soft[picture.skin].std()) if picture.skin.any() else 1.0
    grey = np.clip(128.0 + 32.0 * soft / max(spread, 1e-6), 0, 255).astype(np.uint8)
    finder = cv2.SIFT_create(contrastThreshold=0.02)  # type: ignore[attr-defined]
    inside = picture.skin.astype(np.uint8) * np.uint8(255)
    points, descriptors = finder.detectAndCompute(grey, inside)
    if descriptors is None:
        return np.empty((0, 2)), np.empty((0, 128), np.float32)
    return np.array([point.pt for point in points]), np.asarray(descriptors, np.float32)


def _warped(
    first: Darkness, second: Darkness, start: tuple[Image, Image], search: float
) -> tuple[Image, Image, float, Mask]:
    """Return the map with its local shifts, the median correlation, and where it is good."""
    over = cv2.remap(second.image, start[1], start[0], cv2.INTER_CUBIC)
    one, other = (smoothed(np.asarray(image, np.float32), 0.7) for image in (first.image, over))
    step, half = round(_STEP * SCALE), round(_HALF_BLOCK * SCALE)
    reach = max(2, round(search * SCALE))
    high, wide = one.shape
    rows = np.arange(half, max(high - half, half + 1), step)
    cols = np.arange(half, max(wide - half, half + 1), step)
    shift = np.zeros((rows.size, cols.size, 2), np.float32)
    quality = np.zeros((rows.size, cols.size), np.float32)
    visible = first.skin & _inside(second.skin, *start)
    for i, row in enumerate(rows):
        for j, col in enumerate(cols):
            block = _slices((row, col), half, one.shape)
            if visible[block].mean() < 0.5:
                continue
            shift[i, j], quality[i, j] = _best_shift(one, other, (row, col), (half, reach))
    good = quality >= _LEAST_CORRELATION
    good &= _agrees(shift, good)
    if not good.any():
        raise PhotographError(_STRANGERS)
    weight = np.where(good, quality, 0.0).astype(np.float32)
    sd = _SMOOTH / _STEP
    total = smoothed(weight, sd) + np.float32(1e-6)
    smooth = [smoothed(weight * shift[..., k], sd) / total for k in range(2)]
    full = [_spread(part, (rows, cols), one.shape) for part in smooth]
    near = _spread(smoothed(good.astype(np.float32), 1.0), (rows, cols), one.shape) > 0.3
    # the shift is of the picture laid over, so it moves along the map's own slope
    moved = [
        image + full[0] * np.gradient(image, axis=0) + full[1] * np.gradient(image, axis=1)
        for image in start
    ]
    measured = quality[quality > 0.0]
    return (
        np.asarray(moved[0], np.float32),
        np.asarray(moved[1], np.float32),
        float(np.median(measured)),
        near,
    )


def _best_shift(
    one: Image, other: Image, at: tuple[int, int], sizes: tuple[int, int]
) -> tuple[tuple[float, float], float]:
    """Return by how much (row, col) the block lies elsewhere in the other picture, and how well."""
    half, reach = sizes
    block = one[_slices(at, half, one.shape)]
    rows, cols = _slices(at, half, one.shape)
    framed = _slices(at, half + reach, one.shape)
    window = other[framed]
    if float(block.std()) < 1e-6 or min(block.shape) < half:
        return (0.0, 0.0), 0.0
    score = np.asarray(cv2.matchTemplate(window, block, cv2.TM_CCOEFF_NORMED), np.float32)
    _, best, _, (col, row) = cv2.minMaxLoc(score)
    shift = (
        row + _peak(score[:, col], row) - (rows.start - framed[0].start),
        col + _peak(score[row, :], col) - (cols.start - framed[1].start),
    )
    return shift, max(float(best), 0.0)


def _peak(values: Image, at: int) -> float:
    """Return where the parabola through the highest of the values and its neighbours peaks."""
    if not 0 < at < len(values) - 1:
        return 0.0
    low, middle, high = (float(values[at + k]) for k in (-1, 0, 1))
    curvature = low - 2.0 * middle + high
    return 0.5 * (low - high) / curvature if curvature < 0.0 else 0.0


def _agrees(shift: Image, good: Mask) -> Mask:
    """Return which shifts are near the median of their good neighbours."""
    near = np.zeros_like(good)
    for i, j in np.argwhere(good):
        part = (slice(max(i - 2, 0), i + 3), slice(max(j - 2, 0), j + 3))
        around = shift[part][good[part]]
        near[i, j] = np.abs(shift[i, j] - np.median(around, axis=0)).max() <= _OUTLIER
    return near


def _spread(values: Image, lattice: tuple[Floats, Floats], shape: tuple[int, int]) -> Image:
    """Return the values of the lattice on every pixel, linear between its points."""
    at = [
        np.interp(np.arange(n), points, np.arange(points.size)).astype(np.float32)
        for n, points in zip(shape, lattice, strict=True)
    ]
    cols, rows = np.meshgrid(at[1], at[0])
    return np.asarray(cv2.remap(values, cols, rows, cv2.INTER_LINEAR), dtype=np.float32)


def _inside(skin: Mask, rows: Image, cols: Image) -> Mask:
    seen = cv2.remap(skin.astype(np.float32), cols, rows, cv2.INTER_LINEAR)
    return np.asarray(seen > 0.99)


def _slices(at: tuple[int, int], half: int, shape: tuple[int, int]) -> tuple[slice, slice]:
    rows, cols = (
        slice(max(0, int(middle) - half), min(n, int(middle) + half + 1))
        for middle, n in zip(at, shape, strict=True)
    )
    return rows, cols
