r"""Quality of a photograph: whether it can be measured, and what limits the measurement.

Six things are looked at, each by a number with two limits: beyond the first the result is limited
and says how, beyond the second the photograph is refused. The limits come from what degraded
photographs did to the detector and to these numbers (docs/theory/visits.md):

* **resolution**: px/mm of skin;
* **exposure**: share of clipped pixels, and the signal of the skin;
* **noise**: standard deviation by the Laplacian [1]_, in grey levels;
* **compression**: steps across the borders of JPEG's blocks over steps inside of them;
* **blur** of lens, focus, motion, pixels and smoothing filters, in mm of skin and with the noise
  told apart (`porelight.photo.blur`);
* **smoothing**: texture between 0.1 and 0.4 mm, which make-up, powder and beauty filters remove.

References
----------
.. [1] J. Immerkær, "Fast noise variance estimation," Comput. Vis. Image Underst. 64, 300-302
   (1996). doi:10.1006/cviu.1996.0060
"""

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from porelight.errors import PhotographError
from porelight.photo.blur import SOFT, TOO_SOFT, blur
from porelight.photo.darkness import Darkness, darkness
from porelight.photo.levels import brightest_band, level_counts
from porelight.photo.photograph import Photograph
from porelight.photo.robust import SD_OF_MAD
from porelight.photo.sharpness import detail
from porelight.photo.strips import counted, median_of_counts, on_cores, strips, widened
from porelight.photo.zone_mask import ZonePixels
from porelight.units import mm

Pixels = NDArray[np.uint8]
Verdict = Literal["fine", "limited", "refused"]

_BLOCK = 8
_LAPLACIAN = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
_LARGEST_EDGE = 8 * 255  # of the Laplacian of whole grey levels
_CLIPPED = 250
_WIDE = (1.2, 4.8)  # px at 12.5 px/mm, 0.1 to 0.4 mm


@dataclass(frozen=True, slots=True)
class QualityLimit:
    """Two limits of a number: beyond one the result is limited, beyond the other refused.

    Attributes
    ----------
    limited, refused : float
        The two limits; `refused` is the lower one for numbers of which more is better.
    unit : str
        Unit of the number.
    source : str
        Source of the limits.
    """

    limited: float
    refused: float
    unit: str
    source: str

    def verdict(self, value: float) -> Verdict:
        """Return on which side of the limits a value lies."""
        sign = 1.0 if self.refused > self.limited else -1.0
        if sign * value > sign * self.refused:
            return "refused"
        return "limited" if sign * value > sign * self.limited else "fine"


@dataclass(frozen=True, slots=True, repr=False)
class QualityFinding:
    """One number that tells of the quality of a photograph, with its limits.

    Attributes
    ----------
    name : str
        Name of the number, such as "sharpness".
    value : float
        The number, in the unit of its limits.
    limit : QualityLimit
        The limits.
    advice : str
        What a value beyond the first limit means, and what to do.
    """

    name: str
    value: float
    limit: QualityLimit
    advice: str

    def __repr__(self) -> str:
        unit = f" {self.limit.unit}" if self.limit.unit else ""
        return f"{self.name} {self.value:.3g}{unit}: {self.verdict}"

    @property
    def verdict(self) -> Verdict:
        """Whether the number is fine, limits what can be measured, or forbids a measurement."""
        return self.limit.verdict(self.value)

    @property
    def sentence(self) -> str:
        """A sentence for people: what is wrong, and what to do."""
        bound = self.limit.refused if self.verdict == "refused" else self.limit.limited
        side = "at most" if self.limit.refused > self.limit.limited else "at least"
        unit = f" {self.limit.unit}" if self.limit.unit else ""
        return (
            f"{self.name.capitalize()} is {self.value:.3g}{unit}; expected {side} {bound:g}{unit}. "
            f"{self.advice}"
        )


