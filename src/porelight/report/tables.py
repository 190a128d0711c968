"""Tables for the terminal and the page: rows of text in clinic units, one dictionary a row.

The keys are the headings, the same in every row of a table. All functions are pure.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from porelight.course.outcome import Outcome
from porelight.course.outcome_variables import OutcomeVariable
from porelight.course.statistics import Interval, ShareOfPeople, estimate
from porelight.course.value_text import chance, length, significant
from porelight.laser.devices import devices
from porelight.report.certainty import HOW_KNOWN, PROBABILITY
from porelight.report.facts import SessionFacts, is_ablative, judged, session_facts
from porelight.report.formatting import change, of_ten_span, span, temperature
from porelight.report.healed import days_text, days_until_healed
from porelight.units import um
from porelight.validation.case import CaseResult

Rows: TypeAlias = list[dict[str, str]]

NOTHING = "-"
# of a failed and of a passed comparison
_VERDICTS = {
    "code verification": ("FAILED", "passed"),
    "calculation verification": ("NOT MET", "met"),
    "calibration": ("misses", "fitted"),
    "validation": ("DISAGREES", "agrees"),
}
SURFACE = 5.0 * um  # what lies above is called the surface
_FACTORS = 12  # rows of a table of sensitivities; their file holds all
_PERCENT = f"{100 * PROBABILITY:.0f} %"


def forecast_rows(outcome: Outcome) -> Rows:
    """Return each outcome now and twelve weeks after the last session.

    Parameters
    ----------
    outcome : Outcome
        The outcome of a course.

    Returns
    -------
    list of dict
        Headings: outcome, now, the day, change, the interval of the change, evidence. Outcomes that
        are changes have no value now or then. Risks stand last; their interval is that of the risk.
    """
    when = judged(outcome)
    day = f"day {when.day:g}"
    rows = []
    for one in shown(outcome):
        now, then, changed, bounds = _numbers(outcome, one, when.day)
        rows.append(
            {
                "outcome": one.label,
                "now": now,
                day: then,
                "change": changed,
                f"its {_PERCENT} interval": bounds,
                "evidence": one.evidence.grade,
            }
        )
    return rows


def shown(outcome: Outcome) -> tuple[OutcomeVariable, ...]:
    """Return the outcomes of the rows of `forecast_rows`."""
    return outcome.of_group("pores", "below", "effects", "risk")


def session_rows(outcome: Outcome) -> Rows:
    """Return the settings of each session and what it did, median over members with the span."""
    return [
        {
            "session": str(session.number),
            "day": f"{session.day:g}",
            "device": session.name,
            "settings": _settings(session),
            "pulses": _pulses(outcome, session),
            "surface reading": _members(outcome, "surface_reading", session, temperature),
            "highest felt": _members(outcome, "surface_felt", session, temperature),
            "hottest": _hottest(outcome, session),
            "removed": _depth(outcome, "ablated_depth", session),
            "wound down to": _depth(outcome, "coagulated_depth", session),
            "collagen signal": _stimulus(outcome, session),
        }
        for session in session_facts(outcome)
    ]


def healing_rows(outcome: Outcome) -> Rows:
    """Return how long the surface takes after each session that removed tissue.

    Days are the first simulated day on which 95 % of the area is closed, or free of its dressing.
    """
    sessions = session_facts(outcome)
    rows = []
    for index, session in enumerate(sessions):
        if not is_ablative(outcome, index):
            continue
        row = {"session": f"{session.number} ({session.name}, day {session.day:g})"}
        for sign in outcome.of_group("surface"):
            days = days_until_healed(outcome, sign.name, index)
            row[sign.healed.heading] = days_text(days)
        rows.append(row)
    return rows


def plan_rows(document: Mapping[str, Any]) -> Rows:
    """Return the courses of a plan that keep the limits, and no treatment, best first.

    Parameters
    ----------
    document : mapping
        JSON form of a plan, see `porelight.files.plans.plan_document`.
    """
    rows = []
    for one in document["plans"]:
        benefit = one["change"]
        rows.append(
            {
                "course": str(one["label"]),
                "change": change(float(benefit["median"])),
                f"its {_PERCENT} interval": span(
                    change(float(benefit["low"])), change(float(benefit["high"]))
                ),
                "people better": _of_ten(one, "better"),
                "people hurt": _of_ten(one, "painful"),
                "people darkened": _of_ten(one, "darkening"),
                "better less harmed": f"{100.0 * float(one['net_share']):+.1f} %",
                "days with a dressing": f"{float(one['downtime_days']):.0f}",
                "on the front": "yes" if one["on_front"] else "no",
                "why": str(one["why"]),
            }
        )
    return rows


def _of_ten(candidate: Mapping[str, Any], name: str) -> str:
    """Return a share of people of a plan with what nobody knows leaves open of it."""
    left = candidate[f"{name}_open"]
    return of_ten_span(
        ShareOfPeople(float(candidate[f"{name}_share"]), float(left["low"]), float(left["high"]))
    )


def check_rows(candidate: Mapping[str, Any]) -> Rows:
    """Return every limit that a course of a plan was held against, the worst of each."""
    worst: dict[str, Mapping[str, Any]] = {}
    for check in candidate["checks"]:
        name = str(check["limit"])
        if name not in worst or float(check["chance"]) > float(worst[name]["chance"]):
            worst[name] = check

    def used(check: Mapping[str, Any]) -> float:
        return float(check["chance"]) / float(check["allowed"])

    return [
        {
            "limit": str(check["limit"]),
            "chance": chance(float(check["chance"])),
            "allowed": chance(float(check["allowed"])),
            "used": f"{100 * used(check):.0f} %",
            "simulated": str(check["detail"]),
        }
        for check in sorted(worst.values(), key=used, reverse=True)
    ]


def refusal_rows(document: Mapping[str, Any]) -> Rows:
    """Return what a plan refuses, and why; takes the JSON form of a plan."""
    return [
        {"refused": str(one["setting"]), "because": str(one["reason"])}
        for one in document["refused"]
    ]


def habit_rows(outcomes: Mapping[str, Outcome]) -> Rows:
    """Return what the last day of a what-if brings under each habit."""
    rows = []
    for habit, outcome in outcomes.items():
        last = float(outcome.days[-1])
        row = {"habit": habit}
        for one in outcome.of_group("pores", "below", "effects"):
            if one.years:
                result = outcome.change(one.name, last, PROBABILITY)
                row[one.label] = f"{change(result.median)} ({_changes(result)})"
        rows.append(row)
    return rows


def learned_rows(everyone: Outcome, person: Outcome) -> Rows:
    """Return each outcome's change as for anyone of this description and as for this person."""
    when = judged(everyone)
    rows = []
    for one in everyone.of_group("pores", "below", "effects"):
        before = everyone.change(one.name, when.day, PROBABILITY)
        after = person.change(one.name, when.day, PROBABILITY)
        rows.append(
            {
                f"change by day {when.day:g}": one.label,
                "anyone": change(before.median),
                f"anyone, {_PERCENT} interval": _changes(before),
                "this person": change(after.median),
                f"this person, {_PERCENT} interval": _changes(after),
            }
        )
    return rows


