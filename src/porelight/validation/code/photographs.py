"""Pores of rendered photographs, whose number and sizes are known, as they are measured.

The standard error is that which the measurement tells of itself, so z says whether its interval is
honest. Rendered skin is code verification: it knows no skin that its makers did not think of.
"""

import math

import numpy as np

from porelight.data.library import Z95
from porelight.photo.estimate import Estimate
from porelight.photo.measure import measure
from porelight.photo.photograph import Photograph
from porelight.render.phantom import phantom
from porelight.render.skin import RenderedSkin
from porelight.units import mm
from porelight.validation.case import CaseResult

_TYPES = range(1, 7)


def cases(seed: int = 1) -> list[CaseResult]:
    """Return number, covered share and size of the pores of a picture of each skin type.

    Parameters
    ----------
    seed : int
        Number of the picture in the set of phantoms.
    """
    return [row for fitzpatrick in _TYPES for row in _of_type(fitzpatrick, seed)]


def _of_type(fitzpatrick: int, seed: int) -> list[CaseResult]:
    skin = phantom(seed, fitzpatrick=fitzpatrick)
    found = measure(Photograph(skin.pixels, skin.px_per_metre), zone="cheek")
    diameter = skin.diameter[skin.visible()]
    area = float(np.prod(skin.pixels.shape[:2])) / skin.px_per_metre**2
    covered = float((math.pi / 4.0 * diameter**2).sum()) / area
    return [
        _case(
            skin,
            fitzpatrick,
            "number of pores of 0.25 mm and more",
            "1",
            diameter.size,
            found.count,
        ),
        _case(
            skin,
            fitzpatrick,
            "share of the skin that they cover",
            "1",
            covered,
            found.area_fraction,
        ),
        _case(
            skin,
            fitzpatrick,
            "median diameter",
            "mm",
            float(np.median(diameter)) / mm,
            _in_mm(found.diameter),
        ),
    ]


def _case(
    skin: RenderedSkin,
    fitzpatrick: int,
    quantity: str,
    unit: str,
    true: float,
    found: Estimate,
) -> CaseResult:
    return CaseResult(
        key="P1",
        title=f"rendered skin of type {fitzpatrick}, {skin.diameter.size} pores",
        quantity=quantity,
        unit=unit,
        expected=float(true),
        found=found.value,
        standard_error=(found.high - found.low) / (2.0 * Z95),
        tolerance=0.0,
        source="the rendered pores themselves",
        specimen="photographs",
    )


def _in_mm(estimate: Estimate) -> Estimate:
    return Estimate(estimate.value / mm, estimate.low / mm, estimate.high / mm)