LIMITS = {
    "resolution": QualityLimit(
        12.0, 5.0, "px/mm", "three pixels across pores of 0.25 and of 0.6 mm; F1 on rendered skin"
    ),
    "clipped skin": QualityLimit(
        5.0, 30.0, "%", "no pore is seen there; a third of the zone is lost"
    ),
    "signal of the skin": QualityLimit(
        0.03, 0.008, "", "linear; below, the floor of the absorbance and 8 bits hide pores"
    ),
    "noise": QualityLimit(
        4.0, 8.0, "grey levels", "labelled zones: at 4 a tenth of F1 is lost, at 6.7 nearly half"
    ),
    "compression": QualityLimit(
        1.7, 3.5, "", "labelled zones: 2.1 to 2.4 at JPEG quality 50, a tenth of F1 lost; 4 at 20"
    ),
    "blur": QualityLimit(
        SOFT / mm,
        TOO_SOFT / mm,
        "mm",
        "a tenth of the pores that count is missed, and two fifths; labelled "
        "zones 0.06 to 0.09, sharp rendered skin at most 0.17 (benchmarks/photo_blur.py)",
    ),
    "texture": QualityLimit(
        0.014, 0.008, "", "labelled zones 0.028 to 0.033; after smoothing filters 0.006 to 0.008"
    ),
}
_ADVICE = {
    "resolution": "Smaller pores are missed; take the photograph from nearer.",
    "clipped skin": "Pores there are not seen; lower the exposure, or move the lamp aside.",
    "signal of the skin": "It is too dark; use more light, not a longer exposure.",
    "noise": "Faint pores drown; use more light, and no digital zoom.",
    "compression": "Blocks look like pores; save at quality 90 or more, or send the original.",
    "blur": (
        "It is out of focus, was moved, was smoothed by a filter, or has too few pixels, so that "
        "pores of 0.25 mm are missed; focus on the skin, hold still, go nearer, use more light."
    ),
    "texture": (
        "The skin looks smoothed by make-up, powder or a filter, which hides pores: there may be "
        "more than are told. Take it on bare skin with the filter off."
    ),
}


def resolution(photograph: Photograph) -> QualityFinding:
    """Return the finding on the resolution, which needs the scale alone and no pixels."""
    return _finding("resolution", photograph.px_per_metre * mm)


def findings(
    photograph: Photograph, zone_mask: ZonePixels, dark: Darkness | None = None
) -> tuple[QualityFinding, ...]:
    """Return the numbers that tell of the quality of a photograph.

    Parameters
    ----------
    photograph : Photograph
        A photograph with its scale.
    zone_mask : ndarray of bool, shape (rows, cols)
        True on the skin to be judged.
    dark : Darkness, optional
        That of the photograph and the zone, where it is at hand.
    """
    noise = _noise(photograph, zone_mask)
    compression = _blockiness(photograph, zone_mask)
    dark = dark or darkness(photograph, zone_mask)
    skin = dark.skin if dark.skin.any() else np.ones_like(dark.skin)
    numbers = {
        "clipped skin": 100.0 * _clipped(photograph, zone_mask),
        "signal of the skin": _signal(photograph, zone_mask),
        "noise": noise,
        "compression": compression,
        "blur": blur(dark.image, skin, photograph.px_per_metre) / mm,
        "texture": detail(dark.image, skin, _WIDE),
    }
    return (resolution(photograph), *(_finding(name, value) for name, value in numbers.items()))


def require_quality(photograph: Photograph, found: tuple[QualityFinding, ...]) -> tuple[str, ...]:
    """Return warnings of what limits a photograph, or refuse it.

    Parameters
    ----------
    photograph : Photograph
        The photograph, for its name in the message.
    found : tuple of QualityFinding
        Its quality, from `findings`.

    Raises
    ------
    PhotographError
        If any number is beyond its second limit.
    """
    for finding in found:
        if finding.verdict == "refused":
            text = finding.sentence
            raise PhotographError(f"{photograph.name}: {text[0].lower()}{text[1:]}")
    # resolution has its own words where pores are measured
    return tuple(f.sentence for f in found if f.verdict == "limited" and f.name != "resolution")


