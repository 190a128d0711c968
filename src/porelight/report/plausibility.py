"""Predicted beside published: what trials found where they treated as this course does.

V8, V9 and V13 set the absorption at 2790 nm, the healing times and the size of typical pores, so
they agree by construction and are marked; nothing was fitted to the others. They come from few
people, partly from human scoring, and none was repeated independently: agreement is a sign of
plausibility and no proof.

Which result is of which device, and what it is about, stands in
``data/report/published_results.toml`` and, for the change of one outcome, in its declaration.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Protocol

import numpy as np

from porelight.course.outcome import Outcome
from porelight.course.outcome_variables import Group, OutcomeVariable, Trial
from porelight.course.statistics import Interval, estimate
from porelight.course.value_text import length, share
from porelight.data.dataclass_table import from_table
from porelight.data.library import Parameter, document, parameter
from porelight.report.certainty import PROBABILITY
from porelight.report.facts import SessionFacts, device_name, judged, session_facts
from porelight.report.formatting import change, people, span
from porelight.report.healed import days_text, days_until_healed
from porelight.report.tables import Rows
from porelight.units import J_per_cm2, day

_TWO_MONTHS, _SIX_MONTHS = 61.0, 182.0  # d
_TAIL = 0.5 * (1.0 - PROBABILITY)


class Published(Protocol):
    """A published number with its range: an entry of the data files, or a trial."""

    @property
    def value(self) -> float:
        """The number [SI]."""

    @property
    def low(self) -> float:
        """Lower end of its range [SI]."""

    @property
    def high(self) -> float:
        """Upper end of its range; the lower one if no spread was published [SI]."""

    @property
    def source(self) -> str:
        """Where it stands."""

    @property
    def flag(self) -> str:
        """How it is known."""

    @property
    def note(self) -> str:
        """What a reader must know of it."""


@dataclass(frozen=True, slots=True)
class _Result:
    """A published result as ``data/report/published_results.toml`` tells it."""

    target: str
    quantity: str
    outcome: str
    published: str
    device: str = ""
    exposure: str = ""
    difference: str = ""
    calibrated: bool = False


@dataclass(frozen=True, slots=True)
class _Row:
    """One comparison before it becomes text."""

    key: str
    quantity: str
    published: Published
    predicted: Interval
    text: Callable[[float], str]
    predicted_text: str
    difference: str  # how this course differs from the trial; empty if it does not
    depends_on_course: bool = True
    calibrated: bool = False  # on this result, which then checks nothing


def plausibility_rows(outcome: Outcome) -> Rows:
    """Return published results that this course can be held against.

    Parameters
    ----------
    outcome : Outcome
        The outcome of a course.

    Returns
    -------
    list of dict
        Headings: target, quantity, published, predicted, verdict, difference to the trial, source,
        flag.
        Targets V8 to V14 of the project's clinical evidence; those of devices that the course does
        not use are left out.
    """
    sessions = session_facts(outcome)
    rows = [
        *_of_kind("wound", _wound, outcome, sessions),
        *_of_kind("healed", _healed, outcome, sessions),
        *_changes(outcome, sessions),
        *_of_kind("improved", _improved, outcome, sessions),
        *_of_kind("kept", _kept, outcome, sessions),
        *_of_kind("before", _before, outcome, sessions),
    ]
    return [
        {
            "target": row.key,
            "quantity": row.quantity,
            "published": _published_text(row.published, row.text),
            "predicted": row.predicted_text,
            "verdict": verdict(row.published, row.predicted)
            + (" (another course)" if row.difference and row.depends_on_course else "")
            + (" (calibrated on it: no check)" if row.calibrated else ""),
            "difference to the trial": row.difference or "none known",
            "source": _source(row.published),
            "flag": row.published.flag,
        }
        for row in rows
    ]


def verdict(published: Published, predicted: Interval) -> str:
    """Return how a prediction lies to a published result.

    Parameters
    ----------
    published : Published
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


def moderate_improvement() -> float:
    """Return the relative fall that observers call moderate [-]."""
    return published("moderate_improvement").value


def trials_of(
    outcome: Outcome, sessions: tuple[SessionFacts, ...], *groups: Group
) -> tuple[tuple[OutcomeVariable, Trial], ...]:
    """Return the published changes of the devices that a course uses, outcome by outcome."""
    used = {one.device for one in sessions}
    return tuple(
        (about, trial)
        for about in outcome.of_group(*groups)
        for trial in about.trial
        if trial.device in used
    )


@cache
def _results(kind: str) -> tuple[_Result, ...]:
    """Return the published results of one kind.

    Raises
    ------
    DataFileError
        If an entry lacks a text or says what is unknown.
    """
    where = f"published_results.toml, {kind}"
    return tuple(
        from_table(_Result, one, where) for one in document("report", "published_results")[kind]
    )


def _of_kind(
    kind: str,
    compared: Callable[[Outcome, tuple[SessionFacts, ...], _Result], Iterator[_Row]],
    outcome: Outcome,
    sessions: tuple[SessionFacts, ...],
) -> Iterator[_Row]:
    """Hold the course against the results of one kind that are of no device or of one it uses."""
    used = {one.device for one in sessions}
    for result in _results(kind):
        if not result.device or result.device in used:
            yield from compared(outcome, sessions, result)


def _wound(outcome: Outcome, sessions: tuple[SessionFacts, ...], result: _Result) -> Iterator[_Row]:
    """Compare the depth of the strongest session's wound, over the members."""
    strongest = _strongest(sessions, result)
    depths = outcome[result.outcome].isel(session=strongest.number - 1).to_numpy()
    depth = Interval(float(depths.min()), float(np.median(depths)), float(depths.max()))
    yield _Row(
        result.target,
        result.quantity,
        published(result.published),
        depth,
        length,
        f"{length(depth.median)} ({span(length(depth.low), length(depth.high))})",
        _other_exposure(strongest, result),
        calibrated=result.calibrated,
    )


