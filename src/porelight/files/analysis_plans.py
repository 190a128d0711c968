"""The plan of a study's analysis: one TOML file, decided before anybody looks at the results."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Literal

import tomli_w
from pydantic import Field

from porelight.errors import InputFileError, ParameterError
from porelight.files.kinds import ResultKind, is_as_stamped, stamped
from porelight.files.toml_tables import FileModel, number, toml_content, validated
from porelight.files.writing import write_text
from porelight.statistics.analysis_plan import (
    AnalysisPlan,
    AnalysisScale,
    Correction,
    PlannedVisit,
    StandardErrors,
)

ANALYSIS_PLAN = ResultKind("an unedited plan of analysis", (".toml",), is_as_stamped)
_WANTED = "a plan of analysis; 'porelight study analyse --write-plan study.toml' writes one"
_LAST_DAY = 3650.0
_HEADING = """\
# The plan of a study's analysis. Decide it before anybody has looked at the results, then keep its
# hash in the study's log, where nobody can put it in later:
#     porelight study declare study.toml
#     porelight study analyse --plan study.toml -o analysis.html
#
# endpoint         the one number that the study is judged by
# scale            "log": changes are ratios, in per cent; "plain": differences in its unit
# baseline, visit  changes are taken from the first; the last is the one that figures show.
#                  earliest_day and latest_day (after the baseline) may be added to each [[visit]]:
#                  what was taken on another day is counted, and left out
# zones            zones that count
# control          arm that the others are compared with; "" where there is none
# correction       of p values for several tests: "holm" or "bonferroni"
# standard_errors  "robust" (CR2, Satterthwaite's degrees of freedom) or "model"
# model            "mixed": subject, zone of subject and visit of subject are random
# secondary        numbers that are looked at as well; exploratory, whatever they show

"""


class VisitOfPlan(FileModel):
    """One visit after the baseline."""

    name: str = Field(description="name of the visit in the study")
    earliest_day: (
        Annotated[int, number("d", 0, _LAST_DAY, "first day after the baseline")] | None
    ) = None
    latest_day: Annotated[int, number("d", 0, _LAST_DAY, "last day after the baseline")] | None = (
        None
    )


class PlanOfStudy(FileModel):
    """The whole file."""

    endpoint: str = Field(description="quantity that the study is judged by")
    scale: AnalysisScale = Field(description='"log" or "plain"')
    baseline: str = Field(description="visit that changes are taken from")
    zones: list[str] = Field(description="zones that count")
    control: str = Field("", description="arm that the others are compared with")
    model: Literal["mixed"] = Field("mixed", description="the model")
    correction: Correction = Field("holm", description="of p values for several tests")
    standard_errors: StandardErrors = Field("robust", description="how intervals are made")
    confidence_percent: float = number("%", 50.0, 99.9, "confidence of intervals")
    secondary: list[str] = Field([], description="numbers that are looked at as well")
    visit: list[VisitOfPlan] = Field(description="visits after the baseline, in their order")


@dataclass(frozen=True, slots=True)
class PlanFile:
    """A plan as it was read.

    Attributes
    ----------
    plan : AnalysisPlan
        What it says.
    sha256 : str
        Hash of the file, by which a plan is known in the log.
    """

    plan: AnalysisPlan
    sha256: str


def read_analysis_plan(path: Path) -> PlanFile:
    """Read a plan.

    Raises
    ------
    InputFileError
        A line for each mistake: the key, its value, what would be right.
    """
    checked = validated(PlanOfStudy, toml_content(path, _WANTED), path)
    try:
        plan = AnalysisPlan(
            checked.endpoint,
            checked.baseline,
            tuple(
                PlannedVisit(one.name, one.earliest_day, one.latest_day) for one in checked.visit
            ),
            tuple(checked.zones),
            checked.control,
            checked.scale,
            checked.correction,
            checked.standard_errors,
            checked.confidence_percent / 100.0,
            tuple(checked.secondary),
        )
    except ParameterError as problem:
        raise InputFileError(f"{path}: {problem}") from None
    return PlanFile(plan, sha256(path.read_bytes()).hexdigest())


def write_analysis_plan(plan: AnalysisPlan, path: Path) -> Path:
    """Write a plan to begin from, with what its keys mean.

    Parameters
    ----------
    plan : AnalysisPlan
        What it says.
    path : Path
        TOML file; one that porelight wrote and nobody edited is replaced.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    InputFileError
        If the file holds anything else, or cannot be written.
    """
    keys = plan_keys(plan)
    keys.pop("visit")
    visits = [f"\n[[visit]]\n{tomli_w.dumps(_visit_keys(one))}" for one in plan.visits]
    write_text(path, stamped(_HEADING + tomli_w.dumps(keys) + "".join(visits)), ANALYSIS_PLAN)
    return path


def plan_keys(plan: AnalysisPlan) -> dict[str, object]:
    """Return a plan as the keys of its file."""
    return {
        "endpoint": plan.endpoint,
        "scale": plan.scale,
        "baseline": plan.baseline,
        "zones": list(plan.zones),
        "control": plan.control,
        "model": "mixed",
        "correction": plan.correction,
        "standard_errors": plan.standard_errors,
        "confidence_percent": round(100.0 * plan.confidence, 6),
        "secondary": list(plan.secondary),
        "visit": [_visit_keys(one) for one in plan.visits],
    }


def _visit_keys(visit: PlannedVisit) -> dict[str, object]:
    keys: dict[str, object] = {"name": visit.name}
    if visit.has_window:
        keys |= dict(zip(("earliest_day", "latest_day"), visit.days, strict=True))
    return keys
