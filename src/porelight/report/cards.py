"""The few numbers that a reader takes away from a page."""

from dataclasses import dataclass

from porelight.course.outcome import Outcome
from porelight.course.outcome_variables import OutcomeVariable
from porelight.course.statistics import ShareOfPeople
from porelight.report.certainty import (
    PROBABILITY,
    smallest_detectable_change,
    smallest_detectable_flag,
)
from porelight.report.facts import is_ablative, judged, session_facts
from porelight.report.formatting import capital, change, of_ten, of_ten_span, people, span
from porelight.report.healed import days_text, days_until_healed

_PERCENT = f"{100 * PROBABILITY:.0f} %"


@dataclass(frozen=True, slots=True)
class Card:
    """One number in large, with what it is and how sure it is."""

    what: str
    value: str
    span: str
    warning: str = ""
    people: tuple[str, ...] = ()  # better, same or worse, ten of them; or none
    people_text: str = ""


def cards(outcome: Outcome) -> tuple[Card, ...]:
    """Return the outcomes that have a headline, who would measure it, and the time to heal."""
    return (
        *(
            _change(outcome, one)
            for one in outcome.of_group("pores", "below", "effects")
            if one.headline.title
        ),
        _people(outcome),
        *_healing(outcome),
    )


def of_ten_people(outcome: Outcome) -> tuple[int, int, int]:
    """Return of ten such people how many would measure smaller pores, no difference, or larger."""
    day = judged(outcome).day
    better = round(10 * outcome.responders(day).chance)
    worse = min(round(10 * outcome.worsened(day).chance), 10 - better)
    return better, 10 - better - worse, worse


def _change(outcome: Outcome, one: OutcomeVariable) -> Card:
    result = outcome.change(one.name, judged(outcome).day, PROBABILITY)
    interval = span(change(result.low), change(result.high))
    return Card(
        what=one.headline.title,
        value=change(result.median),
        span=f"{_PERCENT} interval {interval}",
        warning=one.headline.warning if session_facts(outcome) else "",
    )


def _people(outcome: Outcome) -> Card:
    day = judged(outcome).day
    share = outcome.responders(day)
    if outcome.people == 1:
        return Card(
            what="Chance to measure smaller pores",
            value=people(share.chance),
            span=f"larger ones {people(outcome.worsened(day).chance)}",
            warning=_smallest(),
        )
    better, same, worse = of_ten_people(outcome)
    return Card(
        what="Would measure smaller pores",
        value=of_ten(share.chance),
        span=f"{_open(share)}{same} no difference, {worse} larger pores",
        warning=_smallest(),
        people=("better",) * better + ("same",) * same + ("worse",) * worse,
        people_text=(
            f"Of 10 such people {better} measure smaller pores, {same} no difference, "
            f"{worse} larger pores."
        ),
    )


def _open(share: ShareOfPeople) -> str:
    """Return what nobody knows leaves open of a share of people."""
    _, _, interval = of_ten_span(share).partition(" (")
    return f"{interval.removesuffix(')')} by what nobody knows; " if interval else ""


def _smallest() -> str:
    return (
        f"smallest detectable change {people(smallest_detectable_change())}, "
        f"{smallest_detectable_flag()}"
    )


def _healing(outcome: Outcome) -> tuple[Card, ...]:
    """Return when the first wound is closed; nothing if no session makes one."""
    for index, session in enumerate(session_facts(outcome)):
        if is_ablative(outcome, index):
            off = days_text(days_until_healed(outcome, "dressing", index))
            closed = days_text(days_until_healed(outcome, "epidermis", index))
            value, _, interval = off.partition(" (")
            parts = [f"{_PERCENT} interval {interval.removesuffix(')')}"] if interval else []
            return (
                Card(
                    what=f"Dressing off after {session.name}",
                    value=capital(value),
                    span="; ".join([*parts, f"skin closed on {closed}"]),
                ),
            )
    return ()
