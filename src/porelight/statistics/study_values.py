"""The long table of a study, and the part of it that one quantity is analysed from."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from porelight.errors import ParameterError, did_you_mean
from porelight.photo.estimate import COVERAGE
from porelight.quantities import Floats
from porelight.statistics.analysis_plan import AnalysisPlan, AnalysisScale

Ints: TypeAlias = NDArray[np.intp]
Exclusion: TypeAlias = Literal["another visit", "another zone", "outside its days", ""]

SAME_PORES = "diameter_ratio_same_pores"
"""Diameter of the pores that both visits show, over that at the baseline, where it is 1."""
ALL = "all"
"""Name of the arm of a study that has none."""
# half an interval of the measurements in standard deviations
_HALF = {0.90: 1.6448536269514722}[COVERAGE]


@dataclass(frozen=True, slots=True)
class StudyValue:
    """One number of one photograph.

    Attributes
    ----------
    subject, visit, zone, take, arm : str
        Where it belongs; `arm` is empty if the study has none.
    day : int or None
        Days since the subject's first visit with a date.
    quantity : str
        Name of the number, with its unit.
    value, low, high : float
        With the 90 % interval of measuring.
    """

    subject: str
    visit: str
    zone: str
    take: str
    arm: str
    day: int | None
    quantity: str
    value: float
    low: float
    high: float

    @property
    def place(self) -> str:
        """Where it belongs, in words."""
        return f"{self.subject}/{self.visit}/{self.zone} {self.take}"


@dataclass(frozen=True, slots=True, eq=False)
class EndpointTable:
    """Means over takes of one quantity, on the scale of the analysis.

    Attributes
    ----------
    subjects, zones, visits, arms : tuple of str
        Names behind the numbers below. The first visit is the baseline, the first arm the control.
    i_subject, i_zone, i_visit, i_arm : ndarray of int, shape (n,)
        Where each mean belongs.
    value : ndarray of float64, shape (n,)
        Mean over takes; of the logarithm on that scale.
    error : ndarray of float64, shape (n,)
        Standard deviation of that mean by the intervals of measuring.
    takes : tuple of ndarray of float64, length n
        What it is the mean of.
    scale : {"log", "plain"}
        Scale of the analysis.
    of_changes : bool
        Whether each value is a change from the baseline, which has no values of its own.
    """

    subjects: tuple[str, ...]
    zones: tuple[str, ...]
    visits: tuple[str, ...]
    arms: tuple[str, ...]
    i_subject: Ints
    i_zone: Ints
    i_visit: Ints
    i_arm: Ints
    value: Floats
    error: Floats
    takes: tuple[Floats, ...]
    scale: AnalysisScale
    of_changes: bool = False

    def __len__(self) -> int:
        return self.value.size

    def where(self, chosen: NDArray[np.bool_]) -> "EndpointTable":
        """Return the rows that are chosen, under the same names."""
        return self.joined(chosen, ())

    def joined(
        self,
        chosen: NDArray[np.bool_],
        more: Sequence[tuple[int, int, int, int, float]],
    ) -> "EndpointTable":
        """Return the rows that are chosen and others: subject, zone, visit, arm, value."""
        names = ("i_subject", "i_zone", "i_visit", "i_arm", "value")
        columns: dict[str, Any] = {
            name: np.concatenate(
                [getattr(self, name)[chosen], np.array([row[k] for row in more], float)]
            ).astype(getattr(self, name).dtype)
            for k, name in enumerate(names)
        }
        takes = [one for one, kept in zip(self.takes, chosen, strict=True) if kept]
        return replace(
            self,
            **columns,
            error=np.concatenate([self.error[chosen], np.zeros(len(more))]),
            takes=(*takes, *(np.array([row[4]]) for row in more)),
        )

    def measured(self, arm: int, visit: int) -> set[int]:
        """Return the subjects that have a value of an arm at a visit."""
        return set(self.i_subject[(self.i_arm == arm) & (self.i_visit == visit)].tolist())

    def changed(self, arm: int, visit: int) -> set[int]:
        """Return the subjects that tell a change: a value at the visit and one at the baseline."""
        then = self.measured(arm, visit)
        # what is a change already has no value at the baseline
        return then if self.of_changes else then & self.measured(arm, 0)

    @property
    def repeated(self) -> int:
        """How many values are those of another place to the last digit."""
        _, counts = np.unique(self.value, return_counts=True)
        return int(counts[counts > 1].sum())


def exclusion(value: StudyValue, plan: AnalysisPlan, baseline_day: int | None) -> Exclusion:
    """Return why a value does not count; empty if it does.

    Parameters
    ----------
    value : StudyValue
        One number.
    plan : AnalysisPlan
        What is analysed.
    baseline_day : int or None
        Day of the subject's baseline.

    Raises
    ------
    ParameterError
        If its visit has a window of days and its day is not known.
    """
    if value.visit not in plan.all_visits:
        return "another visit"
    if value.zone not in plan.zones:
        return "another zone"
    visit = next((one for one in plan.visits if one.name == value.visit), None)
    if visit is None or not visit.has_window:
        return ""
    if value.day is None or baseline_day is None:
        missing = value.visit if value.day is None else plan.baseline
        raise ParameterError(
            f"{value.place}: visit {visit.name} has a window of days, but visit {missing} of "
            f"{value.subject} has no date; import it ('study import --correct'), or leave the "
            "window out of the plan."
        )
    first, last = visit.days
    return "" if first <= value.day - baseline_day <= last else "outside its days"


def baseline_days(values: Iterable[StudyValue], plan: AnalysisPlan) -> dict[str, int]:
    """Return the day of the baseline of each subject that has one with a date."""
    return {
        one.subject: one.day for one in values if one.visit == plan.baseline and one.day is not None
    }


def counted(values: Sequence[StudyValue], plan: AnalysisPlan) -> list[StudyValue]:
    """Return the values that count by the plan: its visits, zones and days."""
    days = baseline_days(values, plan)
    return [one for one in values if not exclusion(one, plan, days.get(one.subject))]


def scale_of(quantity: str, plan: AnalysisPlan) -> AnalysisScale:
    """Return the scale on which a quantity is analysed: a ratio on that of the logarithm."""
    return "log" if quantity == SAME_PORES else plan.scale


def endpoint_table(
    values: Sequence[StudyValue], plan: AnalysisPlan, quantity: str
) -> EndpointTable:
    """Return the means over takes of a quantity.

    Parameters
    ----------
    values : sequence of StudyValue
        The long table; all quantities.
    plan : AnalysisPlan
        What is analysed.
    quantity : str
        Which of them.

    Raises
    ------
    ParameterError
        If there is no such quantity, baseline, visit, zone or control, a skin is of two arms or of
        none, or a value has no logarithm.
    """
    _require_known(values, plan, quantity)
    chosen = [one for one in counted(values, plan) if one.quantity == quantity]
    _require_both_ends(chosen, plan, quantity)
    arm_of = arms_of_skin(values)
    arms = sorted(set(arm_of.values()), key=lambda arm: (arm != plan.control, arm))
    if plan.control and plan.control not in arms:
        raise ParameterError(
            f"no photograph is of arm {plan.control!r}, the control of the plan"
            f"{did_you_mean(plan.control, arms)}"
        )
    takes: dict[tuple[str, str, str], list[StudyValue]] = {}
    for one in chosen:
        takes.setdefault((one.subject, one.zone, one.visit), []).append(one)
    zones = tuple(one for one in plan.zones if one in {key[1] for key in takes})
    subjects = tuple(sorted({key[0] for key in takes}))
    places = sorted(
        takes, key=lambda key: (key[0], zones.index(key[1]), plan.all_visits.index(key[2]))
    )
    scale = scale_of(quantity, plan)
    on_scale = [[_scaled(one, scale) for one in takes[key]] for key in places]
    return EndpointTable(
        subjects,
        zones,
        plan.all_visits,
        tuple(arms),
        np.array([subjects.index(key[0]) for key in places], np.intp),
        np.array([zones.index(key[1]) for key in places], np.intp),
        np.array([plan.all_visits.index(key[2]) for key in places], np.intp),
        np.array([arms.index(arm_of[key[0], key[1]]) for key in places], np.intp),
        np.array([np.mean([value for value, _ in one]) for one in on_scale]),
        np.array([math.sqrt(sum(e**2 for _, e in one)) / len(one) for one in on_scale]),
        tuple(np.array([value for value, _ in one]) for one in on_scale),
        scale,
        quantity == SAME_PORES,
    )


def arms_of_skin(values: Iterable[StudyValue]) -> dict[tuple[str, str], str]:
    """Return the arm of each subject's zone: "all" where a study has none.

    A photograph without an arm is of that of the same skin at other visits, or of the subject's
    one arm.

    Raises
    ------
    ParameterError
        If a skin is of two arms, or of none in a study that has arms.
    """
    told: dict[tuple[str, str], dict[str, str]] = {}
    for one in values:
        arms = told.setdefault((one.subject, one.zone), {})
        if one.arm:
            arms.setdefault(one.arm, one.place)
    if not any(told.values()):
        return dict.fromkeys(told, ALL)
    of_subject: dict[str, set[str]] = {}
    for (subject, zone), arms in told.items():
        of_subject.setdefault(subject, set()).update(arms)
        if len(arms) > 1:
            (first, place), (second, other) = list(arms.items())[:2]
            raise ParameterError(
                f"{zone} of {subject} is of arm {first} in {place} and of {second} in {other}; "
                "expected one arm of a skin over all visits (crossing over is not analysed here)."
            )
    found = {}
    for (subject, zone), arms in told.items():
        either = arms or of_subject[subject]
        if len(either) != 1:
            raise ParameterError(
                f"{zone} of {subject} has no arm, but others have; give it in the table of "
                "photographs and import it with --correct."
            )
        found[subject, zone] = next(iter(either))
    return found


def _scaled(one: StudyValue, scale: AnalysisScale) -> tuple[float, float]:
    """Return a value and its standard deviation on the scale of the analysis."""
    if scale == "plain":
        return one.value, (one.high - one.low) / (2.0 * _HALF)
    if not one.value > 0.0:
        raise ParameterError(
            f"{one.place}: {one.quantity} is {one.value:g}, which has no logarithm; analyse it "
            'with scale = "plain" in the plan.'
        )
    # an interval that reaches 0 is open on a logarithm; its upper half tells the error then
    error = math.log(one.high / one.value) / _HALF
    if one.low > 0.0:
        error = math.log(one.high / one.low) / (2.0 * _HALF)
    return math.log(one.value), error


def _require_known(values: Sequence[StudyValue], plan: AnalysisPlan, quantity: str) -> None:
    if not values:
        raise ParameterError(
            "nothing is measured in this study; 'porelight study measure' comes first."
        )
    known = Counter(one.quantity for one in values)
    if quantity == SAME_PORES and quantity not in known:
        raise ParameterError(
            f"no visit was compared with {plan.baseline!r}; 'porelight study compare --baseline "
            f"{plan.baseline}' tells how the pores that both show have changed."
        )
    if quantity not in known:
        raise ParameterError(f"no quantity {quantity!r} is measured{did_you_mean(quantity, known)}")


def _require_both_ends(chosen: Sequence[StudyValue], plan: AnalysisPlan, quantity: str) -> None:
    there = {one.visit for one in chosen}
    zones = ", ".join(plan.zones)
    if quantity == SAME_PORES:  # a change already
        there.add(plan.baseline)
    if plan.baseline not in there:
        raise ParameterError(
            f"nothing is measured of {zones} at the baseline, visit {plan.baseline!r}; measured: "
            f"{', '.join(sorted(there)) or 'nothing that the plan names'}."
        )
    if there == {plan.baseline}:
        raise ParameterError(
            f"nothing that counts is measured after the baseline ({plan.baseline!r}); a change "
            f"needs one of {', '.join(one.name for one in plan.visits)}."
        )
