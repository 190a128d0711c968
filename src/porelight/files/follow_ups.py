"""From measured photographs to visits: what a person's pores were on which day, and how surely."""

import math
from collections.abc import Sequence
from pathlib import Path

from scipy.special import ndtri

from porelight.data.library import parameter
from porelight.errors import InputFileError
from porelight.files.measurements import MeasuredFolder, load_measured
from porelight.inference.reweighting import Visit

OUTCOME = "area_fraction"  # what is compared: visible pores over skin


def follow_up_folders(entries: Sequence[str], baseline: Path) -> tuple[tuple[float, Path], ...]:
    """Return day and folder of each ``DAY=FOLDER``, in the order of the days.

    No folder may be that of another visit or of the baseline.

    Examples
    --------
    >>> follow_up_folders(["84=week12", "42=week6"], Path("before"))[0][0]
    42.0
    """
    found = []
    for entry in entries:
        day, _, folder = entry.partition("=")
        try:
            when = float(day)
        except ValueError:
            when = math.nan
        if not (folder and when > 0.0 and math.isfinite(when)):
            raise InputFileError(
                f"follow-up {entry!r}: expected DAY=FOLDER with a day after 0, such as 42=week6."
            )
        found.append((when, Path(folder)))
    days = [when for when, _ in found]
    twice = next((when for when in days if days.count(when) > 1), None)
    if twice is not None:
        raise InputFileError(f"day {twice:g} has two follow-ups; expected one photograph a day.")
    places = [folder.resolve() for folder in (baseline, *(folder for _, folder in found))]
    again = next((place for place in places if places.count(place) > 1), None)
    if again is not None:
        raise InputFileError(
            f"{again} is given for two visits; expected a measurement of its own for each."
        )
    return tuple(sorted(found))


def visit_of(day: float, folder: Path) -> Visit:
    """Return what a measured photograph says about one day.

    Notes
    -----
    The standard deviation joins that of the measurement, from the interval in its summary, and that
    of taking the photograph again (`smallest_detectable_area_change` over 1.96 times root 2).
    """
    measured = load_measured(folder)
    value = measured.population.area_fraction()
    if value <= 0.0:
        raise InputFileError(
            f"{folder}: no pore above the threshold of visibility was measured, so nothing can be "
            "learned from its area."
        )
    smallest = parameter("tissue", "limits", "smallest_detectable_area_change").value
    again = smallest / (1.96 * math.sqrt(2.0))
    return Visit(day, value, math.hypot(_deviation(measured, folder), again))


def _deviation(measured: MeasuredFolder, folder: Path) -> float:
    """Return the relative standard deviation of the measured area fraction."""
    try:
        area = measured.summary["area_fraction"]
        coverage = float(measured.summary["interval_coverage"])
        value, low, high = (float(area[key]) for key in ("value", "low", "high"))
        width = 2.0 * float(ndtri(0.5 + 0.5 * coverage))
        return (high - low) / (width * value)
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        raise InputFileError(
            f"{folder}: its summary.json lacks the area fraction with its interval; measure the "
            "photograph again with this version."
        ) from None
