"""The prediction drawn into a photograph, and the drawing measured like one."""

from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import NDArray

from porelight.course.outcome import Outcome
from porelight.errors import ParameterError, PhotographError
from porelight.photo.change import ZoneChange
from porelight.photo.compare import compare
from porelight.photo.measure import measure as measure_pores
from porelight.photo.photograph import Photograph
from porelight.photo.picture_html import pictures_html
from porelight.photo.zone_mask import ZonePixels
from porelight.progress import Progress, unheard
from porelight.render.preview import RATIO
from porelight.render.preview import preview as draw_preview
from porelight.workflows.forecast_check import forecast_ratio
from porelight.workflows.measure import MeasuredPhotograph, measure
from porelight.workflows.scaled_photograph import ScaledPhotograph


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PreviewedPhotograph:
    """A drawn prediction and what measuring it again gives.

    Attributes
    ----------
    before : MeasuredPhotograph
        The photograph before treatment.
    pixels : ndarray of uint8, shape (rows, cols, 3)
        That photograph with its pores at the predicted size.
    predicted : float
        Ratio of diameters that it was drawn with [-].
    measured : ZoneChange
        Change of diameter measured between the two pictures.
    """

    before: MeasuredPhotograph
    pixels: NDArray[np.uint8]
    predicted: float
    measured: ZoneChange

    @property
    def agrees(self) -> bool:
        """Whether the predicted change lies in the interval of the measured one."""
        return self.measured.ratio.low <= self.predicted <= self.measured.ratio.high

    @property
    def warnings(self) -> tuple[str, ...]:
        """What limits the photograph that was drawn into."""
        return self.before.warnings

    def __repr__(self) -> str:
        shown = [self.predicted, *(getattr(self.measured.ratio, k) for k in _KEYS)]
        drawn, value, low, high = (f"{100.0 * (ratio - 1.0):+.1f} %" for ratio in shown)
        return (
            f"{self.before.photograph.name}: diameter drawn with {drawn}, measured again {value} "
            f"({low} to {high})"
        )

    def _repr_html_(self) -> str:
        """Return the photograph and the drawing side by side, for notebooks."""
        return (
            pictures_html((self.before.photograph.pixels, "now"), (self.pixels, "as predicted"))
            + f"<p>{escape(repr(self))}</p>"
        )


_KEYS = ("value", "low", "high")
_LEAST_SEEN = 0.2  # share of the pores that must be found in a drawing for it to be measured


def preview(
    photograph: Photograph | ScaledPhotograph,
    *,
    zone: str,
    zone_mask: ZonePixels | None = None,
    ratio: float | None = None,
    forecast: Outcome | None = None,
    day: float | None = None,
    progress: Progress | None = None,
) -> PreviewedPhotograph:
    """Draw a photograph with its pores at the predicted size, and measure the drawing as a check.

    Parameters
    ----------
    photograph : Photograph or ScaledPhotograph
        Photograph of the skin before treatment.
    zone : str
        Part of the face that it shows.
    zone_mask : ndarray of bool, shape (rows, cols), optional
        Only the pores in it are drawn; all when left out.
    ratio : float, optional
        Predicted over present diameter [-]; a change of -10 % is 0.9.
    forecast : Outcome, optional
        Or what a course returned: the median of its draws is drawn.
    day : float, optional
        Day in that forecast [d].
    progress : callable, optional
        Called with the share of the work done, 0 to 1.

    Returns
    -------
    PreviewedPhotograph

    Raises
    ------
    PhotographError
        If the photograph is refused, or its pores are too few to be compared.
    ParameterError
        If it is not said what to draw, or said twice, or the ratio is out of range.
    """
    drawn_with = _ratio(ratio, forecast, day)
    told = progress or unheard
    before = measure(photograph, zone=zone, zone_mask=zone_mask)
    told(0.4)
    shown, found = before.photograph, before.measurement
    pixels = draw_preview(shown.pixels, shown.px_per_metre, found.labels, drawn_with)
    told(0.5)
    # a drawing is no photograph to be judged: the pores it lacks are what is asked
    drawn = Photograph(pixels, shown.px_per_metre, name=f"{shown.name} (preview)")
    again = measure_pores(drawn, zone=found.zone, zone_mask=found.zone_mask, q=found.q)
    told(0.9)
    if again.n < _LEAST_SEEN * found.n:
        raise PhotographError(
            f"{shown.name}: drawn with {100.0 * (drawn_with - 1.0):+.0f} % {again.n} of {found.n} "
            "pores can be seen again, too few to measure the drawing; draw a smaller change."
        )
    change = compare((shown, found), (drawn, again)).diameter
    told(1.0)
    return PreviewedPhotograph(before, pixels, drawn_with, change)


def _ratio(ratio: float | None, forecast: Outcome | None, day: float | None) -> float:
    if forecast is not None and day is not None and ratio is None:
        return RATIO.require(forecast_ratio(forecast, day))
    if ratio is not None and forecast is None and day is None:
        return RATIO.require(ratio)
    raise ParameterError("say what to draw: either ratio, or forecast with its day.")
