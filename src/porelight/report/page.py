"""One self-contained page about an outcome: no other file, no script, no request to anywhere."""

from collections.abc import Mapping
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from jinja2 import Environment, PackageLoader, StrictUndefined

from porelight.errors import InputFileError
from porelight.laser.presets import DEVICES, limits
from porelight.outcome import VARIABLES
from porelight.record.files import write_text
from porelight.report.facts import (
    care_facts,
    is_ablative,
    judged,
    notes,
    session_facts,
    skin_facts,
)
from porelight.report.formatting import change, of_ten, span, typeset
from porelight.report.gaps import gaps
from porelight.report.healed import days_text, days_until_healed
from porelight.report.parameters import parameter_rows
from porelight.report.photograph import Measured, overlay_pictures
from porelight.report.pictures import (
    collagen_picture,
    effects_picture,
    healing_pictures,
    session_pictures,
    sizes_picture,
    weeks_picture,
)
from porelight.report.plausibility import plausibility_rows
from porelight.report.shown import (
    OUTCOMES,
    PROBABILITY,
    changes,
    evidence,
    known,
    missing_number,
    of_group,
)
from porelight.report.tables import (
    check_rows,
    forecast_rows,
    healing_rows,
    measurement_rows,
    plan_rows,
    refusal_rows,
    session_rows,
)
from porelight.report.words import answer, detectable, headline, is_unchanged
from porelight.uncertainty import estimate, responders

# rows of a plan on the page; the plan's own file holds all of them
_SHOWN = 10


