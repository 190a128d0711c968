"""A virtual trial: arms, people and visits to power, assurance, effect and what decides it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from porelight.errors import ParameterError
from porelight.execution.chunks import Executor, SameProcess
from porelight.inference.value_of_knowing import ValueOfKnowing, value_of_knowing
from porelight.progress import Progress, unheard
from porelight.quantities import Floats
from porelight.statistics.virtual_trial import (
    MeasuredArm,
    Pair,
    TrialCheck,
    TrialEffect,
    TrialPopulation,
    checked_analysis,
    measured_arm,
    power_by_knowledge,
    standard_errors,
    welch,
)
from porelight.workflows.trial_design import TrialDesign
from porelight.workflows.trial_subjects import knowledge, outside_models, trial_population

_SIZES = (10, 15, 20, 30, 40, 60, 80, 120, 160, 240, 320, 500, 800, 1200, 2000, 3000)
_CHECKS, _CHECK_SIZE = 1000, 30
_ANALYSED = 0.02  # share of the work that comes after the people


@dataclass(frozen=True, slots=True)
class PowerPoint:
    """What a size of trial is worth.

    Attributes
    ----------
    per_arm : int
        Subjects in each arm.
    power : float
        Chance of a significant effect under the knowledge in the middle [-].
    assurance : float
        The same averaged over what nobody knows [-].
    """

    per_arm: int
    power: float
    assurance: float


@dataclass(frozen=True, slots=True, eq=False)
class TrialComparison:
    """One arm against the control.

    Attributes
    ----------
    pair : tuple of int
        The arm and the control.
    measured : tuple of TrialEffect
        The trial under the knowledge in the middle: the effect at each visit.
    by_type : mapping of int to TrialEffect
        Effect at the last visit in each skin type; exploratory.
    curve : tuple of PowerPoint
        Power and assurance over sizes.
    clinical_error : float
        Standard error of the logarithm that a real study of the size given would have [-].
    decides : tuple of ValueOfKnowing
        What knowing an unknown would bring, the largest first.
    """

    pair: Pair
    measured: tuple[TrialEffect, ...]
    by_type: Mapping[int, TrialEffect]
    curve: tuple[PowerPoint, ...]
    clinical_error: float
    decides: tuple[ValueOfKnowing, ...]

    def point(self, per_arm: int) -> PowerPoint:
        """Return the point of the curve at a size that it has."""
        return next(one for one in self.curve if one.per_arm == per_arm)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class VirtualTrial:
    """What came out.

    Attributes
    ----------
    design : TrialDesign
        What was asked.
    people : TrialPopulation
        True changes.
    middle : int
        Draw of knowledge that the trial was drawn under: the median effect of the first comparison.
    comparisons : tuple of TrialComparison
        Each arm against the control.
    check : TrialCheck
        Sham against sham, and coverage, of the first comparison.
    outside : tuple of str
        A line for each assumption of a model that a session does not meet on some skin.
    """

    design: TrialDesign
    people: TrialPopulation
    middle: int
    comparisons: tuple[TrialComparison, ...]
    check: TrialCheck
    outside: tuple[str, ...]

    def __repr__(self) -> str:
        return "\n".join(self._line(one) for one in self.comparisons)

    def _line(self, one: TrialComparison) -> str:
        arm, control = (self.design.arms[i].name for i in one.pair)
        low, middle, high = np.expm1(np.quantile(self.people.effects(one.pair), (0.05, 0.5, 0.95)))
        point = one.point(self.design.per_arm)
        return (
            f"virtual trial of {arm} against {control}, {self.design.per_arm} subjects each: "
            f"effect {middle:+.1%} ({low:+.1%} to {high:+.1%} with what nobody knows), power "
            f"{point.power:.2f}, assurance {point.assurance:.2f}"
        )


def trial(
    design: TrialDesign,
    *,
    output: str | Path | None = None,
    executor: Executor | None = None,
    afresh: bool = False,
    progress: Progress = unheard,
) -> VirtualTrial:
    """Simulate a trial.

    Parameters
    ----------
    design : TrialDesign
        What is decided and assumed.
    output : str or Path, optional
        Folder for the people that are simulated, where a later call goes on; nothing is kept when
        left out.
    executor : Executor, optional
        Who computes; this process when left out.
    afresh : bool
        Whether light and heat are computed, also where results were kept (`porelight.kept`).
    progress : callable
        Called with the share of the work done, 0 to 1.

    Raises
    ------
    ParameterError
        If a session is impossible on a skin of the trial, or nobody is left at the last visit.
    ExecutionError
        If workers or the folder fail, or it is another trial's; what is done is kept.
    """
    who = executor or SameProcess()

    def simulated(share: float) -> None:
        progress((1.0 - _ANALYSED) * share)

    if output is not None:
        people = trial_population(design, Path(output), who, simulated, afresh=afresh)
    else:
        with TemporaryDirectory() as folder:
            people = trial_population(design, Path(folder), who, simulated, afresh=afresh)
    found = analysed_trial(design, people)
    progress(1.0)
    return found


def analysed_trial(design: TrialDesign, people: TrialPopulation) -> VirtualTrial:
    """Draw and analyse a trial of people whose true changes are known; see `trial`."""
    first = design.compared[0]
    middle = people.middle(first)
    rng = np.random.default_rng([design.settings.seed, 1])
    everybody = np.arange(design.per_arm)  # a subject is a person of their own
    arms = [
        measured_arm(people, design.noise, arm, everybody, middle, rng)
        for arm in range(len(design.arms))
    ]
    comparisons = tuple(_compared(design, people, pair, arms, middle) for pair in design.compared)
    check = checked_analysis(
        *(people, design.noise, first, _CHECK_SIZE, design.alpha_of_each, _CHECKS),
        np.random.default_rng([design.settings.seed, 2]),
    )
    return VirtualTrial(design, people, middle, comparisons, check, outside_models(design))


def _compared(
    design: TrialDesign,
    people: TrialPopulation,
    pair: Pair,
    arms: list[MeasuredArm],
    middle: int,
) -> TrialComparison:
    treated, control = (arms[i] for i in pair)
    alpha = design.alpha_of_each
    measured = tuple(
        welch(treated.came(v), control.came(v), alpha) for v in range(len(design.visits))
    )
    by_type = {}
    for one in design.people.types:
        try:
            by_type[one] = welch(treated.came(-1, one), control.came(-1, one), alpha)
        except ParameterError:  # too few of this type came; the page says so by its absence
            continue
    clinical = standard_errors(people, design.noise, pair, design.clinical_per_arm)
    threshold = math.log1p(design.worth_while)
    return TrialComparison(
        pair,
        measured,
        by_type,
        power_curve(people, design, pair),
        float(clinical[middle]),
        value_of_knowing(people.effects(pair), unknowns(design), threshold),
    )


def power_curve(people: TrialPopulation, design: TrialDesign, pair: Pair) -> tuple[PowerPoint, ...]:
    """Return power and assurance over sizes, that of the design among them."""
    wanted, middle = -1 if design.worth_while < 0.0 else 1, people.middle(design.compared[0])
    found = []
    for n in sorted({*_SIZES, design.per_arm, design.clinical_per_arm}):
        each = power_by_knowledge(
            people, design.noise, pair, n, design.alpha_of_each, wanted=wanted
        )
        found.append(PowerPoint(n, float(each[middle]), float(each.mean())))
    return tuple(found)


def unknowns(design: TrialDesign) -> dict[str, Floats]:
    """Return what may decide a trial: what nobody knows of the biology."""
    return {name: v for name, v in knowledge(design).items() if np.ptp(v) > 0.0}
