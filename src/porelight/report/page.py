"""One self-contained page about an outcome: no other file, no script, no request to anywhere."""

from collections.abc import Mapping
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, get_args

import numpy as np

from porelight.course.outcome import Outcome
from porelight.course.outcome_registry import outcome_variables
from porelight.course.statistics import ShareOfPeople
from porelight.data.library import Flag
from porelight.errors import InputFileError
from porelight.files.kinds import ResultKind, names_porelight
from porelight.files.plans import plan_document
from porelight.files.sensitivities import sensitivity_document
from porelight.files.writing import require_output, write_text
from porelight.inference.sensitivity import Sensitivity
from porelight.laser.devices import devices
from porelight.planning.plan import Plan
from porelight.report.cards import cards
from porelight.report.certainty import HOW_KNOWN, PROBABILITY, missing_number
from porelight.report.environment import environment
from porelight.report.facts import (
    SkinFacts,
    care_facts,
    judged,
    notes,
    session_facts,
    skin_facts,
)
from porelight.report.formatting import capital, change, of_ten_span, people, span
from porelight.report.gaps import gaps
from porelight.report.measured_table import measurement_rows
from porelight.report.parameters import parameter_rows
from porelight.report.photograph import Measured, overlay_pictures
from porelight.report.pictures import (
    collagen_picture,
    effects_picture,
    healing_pictures,
    plan_picture,
    sensitivity_picture,
    session_pictures,
    sizes_picture,
    weeks_picture,
)
from porelight.report.plausibility import moderate_improvement, plausibility_rows
from porelight.report.tables import (
    check_rows,
    forecast_rows,
    healing_rows,
    plan_rows,
    refusal_rows,
    session_rows,
    shown,
)
from porelight.report.words import answer, headline, is_unchanged
from porelight.tissue.person import roman

if TYPE_CHECKING:
    from porelight.workflows.measure import MeasuredPhotograph

REPORT = ResultKind("a report", (".html", ".htm"), names_porelight('content="porelight '))
# rows of a plan on the page; the plan's own file holds all of them
_SHOWN = 10


def write_report(
    outcome: Outcome,
    path: str | Path,
    *,
    measured: "Measured | MeasuredPhotograph | None" = None,
    plan: Plan | Mapping[str, Any] | None = None,
    sensitivity: Sensitivity | Mapping[str, Any] | None = None,
) -> Path:
    """Write one HTML page that holds everything it shows.

    Parameters
    ----------
    outcome : Outcome
        The outcome of a course.
    path : str or Path
        HTML file; an earlier report is replaced once the new one is complete.
    measured : MeasuredPhotograph or Measured, optional
        A measured photograph, or the folder of one, for its picture and its table.
    plan : Plan or mapping, optional
        A plan, or its JSON form.
    sensitivity : Sensitivity or mapping, optional
        Sensitivities, or their JSON form.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    InputFileError
        If the outcome lacks something, the photograph cannot be read, or the page not be written.
    """
    target = Path(path)
    require_output(target, REPORT)
    page = report_page(outcome, measured=measured, plan=plan, sensitivity=sensitivity)
    write_text(target, page, REPORT)
    return target


def report_page(
    outcome: Outcome,
    *,
    measured: "Measured | MeasuredPhotograph | None" = None,
    plan: Plan | Mapping[str, Any] | None = None,
    sensitivity: Sensitivity | Mapping[str, Any] | None = None,
) -> str:
    """Return the page as text; see `write_report`."""
    if measured is not None:
        # who shows no photograph does not wait for the libraries of pictures
        from porelight.files.measurements import load_measured, save_measurement  # noqa: PLC0415
        from porelight.workflows.measure import MeasuredPhotograph  # noqa: PLC0415

        if isinstance(measured, MeasuredPhotograph):
            with TemporaryDirectory() as place:
                folder = load_measured(save_measurement(measured, Path(place) / "measured"))
                return report_page(outcome, measured=folder, plan=plan, sensitivity=sensitivity)
    if isinstance(plan, Plan):
        plan = plan_document(plan)
    if isinstance(sensitivity, Sensitivity):
        sensitivity = sensitivity_document(sensitivity)
    _require_complete(outcome)
    # what the reader gave is read before anything is drawn
    plan_shown = None if plan is None else _plan(plan)
    skin = skin_facts(outcome)
    photograph = None if measured is None else _photograph(measured, skin)
    unknowns = None if sensitivity is None else sensitivity_picture(sensitivity)
    sessions = session_facts(outcome)
    names = [one.name for one in shown(outcome)]
    forecast = dict(zip(names, forecast_rows(outcome), strict=True))
    parameters = parameter_rows()
    content = {
        "title": headline(outcome),
        "whose": capital(skin.sentence),
        "cares": care_facts(outcome),
        "notes": notes(outcome),
        "answer": answer(outcome),
        "cards": () if is_unchanged(outcome) else cards(outcome),
        "photograph": photograph,
        "sessions": session_rows(outcome),
        "session_pictures": session_pictures(outcome),
        "healing_rows": healing_rows(outcome),
        "healing_pictures": healing_pictures(outcome),
        "devices": [one for key, one in devices().items() if key in {s.device for s in sessions}],
        "weeks_picture": weeks_picture(outcome),
        "missing_number": missing_number(sessions),
        "pore_rows": [forecast[one.name] for one in outcome.of_group("pores")],
        "sizes_picture": sizes_picture(outcome),
        "collagen_picture": collagen_picture(outcome),
        "below_rows": [forecast[one.name] for one in outcome.of_group("below")],
        "sensitivity_picture": unknowns,
        "effects_picture": effects_picture(outcome),
        "effect_rows": _effects(outcome),
        "risk_rows": [forecast[one.name] for one in outcome.of_group("risk")],
        "when": judged(outcome).words,
        "plausibility": plausibility_rows(outcome),
        "plan": plan_shown,
        "gaps": gaps(outcome),
        "parameters": [
            (file, list(rows)) for file, rows in groupby(parameters, lambda row: row["file"])
        ],
        "how_known": [(flag, HOW_KNOWN[flag]) for flag in get_args(Flag)],
        "flags": _flags(parameters),
        "provenance": {
            "version": outcome.attrs.get("porelight_version", "unknown"),
            "seed": outcome.attrs.get("seed", "unknown"),
            "members": outcome.attrs.get("members", "unknown"),
            "draws": outcome.attrs.get("draws", "unknown"),
            "fingerprint": outcome.attrs.get("data_fingerprint", "unknown"),
        },
    }
    sections = _sections(has_photograph=measured is not None, has_plan=plan is not None)
    return environment().get_template("report.html.j2").render(sections=sections, **content)