def sensitivity_rows(document: Mapping[str, Any]) -> Rows:
    """Return the factors that matter most; takes the JSON form of a sensitivity.

    Shares are those of the spread (variance) of the outcome's ranks, with the half-widths of their
    95 % intervals: the total-order index, then the first-order one.
    """

    def text(one: Mapping[str, Any], key: str) -> str:
        return f"{round(100.0 * one[key])} +- {round(100.0 * one[f'{key}_error'])} %"

    return [
        {
            "uncertain number": str(one["name"]).replace("_", " "),
            "left if all else were known": text(one, "total_order"),
            "caused by it alone": text(one, "first_order"),
            "how it is known": HOW_KNOWN[str(one["evidence"])],
        }
        for one in document["factors"][:_FACTORS]
    ]


def _noticed(relative: float) -> str:
    return NOTHING if math.isnan(relative) else f"{significant(100.0 * relative, 2)} %"


def verification_rows(results: Sequence[CaseResult]) -> Rows:
    """Return what each benchmark expected and what was found."""
    rows = []
    for result in results:
        unit = "" if result.unit in ("", "1") else f" {result.unit}"
        if result.is_stochastic:
            allowed, z = f"{result.largest_z:g} standard errors", f"{result.z:+.2f}"
            error = significant(result.standard_error, 2)
        else:
            allowed, z, error = significant(result.tolerance, 2), NOTHING, "exact"
        rows.append(
            {
                "case": f"{result.key} {result.title}",
                "quantity": result.quantity,
                "expected": f"{significant(result.expected, 5)}{unit}",
                "found": f"{significant(result.found, 5)}{unit}",
                "standard error": error,
                "z": z,
                "allowed": allowed,
                "would notice": _noticed(result.smallest_seen),
                "verdict": _VERDICTS[result.kind][bool(result.passed)],
                "source": result.source,
            }
        )
    return rows