def _finding(name: str, value: float) -> QualityFinding:
    return QualityFinding(name, value, LIMITS[name], _ADVICE[name])


def _clipped(photograph: Photograph, zone_mask: ZonePixels) -> float:
    def clipped(part: slice) -> int:
        brightest = brightest_band(photograph.pixels[part])
        return int(np.count_nonzero((brightest >= _CLIPPED) & zone_mask[part]))

    found = on_cores(clipped, strips(photograph.shape))
    return sum(n for _, n in found) / int(zone_mask.sum())


def _signal(photograph: Photograph, zone_mask: ZonePixels) -> float:
    def counts(part: slice) -> NDArray[np.int64]:
        return np.asarray(level_counts(photograph.pixels[part], zone_mask[part])[1])

    count = sum(n for _, n in on_cores(counts, strips(photograph.shape)))
    value = median_of_counts(np.asarray(count)) / 255.0
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def _grey(photograph: Photograph, part: slice) -> Pixels:
    return np.asarray(cv2.cvtColor(photograph.pixels[part], cv2.COLOR_RGB2GRAY), np.uint8)


def _noise(photograph: Photograph, zone_mask: ZonePixels) -> float:
    def edges(part: slice) -> NDArray[np.int64]:
        wide, own = widened(part, 1, photograph.shape[0])
        # sums of whole numbers
        edge = np.abs(cv2.filter2D(_grey(photograph, wide), cv2.CV_16S, _LAPLACIAN))[own]
        return counted([edge[zone_mask[part]]], _LARGEST_EDGE)

    count = sum(n for _, n in on_cores(edges, strips(photograph.shape)))
    # the kernel multiplies the variance of white noise by 36
    return SD_OF_MAD * median_of_counts(np.asarray(count)) / 6.0


def _blockiness(photograph: Photograph, zone_mask: ZonePixels) -> float:
    """Return the mean step across borders of blocks over that inside of them."""
    border, *inside = lines = (_BLOCK - 1, 2, 3, 4)
    means: dict[tuple[int, int], list[tuple[float, int]]] = {}

    def steps_of(part: slice) -> list[tuple[tuple[int, int], float, int]]:
        wide = slice(part.start, min(part.stop + 1, photograph.shape[0]))
        grey, zone = _grey(photograph, wide), zone_mask[wide]
        n, found = part.stop - part.start, []
        for line in lines:
            # steps to the row below, of which the last has none, and to the column on the right
            upper = np.arange(len(grey) - 1)
            upper = upper[(upper + part.start) % _BLOCK == line]
            down = np.abs(grey[upper + 1].astype(np.float32) - grey[upper])
            near, far = grey[:n, line:-1:_BLOCK], grey[:n, line + 1 :: _BLOCK]
            right = np.abs(far.astype(np.float32) - near)
            seen = (down[zone[upper + 1]], right[zone[:n, line + 1 :: _BLOCK]])
            for axis, steps in enumerate(seen):
                if steps.size:
                    found.append(((axis, line), float(steps.mean()), steps.size))
        return found

    for _, found in on_cores(steps_of, strips(photograph.shape)):
        for key, mean, size in found:
            means.setdefault(key, []).append((mean, size))
    ratios = []
    for axis in (0, 1):
        if any((axis, line) not in means for line in lines):
            continue
        level = {line: _pooled(means[axis, line]) + 0.1 for line in lines}
        ratios.append(level[border] / (sum(level[line] for line in inside) / 3.0))
    return float(np.mean(ratios)) if ratios else 1.0


def _pooled(means: list[tuple[float, int]]) -> float:
    """Return the mean of all from the means of parts and their sizes."""
    if len(means) == 1:
        return means[0][0]
    values, sizes = zip(*means, strict=True)
    return float(np.average(values, weights=sizes))
