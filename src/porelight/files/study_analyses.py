"""The analysis of a study as a document: every number that its page shows, for programs."""

import math
from dataclasses import asdict
from typing import Any

from porelight.files.analysis_plans import plan_keys
from porelight.statistics.analysis import StudyAnalysis
from porelight.statistics.analysis_plan import AnalysisScale, PlanStanding
from porelight.statistics.effects import StudyEffect
from porelight.statistics.flow import StudyFlow
from porelight.statistics.mixed_model import Contrast
from porelight.statistics.study_values import scale_of

FORMAT = "porelight-study-analysis-1"


def analysis_document(
    study: str, found: StudyAnalysis, flow: StudyFlow, standing: PlanStanding
) -> dict[str, Any]:
    """Return an analysis, ready for JSON.

    Changes are on the scale of the analysis, and of logarithms in per cent as well.

    Parameters
    ----------
    study : str
        Name of the study.
    found : StudyAnalysis
        The analysis.
    flow : StudyFlow
        What was lost where.
    standing : PlanStanding
        What its plan is worth.
    """
    scale = found.plan.scale
    return {
        "format": FORMAT,
        "study": study,
        "plan": plan_keys(found.plan),
        "standing": asdict(standing),
        "effects": [_effect(one, scale) for one in found.effects],
        "changes_of_arms": [_effect(one, scale) for one in found.changes],
        "means": [
            {
                "visit": one.visit,
                "arm": one.arm,
                "subjects": one.n_subjects,
                **{
                    key: math.exp(value) if scale == "log" else value
                    for key, value in (
                        ("value", one.mean.value), ("low", one.mean.low), ("high", one.mean.high),
                    )
                },
            }
            for one in found.means
        ],
        "zones": [{"zone": one.zone, **_effect(one.effect, scale)} for one in found.zones],
        "subjects": [
            {**asdict(one), "change": one.change, "is_real": one.is_real} for one in found.subjects
        ],
        "variances": dict(found.model.variances),
        "notes": list(found.model.notes),
        "measuring": {
            "sd": found.error.error,
            "source": found.error.source,
            "detectable_change": found.error.detectable,
            "takes": None
            if found.takes is None
            else {
                "zones": found.takes.n_places,
                "subjects": found.takes.n_subjects,
                "sd": asdict(found.takes.error),
                "sd_by_intervals": found.takes.stated,
            },
        },
        "missing": [
            {
                "visit": one.effect.visit,
                "arm": one.effect.arm,
                "share": one.missing.share,
                "assumptions": {
                    **{look: _contrast(contrast, scale) for look, contrast in one.looks},
                    "the missing have not changed": _contrast(one.no_change, scale),
                },
                "tipping_point": one.tipping,
            }
            for one in found.robustness
        ],
        "secondary": [
            {
                "quantity": one.quantity,
                "why_not": one.why_not,
                "effects": [
                    _effect(effect, scale_of(one.quantity, found.plan)) for effect in one.effects
                ],
            }
            for one in found.secondary
        ],
        "flow": asdict(flow),
    }  # fmt: skip


def _effect(one: StudyEffect, scale: AnalysisScale) -> dict[str, Any]:
    return {
        "visit": one.visit,
        "arm": one.arm,
        "against": one.against,
        "subjects": list(one.n_subjects),
        "change": None if one.contrast is None else _contrast(one.contrast, scale),
        "why_not": one.why_not,
        "p_corrected": one.p_corrected,
    }


def _contrast(found: Contrast, scale: AnalysisScale) -> dict[str, Any]:
    told: dict[str, Any] = asdict(found)
    if scale == "log":
        told["percent"] = {
            key: 100.0 * math.expm1(told[key]) for key in ("value", "low", "high")
        }  # fmt: skip
    return told
