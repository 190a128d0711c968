"""Plans on disk: the best course as a course file, and everything considered as JSON."""

import math
from pathlib import Path
from typing import Any

import tomli_w

from porelight.errors import InputFileError
from porelight.files.documents import Document, load_document, save_document
from porelight.files.writing import write_text
from porelight.laser.exposure import Exposure, Session
from porelight.planning.bystanders import safety_note
from porelight.planning.search import Candidate, Plan
from porelight.units import J_per_cm2, cm2, mm, ms, to_celsius

FORMAT = "porelight-plan-1"


def plan_document(plan: Plan) -> Document:
    """Return the whole plan in clinic units: candidates best first, refusals with reasons."""
    return {
        "format": FORMAT,
        "skin": skin_table(plan),
        "goal": plan.goal,
        "verdict": plan.verdict,
        "seed": plan.seed,
        "candidates": [_candidate(one) for one in plan.candidates],
        "safety": _safety(plan),
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
    save_document(document, everything)
    if not plan.candidates:
        return [everything]
    best = plan.candidates[0]
    course = {
        "skin": document["skin"],
        "session": [_session_table(session) for session in best.sessions],
    }
    heading = f"# {plan.verdict}\n# All candidates and refusals: {everything.name}\n\n"
    write_text(path, heading + tomli_w.dumps(course))
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
    return load_document(path, FORMAT, "a plan", "the JSON that 'porelight plan' writes")


def skin_table(plan: Plan) -> dict[str, Any]:
    """Return the ``[skin]`` table of a course file for this plan."""
    skin = plan.skin
    return {
        "zone": skin.zone,
        "fitzpatrick": skin.fitzpatrick,
        "age_years": skin.age,
        "sex": skin.sex,
        "oiliness": skin.oiliness,
    }


def _safety(plan: Plan) -> list[str]:
    """Return the note on eyes for the strongest pulse of each device that the plan proposes."""
    strongest: dict[str, Exposure] = {}
    for candidate in plan.candidates:
        for session in candidate.sessions:
            one = session.exposure
            other = strongest.get(one.device, one)
            strongest[one.device] = max(one, other, key=lambda e: e.radiant_exposure)
    return [safety_note(one) for _, one in sorted(strongest.items())]


def _session_table(session: Session) -> dict[str, Any]:
    exposure = session.exposure
    table: dict[str, Any] = {
        "day": session.day,
        "device": exposure.device,
        "radiant_exposure_j_cm2": round(exposure.radiant_exposure / J_per_cm2, 6),
        "spot_mm": round(exposure.beam.diameter / mm, 6),
        "pulse_ms": round(exposure.pulse_duration / ms, 9),
        "area_cm2": round(exposure.area / cm2, 6),
    }
    if exposure.device == "laser-genesis":
        table |= {"rate_hz": exposure.rate, "pulses": exposure.n_pulses}
    else:
        table |= {"passes": exposure.passes, "overlap": exposure.overlap}
    if math.isfinite(exposure.stop_at_surface):
        table["stop_at_surface_c"] = round(to_celsius(exposure.stop_at_surface), 3)
    return table


def _candidate(candidate: Candidate) -> dict[str, Any]:
    benefit = candidate.benefit
    return {
        "label": candidate.label,
        "change": {"low": benefit.low, "median": benefit.median, "high": benefit.high},
        "responders": candidate.responders,
        "downtime_days": candidate.downtime_days,
        "margin": candidate.margin,
        "sessions": [_session_table(session) for session in candidate.sessions],
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
