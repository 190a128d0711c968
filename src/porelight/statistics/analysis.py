"""The whole analysis of a study: one call from its long table to everything that a page shows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from porelight.errors import ParameterError
from porelight.statistics.analysis_plan import AnalysisPlan
from porelight.statistics.effects import (
    StudyEffect,
    VisitMean,
    ZoneEffect,
    asked,
    changes,
    visit_means,
    zone_effects,
)
from porelight.statistics.missing import Robustness, robustness
from porelight.statistics.mixed_model import MixedModel, mixed_model
from porelight.statistics.repeats import (
    MeasuringError,
    TakeAgreement,
    measuring_error,
    take_agreement,
)
from porelight.statistics.study_values import (
    SAME_PORES,
    EndpointTable,
    StudyValue,
    endpoint_table,
)
from porelight.statistics.subject_changes import SubjectChange, subject_changes


@dataclass(frozen=True, slots=True, eq=False)
class SecondaryResult:
    """The same question of another quantity; exploratory.

    Attributes
    ----------
    quantity : str
        Which.
    effects : tuple of StudyEffect
        As those of the endpoint, without corrected p values.
    why_not : str
        Why there are none.
    """

    quantity: str
    effects: tuple[StudyEffect, ...]
    why_not: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class StudyAnalysis:
    """Everything that came out of a study.

    Attributes
    ----------
    plan : AnalysisPlan
        What was asked.
    table : EndpointTable
        Means over takes of the endpoint.
    model : MixedModel
        The model of the endpoint.
    effects : tuple of StudyEffect
        The answers: tests of the endpoint.
    changes : tuple of StudyEffect
        Change from baseline of each arm and visit.
    means : tuple of VisitMean
        Mean of each arm and visit.
    zones : tuple of ZoneEffect
        The answer at the last visit, zone by zone.
    subjects : tuple of SubjectChange
        What changed in each subject.
    error : MeasuringError
        Error of one take.
    takes : TakeAgreement or None
        How well takes agree; None if there are none to compare.
    robustness : tuple of Robustness
        Each answer under other assumptions on what is missing.
    secondary : tuple of SecondaryResult
        Other quantities.
    """

    plan: AnalysisPlan
    table: EndpointTable
    model: MixedModel
    effects: tuple[StudyEffect, ...]
    changes: tuple[StudyEffect, ...]
    means: tuple[VisitMean, ...]
    zones: tuple[ZoneEffect, ...]
    subjects: tuple[SubjectChange, ...]
    error: MeasuringError
    takes: TakeAgreement | None
    robustness: tuple[Robustness, ...]
    secondary: tuple[SecondaryResult, ...]


def study_analysis(values: Sequence[StudyValue], plan: AnalysisPlan) -> StudyAnalysis:
    """Analyse a study.

    Parameters
    ----------
    values : sequence of StudyValue
        Every number of every measured photograph.
    plan : AnalysisPlan
        What is asked.

    Raises
    ------
    ParameterError
        If the endpoint cannot be analysed at all; each part that cannot be had says so itself.
    """
    if plan.endpoint == SAME_PORES:
        raise ParameterError(
            f"{SAME_PORES} has no values at the baseline, on which the parts of an analysis rest; "
            "put it under secondary, and an endpoint of single photographs in its place."
        )
    table = endpoint_table(values, plan, plan.endpoint)
    model = mixed_model(table, plan.standard_errors, plan.confidence)
    effects = asked(model, plan)
    of_arms = changes(model)
    takes = take_agreement(table)
    error = measuring_error(table, takes)
    return StudyAnalysis(
        plan,
        table,
        model,
        tuple(effects),
        tuple(of_arms),
        tuple(visit_means(model)),
        tuple(zone_effects(table, plan)) if len(table.zones) > 1 else (),
        tuple(subject_changes(table, error, plan.confidence)),
        error,
        takes,
        tuple(_robustness(table, plan, effects, of_arms)),
        tuple(_secondary(values, plan, name) for name in plan.secondary),
    )


def _robustness(
    table: EndpointTable,
    plan: AnalysisPlan,
    effects: Sequence[StudyEffect],
    of_arms: Sequence[StudyEffect],
) -> list[Robustness]:
    own = {(one.arm, one.visit): one.contrast.value for one in of_arms if one.contrast is not None}
    found = [
        robustness(table, plan, one, own[one.arm, one.visit])
        for one in effects
        if one.contrast is not None and (one.arm, one.visit) in own
    ]
    return [one for one in found if one is not None]


def _secondary(values: Sequence[StudyValue], plan: AnalysisPlan, name: str) -> SecondaryResult:
    try:
        table = endpoint_table(values, plan, name)
        model = mixed_model(table, plan.standard_errors, plan.confidence)
    except ParameterError as problem:
        return SecondaryResult(name, (), str(problem))
    return SecondaryResult(
        name, tuple(replace(one, p_corrected=None) for one in asked(model, plan))
    )
