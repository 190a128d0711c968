"""What changed between two visits, and whether it was forecast."""

from dataclasses import dataclass
from html import escape

from porelight.course.outcome import Outcome
from porelight.errors import ParameterError
from porelight.photo.change import ZoneChange
from porelight.photo.compare import Comparison
from porelight.photo.compare import compare as compare_pores
from porelight.photo.overlay import overlay
from porelight.photo.photograph import Photograph
from porelight.photo.picture_html import pictures_html
from porelight.photo.quality import require_quality
from porelight.photo.zone_mask import ZonePixels
from porelight.progress import Progress, unheard
from porelight.workflows.forecast_check import ForecastCheck, check_forecast, require_day
from porelight.workflows.measure import MeasuredPhotograph, measure
from porelight.workflows.scaled_photograph import ScaledPhotograph

VisitPhotograph = Photograph | ScaledPhotograph | MeasuredPhotograph


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ComparedPhotographs:
    """Two photographs of the same skin and what changed from one to the other.

    Attributes
    ----------
    before, after : MeasuredPhotograph
        The two visits.
    comparison : Comparison
        The change of all pores and of each.
    forecast : ForecastCheck or None
        The change held against a forecast, where one was given.
    """

    before: MeasuredPhotograph
    after: MeasuredPhotograph
    comparison: Comparison
    forecast: ForecastCheck | None = None

    @property
    def diameter(self) -> ZoneChange:
        """Change of the diameter of all pores that both show."""
        return self.comparison.diameter

    @property
    def is_real(self) -> bool:
        """Whether the change is told from no change."""
        return self.comparison.diameter.is_real

    @property
    def warnings(self) -> tuple[str, ...]:
        """What limits the comparison: how the two fit, and the quality of each photograph."""
        limits = (
            f"{visit.photograph.name}: {text}"
            for visit in (self.before, self.after)
            for text in require_quality(visit.photograph, visit.quality)
        )
        return (*self.comparison.warnings, *limits)

    def __repr__(self) -> str:
        ratio = self.diameter.ratio
        value, low, high = (
            f"{100.0 * (bound - 1.0):+.1f}" for bound in (ratio.value, ratio.low, ratio.high)
        )
        smallest = 100.0 * self.diameter.smallest_detectable
        names = (self.before.photograph.name, self.after.photograph.name)
        lines = [
            f"{names[0]} to {names[1]}: diameter {value} % ({low} to {high}), "
            f"{'told' if self.is_real else 'not told'} from no change",
            f"  smallest detectable change {smallest:.1f} %; {self.comparison.pores.n_matched} "
            "pores seen in both",
        ]
        if self.forecast is not None:
            side = "within" if self.forecast.is_within else "outside of"
            lines.append(f"  {side} the forecast for day {self.forecast.day:g}")
        return "\n".join([*lines, *(f"  warning: {text}" for text in self.warnings)])

    def _repr_html_(self) -> str:
        """Return both pictures with their pores outlined, for notebooks."""
        drawn = (
            (overlay(one.photograph, one.measurement), one.photograph.name)
            for one in (self.before, self.after)
        )
        return pictures_html(*drawn) + f"<pre>{escape(repr(self))}</pre>"


def compare(
    before: VisitPhotograph,
    after: VisitPhotograph,
    *,
    zone: str | None = None,
    zone_mask: ZonePixels | None = None,
    forecast: Outcome | None = None,
    day: float | None = None,
    progress: Progress | None = None,
) -> ComparedPhotographs:
    """Compare two photographs of the same skin, pore by pore.

    Parameters
    ----------
    before, after : Photograph, ScaledPhotograph or MeasuredPhotograph
        The two visits: same place, side, lamp and distance. What was measured already is not
        measured again.
    zone : str, optional
        Part of the face that both show; needed unless both were measured already.
    zone_mask : ndarray of bool, shape (rows, cols), optional
        The part of the first photograph that is compared; all of it when left out.
    forecast : Outcome, optional
        Outcome of a course, to tell whether the change was predicted.
    day : float, optional
        Day of the later photograph in that forecast [d].
    progress : callable, optional
        Called with the share of the work done, 0 to 1.

    Returns
    -------
    ComparedPhotographs

    Raises
    ------
    PhotographError
        If a photograph is refused, or the two cannot be compared; the message says what to do at
        the next one.
    ParameterError
        If the zone is not said, the mask does not fit, or forecast and day do not belong together.
    """
    if (forecast is None) != (day is None):
        raise ParameterError("forecast and day belong together; give both or neither.")
    if forecast is not None and day is not None:
        require_day(forecast, day)
    told = progress or unheard
    first = _measured(before, zone, zone_mask)
    told(0.4)
    second = _measured(after, zone, None)
    told(0.8)
    comparison = compare_pores(
        (first.photograph, first.measurement), (second.photograph, second.measurement)
    )
    check = None
    if forecast is not None and day is not None:
        check = check_forecast(forecast, day, comparison.diameter)
    told(1.0)
    return ComparedPhotographs(first, second, comparison, check)


def _measured(
    visit: VisitPhotograph, zone: str | None, zone_mask: ZonePixels | None
) -> MeasuredPhotograph:
    if not isinstance(visit, MeasuredPhotograph):
        if zone is None:
            raise ParameterError(
                "say which zone both photographs show: zone='forehead', 'glabella', 'nose', "
                "'cheek' or 'chin'."
            )
        return measure(visit, zone=zone, zone_mask=zone_mask)
    if zone_mask is not None or zone not in (None, visit.zone):
        raise ParameterError(
            f"{visit.photograph.name} was measured already, as {visit.zone}; leave zone and "
            "zone_mask out, or give the photograph itself."
        )
    return visit
