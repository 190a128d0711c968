"""Learning across people: subjects that were followed up, to draws that narrow any forecast."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import TypeAlias

import numpy as np
from scipy.special import ndtri

from porelight.course.course import Course
from porelight.course.draws import PHYSICS_KNOWLEDGE
from porelight.course.outcome import Interval
from porelight.course.settings import EnsembleSettings
from porelight.course.simulation import advance, begin
from porelight.course.treatment import treated
from porelight.data.priors import typical_draws, uncertain
from porelight.errors import ParameterError
from porelight.inference.across_people import (
    LEAST_LOG,
    FollowedSubject,
    LearnedAcross,
    StudyWorlds,
    study_worlds,
)
from porelight.inference.calibration import BIOLOGY_OF_PORES
from porelight.inference.population import LearnedPopulation
from porelight.inference.reweighting import Visit, weighted_quantile
from porelight.laser.exposure import Exposure
from porelight.progress import Progress, unheard
from porelight.quantities import Floats
from porelight.session.result import SessionResult
from porelight.tissue.own_optics import OwnOptics
from porelight.workflows.follow_up import MEASURED

KNOWLEDGE_DRAWS = 4000
KEPT_DRAWS = 1000  # of the posterior, that count the same
_PHYSICS = 0.5  # share of the progress that photons take
_PEOPLE = 2  # under each draw of knowledge: `study_worlds` tells luck by them
_TAILS = np.array([0.05, 0.5, 0.95])
USUAL_WORLDS = EnsembleSettings(draws=_PEOPLE * KNOWLEDGE_DRAWS, people=_PEOPLE)


SkinKey: TypeAlias = tuple[str, int, OwnOptics | None]
"""Zone, type and own optics: what subjects share whose photons are followed once."""


@dataclass(frozen=True, slots=True)
class FollowedPerson:
    """A subject of a study: whose skin, what was done, what was measured.

    Attributes
    ----------
    name : str
        Its own in the study.
    course : Course
        Skin with the pores of the baseline, sessions and care.
    visits : tuple of Visit
        The baseline on day 0, then follow-ups in order.
    """

    name: str
    course: Course
    visits: tuple[Visit, ...]

    @property
    def key(self) -> SkinKey:
        """What it shares with others whose photons are followed once."""
        skin = self.course.skin
        return skin.zone, skin.fitzpatrick, skin.optics

    @property
    def subject(self) -> FollowedSubject:
        """The same as learning sees it: the names of its devices are its treatment."""
        names = sorted({one.exposure.device for one in self.course.sessions})
        return FollowedSubject(self.name, " and ".join(names) or "no laser", self.visits)


@dataclass(frozen=True, slots=True)
class NarrowedUnknown:
    """What a study has taught of one number that nobody knows.

    Attributes
    ----------
    name : str
        Library name.
    before, after : ndarray of float64, shape (3,)
        5, 50 and 95 % of the person in the middle, by the priors and by the study [SI].
    narrower : float
        By how much its spread became smaller, in the normal score of its prior [-].
    shift : float
        By how many standard deviations of its prior its mean moved [-].
    """

    name: str
    before: Floats
    after: Floats
    narrower: float
    shift: float


@dataclass(frozen=True, slots=True)
class NarrowedForecast:
    """What a study has taught of the next person who is treated as some of its subjects were.

    Attributes
    ----------
    treatment : str
        Names of the devices.
    subjects : int
        Subjects with it.
    before, after : Interval
        Relative change of the area of visible pores at their last visits [-].
    """

    treatment: str
    subjects: int
    before: Interval
    after: Interval

    @property
    def narrower(self) -> float:
        """By how much the interval became narrower [-]."""
        return 1.0 - (self.after.high - self.after.low) / (self.before.high - self.before.low)


@dataclass(frozen=True, slots=True, eq=False)
class LearnedStudy:
    """A study, and what it has taught.

    Attributes
    ----------
    worlds : StudyWorlds
        The study as it comes out in many worlds.
    known : LearnedAcross
        Weights of the draws of knowledge.
    knowledge : mapping of str to ndarray of float64, each (n_knowledge,)
        Draws of the priors, of the person in the middle [SI].
    predicted : mapping of str to ndarray of float64, each (2 n_knowledge, n_follow_up)
        True change of the logarithm of each subject.
    settings : EnsembleSettings
        Size and seed of the worlds.
    population : LearnedPopulation
        What is kept for forecasts.
    left_out : mapping of str to str
        Why, of each subject that was not learned from.
    """

    worlds: StudyWorlds
    known: LearnedAcross
    knowledge: Mapping[str, Floats]
    predicted: Mapping[str, Floats] = field(repr=False)
    settings: EnsembleSettings
    population: LearnedPopulation
    left_out: Mapping[str, str]

    def unknowns(self) -> tuple[NarrowedUnknown, ...]:
        """Return what was learned of each number, the most narrowed first."""
        from scipy.stats import rankdata  # noqa: PLC0415  a third of a second of every start

        weights = self.known.weights
        even = np.full(weights.size, 1.0 / weights.size)
        found = []
        for name, values in self.knowledge.items():
            if name == PHYSICS_KNOWLEDGE or np.ptp(values) == 0.0:
                continue
            score = ndtri((rankdata(values) - 0.5) / values.size)
            mean = float(weights @ score)
            spread = float(np.sqrt(weights @ (score - mean) ** 2))
            found.append(
                NarrowedUnknown(
                    name,
                    weighted_quantile(values, even, _TAILS),
                    weighted_quantile(values, weights, _TAILS),
                    1.0 - spread,
                    mean,
                )
            )
        return tuple(sorted(found, key=lambda one: (-max(one.narrower, abs(one.shift)), one.name)))

    def forecasts(self) -> tuple[NarrowedForecast, ...]:
        """Return the forecast of a new person for each treatment, before and after."""
        found = []
        by_treatment = sorted(self.worlds.subjects, key=lambda one: one.treatment)
        for treatment, group in groupby(by_treatment, key=lambda one: one.treatment):
            columns = [self.predicted[one.name][:, -1] for one in group]
            changes = np.expm1(np.concatenate(columns))
            each = np.full(changes.size // len(columns), 1.0), self.known.of_worlds
            before, after = (
                Interval(
                    *_quantiles(changes, np.tile(one, len(columns))), 0.9, "pore area", "change"
                )
                for one in each
            )
            found.append(NarrowedForecast(treatment, len(columns), before, after))
        return tuple(found)


def learn(
    people: Sequence[FollowedPerson],
    settings: EnsembleSettings = USUAL_WORLDS,
    *,
    left_out: Mapping[str, str] | None = None,
    progress: Progress = unheard,
) -> LearnedStudy:
    """Learn what nobody knows from many people's follow-ups.

    Parameters
    ----------
    people : sequence of FollowedPerson
        The subjects, in any order. Without one the priors stay as they are.
    settings : EnsembleSettings
        Size and seed of the worlds: two people under each draw of knowledge.
    left_out : mapping of str to str, optional
        Subjects that are not among `people`, and why.
    progress : callable
        Called with the share of the work done, 0 to 1.

    Raises
    ------
    ParameterError
        If two subjects share a name, people are not two, or draws are too few.
    ConvergenceError
        If no world explains the study, or its weights cannot be trusted.

    Notes
    -----
    Photons are followed for each skin type and zone on the skin of the subject in the middle of
    the ages, and not for each subject, as in a virtual trial (decision 40); a person whose own
    optics were measured has photons of their own.
    """
    if settings.people != _PEOPLE:
        raise ParameterError(
            f"people is {settings.people}; expected {_PEOPLE} under each draw of knowledge."
        )
    n = settings.knowledge_draws
    ordered = sorted(people, key=lambda one: one.name)
    subjects = [one.subject for one in ordered]
    knowledge = typical_draws(uncertain(BIOLOGY_OF_PORES), n, settings.seed)
    results = treated_by_type(ordered, settings, progress)
    predicted: dict[str, Floats] = {}
    for i, one in enumerate(ordered):
        of_sessions = [results[one.key][session.exposure] for session in one.course.sessions]
        # people of their own for each subject, under the knowledge that all share
        own = replace(settings, seed=settings.seed + 1 + i)
        predicted[one.name] = true_changes_of(one, own, knowledge, of_sessions)
        progress(_PHYSICS + (1.0 - _PHYSICS) * (i + 1) / len(ordered))
    worlds = study_worlds(subjects, predicted, n, settings.seed)
    known = worlds.learned()
    chosen = known.chosen(KEPT_DRAWS, settings.seed)
    knowledge[PHYSICS_KNOWLEDGE] = (np.arange(n) % (settings.members // 2 + 1)).astype(np.float64)
    population = LearnedPopulation(
        {name: values[chosen] for name, values in knowledge.items()},
        settings.members,
        settings.seed,
        len(ordered),
    )
    return LearnedStudy(
        worlds, known, knowledge, predicted, settings, population, dict(left_out or {})
    )


def treated_by_type(
    people: Sequence[FollowedPerson], settings: EnsembleSettings, progress: Progress
) -> dict[SkinKey, dict[Exposure, Sequence[SessionResult]]]:
    """Return what each exposure does to every member, for each key of skin."""
    groups: dict[SkinKey, list[FollowedPerson]] = {}
    for one in people:
        groups.setdefault(one.key, []).append(one)
    found: dict[SkinKey, dict[Exposure, Sequence[SessionResult]]] = {}
    for done, (key, group) in enumerate(groups.items()):
        by_age = sorted(group, key=lambda one: (one.course.skin.age, one.name))
        skin = by_age[len(group) // 2].course.skin
        # sessions of the same exposure are simulated once
        sessions = [session for one in group for session in one.course.sessions]

        def part(share: float, done: int = done) -> None:
            progress(_PHYSICS * (done + share) / len(groups))

        each = treated(skin, sessions, settings, progress=part)
        found[key] = {
            session.exposure: results for session, results in zip(sessions, each, strict=True)
        }
    return found


def true_changes_of(
    one: FollowedPerson,
    settings: EnsembleSettings,
    knowledge: Mapping[str, Floats],
    results: Sequence[Sequence[SessionResult]],
) -> Floats:
    """Return the change of the logarithm in each world, (2 n_knowledge, n_follow_up)."""
    days = [visit.day for visit in one.visits[1:]]
    state = advance(
        begin(one.course.skin, settings, knowledge),
        one.course,
        days,
        results=results,
    )
    least = np.expm1(LEAST_LOG)
    changes = [np.maximum(state.outcome.changes(MEASURED, day), least) for day in days]
    return np.asarray(np.log1p(changes).T)


def _quantiles(values: Floats, weights: Floats) -> tuple[float, float, float]:
    low, median, high = weighted_quantile(values, weights / weights.sum(), _TAILS)
    return float(low), float(median), float(high)
