"""Visits from measured photographs: a person's pores on a day, with their uncertainty."""

import math
from collections.abc import Sequence
from pathlib import Path

from porelight.errors import InputFileError, ParameterError
from porelight.files.measurements import load_measured
from porelight.inference.reweighting import Visit
from porelight.photo.estimate import Estimate
from porelight.workflows.follow_up import visit


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


def visits_of(entries: Sequence[str], baseline: Path) -> tuple[Visit, ...]:
    """Return the visit on day 0 and that of each ``DAY=FOLDER``, all of one zone.

    Raises
    ------
    InputFileError
        If a day or folder is wrong (`follow_up_folders`), a folder is of another zone than the
        baseline, or nothing can be learned from it (`visit_of`).
    """
    before = load_measured(baseline)
    visits = [visit_of(0.0, baseline)]
    for day, folder in follow_up_folders(entries, baseline):
        zone = load_measured(folder).zone
        if zone != before.zone:
            raise InputFileError(
                f"{folder} holds the pores of a {zone}, {baseline} those of a {before.zone}; "
                "expected the same zone at every visit."
            )
        visits.append(visit_of(day, folder))
    return tuple(visits)


def visit_of(day: float, folder: Path) -> Visit:
    """Return the visit of one day from a measured photograph; see `workflows.follow_up.visit`.

    Raises
    ------
    InputFileError
        If the folder is not readable, or nothing can be learned from it.
    """
    measured = load_measured(folder)
    area = measured.summary["area_fraction"]
    fraction = Estimate(*(float(area[key]) for key in ("value", "low", "high")))
    coverage = float(measured.summary["interval_coverage"])
    try:
        return visit(day, measured.population, fraction, coverage)
    except ParameterError as problem:
        raise InputFileError(f"{folder}: {problem}") from None
