"""The answer in sentences, with intervals: what a doctor reads first."""

from collections import Counter

import numpy as np

from porelight.course.outcome import Outcome
from porelight.course.visible_change import unchanged_responders
from porelight.report.certainty import (
    PROBABILITY,
    missing_number,
    smallest_detectable_change,
    smallest_detectable_source,
)
from porelight.report.facts import (
    Judged,
    SessionFacts,
    care_facts,
    device_name,
    judged,
    session_facts,
    skin_facts,
)
from porelight.report.formatting import capital, change, of_ten, of_ten_span, people, span

# a change below this is rounding, not biology
_ROUNDING = 1e-9
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def headline(outcome: Outcome) -> str:
    """Return the question that the report answers: which treatment of which skin."""
    sessions = session_facts(outcome)
    return f"{treatment(sessions)} on the {skin_facts(outcome).zone}"


def treatment(sessions: tuple[SessionFacts, ...]) -> str:
    """Return the sessions in words, devices in the order of their first use.

    Examples
    --------
    >>> treatment(())
    'No treatment'
    """
    if not sessions:
        return "No treatment"
    counts = Counter(session.device for session in sessions)
    (first, n), *others = counts.items()
    text = f"{_count(n)} session{'' if n == 1 else 's'} of {device_name(first)}"
    for device, more in others:
        text += f" and {_count(more)} of {device_name(device)}"
    return capital(text)


def answer(outcome: Outcome) -> tuple[str, ...]:
    """Return the answer as a few sentences.

    Parameters
    ----------
    outcome : Outcome
        The outcome of a course.

    Returns
    -------
    tuple of str
        What changes with its interval; who would measure it; what is not known.
    """
    sessions = session_facts(outcome)
    when = judged(outcome)
    if is_unchanged(outcome):
        return (_nothing(sessions, care_facts(outcome)),)
    smallest = smallest_detectable_change()
    result = outcome.change("area_fraction", when.day, PROBABILITY)
    pore = outcome.change("diameter_ratio", when.day, PROBABILITY)
    sentences = [
        (
            f"{_when(when)} the area of visible pores is predicted to change by "
            f"{change(result.median)} ({100 * PROBABILITY:.0f} % interval "
            f"{span(change(result.low), change(result.high))}), and the diameter of a pore by "
            f"{change(pore.median)} ({span(change(pore.low), change(pore.high))})."
        ),
        (
            f"{_who(outcome, when.day)} a change above the smallest detectable one: a camera tells "
            f"a fall of the pore area from none only if it is larger than {people(smallest)} "
            f"({smallest_detectable_source()})."
        ),
        _probability(outcome, when.day, smallest),
    ]
    missing = missing_number(sessions)
    if missing:
        sentences.append(missing)
    return tuple(sentences)


def is_unchanged(outcome: Outcome) -> bool:
    """Return whether every pore keeps its size in every draw, to rounding."""
    start = outcome["diameter_ratio"].isel(day=0)
    return bool(np.abs(outcome["diameter_ratio"] - start).max() < _ROUNDING)


def _nothing(sessions: tuple[SessionFacts, ...], care: tuple[str, ...]) -> str:
    if sessions:
        return (
            "Nothing changes: the sessions deliver too little to heat the skin, so every pore "
            "stays as it is."
        )
    if care:
        return "There is no session, and the care leaves the pores as they are: nothing changes."
    return (
        "Nothing changes: there is no session and no change of care, and without a dose every "
        "outcome stays at its start."
    )


def _when(when: Judged) -> str:
    ended = "" if when.is_follow_up else " (the simulation ends there)"
    return f"{capital(when.words)}{ended}"


def _who(outcome: Outcome, day: float) -> str:
    """Return who would measure smaller pores, up to what; people only where people were drawn."""
    better = outcome.responders(day)
    if outcome.people == 1:
        return f"The chance is {people(better.chance)} that this person would measure"
    return (
        f"{capital(of_ten_span(better))} such people would measure smaller pores, "
        f"{of_ten_span(outcome.worsened(day))} larger ones, and {of_ten(unchanged_responders())} "
        "would without any change, by the noise of photographs; in brackets what nobody knows "
        "leaves open. Counted is"
    )


def _probability(outcome: Outcome, day: float, smallest: float) -> str:
    """Return how probable it is that the pores of the person in the middle shrink visibly."""
    found = outcome.probability_below("area_fraction", -smallest, day, PROBABILITY)
    if outcome.people == 1:
        whose = "this person's pores shrink"
    else:
        whose = "the pores of the person in the middle of all such people shrink"
    return (
        f"The probability that {whose} by that much is {people(found.median)} "
        f"({span(people(found.low), people(found.high))} with this number of draws)."
    )


def _count(number: int) -> str:
    return _NUMBERS[number] if number < len(_NUMBERS) else str(number)
