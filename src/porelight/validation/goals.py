"""What the evidence for a use has to show, and whether it does.

A goal is a statistic of some comparisons and the range it must lie in. Uses and goals stand in
``data/validation/uses.toml``.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Literal, get_args

import numpy as np

from porelight.data.dataclass_table import from_table, table_of
from porelight.data.library import document
from porelight.errors import DataFileError, ParameterError, did_you_mean
from porelight.validation.case import CaseResult
from porelight.validation.suite import Use

Grade = Literal["low", "medium", "high"]
_AGREES = 2.0  # standard deviations of both sides


@dataclass(frozen=True, slots=True)
class Goal:
    """One goal.

    Attributes
    ----------
    about : str
        What has to be shown, in words.
    statistic : str
        One of `STATISTICS`.
    of : str
        The comparisons: their kind, or the title of their part.
    low, high : float
        Range in which the statistic must lie.
    by : str
        Where the goal comes from.
    in_sight : bool
        Whether first figures were known when it was set.
    """

    about: str
    statistic: str
    of: str
    by: str
    low: float = -math.inf
    high: float = math.inf
    in_sight: bool = False


@dataclass(frozen=True, slots=True)
class GoalVerdict:
    """A goal, what was found, and of how many comparisons; NaN where there were none."""

    goal: Goal
    found: float
    n: int

    @property
    def met(self) -> bool:
        """Whether what was found lies in the goal's range."""
        return self.goal.low <= self.found <= self.goal.high


@dataclass(frozen=True, slots=True)
class ContextOfUse:
    """What the product is used for, and the risk of trusting it (ASME V&V 40).

    Attributes
    ----------
    question, context : str
        What a user asks, and what the answer may be used for.
    influence, consequence : {"low", "medium", "high"}
        How much a decision rests on the model, and what a wrong answer does.
    influence_because, consequence_because : str
        Why.
    plausible : tuple of str
        Pages of docs/theory on why the model can be right at all.
    applies : str
        Where its measurements stand to what it is used for.
    goal : tuple of Goal
        What its evidence has to show.
    """

    question: str
    context: str
    influence: Grade
    influence_because: str
    consequence: Grade
    consequence_because: str
    plausible: tuple[str, ...]
    applies: str
    goal: tuple[Goal, ...]

    @property
    def risk(self) -> int:
        """Risk of the model, 1 to 5: influence and consequence count alike."""
        grades = get_args(Grade)
        return grades.index(self.influence) + grades.index(self.consequence) + 1


@cache
def contexts() -> Mapping[str, ContextOfUse]:
    """Return what the product is used for, by use.

    Raises
    ------
    DataFileError
        If an entry lacks a field, or a goal asks for a statistic that there is not.
    """
    return MappingProxyType({use: _context(use) for use in get_args(Use)})


def context_of(use: str) -> ContextOfUse:
    """Return one use.

    Raises
    ------
    ParameterError
        If there is no such use.

    Examples
    --------
    >>> context_of("plan").consequence
    'high'
    """
    if use not in contexts():
        raise ParameterError(f"no use named {use!r}{did_you_mean(use, contexts())}")
    return contexts()[use]


def judge(goal: Goal, cases: Sequence[CaseResult]) -> GoalVerdict:
    """Return whether comparisons meet a goal; without any it is not met."""
    found = STATISTICS[goal.statistic](cases) if cases else math.nan
    return GoalVerdict(goal, found, len(cases))


def _failed(cases: Sequence[CaseResult]) -> float:
    return float(sum(not one.passed for one in cases))


def _mean_square(cases: Sequence[CaseResult]) -> float:
    squares = [one.z**2 for one in cases if one.is_stochastic]
    return float(np.mean(squares)) if squares else math.nan


def _logarithms(cases: Sequence[CaseResult]) -> Any:
    return np.log([one.found / one.expected for one in cases if one.is_factor])


def _geometric_mean(cases: Sequence[CaseResult]) -> float:
    return float(np.exp(_logarithms(cases).mean()))


def _spread(cases: Sequence[CaseResult]) -> float:
    return float(np.exp(_logarithms(cases).std(ddof=1)))


def _worst(cases: Sequence[CaseResult]) -> float:
    return float(np.exp(np.abs(_logarithms(cases)).max()))


def _worst_above(cases: Sequence[CaseResult]) -> float:
    return float(np.exp(_logarithms(cases).max()))


def _share_of_experiments(cases: Sequence[CaseResult]) -> float:
    """Return the share of experiments whose root mean square of z is within agreement."""
    squares = defaultdict(list)
    for one in cases:
        if one.is_stochastic:
            squares[one.experiment].append(one.z**2)
    agree = [math.sqrt(float(np.mean(each))) <= _AGREES for each in squares.values()]
    return float(np.mean(agree)) if agree else math.nan


STATISTICS: Mapping[str, Callable[[Sequence[CaseResult]], float]] = MappingProxyType(
    {
        "all met": _failed,
        "mean square of z": _mean_square,
        "geometric mean": _geometric_mean,
        "spread": _spread,
        "worst factor": _worst,
        "worst factor above": _worst_above,
        "share of experiments": _share_of_experiments,
    }
)


def _context(use: str) -> ContextOfUse:
    where = f"data/validation/uses.toml, {use}"
    context = from_table(
        ContextOfUse, table_of(document("validation", "uses").get(use), where), where
    )
    for goal in context.goal:
        if goal.statistic not in STATISTICS:
            known = did_you_mean(goal.statistic, STATISTICS)
            raise DataFileError(f"{where}: no statistic named {goal.statistic!r}{known}")
    return context
