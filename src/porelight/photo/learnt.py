"""What the detector learnt beside its network: ``data/detector.toml``."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from porelight.errors import DataFileError
from porelight.quantities import Floats
from porelight.tissue.library import document


@dataclass(frozen=True, slots=True)
class Learnt:
    """Numbers fitted on skin that the network had not seen.

    Attributes
    ----------
    odds_offset, odds_gain : float
        From the network's log-odds of a middle to log-odds of a pore [-].
    base_share : float
        Share of pores among the maxima for which offset and gain hold [-].
    threshold : float
        Least probability of a pore, best balance of missed and false ones [-].
    faintest : float
        Least log-odds of a maximum that is looked at [-].
    size_offset, size_gain : float
        From the ln(diameter / 1 mm) that the network reads to the best estimate of it [-].
    edge : float
        Share of pore in a pixel down to which a pore reaches [-].
    diameter_error : float
        Relative SD, between photographs, of measured over true diameter [-].
    """

    odds_offset: float
    odds_gain: float
    base_share: float
    threshold: float
    faintest: float
    size_offset: float
    size_gain: float
    edge: float
    diameter_error: float

    def probability(self, odds: Floats) -> Floats:
        """Return the probability of being a pore [-]."""
        return np.asarray(1.0 / (1.0 + np.exp(-(self.odds_offset + self.odds_gain * odds))))

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
    content = document("porelight.photo", "detector")
    numbers = []
    for name in Learnt.__slots__:
        entry = content.get(name)
        if not isinstance(entry, dict) or not entry.get("source"):
            raise DataFileError(f"photo/data/detector.toml: {name} needs a value and a source.")
        numbers.append(float(entry["value"]))
    return Learnt(*numbers)
