"""A forecast narrowed by what was measured since: which draws resemble the person."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from scipy.special import ndtri

from porelight.course.course import Course
from porelight.course.laws import OWN_LAWS, Laws
from porelight.course.outcome import Interval, Outcome
from porelight.course.settings import EnsembleSettings
from porelight.course.simulation import advance, begin
from porelight.course.treatment import treated
from porelight.data.library import parameter
from porelight.errors import ParameterError
from porelight.inference.population import LearnedPopulation
from porelight.inference.reweighting import Learned, Visit, learned
from porelight.photo.estimate import COVERAGE, Estimate
from porelight.progress import Progress, unheard
from porelight.tissue.population import PorePopulation

MEASURED = "area_fraction"  # what is compared: visible pores over skin
DRAWS = 4000
_USUAL = EnsembleSettings(draws=DRAWS)


@dataclass(frozen=True, slots=True, eq=False)
class FollowUp:
    """A forecast before and after a person's follow-ups.

    Attributes
    ----------
    everyone : Outcome
        The forecast before: all draws count the same.
    person : Outcome
        The forecast after: draws in proportion to how well they resemble the person.
    visits : tuple of Visit
        Measurements at each visit, the baseline first.
    learned : Learned
        Weight of each draw, and how many draws are left to speak.
    """

    everyone: Outcome
    person: Outcome
    visits: tuple[Visit, ...]
    learned: Learned

    @property
    def effective_draws(self) -> float:
        """How many draws are left to speak."""
        return self.learned.effective_draws

    def change(self, name: str = MEASURED, day: float | None = None) -> Interval:
        """Return the relative change of an outcome as it is forecast for this person."""
        return self.person.change(name, day)

    def __repr__(self) -> str:
        """Return the forecast of the measured outcome before and after."""
        n = len(self.visits) - 1
        return (
            f"{n} follow-up{'' if n == 1 else 's'}; {self.effective_draws:.0f} of "
            f"{self.everyone.sizes['draw']} draws resemble this person\n"
            f"before: {self.everyone.change(MEASURED)}\nafter:  {self.change()}"
        )


def visit(
    day: float, pores: PorePopulation, area_fraction: Estimate, coverage: float = COVERAGE
) -> Visit:
    """Return the visit of one day from a measured photograph.

    Parameters
    ----------
    day : float
        Days since the course began; 0 is the baseline [d].
    pores : PorePopulation
        The pores measured; what is compared is the area of those above the threshold of visibility.
    area_fraction : Estimate
        The area of all pores with its interval [-].
    coverage : float
        Probability of that interval [-].

    Raises
    ------
    ParameterError
        If no visible pore was measured, so that nothing can be learned from its area.

    Notes
    -----
    The standard deviation joins that of the measurement, from its interval, and that of taking the
    photograph again (`smallest_detectable_area_change` over 1.96 times root 2).
    """
    value = pores.area_fraction()
    if value <= 0.0 or area_fraction.value <= 0.0:
        raise ParameterError(
            f"day {day:g}: no pore above the threshold of visibility was measured, so nothing can "
            "be learned from its area; take a sharper photograph, or one of more skin."
        )
    width = 2.0 * float(ndtri(0.5 + 0.5 * coverage))
    of_photograph = (area_fraction.high - area_fraction.low) / (width * area_fraction.value)
    smallest = parameter("tissue", "limits", "smallest_detectable_area_change").value
    of_retake = smallest / (1.96 * math.sqrt(2.0))
    return Visit(day, value, math.hypot(of_photograph, of_retake))


def follow_up(
    course: Course,
    visits: Sequence[Visit],
    settings: EnsembleSettings = _USUAL,
    *,
    last_day: float | None = None,
    population: LearnedPopulation | None = None,
    laws: Laws = OWN_LAWS,
    progress: Progress = unheard,
) -> FollowUp:
    """Narrow a person's forecast by pores measured at a baseline and at follow-ups.

    Parameters
    ----------
    course : Course
        The person's skin, with the pores of the baseline, sessions and care.
    visits : sequence of Visit
        The baseline on day 0 first, then follow-ups in order; see `visit`.
    settings : EnsembleSettings
        Size and seed of the ensemble; many draws are needed for a person unlike most. Every draw
        is another person under other knowledge, whatever `people` says: it is one person that is
        looked for.
    last_day : float, optional
        Last day of the forecast; half a year after the last session when left out [d].
    population : LearnedPopulation, optional
        What a study of many has taught (`porelight.workflows.learn`), to begin from; this person
        should not have been one of them, or counts twice.
    laws : Laws
        porelight's own when left out.
    progress : callable
        Called with the share of the work done, 0 to 1.

    Raises
    ------
    ParameterError
        If there is no baseline or no follow-up.
    ConvergenceError
        If hardly any draw resembles the person.
    """
    settings = replace(settings, people=1)
    values = None
    if population is not None:
        settings = population.settings(settings)
        values = population.draws(settings)
    days = sorted({*course.observation_days(last_day), *(one.day for one in visits)})
    results = treated(course.skin, course.sessions, settings, laws=laws, progress=progress)
    start = begin(course.skin, settings, values, laws)
    everyone = advance(start, course, days[1:], results=results, laws=laws).outcome
    known = learned(everyone, MEASURED, visits)
    when = ", ".join(f"{one.day:g}" for one in visits[1:])
    person = known.resampled(
        everyone,
        settings.seed,
        f"Learned from the photographs of day {when}: {known.effective_draws:.0f} of "
        f"{settings.draws} draws resemble this person and speak here.",
    )
    return FollowUp(everyone, person, tuple(visits), known)