def _numbers(outcome: Outcome, one: OutcomeVariable, day: float) -> tuple[str, str, str, str]:
    """Return the value now and then, the change, and the interval of the last of these given."""
    if not one.is_history:
        result = outcome.value(one.name, day, PROBABILITY)
        bounds = span(one.text(result.low), one.text(result.high))
        return NOTHING, one.text(result.median), NOTHING, bounds
    result = outcome.change(one.name, day, PROBABILITY)
    if one.is_change:
        return NOTHING, NOTHING, change(result.median), _changes(result)
    first = float(outcome.days[0])
    now, then = (float(np.median(outcome.draws(one.name, when))) for when in (first, day))
    return one.text(now), one.text(then), change(result.median), _changes(result)


def _changes(result: Interval) -> str:
    return span(change(result.low), change(result.high))


def _settings(session: SessionFacts) -> str:
    """Return the settings in one line; only those that apply to the device."""
    given = session.settings
    parts = []
    for key, unit in (
        ("radiant_exposure_j_cm2", "J/cm2"),
        ("spot_mm", "mm"),
        ("pulse_ms", "ms"),
        ("rate_hz", "Hz"),
        ("area_cm2", "cm2"),
    ):
        if key in given:
            parts.append(f"{given[key]:.4g} {unit}")
    if _has_pattern(session):
        passes = given.get("passes", 1.0)
        parts.append(f"{passes:.0f} pass" + ("es" if passes > 1 else ""))
        if "overlap" in given:
            parts.append(f"overlap {100 * given['overlap']:.0f} %")
    if session.technique != "rows":
        parts.append(session.technique)
    if "stop_at_surface_c" in given:
        parts.append(f"stop at {given['stop_at_surface_c']:.1f} degC")
    return ", ".join(parts)


def _has_pattern(session: SessionFacts) -> bool:
    """Return whether a scanner set the pulses of a session, from its passes and overlap."""
    if session.device in devices():
        return not devices()[session.device].sets_pulses
    return session.settings.get("overlap", 0.0) > 0.0


def _of_members(outcome: Outcome, name: str, session: SessionFacts) -> np.ndarray:
    values = outcome[name].isel(session=session.number - 1)
    if "depth" in values.dims:
        values = values.max("depth")
    return np.asarray(values.to_numpy(), dtype=np.float64)


def _members(
    outcome: Outcome, name: str, session: SessionFacts, text: Callable[[float], str]
) -> str:
    """Return the median over members, and between what values they lie."""
    values = _of_members(outcome, name, session)
    low, middle, high = (text(float(v)) for v in (values.min(), np.median(values), values.max()))
    return middle if low == high else f"{middle} ({span(low, high)})"


def _hottest(outcome: Outcome, session: SessionFacts) -> str:
    typical = outcome["peak_temperature"].isel(session=session.number - 1).median("member")
    depth = float(outcome["depth"][int(typical.argmax("depth"))])
    where = "the surface" if depth < SURFACE else length(depth)
    return f"{_members(outcome, 'peak_temperature', session, temperature)} at {where}"


def _depth(outcome: Outcome, name: str, session: SessionFacts) -> str:
    if float(outcome[name].isel(session=session.number - 1).max()) == 0.0:
        return "nothing"
    return _members(outcome, name, session, length)


def _pulses(outcome: Outcome, session: SessionFacts) -> str:
    delivered = float(np.median(_of_members(outcome, "pulses_delivered", session)))
    planned = session.settings.get("pulses", delivered)
    if round(delivered) < round(planned):
        return f"{delivered:.0f} of {planned:.0f}, stopped"
    return f"{delivered:.0f}"


def _stimulus(outcome: Outcome, session: SessionFacts) -> str:
    values = outcome["stimulus"].isel(session=session.number - 1).to_numpy()
    result = estimate(values, PROBABILITY)
    return (
        f"{significant(result.median, 2)} "
        f"({span(significant(result.low, 2), significant(result.high, 2))})"
    )
