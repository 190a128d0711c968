"""The plan of a study that has declared none: what its photographs themselves suggest."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

from porelight.errors import ParameterError
from porelight.statistics.analysis_plan import AnalysisPlan, PlannedVisit
from porelight.statistics.flow import StudyPhotograph
from porelight.statistics.study_values import SAME_PORES

ENDPOINT = "area_fraction"
"""Quantity that is analysed unless another is declared: it sees both number and size."""
BESIDE = ("density_per_cm2", "diameter_mm_p50", "diameter_mm_p90", SAME_PORES)
CONTROLS = frozenset({"control", "sham", "placebo", "vehicle", "untreated", "none", "standard"})
"""Names by which an arm is taken for the control."""
_FIRST = frozenset(
    {"baseline", "bl", "screening", "screen", "before", "pre", "pretreatment", "start", "initial"}
)
_LAST = frozenset({"end", "final", "last"})
_DAYS = {"d": 1.0, "w": 7.0, "m": 30.4375, "y": 365.25}
_UNIT = r"d|days?|w|wk|weeks?|m|mo|months?|y|years?"
_SPAN = re.compile(rf"({_UNIT})[\W_]*(\d+)|(\d+)[\W_]*({_UNIT})")
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class VisitOrder:
    """In which order visits are taken to be, and by what.

    Attributes
    ----------
    visits : tuple of str
        The baseline and those after it.
    before : tuple of str
        Those before the baseline, such as a screening.
    rests_on : {"dates", "names", ""}
        What tells the order; empty if nothing does.
    """

    visits: tuple[str, ...]
    before: tuple[str, ...]
    rests_on: Literal["dates", "names", ""]

    @property
    def words(self) -> str:
        """The order in sentences, with what to do where nothing tells it."""
        first, later = self.visits[0], ", ".join(self.visits[1:])
        left_out = f"; {', '.join(self.before)} came before it and is left out" * bool(self.before)
        text = f"The baseline was taken to be {first}, then {later}"
        if self.rests_on:
            return f"{text}, by their {self.rests_on}{left_out}."
        return (
            f"{text}{left_out}. Neither dates nor names tell this order; check it, and give dates "
            "('porelight study import --correct') or a plan ('porelight study analyse --plan')."
        )


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
    """Return the visits from the baseline on; see `visit_order`."""
    return list(visit_order(photographs).visits)


def visit_order(photographs: Sequence[StudyPhotograph]) -> VisitOrder:
    """Return the visits by their usual day; where one has no date, by their names.

    Parameters
    ----------
    photographs : sequence of StudyPhotograph
        All of the study.
    """
    days: dict[str, list[int]] = {}
    for one in photographs:
        of_visit = days.setdefault(one.visit, [])
        if one.day is not None:
            of_visit.append(one.day)
    by_name = sorted(days, key=_name_key)
    rests_on: Literal["dates", "names", ""] = "names" if _names_tell(by_name) else ""
    visits = by_name
    if all(days.values()):
        visits, rests_on = sorted(by_name, key=lambda visit: median(days[visit])), "dates"
    # a screening comes before the baseline, and no change is taken from it
    named = [k for k, visit in enumerate(visits) if "baseline" in visit.lower()]
    start = named[0] if len(named) == 1 and named[0] < len(visits) - 1 else 0
    return VisitOrder(tuple(visits[start:]), tuple(visits[:start]), rests_on)


def _name_key(visit: str) -> tuple[int, float, list[tuple[int, float, str]], str]:
    """Return by what a name is sorted: first words, spans of time, then parts with numbers."""
    words = set(re.findall(r"[a-z]+", visit.lower()))
    numbers = [float(one) for one in _NUMBER.findall(visit)]
    days = _days_of(visit)
    if numbers == [0.0] or (words & _FIRST and not numbers):
        place = 1 if "baseline" in words else 0
    else:
        place = 4 if words & _LAST and not numbers else 2 if days is not None else 3
    parts = [
        (0, float(one), "") if one.isdecimal() else (1, 0.0, one)
        for one in re.findall(r"\d+|\D+", visit.lower())
    ]
    return place, days or 0.0, parts, visit


def _days_of(visit: str) -> float | None:
    """Return the span of time that a name says, such as week6 or 3 months [d]; None if none."""
    found = _SPAN.fullmatch(visit.lower())
    if found is None:
        return None
    number, unit = (found[2], found[1]) if found[1] else (found[3], found[4])
    return float(number) * _DAYS[unit[0]]


def _names_tell(visits: Sequence[str]) -> bool:
    """Whether names in their order say it: a first word, and numbers of one kind after it."""
    later = [one for one in visits if _name_key(one)[0] > 1]
    if len(visits) - len(later) > 2 or not visits:
        return False
    if len(later) == 1 and len(visits) == 2:
        return True
    of_time = all(_days_of(one) is not None for one in later)
    kinds = {_NUMBER.sub("#", one.lower()) for one in later}
    return of_time or (len(kinds) == 1 and "#" in next(iter(kinds)))
