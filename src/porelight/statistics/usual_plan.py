"""The plan of a study that has declared none: what its photographs themselves suggest."""

import re
from collections.abc import Collection, Sequence
from statistics import median

from porelight.errors import ParameterError
from porelight.statistics.analysis_plan import AnalysisPlan, PlannedVisit
from porelight.statistics.flow import StudyPhotograph
from porelight.statistics.study_values import SAME_PORES

ENDPOINT = "area_fraction"
"""Quantity that is analysed unless another is declared: it sees both number and size."""
BESIDE = ("density_per_cm2", "diameter_mm_p50", "diameter_mm_p90", SAME_PORES)
CONTROLS = frozenset({"control", "sham", "placebo", "vehicle", "untreated", "none", "standard"})
"""Names by which an arm is taken for the control."""


def usual_plan(
    photographs: Sequence[StudyPhotograph], quantities: Collection[str] | None = None
) -> AnalysisPlan:
    """Return a plan of everything that was photographed: visits, zones and arms.

    Parameters
    ----------
    photographs : sequence of StudyPhotograph
        All of the study.
    quantities : collection of str, optional
        What was measured; what is usually looked at beside the endpoint if left out.

    Raises
    ------
    ParameterError
        If there are no photographs, or those of one visit alone.
    """
    if not photographs:
        raise ParameterError("there are no photographs in this study; 'porelight study import'.")
    visits = visits_in_order(photographs)
    zones = sorted({one.zone for one in photographs})
    arms = sorted({one.arm for one in photographs if one.arm})
    control = next((one for one in arms if CONTROLS & set(re.split(r"[\W_]+", one.lower()))), "")
    beside = [one for one in BESIDE if quantities is None or one in quantities]
    return AnalysisPlan(
        ENDPOINT,
        visits[0],
        tuple(PlannedVisit(one) for one in visits[1:]),
        tuple(zones),
        control if len(arms) > 1 else "",
        secondary=tuple(beside),
    )


def visits_in_order(photographs: Sequence[StudyPhotograph]) -> list[str]:
    """Return the visits by their usual day; where days are not known, as subjects have them."""
    days: dict[str, list[int]] = {}
    by_subject: dict[str, dict[str, None]] = {}
    for one in photographs:
        of_visit = days.setdefault(one.visit, [])
        if one.day is not None:
            of_visit.append(one.day)
        by_subject.setdefault(one.subject, {})[one.visit] = None
    if all(days.values()):
        return sorted(days, key=lambda visit: median(days[visit]))
    # who came most often tells the order of most visits
    most = sorted(by_subject.values(), key=len, reverse=True)
    return list(dict.fromkeys(visit for visits in most for visit in visits))
