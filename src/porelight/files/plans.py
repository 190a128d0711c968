"""Plans on disk: the best course as a course file, and everything considered as JSON."""

from pathlib import Path
from typing import Annotated, Any, Self

import tomli_w
from pydantic import Field, model_validator

from porelight.course.codec import skin_document
from porelight.course.documents import Document
from porelight.course.statistics import ShareOfPeople
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
from porelight.planning.plan import Candidate, Plan, Searched

FORMAT = "porelight-plan-2"
PLAN = ResultKind("a plan", (".json",), json_with("porelight-plan-"))
PLANNED_COURSE = ResultKind("an unedited course", (".toml",), is_as_stamped)


# people better off less those worse off, hurt or darkened
NetShare = Annotated[float, number("1", -3.0, 1.0, "people better off less those harmed")]

Minutes = Annotated[float, number("1", 0.0, 1e9, "minutes under the beam")]


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
    """A limit, the chance that it is passed, and the chance that is allowed."""

    limit: str
    chance: FractionNumber
    allowed: FractionNumber
    detail: str


class OpenModel(DocumentModel):
    """What nobody knows leaves open of a share of people."""

    low: FractionNumber
    high: FractionNumber

    @model_validator(mode="after")
    def _require_order(self) -> Self:
        require_order(self, "low", "high")
        return self


class CandidateModel(DocumentModel):
    """A course that keeps every limit, or no treatment."""

    label: str
    change: BenefitModel
    better_share: FractionNumber
    better_open: OpenModel
    worse_share: FractionNumber
    worse_open: OpenModel
    painful_share: FractionNumber
    painful_open: OpenModel
    darkening_share: FractionNumber
    darkening_open: OpenModel
    net_share: NetShare
    downtime_days: Days
    on_front: bool
    chair_minutes: Minutes = 0.0
    neighbours: list[str] = Field(default_factory=list)
    robust: bool = True
    why: str
    sessions: list[SESSION_TABLE]  # type: ignore[valid-type]
    checks: list[CheckModel]


class RefusalModel(DocumentModel):
    """A setting that is not safe, and why."""

    setting: str
    reason: str


class FrontModel(DocumentModel):
    """A course of the search's front, by tables."""

    label: str
    change: Change
    better_share: FractionNumber
    worse_share: FractionNumber
    painful_share: FractionNumber
    darkening_share: FractionNumber
    downtime_days: Days
    chair_minutes: Minutes


class SearchedModel(DocumentModel):
    """What a search beyond the grid did."""

    asked: WholeNumber
    tried: WholeNumber
    kept: WholeNumber
    errors: list[str]
    finalists: list[str]
    relaxations: list[str]
    settings: list[str] = Field(default_factory=list)
    front: list[FrontModel] = Field(default_factory=list)
    interrupted: bool


class PlanModel(DocumentModel):
    """A whole plan."""

    format: str
    skin: SKIN_TABLE  # type: ignore[valid-type]
    goal: str
    verdict: str
    seed: WholeNumber
    plans: list[CandidateModel]
    safety: list[str]
    refused: list[RefusalModel]
    search: SearchedModel | None = None


def plan_document(plan: Plan) -> Document:
    """Return the whole plan in clinic units: candidates best first, refusals with reasons."""
    return {
        "format": FORMAT,
        "skin": skin_document(plan.skin),
        "goal": plan.goal,
        "verdict": plan.verdict,
        "seed": plan.seed,
        "plans": [_candidate(one) for one in plan.candidates],
        "safety": list(plan.safety),
        "refused": [
            {"setting": refusal.setting, "reason": refusal.reason} for refusal in plan.refused
        ],
        **({} if plan.searched is None else {"search": _searched(plan.searched)}),
    }


def save_plan(plan: Plan, path: Path) -> list[Path]:
    """Write the plan as JSON and its best course as a course file; no treatment has no session.

    Returns
    -------
    list of Path
        The files written, the course file first.
    """
    everything = everything_beside(path)
    document = plan_document(plan)
    best = plan.candidates[0]
    course = {"skin": document["skin"]}
    if best.sessions:
        course["session"] = [SESSION.document(session) for session in best.sessions]
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
        **_share("better", candidate.better),
        **_share("worse", candidate.worse),
        **_share("painful", candidate.hurt),
        **_share("darkening", candidate.darkened),
        "net_share": candidate.net,
        "downtime_days": candidate.downtime_days,
        "on_front": candidate.on_front,
        "chair_minutes": candidate.chair_time / 60.0,
        "neighbours": list(candidate.neighbours),
        "robust": candidate.robust,
        "why": candidate.why,
        "sessions": [SESSION.document(session) for session in candidate.sessions],
        "checks": [
            {
                "limit": check.limit,
                "chance": check.chance,
                "allowed": check.allowed,
                "detail": check.detail,
            }
            for check in candidate.checks
        ],
    }


def _searched(found: Searched) -> Document:
    return {
        "asked": found.asked,
        "tried": found.tried,
        "kept": found.kept,
        "errors": list(found.errors),
        "finalists": list(found.finalists),
        "relaxations": list(found.relaxations),
        "settings": list(found.settings),
        "front": [
            {
                "label": one.label,
                "change": one.change,
                "better_share": one.better,
                "worse_share": one.worse,
                "painful_share": one.hurt,
                "darkening_share": one.darkened,
                "downtime_days": one.downtime_days,
                "chair_minutes": one.chair_time / 60.0,
            }
            for one in found.front
        ],
        "interrupted": found.interrupted,
    }


def _share(name: str, share: ShareOfPeople) -> dict[str, Any]:
    return {
        f"{name}_share": share.chance,
        f"{name}_open": {"low": share.low, "high": share.high},
    }