def _require_complete(outcome: Outcome) -> None:
    needed = {name for name, one in outcome_variables().items() if not one.may_lack}
    missing = sorted(needed - set(outcome.data_vars))
    if "pore_area_m2" not in outcome.attrs:
        missing.append("pore_area_m2")
    if missing:
        raise InputFileError(
            f"the outcome lacks {', '.join(missing)}; simulate the course again with this version."
        )


def _sections(*, has_photograph: bool, has_plan: bool) -> list[tuple[str, str]]:
    everything = (
        ("answer", "Answer", True),
        ("photograph", "Photograph", has_photograph),
        ("sessions", "Sessions", True),
        ("weeks", "Weeks", True),
        ("effects", "Effects", True),
        ("published", "Published results", True),
        ("plan", "Plan", has_plan),
        ("limits", "Limits", True),
        ("parameters", "Numbers and sources", True),
        ("provenance", "Provenance", True),
    )
    return [(anchor, name) for anchor, name, is_there in everything if is_there]


def _photograph(measured: Measured, skin: SkinFacts) -> dict[str, Any]:
    whole, *detail = overlay_pictures(measured)
    told = measured.summary.get("warnings")
    warnings = [str(one) for one in told] if isinstance(told, list) else []
    if not skin.pores_measured:
        note = (
            "The forecast below is for typical pores, not for those of this photograph; 'porelight "
            "simulate --measured FOLDER' takes these."
        )
    else:
        note = (
            "The forecast begins at the median of what this photograph allows: some of the "
            "outlined pores may be none, so its density and area 'now' differ from these numbers, "
            "mostly downwards, and lie within their intervals."
        )
    return {
        "picture": whole,
        "detail": detail[0] if detail else None,
        "rows": measurement_rows(measured.summary),
        "warnings": warnings,
        "note": note,
    }


def _effects(outcome: Outcome) -> list[dict[str, Any]]:
    when = judged(outcome)
    moderate = moderate_improvement()
    rows = []
    for one in outcome.of_group("effects"):
        draws = outcome.changes(one.name, when.day)
        result = outcome.change(one.name, when.day, PROBABILITY)
        interval = span(change(result.low), change(result.high))
        # trials that only counted people are met in their own unit
        counted = one.evidence.counts_subjects and bool((draws != 0.0).any())
        better = outcome.share_below(one.name, -moderate, when.day, PROBABILITY)
        rows.append(
            {
                "label": one.label,
                "predicted": f"{change(result.median)} ({interval})",
                "people": _by_more_than(better, moderate, outcome.people) if counted else "",
                "evidence": one.evidence.grade,
                "note": one.evidence.note,
                "anchors": one.evidence.anchor,
            }
        )
    return rows


def _by_more_than(better: ShareOfPeople, moderate: float, drawn: int) -> str:
    share = people(better.chance) if drawn == 1 else of_ten_span(better)
    return f"{share} by more than {people(moderate)}"


def _plan(document: Mapping[str, Any]) -> dict[str, Any]:
    try:
        skin = document["skin"]
        rows, refused = plan_rows(document), refusal_rows(document)
        return {
            "verdict": str(document["verdict"]),
            "skin": (
                f"{skin['zone']}, Fitzpatrick type {roman(skin['fitzpatrick'])}, "
                f"{float(skin['age_years']):g} years"
            ),
            "goal": str(document["goal"]).replace("-", " "),
            "rows": rows[:_SHOWN],
            "picture": plan_picture(document) if rows else None,
            "more": max(0, len(rows) - _SHOWN),
            "checks": check_rows(document["plans"][0]) if rows else [],
            "safety": [str(note) for note in document.get("safety", [])],
            "refused": refused[:_SHOWN],
            "more_refused": max(0, len(refused) - _SHOWN),
        }
    except (KeyError, TypeError, ValueError):
        raise InputFileError(
            "the plan lacks its skin, courses, refusals or checks; make it again with "
            "'porelight plan'."
        ) from None


def _flags(parameters: list[dict[str, str]]) -> str:
    names, counts = np.unique([row["flag"] for row in parameters], return_counts=True)
    parts = ", ".join(f"{count} {name}" for name, count in zip(names, counts, strict=True))
    return f"{len(parameters)} entries: {parts}."
