r"""How likely each place belongs to a pore, from its surroundings at a few scales.

At every place and scale s the flattened darkness f gives, with :math:`f_s = G_s * f`
and its Hessian H,

.. math:: -\tfrac12 s^2 (H_{11} + H_{22}), \quad
   s^2 \sqrt{\tfrac14 (H_{11} - H_{22})^2 + H_{12}^2}, \quad s\,|\nabla f_s|, \quad f_s ,

its mean curvature, how much the two principal curvatures differ, its slope and its value; and the
blurred redness and yellowness. A dark spot curves both ways, a hair or a wrinkle one way only. The
log-odds are a weighted sum of these, with weights learnt by logistic regression on labelled and
rendered skin (``data/detector.toml``).

The negative of a photograph reverses the sign of every value except the difference of curvatures
and the slope. So the evidence for *bright* spots needs no second look. Skin has no bright pores:
how often they seem to be there tells how often the dark ones are false.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

import cv2
import numpy as np

from porelight.errors import DataFileError
from porelight.photo.flatten import WORKING_SCALE, FlatSkin, Image, blurred
from porelight.tissue.library import document

SCALES = (7.5e-5, 1.2e-4, 1.9e-4, 3.0e-4)  # m; standard deviations of the blurs
# what turns its sign in the negative, and what keeps it
ODD = ("curvature", "darkness", "redness", "yellowness")
EVEN = ("elongation", "slope")
KINDS = ODD + EVEN

Feature: TypeAlias = tuple[str, int, Image]


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """Log-odds that a place belongs to a pore, and the same for the negative.

    Attributes
    ----------
    dark, bright : ndarray of float32, shape (rows, cols)
        Natural logarithm of the odds.
    """

    dark: Image
    bright: Image


@dataclass(frozen=True, slots=True)
class Detector:
    """The numbers that were learnt from labelled skin; see ``data/detector.toml``.

    Attributes
    ----------
    offset : float
        Log-odds of flat skin.
    weights : mapping of str to tuple of float
        For each of `KINDS`, its weight at each of `SCALES`.
    threshold : float
        Log-odds above which the middle of a spot is called a pore.
    edge : float
        Log-odds at which a pore ends.
    diameter_bias_sd : float
        Relative standard deviation, between photographs, of measured over true diameter [-].
    """

    offset: float
    weights: Mapping[str, tuple[float, ...]]
    threshold: float
    edge: float
    diameter_bias_sd: float


@cache
def detector() -> Detector:
    """Return the numbers of ``data/detector.toml``.

    Raises
    ------
    DataFileError
        If the file does not fit this version.
    """
    content = document("porelight.photo", "detector")
    weights = {kind: tuple(float(w) for w in content["weights"].get(kind, ())) for kind in KINDS}
    if any(len(row) != len(SCALES) for row in weights.values()):
        raise DataFileError(
            f"photo/data/detector.toml: expected {len(SCALES)} weights for each of "
            f"{', '.join(KINDS)}."
        )
    return Detector(_number(content, "offset"), weights, *_operating_point(content))


def features(flat: FlatSkin) -> Iterator[Feature]:
    """Yield (kind, index of the scale, image) for all of `KINDS` at all of `SCALES`."""
    for i, sd in enumerate(SCALES):
        smooth = blurred(flat.darkness, sd)
        yield "darkness", i, smooth
        yield "redness", i, blurred(flat.redness, sd)
        yield "yellowness", i, blurred(flat.yellowness, sd)
        step = np.float32(sd * WORKING_SCALE)
        rows = _filtered(smooth, _NONE, _SECOND)
        cols = _filtered(smooth, _SECOND, _NONE)
        twist = _filtered(smooth, _FIRST, _FIRST)
        yield "curvature", i, np.float32(-0.5) * step**2 * (rows + cols)
        yield "elongation", i, step**2 * np.hypot(np.float32(0.5) * (rows - cols), twist)
        down, along = _filtered(smooth, _NONE, _FIRST), _filtered(smooth, _FIRST, _NONE)
        yield "slope", i, step * np.hypot(down, along)


def evidence(flat: FlatSkin, learnt: Detector) -> Evidence:
    """Return the log-odds of pores in a flattened photograph and in its negative.

    Parameters
    ----------
    flat : FlatSkin
        A photograph without its lamp.
    learnt : Detector
        The weights.

    Returns
    -------
    Evidence
        Images of the shape of `flat`.
    """
    odd = np.zeros(flat.darkness.shape, np.float32)
    even = np.full(flat.darkness.shape, learnt.offset, np.float32)
    for kind, i, image in features(flat):
        part = odd if kind in ODD else even
        part += np.float32(learnt.weights[kind][i]) * image
    return Evidence(even + odd, even - odd)


def _filtered(image: Image, along_cols: Image, along_rows: Image) -> Image:
    filtered = cv2.sepFilter2D(image, -1, along_cols, along_rows, borderType=cv2.BORDER_REFLECT)
    return np.asarray(filtered, dtype=np.float32)


_NONE = np.array([1.0], np.float32)
_FIRST = np.array([-0.5, 0.0, 0.5], np.float32)
_SECOND = np.array([1.0, -2.0, 1.0], np.float32)


def _operating_point(content: Mapping[str, Any]) -> tuple[float, float, float]:
    threshold, edge, bias = (
        _number(content, name) for name in ("threshold", "edge", "diameter_bias_sd")
    )
    return threshold, edge, bias


def _number(content: Mapping[str, Any], name: str) -> float:
    entry = content.get(name)
    if not isinstance(entry, dict) or not entry.get("source"):
        raise DataFileError(f"photo/data/detector.toml: {name} needs a value and a source.")
    return float(entry["value"])
