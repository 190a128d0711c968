"""Predicted beside published: what trials found where they treated as this course does.

V8 and V9 set the effective absorption at 2790 nm and the healing times, so they agree by
construction; nothing was fitted to the others. They come from few people, partly from human
scoring, and none was repeated independently: agreement is a sign of plausibility and no proof.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import xarray as xr

from porelight.data.library import Parameter, parameter
from porelight.inference.statistics import Interval, estimate
from porelight.quantities import Floats
from porelight.report.facts import SessionFacts, judged, session_facts
from porelight.report.formatting import change, length, people, share, span
from porelight.report.healed import days_text, days_until_healed
from porelight.report.shown import PROBABILITY, changes
from porelight.report.tables import Rows
from porelight.units import J_per_cm2, day

GENESIS, PEARL = "laser-genesis", "pearl"
_TWO_MONTHS, _SIX_MONTHS = 61.0, 182.0  # d
_TAIL = 0.5 * (1.0 - PROBABILITY)


@dataclass(frozen=True, slots=True)
class _Row:
    """One comparison before it becomes text."""

    key: str
    quantity: str
    published: Parameter
    predicted: Interval
    text: Callable[[float], str]
    predicted_text: str
    difference: str  # how this course differs from the trial; empty if it does not
    depends_on_course: bool = True


def plausibility_rows(outcome: xr.Dataset) -> Rows:
    """Return published results that this course can be held against.

    Parameters
    ----------
    outcome : Dataset
        What `Course.simulate` returned.

    Returns
    -------
    list of dict
        Headings: target, quantity, published, predicted, verdict, difference to the trial, source,
        flag.
        Targets V8 to V14 of the project's clinical evidence; those of devices that the course does
        not use are left out.
    """
    sessions = session_facts(outcome)
    rows = [*_pearl(outcome, sessions), *_genesis(outcome, sessions), _baseline(outcome)]
    return [
        {
            "target": row.key,
            "quantity": row.quantity,
            "published": _published_text(row.published, row.text),
            "predicted": row.predicted_text,
            "verdict": verdict(row.published, row.predicted)
            + (" (another course)" if row.difference and row.depends_on_course else ""),
            "difference to the trial": row.difference or "none known",
            "source": _source(row.published),
            "flag": row.published.flag,
        }
        for row in rows
    ]


def verdict(published: Parameter, predicted: Interval) -> str:
    """Return how a prediction lies to a published result.

    Parameters
    ----------
    published : Parameter
        Value with its range; a range of no width when no spread was published [SI].
    predicted : Interval
        Median and interval [SI].
    """
    if published.low <= predicted.median <= published.high:
        return "inside the published range"
    if predicted.low <= published.high and published.low <= predicted.high:
        if published.low == published.high:
            return "published value inside the interval"
        return "intervals overlap"
    return "apart"


def published(name: str) -> Parameter:
    """Return one published result [SI]."""
    return parameter("tissue", "published", name)


def _pearl(outcome: xr.Dataset, sessions: tuple[SessionFacts, ...]) -> list[_Row]:
    """Depth and first week of the strongest Pearl session (V8, V9)."""
    pearls = [one for one in sessions if one.device == PEARL]
    if not pearls:
        return []
    strongest = max(pearls, key=lambda one: one.settings.get("radiant_exposure_j_cm2", 0.0))
    index = strongest.number - 1
    trial = published("pearl_damage_exposure")
    given = strongest.settings.get("radiant_exposure_j_cm2", 0.0)
    difference = ""
    if not trial.low <= given * J_per_cm2 * (1 + 1e-9) <= trial.high * (1 + 1e-6):
        difference = (
            f"{given:g} J/cm2 here, {trial.low / J_per_cm2:g} to {trial.high / J_per_cm2:g} there"
        )
    depths = np.asarray(outcome["coagulated_depth"].isel(session=index).to_numpy())
    depth = Interval(float(depths.min()), float(np.median(depths)), float(depths.max()))
    rows = [
        _Row(
            "V8",
            "depth of thermal damage (Pearl)",
            published("pearl_damage_depth"),
            depth,
            length,
            f"{length(depth.median)} ({span(length(depth.low), length(depth.high))})",
            difference,
        )
    ]
    for name, quantity, trial_name in (
        ("epidermis", "epidermis closed (Pearl)", "pearl_reepithelialised"),
        ("dressing", "dressing off (Pearl)", "pearl_dressing_off"),
    ):
        days = days_until_healed(outcome, name, index)
        low, middle, high = (
            float(np.quantile(days, q, method="nearest")) * day for q in (_TAIL, 0.5, 1 - _TAIL)
        )
        rows.append(
            _Row(
                "V9",
                quantity,
                published(trial_name),
                Interval(low, middle, high),
                lambda seconds: f"{seconds / day:.2g} d",
                days_text(days),
                difference,
            )
        )
    return rows


def _genesis(outcome: xr.Dataset, sessions: tuple[SessionFacts, ...]) -> list[_Row]:
    """Scars, redness, pores and fine lines after Laser Genesis (V10, V11, V12, V14)."""
    if not any(one.device == GENESIS for one in sessions):
        return []
    when = judged(outcome)
    rows = [
        _change_row("V10", "severity of acne scars", "genesis_acne_scars", "acne_scars", outcome),
        _change_row("V11", "redness by instrument", "genesis_redness", "redness", outcome),
    ]
    moderate = published("moderate_improvement").value
    better = changes(outcome, "area_fraction", when.day) < -moderate
    rows.append(
        _Row(
            "V12",
            "people with moderately smaller pores or better",
            published("pores_moderate_share"),
            _share_estimate(better),
            people,
            f"{people(float(better.mean()))} with a pore area down by more than {people(moderate)}",
            _difference(sessions, "pores_moderate_share_sessions"),
        )
    )
    kept = _kept(outcome, sessions)
    if kept is not None:
        rows.append(
            _Row(
                "V14",
                "share of the effect on fine lines kept from 2 to 6 months",
                published("wrinkle_effect_kept"),
                kept,
                people,
                f"{people(kept.median)} ({span(people(kept.low), people(kept.high))})",
                _difference(sessions, "wrinkle_effect_kept_sessions"),
            )
        )
    return rows


def _baseline(outcome: xr.Dataset) -> _Row:
    """Pore area before any treatment (V13)."""
    start = outcome["area_fraction"].isel(day=0).to_numpy()
    measured = outcome.attrs.get("pores_measured") == "true"
    return _Row(
        "V13",
        "share of skin covered by visible pores, before treatment",
        published("pore_area_fraction"),
        estimate(start, PROBABILITY),
        share,
        f"{share(float(np.median(start)))} ({'measured here' if measured else 'typical skin'})",
        "patients who complained of their pores there",
        depends_on_course=False,
    )


def _change_row(key: str, quantity: str, trial: str, variable: str, outcome: xr.Dataset) -> _Row:
    result = estimate(changes(outcome, variable, judged(outcome).day), PROBABILITY)
    return _Row(
        key,
        f"{quantity} (Laser Genesis)",
        published(trial),
        result,
        change,
        f"{change(result.median)} ({span(change(result.low), change(result.high))})",
        _difference(session_facts(outcome), f"{trial}_sessions"),
    )


def _difference(sessions: tuple[SessionFacts, ...], trial_sessions: str) -> str:
    """Return how a course differs from a trial that gave only Laser Genesis."""
    there = round(published(trial_sessions).value)
    here = sum(one.device == GENESIS for one in sessions)
    parts = []
    if here != there:
        parts.append(f"{here} session{'s' if here != 1 else ''} here, {there} there")
    if any(one.device == PEARL for one in sessions):
        parts.append("Pearl as well here")
    return "; ".join(parts)


def _kept(outcome: xr.Dataset, sessions: tuple[SessionFacts, ...]) -> Interval | None:
    """Return the effect on fine lines at six months over that at two; nothing if not simulated."""
    last = max(one.day for one in sessions)
    if float(outcome["day"].max()) < last + _SIX_MONTHS - 7.0:
        return None
    early = changes(outcome, "fine_lines", last + _TWO_MONTHS)
    late = changes(outcome, "fine_lines", last + _SIX_MONTHS)
    # a draw without an effect has nothing to keep
    some = np.abs(early) > 1e-9
    return estimate(late[some] / early[some], PROBABILITY) if some.any() else None


def _share_estimate(hits: Floats | np.ndarray) -> Interval:
    """Return a share of draws with its Wilson interval, as for a share of people."""
    n, z = hits.size, 1.645
    p = float(hits.mean())
    centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * float(np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2)))
    return Interval(centre - half, p, centre + half)


def _published_text(entry: Parameter, text: Callable[[float], str]) -> str:
    if entry.low == entry.high:
        return f"{text(entry.value)} (no spread published)"
    return f"{text(entry.value)} ({span(text(entry.low), text(entry.high))})"


def _source(entry: Parameter) -> str:
    note = f". {entry.note}" if entry.note else ""
    return f"{entry.source}{note}"
