"""Parameters of the detector beside the weights of its network: ``data/photo/detector.toml``."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

import numpy as np

from porelight.data.library import document
from porelight.errors import DataFileError
from porelight.photo.blur import BlurEffect
from porelight.photo.pore_probability import TERMS, PoreProbability
from porelight.quantities import Floats


@dataclass(frozen=True, slots=True)
class DetectorParameters:
    """Calibration of the detector, fitted on skin that the network was not trained on.

    Attributes
    ----------
    pore, counted : PoreProbability
        Probability that a maximum is a pore, and a pore of `COUNTED_FROM` or wider.
    base_share : float
        Share of pores among the maxima of the skin on which they were fitted [-].
    threshold : float
        Least probability at which a spot is called a pore [-].
    faintest : float
        Least log-odds of a maximum that may be a pore [-].
    size_offset, size_gain : float
        Linear map from the network's ln(diameter / 1 mm) to the best estimate of it [-].
    edge : float
        Share of pore in a pixel at the outline of a pore [-].
    diameter_error, count_error : float
        Relative SD, between photographs, of measured over true diameter and number [-].
    label_shift : float
        How much lower the log-odds are that people label a find, than that it is a pore [-].
    blur_half, blur_width, blur_error, blur_narrowing : float
        What a blur hides; see `porelight.photo.blur.BlurEffect` [m, m, -, -].
    blur_false_density, coarse_false_density : float
        Most pores that are counted on soft skin without any, at the working scale and in coarser
        photographs [1/m2].
    """

    pore: PoreProbability
    counted: PoreProbability
    base_share: float
    threshold: float
    faintest: float
    size_offset: float
    size_gain: float
    edge: float
    diameter_error: float
    count_error: float
    label_shift: float
    blur_half: float
    blur_width: float
    blur_error: float
    blur_narrowing: float
    blur_false_density: float
    coarse_false_density: float

    def blur_effect(self, blur: float, *, coarse: bool) -> BlurEffect:
        """Return what a blur [m] does to a count, in a coarse photograph or one fine enough."""
        return BlurEffect(
            blur,
            half=self.blur_half,
            width=self.blur_width,
            error=self.blur_error,
            narrowing=self.blur_narrowing,
            false_density=self.coarse_false_density if coarse else self.blur_false_density,
        )

    def diameter(self, log_diameter: Floats) -> Floats:
        """Return the diameter [m] for the ln(diameter / 1 mm) that the network reads."""
        return np.asarray(1e-3 * np.exp(self.size_offset + self.size_gain * log_diameter))


@cache
def detector_parameters() -> DetectorParameters:
    """Return the parameters of ``data/photo/detector.toml``.

    Raises
    ------
    DataFileError
        If a value or its source is absent.
    """
    content = document("photo", "detector")
    pore, counted = (_pore_probability(content, name) for name in ("pore", "counted"))
    numbers = [each.name for each in fields(DetectorParameters) if each.type is float]
    return DetectorParameters(
        pore, counted, **{n: float(_entry(content, n)["value"]) for n in numbers}
    )


def _pore_probability(content: Mapping[str, Any], name: str) -> PoreProbability:
    entry = _entry(content, name)
    if set(TERMS) - set(entry):
        raise DataFileError(f"data/photo/detector.toml: {name} needs {', '.join(TERMS)}.")
    return PoreProbability(tuple(float(entry[term]) for term in TERMS))


def _entry(content: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    entry = content.get(name)
    if not isinstance(entry, dict) or not entry.get("source"):
        raise DataFileError(f"data/photo/detector.toml: {name} needs a value and a source.")
    return entry
