"""What the detector learnt beside its network: ``data/detector.toml``."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

import numpy as np

from porelight.data.library import document
from porelight.errors import DataFileError
from porelight.photo.pore_probability import TERMS, Presence
from porelight.quantities import Floats


@dataclass(frozen=True, slots=True)
class Learnt:
    """Numbers fitted on skin that the network had not seen.

    Attributes
    ----------
    pore, counted : Presence
        How likely a maximum is a pore, and one of `COUNTED_FROM` and more.
    base_share : float
        Share of pores among the maxima for which they hold [-].
    threshold : float
        Least probability at which a spot is called a pore [-].
    faintest : float
        Least log-odds of a maximum that is looked at [-].
    size_offset, size_gain : float
        From the ln(diameter / 1 mm) that the network reads to the best estimate of it [-].
    edge : float
        Share of pore in a pixel down to which a pore reaches [-].
    diameter_error, count_error : float
        Relative SD, between photographs, of measured over true diameter and number [-].
    label_shift : float
        By how much the log-odds that people label a find are lower than those of a pore [-].
    """

    pore: Presence
    counted: Presence
    base_share: float
    threshold: float
    faintest: float
    size_offset: float
    size_gain: float
    edge: float
    diameter_error: float
    count_error: float
    label_shift: float

    def diameter(self, log_diameter: Floats) -> Floats:
        """Return the diameter [m] for the ln(diameter / 1 mm) that the network reads."""
        return np.asarray(1e-3 * np.exp(self.size_offset + self.size_gain * log_diameter))


@cache
def learnt() -> Learnt:
    """Return the numbers of ``data/detector.toml``.

    Raises
    ------
    DataFileError
        If a value or its source is absent.
    """
    content = document("photo", "detector")
    pore, counted = (_presence(content, name) for name in ("pore", "counted"))
    numbers = [each.name for each in fields(Learnt) if each.type is float]
    return Learnt(pore, counted, **{n: float(_entry(content, n)["value"]) for n in numbers})


def _presence(content: Mapping[str, Any], name: str) -> Presence:
    entry = _entry(content, name)
    if set(TERMS) - set(entry):
        raise DataFileError(f"photo/data/detector.toml: {name} needs {', '.join(TERMS)}.")
    return Presence(tuple(float(entry[term]) for term in TERMS))


def _entry(content: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    entry = content.get(name)
    if not isinstance(entry, dict) or not entry.get("source"):
        raise DataFileError(f"photo/data/detector.toml: {name} needs a value and a source.")
    return entry
