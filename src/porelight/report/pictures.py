"""Every picture of a page with what it says in words: caption and alternative text."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from porelight.course.outcome import Outcome
from porelight.course.value_text import length, share
from porelight.report.certainty import PROBABILITY, names_of_devices, smallest_detectable_change
from porelight.report.drawing import data_uri
from porelight.report.facts import SessionFacts, is_ablative, judged, session_facts
from porelight.report.formatting import change, span, temperature
from porelight.report.plan_figure import plan_figure
from porelight.report.plausibility import trials_of
from porelight.report.sensitivity_figure import (
    in_words,
    leading_factors,
    outcome_in_words,
    sensitivity_figure,
)
from porelight.report.session_figures import session_figure
from porelight.report.week_figures import (
    collagen_figure,
    effects_figure,
    healing_figure,
    sizes_figure,
    weeks_figure,
)
from porelight.tissue.population import DETECTION_THRESHOLD

_NEAR = 1.1  # diameter over the threshold up to which a pore is near it


@dataclass(frozen=True, slots=True)
class PageImage:
    """A picture inside a page."""

    uri: str
    alt: str
    caption: str


@dataclass(frozen=True, slots=True)
class SessionPicture:
    """What equal sessions do, shown once."""

    heading: str
    picture: PageImage


def session_pictures(outcome: Outcome) -> tuple[SessionPicture, ...]:
    """Return one picture for each different session; equal ones do the same to the same skin."""
    groups: dict[tuple[object, ...], list[SessionFacts]] = {}
    for session in session_facts(outcome):
        key = (session.device, session.technique, *sorted(session.settings.items()))
        groups.setdefault(key, []).append(session)
    return tuple(_session(outcome, alike) for alike in groups.values())


def weeks_picture(outcome: Outcome) -> PageImage:
    """Return the pores over the weeks."""
    when = judged(outcome)
    result = outcome.change("area_fraction", when.day, PROBABILITY)
    caption = (
        "Line: median of all draws, people and what nobody knows; bands: 50 % and 90 % of them. "
        f"Marks at the top: sessions. Dashed: {when.words}. Dotted: from here down a camera can "
        "tell the fall, "
        f"{100 * smallest_detectable_change():.0f} % of the area at the start."
    )
    alt = (
        f"Area, number and diameter of visible pores over {_weeks(outcome)} weeks. {when.words}, "
        f"the area has changed by {change(result.median)} "
        f"({span(change(result.low), change(result.high))})."
    )
    return PageImage(data_uri(weeks_figure(outcome)), alt, caption)


def collagen_picture(outcome: Outcome) -> PageImage:
    """Return collagen and plug over the weeks."""
    when = judged(outcome)
    texts = [
        f"{one.label} {change(outcome.change(one.name, when.day).median)}"
        for one in outcome.of_group("below")
    ]
    caption = (
        "New collagen, laid down under tension, tightens the ring around a pore; an emptier plug "
        "presses less against it. Young collagen is made first and lost again within months; what "
        "matures stays for years."
    )
    alt = f"Collagen and plug over {_weeks(outcome)} weeks. {when.words}: {', '.join(texts)}."
    return PageImage(data_uri(collagen_figure(outcome)), alt, caption)


def healing_pictures(outcome: Outcome) -> tuple[PageImage, ...]:
    """Return the first two weeks after the first session that removed tissue."""
    for index, session in enumerate(session_facts(outcome)):
        if is_ablative(outcome, index):
            caption = (
                f"The surface after session {session.number} ({session.name}): the dressing of "
                "coagulated tissue, the new epidermis below it, and the redness of the treatment."
            )
            alt = (
                f"Dressing, epidermis and redness in the two weeks after session {session.number}."
            )
            return (PageImage(data_uri(healing_figure(outcome, index)), alt, caption),)
    return ()


def effects_picture(outcome: Outcome) -> PageImage:
    """Return the effects beside the pore as intervals."""
    when = judged(outcome)
    parts = []
    for one in outcome.of_group("effects"):
        result = outcome.change(one.name, when.day, PROBABILITY)
        interval = span(change(result.low), change(result.high))
        parts.append(f"{one.label} {change(result.median)} ({interval})")
    caption = f"Dot: median; thick: 50 %; thin: 90 % of all draws, {when.words}."
    caption += _trials(outcome)
    alt = f"Change of effects {when.words}: {'; '.join(parts)}."
    return PageImage(data_uri(effects_figure(outcome)), alt, caption)


def sizes_picture(outcome: Outcome) -> PageImage:
    """Return the sizes of the pores now and as predicted."""
    when = judged(outcome)
    caption = (
        f"How many pores are larger than a diameter: now, and {when.words} (median, 50 % and 90 % "
        "bands). To the right of the vertical line a pore is seen. "
    ) + _at_threshold(outcome)
    result = outcome.change("visible_density", when.day, PROBABILITY)
    alt = (
        f"Pores per square centimetre by diameter, now and {when.words}. The number of visible "
        f"pores changes by {change(result.median)}."
    )
    return PageImage(data_uri(sizes_figure(outcome)), alt, caption)


def _session(outcome: Outcome, alike: list[SessionFacts]) -> SessionPicture:
    first = alike[0]
    one = outcome.dataset.isel(session=first.number - 1)
    peak = float(one["peak_temperature"].max("depth").median("member"))
    reading = float(one["surface_reading"].median("member"))
    facts = {
        "at most": temperature(peak),
        "surface between pulses": temperature(reading),
    }
    if is_ablative(outcome, first.number - 1):
        facts = {
            "at most": temperature(peak),
            "removed": length(float(one["ablated_depth"].median("member"))),
            "wound down to": length(float(one["coagulated_depth"].median("member"))),
        }
    gone = "Above the dashed line the tissue is gone. " if "removed" in facts else ""
    shocked = float(one["heat_shocked"].median("member").max())
    told = ", ".join(f"{name} {text}" for name, text in facts.items())
    numbers = ", ".join(str(session.number) for session in alike)
    days = ", ".join(f"{session.day:g}" for session in alike)
    plural = len(alike) > 1
    return SessionPicture(
        heading=(
            f"{first.name}: session{'s' if plural else ''} {numbers} "
            f"(day{'s' if plural else ''} {days})"
        ),
        picture=PageImage(
            data_uri(session_figure(outcome, first.number - 1)),
            f"Temperature and injury against time and depth: {told}; up to {share(shocked)} of the "
            "cells heat-shocked and alive.",
            "Left: temperature over time and depth in the typical skin, with isotherms in degrees "
            "Celsius. Middle: temperature against depth; right: what it does to the tissue. Lines "
            "are the median of the physical ensemble, bands reach from its lowest to its highest "
            f"member. {gone}{told[0].upper()}{told[1:]}.",
        ),
    )


def _trials(outcome: Outcome) -> str:
    """Return what the diamonds beside the effects are; nothing if there are none."""
    sessions = session_facts(outcome)
    trials = trials_of(outcome, sessions, "effects")
    if not trials:
        return ""
    tried = {trial.device for _, trial in trials}
    names = names_of_devices(tuple(one for one in sessions if one.device in tried))
    (first, one), *others = trials
    counts = f"{one.sessions} sessions for {first.title}"
    for about, other in others:
        counts += f" and {other.sessions} for {about.title}"
    return (
        f" Diamonds: trials of {' and '.join(names)} with its published interval where there is "
        f"one, after {counts}."
    )


def _at_threshold(outcome: Outcome) -> str:
    """Return what a shift of all pores does to the number of visible ones."""
    diameter = outcome["pore_diameter"].to_numpy()
    seen = diameter[diameter >= DETECTION_THRESHOLD]
    near = seen < _NEAR * DETECTION_THRESHOLD
    if seen.size and near.mean() < 0.05:
        return "Few pores are near that line, so their number hardly changes when they shrink."
    return "A small shift of every pore moves many across that line."


def _weeks(outcome: Outcome) -> str:
    return f"{float(outcome['day'].max()) / 7.0:.0f}"


def plan_picture(document: Mapping[str, Any]) -> PageImage:
    """Return what the courses of a plan bring against whom they harm."""
    plans = document["plans"]
    front = [rank for rank, one in enumerate(plans, start=1) if one["on_front"]]
    caption = (
        "Each mark is a course of the plan, the bar behind it the interval of its change; filled "
        "and numbered as in the table: on the front, as no other course is as good in effect, "
        "pain, downtime and darkening and better in one of them. Circles need no dressing, squares "
        "up to four days, diamonds more."
    )
    alt = f"{len(plans)} courses, {len(front)} of them on the front."
    return PageImage(data_uri(plan_figure(document)), alt, caption)


def sensitivity_picture(document: Mapping[str, Any]) -> PageImage:
    """Return which unknown number matters most."""
    factors = leading_factors(document)
    outcome = outcome_in_words(document)
    caption = (
        f"Bars: of the spread of {outcome} on day {document['day']:g}, the share that would be "
        "left if all other numbers were known (total-order sensitivity), with its 95 % interval "
        f"({document['runs']} runs); ticks: what the number does on its own (first order). "
        "Hatched: numbers that are assumed, for want of any measurement; plain: read in a source "
        "or derived from one; dotted: light, heat and injury together."
    )
    leading = ", ".join(
        f"{in_words(one)} {100.0 * one['total_order']:.0f} %" for one in factors[:3]
    )
    alt = f"Shares of the variance of {outcome}: {leading}."
    return PageImage(data_uri(sensitivity_figure(document)), alt, caption)
