"""Published trials run as courses of their own: what they measured beside what is forecast.

A trial's number is a mean over people, so it is held against the mean over people under each draw
of what nobody knows; the standard deviation of that mean over knowledge is the prediction's error.
The table is ``data/validation/trials.toml``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Literal

import numpy as np

from porelight.course.course import Course
from porelight.course.outcome import Outcome
from porelight.data.dataclass_table import from_table, table_of
from porelight.data.library import Z95, Parameter, document, parameter, parameters_of
from porelight.inference.calibration import calibrate
from porelight.laser.devices import device
from porelight.quantities import Floats
from porelight.tissue.person import Zone
from porelight.tissue.skin import Skin
from porelight.validation.case import CaseResult

_KWON = "Kwon et al., Dermatol. Surg. 44, 405 (2018)"


@dataclass(frozen=True, slots=True)
class PublishedTrial:
    """One trial as ``data/validation/trials.toml`` tells it; times in days."""

    about: str
    published: str
    outcome: str
    asked: Literal["change", "kept"]
    device: str
    zone: Zone
    fitzpatrick: int
    age: float
    differs: str
    interval: float
    day: float
    first_day: float = 0.0

    @property
    def sessions(self) -> int:
        """Sessions that were given."""
        return round(_published(f"{self.published}_sessions").value)


def cases(
    *, n_draws: int = 400, members: int = 8, photons: int = 5000, seed: int = 1
) -> list[CaseResult]:
    """Return every trial beside its forecast, and the trial of fractional CO2 that checks.

    Parameters
    ----------
    n_draws, members, photons, seed : int
        Size and seed of each course's ensemble.
    """
    results = []
    for name, trial in trials().items():
        outcome = _course(trial).simulate(
            draws=n_draws, members=members, photons=photons, seed=seed, last_day=_last_day(trial)
        )
        results.append(_case(trial, _error(name), means_of_people(outcome, _asked(trial, outcome))))
    return [*results, _fractional_co2(seed)]


@cache
def trials() -> Mapping[str, PublishedTrial]:
    """Return the trials by name.

    Raises
    ------
    DataFileError
        If an entry lacks a field or has an unknown one.
    """
    found = {}
    for name, raw in document("validation", "trials").items():
        where = f"data/validation/trials.toml, {name}"
        given = table_of(raw, where)
        given.pop("error", None)
        found[name] = from_table(PublishedTrial, given, where)
    return MappingProxyType(found)


def means_of_people(outcome: Outcome, values: Floats) -> Floats:
    """Return the mean over the people under each draw of what nobody knows, (n_knowledge,)."""
    people = outcome.people
    whole = values[: values.size - values.size % people]
    return np.asarray(whole.reshape(-1, people).mean(axis=1))


def _course(trial: PublishedTrial) -> Course:
    exposure = device(trial.device).exposure()
    sessions = [exposure.on_day(trial.interval * number) for number in range(trial.sessions)]
    return Course(Skin.typical(trial.zone, trial.fitzpatrick, trial.age), sessions)


def _last_day(trial: PublishedTrial) -> float:
    return trial.interval * (trial.sessions - 1) + trial.day + 14.0


def _asked(trial: PublishedTrial, outcome: Outcome) -> Floats:
    """Return what the trial measured, of every draw."""
    last = trial.interval * (trial.sessions - 1)
    late = outcome.changes(trial.outcome, last + trial.day)
    if trial.asked == "change":
        return late
    early = outcome.changes(trial.outcome, last + trial.first_day)
    # of a draw in which nothing happened nothing is kept or lost
    return np.divide(late, early, out=np.full_like(late, np.nan), where=early != 0.0)


def _case(trial: PublishedTrial, error: Parameter, means: Floats) -> CaseResult:
    published = _published(trial.published)
    known = means[np.isfinite(means)]
    return CaseResult(
        key="V",
        title=trial.about,
        quantity=f"{trial.outcome.replace('_', ' ')}, {trial.asked}",
        unit="1",
        expected=published.value,
        found=float(np.median(known)),
        standard_error=float(np.subtract(*np.quantile(known, [0.95, 0.05]))) / (2.0 * Z95),
        tolerance=0.0,
        source=published.source,
        expected_error=error.value,
        kind="validation",
        specimen="living skin",
        experiment=trial.about,
        differs=trial.differs,
    )


def _fractional_co2(seed: int) -> CaseResult:
    """Compare the count of pores after a third session, the dose set by the second."""
    found = calibrate(2000, seed)
    low, middle, high = found.check_lasting
    trial = parameter("tissue", "trials", "kwon_count_after_third")
    of_log = parameter("tissue", "trials", "kwon_deviation").value
    return CaseResult(
        key="V",
        title="count of enlarged pores after fractional CO2, 32 people",
        quantity="change twelve weeks after the third session",
        unit="1",
        expected=trial.value,
        found=float(middle),
        standard_error=float(high - low) / (2.0 * Z95),
        tolerance=0.0,
        source=trial.source,
        expected_error=of_log * (1.0 + trial.value),
        kind="validation",
        specimen="living skin",
        experiment=_KWON,
        differs="another device whose heat is not simulated: its dose is set by the second session",
    )


def _error(name: str) -> Parameter:
    entry = table_of(document("validation", "trials")[name], f"trials.toml, {name}")
    return parameters_of({"error": entry["error"]}, f"data/validation/trials.toml, {name}")["error"]


def _published(name: str) -> Parameter:
    return parameter("tissue", "published", name)
