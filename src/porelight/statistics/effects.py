"""What a study asks: changes from baseline, and how much more an arm changes than the control."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from porelight.errors import ParameterError
from porelight.statistics.analysis_plan import AnalysisPlan
from porelight.statistics.mixed_model import Contrast, MixedModel, mixed_model
from porelight.statistics.study_values import EndpointTable

LEAST_SUBJECTS = 2  # with both visits, of each arm, for an interval
FEW = 4.0  # degrees of freedom below which a t interval of CR2 is not to be relied on


@dataclass(frozen=True, slots=True)
class StudyEffect:
    """One answer of a study.

    Attributes
    ----------
    visit, arm : str
        When, and of which arm.
    against : str
        Control whose change is taken off; empty for a change from baseline.
    n_subjects : tuple of int
        Subjects with both visits: of the arm, and of the control if there is one.
    contrast : Contrast or None
        Change on the scale of the analysis; None if it cannot be told.
    why_not : str
        Why it cannot.
    p_corrected : float or None
        Corrected for the number of tests; None for what is no test of the endpoint.
    """

    visit: str
    arm: str
    against: str
    n_subjects: tuple[int, ...]
    contrast: Contrast | None
    why_not: str = ""
    p_corrected: float | None = None

    @property
    def is_rough(self) -> bool:
        """Whether there are so few degrees of freedom that the interval is approximate."""
        return self.contrast is not None and self.contrast.freedom < FEW


@dataclass(frozen=True, slots=True)
class VisitMean:
    """Mean of an arm at a visit, on the scale of the analysis.

    Attributes
    ----------
    visit, arm : str
        When, and of which arm.
    n_subjects : int
        Subjects with a value.
    mean : Contrast
        Mean over zones that weigh the same.
    """

    visit: str
    arm: str
    n_subjects: int
    mean: Contrast


@dataclass(frozen=True, slots=True)
class ZoneEffect:
    """The main answer, of one zone alone.

    Attributes
    ----------
    zone : str
        Which zone.
    effect : StudyEffect
        By a model of this zone's values.
    """

    zone: str
    effect: StudyEffect


def asked(model: MixedModel, plan: AnalysisPlan) -> list[StudyEffect]:
    """Return the effects that are tests of the endpoint, with corrected p values.

    With a control these are differences of changes, else changes from baseline.
    """
    arms = model.table.arms
    against = plan.control if len(arms) > 1 else ""
    found = [
        effect_of(model, visit, arm, against)
        for visit in model.table.visits[1:]
        for arm in arms
        if arm != against
    ]
    return corrected(found, plan)


def changes(model: MixedModel) -> list[StudyEffect]:
    """Return the change from baseline of each arm at each visit."""
    table = model.table
    return [effect_of(model, visit, arm, "") for visit in table.visits[1:] for arm in table.arms]


def visit_means(model: MixedModel) -> list[VisitMean]:
    """Return the mean of each arm at each visit at which several subjects of it were measured."""
    table, found = model.table, []
    for i, arm in enumerate(table.arms):
        for k, visit in enumerate(table.visits):
            n = len(table.measured(i, k))
            if n < LEAST_SUBJECTS:
                continue
            # means of copies have no interval, and their effects say why
            with suppress(ParameterError):
                found.append(VisitMean(visit, arm, n, model.mean(i, k)))
    return found


def effect_of(model: MixedModel, visit: str, arm: str, against: str) -> StudyEffect:
    """Return one effect, or why it cannot be told."""
    table = model.table
    arms = [table.arms.index(one) for one in (arm, against) if one]
    k = table.visits.index(visit)
    both = tuple(len(table.changed(i, k)) for i in arms)
    if min(both) < LEAST_SUBJECTS:
        of = next(table.arms[i] for i, n in zip(arms, both, strict=True) if n < LEAST_SUBJECTS)
        n = min(both)
        which = f" of arm {of}" if len(table.arms) > 1 else ""
        why = (
            f"{n} subject{'s' if n != 1 else ''}{which} with both {table.visits[0]} and {visit}; "
            f"an interval needs {LEAST_SUBJECTS}"
        )
        return StudyEffect(visit, arm, against, both, None, why)
    weights: dict[tuple[int, int], float] = {}
    for i, sign in zip(arms, (1.0, -1.0), strict=False):
        weights |= {(i, k): sign} if table.of_changes else {(i, k): sign, (i, 0): -sign}
    try:
        return StudyEffect(visit, arm, against, both, model.contrast(weights))
    except ParameterError as problem:  # copies in one arm, say: the others have answers
        return StudyEffect(visit, arm, against, both, None, str(problem).rstrip("."))


def corrected(effects: Sequence[StudyEffect], plan: AnalysisPlan) -> list[StudyEffect]:
    """Return effects with p values that are corrected for the number of those that were tested."""
    from statsmodels.stats.multitest import multipletests  # noqa: PLC0415

    p = [one.contrast.p for one in effects if one.contrast is not None]
    if not p:
        return list(effects)
    corrected_p = iter(multipletests(p, method=plan.correction)[1])
    return [
        one if one.contrast is None else replace(one, p_corrected=float(next(corrected_p)))
        for one in effects
    ]


def zone_effects(table: EndpointTable, plan: AnalysisPlan) -> list[ZoneEffect]:
    """Return the effects at the last visit of each zone, by a model of its own."""
    against = plan.control if len(table.arms) > 1 else ""
    found = []
    for i, zone in enumerate(table.zones):
        of_zone = table.where(table.i_zone == i)
        there = {table.arms[k] for k in set(of_zone.i_arm.tolist())}
        if against and against not in there:  # one side is treated: nothing of it is control
            continue
        shown = [arm for arm in table.arms if arm in there and arm != against]
        try:
            model = mixed_model(of_zone, plan.standard_errors, plan.confidence)
            effects = [effect_of(model, plan.last, arm, against) for arm in shown]
        except ParameterError as problem:  # of one subject, say: the other zones have answers
            why = str(problem).rstrip(".")
            effects = [StudyEffect(plan.last, arm, against, (0,), None, why) for arm in shown]
        found += [ZoneEffect(zone, one) for one in effects]
    return found
