"""A forecast: a course simulated to its last day, from the start or from where it was kept."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from porelight.course.course import Course
from porelight.course.laws import OWN_LAWS, Laws
from porelight.course.outcome import Outcome
from porelight.course.settings import USUAL_SETTINGS, EnsembleSettings
from porelight.course.simulation import advance_until, begin
from porelight.course.state import CourseState
from porelight.errors import ParameterError
from porelight.inference.calibration import posterior as shipped_posterior
from porelight.inference.population import LearnedPopulation
from porelight.progress import Progress, unheard
from porelight.quantities import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Forecast:
    """What a course brings, and the state to go on from.

    Attributes
    ----------
    outcome : Outcome
        Outcome from day 0 to the last day.
    state : CourseState or None
        State of the course on the day asked for; None if none was asked for.
    """

    outcome: Outcome
    state: CourseState | None = None

    def __repr__(self) -> str:
        """Return what the outcome says, and where the state stands."""
        kept = "" if self.state is None else f"\nstate kept of day {self.state.day:g}"
        return f"{self.outcome!r}{kept}"


def forecast(  # noqa: PLR0913  each is a choice of the user
    course: Course,
    settings: EnsembleSettings | None = None,
    *,
    last_day: float | None = None,
    posterior: bool = False,
    population: LearnedPopulation | None = None,
    keep_day: float | None = None,
    start: CourseState | None = None,
    laws: Laws = OWN_LAWS,
    progress: Progress = unheard,
) -> Forecast:
    """Simulate a course to its last day.

    Parameters
    ----------
    course : Course
        Skin, sessions and care.
    settings : EnsembleSettings
        Size and seed of the ensemble; the usual ones when left out. A course that goes on keeps
        those of its `start`.
    last_day : float, optional
        Last day of the forecast; half a year after the last session when left out [d].
    posterior : bool
        Whether to draw healing and mechanics from the posterior of one trial of another laser
        (`porelight.inference.calibration`) instead of from the priors.
    population : LearnedPopulation, optional
        What a study of many has taught (`porelight.workflows.learn`), to draw what nobody knows
        from. Members and seed are those that it was learned with, whatever the settings say.
    keep_day : float, optional
        Day of a state from which the course can go on later [d]; none is kept when left out.
    start : CourseState, optional
        State to go on from; the course begins on day 0 when left out.
    laws : Laws
        porelight's own when left out.
    progress : callable
        Called with the share of the work done, 0 to 1.

    Raises
    ------
    ParameterError
        If a day is impossible, or the course does not go on from `start`: with its skin, past,
        laws, settings and draws.

    Notes
    -----
    A run from the start that keeps no state may be interrupted: the members of the physics that are
    finished make the outcome, and its notes say so. A state holds all members or does not come to
    be.
    """
    last = course.observation_days(last_day)[-1]
    if keep_day is not None and keep_day > last:
        raise ParameterError(
            f"keep_day is {keep_day:g}, but the forecast ends on day {last:g}; expected a day of "
            "the forecast."
        )
    chosen = USUAL_SETTINGS if settings is None else settings
    chosen, values = _begun_with(chosen, population, posterior=posterior)
    if start is None and keep_day is None:
        outcome = course.simulate_with(
            chosen, last_day=last, values=values, laws=laws, progress=progress
        )
        return Forecast(outcome)
    if start is None:
        state = begin(course.skin, chosen, values, laws)
    else:
        _require_as_begun(start, settings, given=posterior or population is not None)
        state = start
    kept = None
    if keep_day is not None:
        state = kept = advance_until(state, course, keep_day, laws=laws, progress=progress)
    if kept is None or kept.day < last:
        state = advance_until(state, course, last, laws=laws, progress=progress)
    return Forecast(state.outcome, kept)


def _begun_with(
    settings: EnsembleSettings, population: LearnedPopulation | None, *, posterior: bool
) -> tuple[EnsembleSettings, Mapping[str, Floats] | None]:
    """Return the settings, and the draws of what nobody knows in place of the priors."""
    if population is None:
        return settings, shipped_posterior() if posterior else None
    if posterior:
        raise ParameterError(
            "--posterior and --population are two sources of what nobody knows; choose one."
        )
    settings = population.settings(settings)
    return settings, population.draws(settings)


def _require_as_begun(
    start: CourseState, settings: EnsembleSettings | None, *, given: bool
) -> None:
    """Refuse to go on from a state with other settings or draws than those it began with."""
    if given:
        raise ParameterError(
            f"the state of day {start.day:g} keeps the draws that it began with; a posterior or a "
            "population can only be chosen for a course from day 0."
        )
    kept, asked = asdict(start.settings), asdict(settings or start.settings)
    name = next((name for name in kept if kept[name] != asked[name]), None)
    if name is not None:
        raise ParameterError(
            f"{name} is {asked[name]}, but the state of day {start.day:g} was made with "
            f"{kept[name]}; go on with the same, or simulate the course anew."
        )
