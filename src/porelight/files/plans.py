"""Plans on disk: the best course as a course file, and everything considered as JSON."""

from pathlib import Path
from typing import Annotated, Any, Self

import tomli_w
from annotated_types import Len
from pydantic import model_validator

from porelight.course.codec import skin_document
from porelight.course.documents import Document
from porelight.course.vocabulary import SESSION
from porelight.errors import InputFileError
from porelight.files.course_file import SESSION_TABLE, SKIN_TABLE
from porelight.files.documents import (
    Change,
    Days,
    DocumentModel,
    FractionNumber,
    WholeNumber,
    load_document,
    require_order,
    save_document,
)
from porelight.files.kinds import ResultKind, is_as_stamped, json_with, stamped
from porelight.files.toml_tables import number
from porelight.files.writing import together, write_text
from porelight.planning.plan import Candidate, Plan

FORMAT = "porelight-plan-1"
PLAN = ResultKind("a plan", (".json",), json_with("porelight-plan-"))
PLANNED_COURSE = ResultKind("an unedited course", (".toml",), is_as_stamped)


# what is left of the way from rest to a limit
Margin = Annotated[float, number("1", 0.0, 1.0, "what is left of the way to a limit")]


class BenefitModel(DocumentModel):
    """A change with its interval."""

    low: Change
    median: Change
    high: Change

    @model_validator(mode="after")
    def _require_order(self) -> Self:
        require_order(self, "low", "median", "high")
        return self


class CheckModel(DocumentModel):
    """A limit, and what it was held against."""

    limit: str
    value: str
    allowed: str
    margin: Margin


class CandidateModel(DocumentModel):
    """One safe course."""

    label: str
    change: BenefitModel
    responders: FractionNumber
    downtime_days: Days
    margin: Margin
    sessions: list[SESSION_TABLE]  # type: ignore[valid-type]
    checks: Annotated[list[CheckModel], Len(min_length=1)]


class RefusalModel(DocumentModel):
    """A setting that is not safe, and why."""

    setting: str
    reason: str


class PlanModel(DocumentModel):
    """A whole plan."""

    format: str
    skin: SKIN_TABLE  # type: ignore[valid-type]
    goal: str
    verdict: str
    seed: WholeNumber
    candidates: list[CandidateModel]
    safety: list[str]
    refused: list[RefusalModel]


def plan_document(plan: Plan) -> Document:
    """Return the whole plan in clinic units: candidates best first, refusals with reasons."""
    return {
        "format": FORMAT,
        "skin": skin_document(plan.skin),
        "goal": plan.goal,
        "verdict": plan.verdict,
        "seed": plan.seed,
        "candidates": [_candidate(one) for one in plan.candidates],
        "safety": list(plan.safety),
        "refused": [
            {"setting": refusal.setting, "reason": refusal.reason} for refusal in plan.refused
        ],
    }


def save_plan(plan: Plan, path: Path) -> list[Path]:
    """Write the plan as JSON and, if anything is safe, its best course as a course file.

    Returns
    -------
    list of Path
        The files written, the course file first.
    """
    everything = everything_beside(path)
    document = plan_document(plan)
    if not plan.candidates:
        save_document(document, everything, PLAN)
        return [everything]
    best = plan.candidates[0]
    course = {
        "skin": document["skin"],
        "session": [SESSION.document(session) for session in best.sessions],
    }
    heading = f"# {plan.verdict}\n# All candidates and refusals: {everything.name}\n\n"
    with together():
        write_text(path, stamped(heading + tomli_w.dumps(course)), PLANNED_COURSE)
        save_document(document, everything, PLAN)
    return [path, everything]


def everything_beside(path: Path) -> Path:
    """Return where all candidates and refusals of a plan go.

    Raises
    ------
    InputFileError
        If the plan itself would go there.
    """
    if path.suffix == ".json":
        raise InputFileError(f"{path}: the plan is a TOML file; its JSON goes beside it.")
    return path.with_suffix(".json")


def load_plan_document(path: Path) -> Document:
    """Read a plan's JSON back.

    Raises
    ------
    InputFileError
        If the file is missing or is no plan.
    """
    return load_document(path, FORMAT, "a plan", "the JSON that 'porelight plan' writes", PlanModel)


def _candidate(candidate: Candidate) -> dict[str, Any]:
    benefit = candidate.benefit
    return {
        "label": candidate.label,
        "change": {"low": benefit.low, "median": benefit.median, "high": benefit.high},
        "responders": candidate.responders,
        "downtime_days": candidate.downtime_days,
        "margin": candidate.margin,
        "sessions": [SESSION.document(session) for session in candidate.sessions],
        "checks": [
            {
                "limit": check.limit,
                "value": check.shown_value,
                "allowed": check.shown_limit,
                "margin": check.margin,
            }
            for check in candidate.checks
        ],
    }