def write_report(
    outcome: xr.Dataset,
    path: str | Path,
    *,
    measured: Measured | None = None,
    plan: Mapping[str, Any] | None = None,
) -> Path:
    """Write one HTML page that holds everything it shows.

    Parameters
    ----------
    outcome : Dataset
        What `Course.simulate` returned, or `load_outcome` read.
    path : str or Path
        HTML file; an existing one is replaced once the new one is complete.
    measured : Measured, optional
        A measured photograph, for its picture and its table.
    plan : mapping, optional
        JSON form of a plan, see `porelight.record.plans.plan_document`.

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
    write_text(target, report_page(outcome, measured=measured, plan=plan))
    return target


def report_page(
    outcome: xr.Dataset,
    *,
    measured: Measured | None = None,
    plan: Mapping[str, Any] | None = None,
) -> str:
    """Return the page as text; see `write_report`."""
    _require_complete(outcome)
    sessions = session_facts(outcome)
    forecast = dict(zip((one.name for one in OUTCOMES), forecast_rows(outcome), strict=False))
    parameters = parameter_rows()
    content = {
        "title": headline(outcome),
        "whose": _capital(skin_facts(outcome).sentence),
        "cares": care_facts(outcome),
        "notes": notes(outcome),
        "answer": answer(outcome),
        "cards": [] if is_unchanged(outcome) else _cards(outcome),
        "photograph": None if measured is None else _photograph(measured),
        "sessions": session_rows(outcome),
        "session_pictures": session_pictures(outcome),
        "healing_rows": healing_rows(outcome),
        "healing_pictures": healing_pictures(outcome),
        "devices": [limits(one) for one in DEVICES if one in {s.device for s in sessions}],
        "weeks_picture": weeks_picture(outcome),
        "missing_number": missing_number(sessions),
        "pore_rows": [forecast[one.name] for one in of_group("pores")],
        "sizes_picture": sizes_picture(outcome),
        "collagen_picture": collagen_picture(outcome),
        "below_rows": [forecast[one.name] for one in of_group("below")],
        "effects_picture": effects_picture(outcome),
        "effect_rows": _effects(outcome),
        "when": judged(outcome).words,
        "plausibility": plausibility_rows(outcome),
        "plan": None if plan is None else _plan(plan),
        "gaps": gaps(outcome),
        "parameters": [
            (file, list(rows)) for file, rows in groupby(parameters, lambda row: row["file"])
        ],
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
    return _environment().get_template("report.html.j2").render(sections=sections, **content)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("porelight.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["typeset"] = typeset
    return environment


def _require_complete(outcome: xr.Dataset) -> None:
    n_sessions = outcome.sizes.get("session", 0)
    # a skin that was never treated has no resting temperature
    needed = {name for name in VARIABLES if n_sessions or name != "resting_temperature"}
    missing = sorted(needed - {str(name) for name in outcome.data_vars})
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


def _cards(outcome: xr.Dataset) -> list[dict[str, Any]]:
    """Return the numbers that a reader takes away."""
    when = judged(outcome)
    cards: list[dict[str, Any]] = []
    for name, what, tag in (
        ("area_fraction", "Area of visible pores", ""),
        (
            "diameter_ratio",
            "Diameter of a pore",
            "no published measurement" if session_facts(outcome) else "",
        ),
    ):
        result = estimate(changes(outcome, name, when.day), PROBABILITY)
        interval = span(change(result.low), change(result.high))
        cards.append(
            {
                "what": what,
                "value": change(result.median),
                "span": f"{100 * PROBABILITY:.0f} % interval {interval}",
                "tag": tag,
            }
        )
    better, same, worse = detectable(outcome)
    cards.append(
        {
            "what": "Would measure smaller pores",
            "value": of_ten(responders(outcome, when.day)),
            "people": ["better"] * better + ["same"] * same + ["worse"] * worse,
            "people_text": f"Of 10 such people {better} measure smaller pores, {same} no "
            f"difference, {worse} larger pores.",
            "span": f"{same} no difference, {worse} larger pores",
            "tag": "",
        }
    )
    for index, session in enumerate(session_facts(outcome)):
        if is_ablative(outcome, index):
            days = days_until_healed(outcome, "dressing", index)
            closed = days_text(days_until_healed(outcome, "epidermis", index))
            text, _, interval = days_text(days).partition(" (")
            cards.append(
                {
                    "what": f"Dressing off after {session.name}",
                    "value": _capital(text),
                    "span": (f"{interval.removesuffix(')')}; " if interval else "")
                    + f"skin closed {closed}",
                    "tag": "",
                }
            )
            break
    return cards


def _photograph(measured: Measured) -> dict[str, Any]:
    whole, *detail = overlay_pictures(measured)
    warnings = measured.summary.get("warnings")
    return {
        "picture": whole,
        "detail": detail[0] if detail else None,
        "rows": measurement_rows(measured.summary),
        "warnings": [str(one) for one in warnings] if isinstance(warnings, list) else [],
    }


def _effects(outcome: xr.Dataset) -> list[dict[str, Any]]:
    when = judged(outcome)
    rows = []
    for one in of_group("effects"):
        result = estimate(changes(outcome, one.name, when.day), PROBABILITY)
        about = known(one)
        interval = span(change(result.low), change(result.high))
        rows.append(
            {
                "label": one.label,
                "predicted": f"{change(result.median)} ({interval})",
                "evidence": evidence(one),
                "note": "" if about is None else about.note,
                "anchors": () if about is None else about.anchors,
            }
        )
    return rows


def _plan(document: Mapping[str, Any]) -> dict[str, Any]:
    try:
        rows, refused = plan_rows(document), refusal_rows(document)
        return {
            "verdict": str(document["verdict"]),
            "goal": str(document["goal"]).replace("-", " "),
            "rows": rows[:_SHOWN],
            "more": max(0, len(rows) - _SHOWN),
            "checks": check_rows(document["candidates"][0]) if rows else [],
            "refused": refused[:_SHOWN],
            "more_refused": max(0, len(refused) - _SHOWN),
        }
    except (KeyError, TypeError, ValueError):
        raise InputFileError(
            "the plan lacks candidates, refusals or their checks; make it again with "
            "'porelight plan'."
        ) from None


def _flags(parameters: list[dict[str, str]]) -> str:
    names, counts = np.unique([row["flag"] for row in parameters], return_counts=True)
    parts = ", ".join(f"{count} {name}" for name, count in zip(names, counts, strict=True))
    return f"{len(parameters)} entries: {parts}."


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