def _healed(
    outcome: Outcome, sessions: tuple[SessionFacts, ...], result: _Result
) -> Iterator[_Row]:
    """Compare the days until a sign on the surface is over, after the strongest session."""
    strongest = _strongest(sessions, result)
    days = days_until_healed(outcome, result.outcome, strongest.number - 1)
    low, middle, high = (
        float(np.quantile(days, q, method="nearest")) * day for q in (_TAIL, 0.5, 1 - _TAIL)
    )
    yield _Row(
        result.target,
        result.quantity,
        published(result.published),
        Interval(low, middle, high),
        lambda seconds: f"{seconds / day:.2g} d",
        days_text(days),
        _other_exposure(strongest, result),
        calibrated=result.calibrated,
    )


def _changes(outcome: Outcome, sessions: tuple[SessionFacts, ...]) -> Iterator[_Row]:
    """Compare the change of each outcome with its trials."""
    when = judged(outcome).day
    trials = trials_of(outcome, sessions, "pores", "below", "effects")
    for about, trial in sorted(trials, key=lambda pair: pair[1].target):
        result = outcome.change(about.name, when, PROBABILITY)
        yield _Row(
            trial.target,
            f"{trial.quantity} ({device_name(trial.device)})",
            trial,
            result,
            change,
            f"{change(result.median)} ({span(change(result.low), change(result.high))})",
            _other_course(sessions, trial.device, trial.sessions),
        )


def _improved(
    outcome: Outcome, sessions: tuple[SessionFacts, ...], result: _Result
) -> Iterator[_Row]:
    """Compare the share of people that improve moderately or more."""
    moderate = moderate_improvement()
    better = outcome.share_below(result.outcome, -moderate, judged(outcome).day, PROBABILITY)
    yield _Row(
        result.target,
        result.quantity,
        published(result.published),
        Interval(min(better.low, better.chance), better.chance, max(better.high, better.chance)),
        people,
        (
            f"{people(better.chance)} ({span(people(better.low), people(better.high))}) with a "
            f"pore area down by more than {people(moderate)}"
        ),
        _other_course(sessions, result.device, _sessions_of(result)),
    )


def _kept(outcome: Outcome, sessions: tuple[SessionFacts, ...], result: _Result) -> Iterator[_Row]:
    """Compare the effect at six months over that at two; nothing if that was not simulated."""
    last = max(one.day for one in sessions)
    end = float(outcome.days.max())
    if end < last + _SIX_MONTHS - 7.0:
        return
    early = outcome.changes(result.outcome, last + _TWO_MONTHS)
    late = outcome.changes(result.outcome, min(last + _SIX_MONTHS, end))
    # a draw without an effect has nothing to keep
    some = np.abs(early) > 1e-9
    if not some.any():
        return
    kept = estimate(late[some] / early[some], PROBABILITY)
    yield _Row(
        result.target,
        result.quantity,
        published(result.published),
        kept,
        people,
        f"{people(kept.median)} ({span(people(kept.low), people(kept.high))})",
        _other_course(sessions, result.device, _sessions_of(result)),
    )


def _before(
    outcome: Outcome, _sessions: tuple[SessionFacts, ...], result: _Result
) -> Iterator[_Row]:
    """Compare an outcome before any treatment."""
    start = outcome.draws(result.outcome, float(outcome.days[0]))
    measured = outcome.attrs.get("pores_measured") == "true"
    # the measurement itself may lie higher: the draws leave out finds that may be no pores
    whose = "median of what the photograph allows" if measured else "typical skin"
    yield _Row(
        result.target,
        result.quantity,
        published(result.published),
        estimate(start, PROBABILITY),
        share,
        f"{share(float(np.median(start)))} ({whose})",
        result.difference,
        depends_on_course=False,
        calibrated=result.calibrated and not measured,
    )


def _strongest(sessions: tuple[SessionFacts, ...], result: _Result) -> SessionFacts:
    """Return the session of the result's device with the largest radiant exposure."""
    return max((one for one in sessions if one.device == result.device), key=_exposure)


def _exposure(session: SessionFacts) -> float:
    return session.settings.get("radiant_exposure_j_cm2", 0.0)


def _other_exposure(session: SessionFacts, result: _Result) -> str:
    """Return how the radiant exposure differs from those for which the result holds."""
    trial, given = published(result.exposure), _exposure(session)
    if trial.low <= given * J_per_cm2 * (1 + 1e-9) <= trial.high * (1 + 1e-6):
        return ""
    return f"{given:g} J/cm2 here, {trial.low / J_per_cm2:g} to {trial.high / J_per_cm2:g} there"


def _other_course(sessions: tuple[SessionFacts, ...], device: str, there: int) -> str:
    """Return how a course differs from a trial that gave so many sessions of one device alone."""
    here = sum(one.device == device for one in sessions)
    parts = []
    if here != there:
        parts.append(f"{here} session{'s' if here != 1 else ''} here, {there} there")
    others = dict.fromkeys(one.name for one in sessions if one.device != device)
    parts.extend(f"{name} as well here" for name in others)
    return "; ".join(parts)


def _sessions_of(result: _Result) -> int:
    return round(published(f"{result.published}_sessions").value)


def _published_text(entry: Published, text: Callable[[float], str]) -> str:
    if entry.low == entry.high:
        return f"{text(entry.value)} (no spread published)"
    return f"{text(entry.value)} ({span(text(entry.low), text(entry.high))})"


def _source(entry: Published) -> str:
    note = f". {entry.note}" if entry.note else ""
    return f"{entry.source}{note}"
