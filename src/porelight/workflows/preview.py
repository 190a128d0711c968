"""The preview measured like a photograph: whether it shows the change it was drawn to show."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from porelight.photo.change import ZoneChange
from porelight.photo.compare import compare
from porelight.photo.measure import Measurement, measure
from porelight.photo.photograph import Photograph
from porelight.render.preview import preview


@dataclass(frozen=True, slots=True, eq=False)
class PreviewCheck:
    """A drawn prediction and what measuring it again gives.

    Attributes
    ----------
    pixels : ndarray of uint8, shape (rows, cols, 3)
        The photograph with its pores at the predicted size.
    predicted : float
        Ratio of diameters that it was drawn with [-].
    measured : ZoneChange
        What the comparison of the two pictures gives.
    """

    pixels: NDArray[np.uint8]
    predicted: float
    measured: ZoneChange

    @property
    def agrees(self) -> bool:
        """Whether the predicted change lies in the interval of the measured one."""
        return self.measured.ratio.low <= self.predicted <= self.measured.ratio.high

    @property
    def sentence(self) -> str:
        """The verdict, for people."""
        drawn = f"{100.0 * (self.predicted - 1.0):+.1f} %"
        value, low, high = (
            f"{100.0 * (getattr(self.measured.ratio, key) - 1.0):+.1f} %"
            for key in ("value", "low", "high")
        )
        verdict = "holds" if self.agrees else "does not hold"
        return (
            f"Drawn with {drawn}, measured again {value}; the interval {low} to {high} {verdict} "
            "what was drawn."
        )


def previewed(photograph: Photograph, found: Measurement, ratio: float) -> PreviewCheck:
    """Draw the photograph with its pores at the predicted size and measure it again.

    Parameters
    ----------
    photograph : Photograph
        Of the skin before treatment.
    found : Measurement
        Of that photograph.
    ratio : float
        Predicted over present diameter [-].

    Raises
    ------
    PhotographError
        If the pores are too few to be compared.
    ParameterError
        If the ratio is out of range.
    """
    pixels = preview(photograph.pixels, photograph.px_per_metre, found.labels, ratio)
    drawn = Photograph(pixels, photograph.px_per_metre, name=f"{photograph.name} (preview)")
    again = measure(drawn, zone=found.zone, zone_mask=found.zone_mask, q=found.q)
    return PreviewCheck(pixels, ratio, compare((photograph, found), (drawn, again)).diameter)
