"""The one road to a simulation: a skin begins on day 0 and is advanced to the days asked.

    state = begin(skin, EnsembleSettings(draws=500))
    state = advance(state, Course(skin, [first, second]), [28.0, 84.0])
    later = advance(state, Course(skin, [first, second, third]), [238.0])

Each step treats the sessions that are new, turns what they did into doses, and follows the weeks.
What has been simulated is never simulated again, and a course in parts equals the course in one
where the same days are observed (each observed day is also a step of the pore's mechanics, which
moves a change of 10 % by less than 0.01 %). A session acts if it lies before the last day asked;
others wait. Whatever simulates (a forecast, a kept course that goes on, learning, sensitivities,
habits, plans) comes this way.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from porelight.course.attendance import MISSED, doses_of_those_who_came, sessions_kept
from porelight.course.draws import (
    BIOLOGY,
    PHYSICS_KNOWLEDGE,
    biology_draws,
    measured_pores,
    member_of,
)
from porelight.course.healing_weeks import session_doses
from porelight.course.laws import OWN_LAWS, Laws
from porelight.course.outcome import Outcome
from porelight.course.outcome_dataset import outcome_dataset
from porelight.course.provenance import (
    Road,
    attributes,
    biology_digest,
    session_variables,
    skin_variables,
)
from porelight.course.settings import EnsembleSettings
from porelight.course.simulation_checks import (
    left_out,
    require_biology,
    require_relative,
    require_whole,
)
from porelight.course.state import CourseState, SessionDoses, continued_care
from porelight.course.treatment import treated
from porelight.course.vocabulary import SKIN
from porelight.errors import ParameterError
from porelight.progress import Progress
from porelight.quantities import Floats
from porelight.session.result import DEPTH, SessionResult
from porelight.tissue.skin import Skin

if TYPE_CHECKING:
    from porelight.course.course import Course

Results: TypeAlias = Sequence[Sequence[SessionResult]]
"""What sessions did: for each session, one result per member of the physics."""

OTHER_VALUES = (
    "Healing and mechanics were not drawn from the priors of the data files but from draws given, "
    "such as the posterior that ships with porelight (docs/theory/uncertainty.md)."
)
LEARNED_VALUES = (
    "What nobody knows of healing and mechanics was narrowed by a study of many people's "
    "follow-ups ('porelight learn'), and the physics is that of the same study."
)
OWN_OPTICS = (
    "The optics are this person's own, from {source}, with what it leaves open, in place of how "
    "people of the type differ."
)
THERMOREGULATED = (
    "Perfusion rose with the warmth of the skin (docs/theory/heat.md); it is constant otherwise."
)


def begin(
    skin: Skin,
    settings: EnsembleSettings,
    values: Mapping[str, Floats] | None = None,
    laws: Laws = OWN_LAWS,
    *,
    members_drawn: int | None = None,
) -> CourseState:
    """Return a skin on day 0, to which nothing has happened.

    Parameters
    ----------
    skin : Skin
        The skin; its pores are where the prediction starts, with what a photograph leaves open of
        them.
    settings : EnsembleSettings
        Size and seed of the ensemble, and its perfusion.
    values : mapping of str to ndarray of float64, optional
        Draws of what nobody knows of the biology, as it is in the person in the middle, that
        replace those from the priors, by library name; repeated to the number needed. People
        differ about them as the data files say, but for `settings.people` of 1: there each draw is
        a person as given. For example `porelight.inference.calibration.posterior()`.
        `PHYSICS_KNOWLEDGE` among them ties each to a draw of knowledge of the physics.
    laws : Laws
        porelight's own when left out.
    members_drawn : int, optional
        Members of the physics that were drawn, of which an interrupted run has the first; those of
        the settings when left out. The outcome tells it, so that the run can be repeated.

    Raises
    ------
    ParameterError
        If there is no number of the biology of such a name.
    """
    n = settings.draws
    require_biology(values or {}, (*BIOLOGY, "trials"))
    biology = biology_draws(settings, measured_pores(skin, settings) | dict(values or {}))
    doses = SessionDoses(*(np.empty((0, n)) for _ in fields(SessionDoses)))
    day = np.zeros(1)
    weeks, memory = laws.healing(skin, biology, (), laws.effects).weeks(np.empty(0), doses, day)
    notes = () if values is None else (OTHER_VALUES,)
    if values is not None and PHYSICS_KNOWLEDGE in values:
        notes = (LEARNED_VALUES,)
    if skin.optics is not None:
        notes = (*notes, OWN_OPTICS.format(source=skin.optics.source))
    if settings.perfusion != "constant":
        notes = (*notes, THERMOREGULATED)
    if settings.attendance < 1.0:
        notes = (*notes, MISSED.format(share=settings.attendance))
    outcome = outcome_dataset(
        {**weeks, **session_variables(()), **skin_variables(skin, ())},
        {"day": day, "depth": DEPTH, "session": np.empty(0)},
        attributes(
            skin,
            (),
            (),
            settings,
            members=0,
            notes=notes,
            laws=laws.foreign,
            road=Road(biology_digest(values), members_drawn or settings.members),
        ),
        [one.variable for one in laws.outcomes],
    )
    return CourseState(
        day=0.0,
        settings=settings,
        skin=SKIN.identity(skin),
        laws=laws.foreign,
        values=biology,
        sessions=(),
        doses=doses,
        care=(),
        memory=memory,
        outcome=Outcome(outcome),
    )


def advance(  # noqa: PLR0913  each is a choice of the caller
    state: CourseState,
    course: "Course",
    days: Sequence[float],
    *,
    results: Results | None = None,
    member: NDArray[np.int64] | None = None,
    laws: Laws = OWN_LAWS,
    notes: Sequence[str] = (),
    progress: Progress | None = None,
) -> CourseState:
    """Return the state of a course after more days.

    Parameters
    ----------
    state : CourseState
        State of the course, from `begin` or from an earlier call.
    course : Course
        Its sessions, of which those that the state holds are passed over and those on or after
        the last day wait, and its care.
    days : sequence of float
        Days to observe, after the state's; the last one is where the new state stands [d].
    results : sequence of sequence of SessionResult, optional
        Results of each session that the state does not hold, waiting or not, one per member, if
        they are known already; they are simulated when left out.
    member : ndarray of int, shape (n_draw,), optional
        Member of the physics for each draw; `member_of` when left out.
    laws : Laws
        Those that the state began with.
    notes : sequence of str
        Notes for the reader of the outcome.
    progress : callable, optional
        Called with the share of the members done.

    Raises
    ------
    ParameterError
        If the skin or a law is another one, the past is changed, days do not increase from the
        state's day, or results do not fit the sessions or are not of all members.
    KeyboardInterrupt
        If interrupted: a state holds all of its members or does not come to be.
    """
    state.require(course.skin, laws.foreign)
    coming = np.asarray(days, dtype=np.float64)
    past = state.outcome.dataset
    observed = np.concatenate([past["day"].to_numpy(), coming])
    if coming.size == 0 or not (np.diff(observed) > 0.0).all():
        raise ParameterError(
            f"days must increase and begin after day {state.day:g}, where the course stands."
        )
    identity = partial(laws.identity, course.skin)
    known = state.new_sessions(course.sessions, identity)
    new = tuple(one for one in known if one.day < coming[-1])
    if results is None:
        results = treated(course.skin, new, state.settings, laws=laws, progress=progress)
    else:
        require_whole(results, known, state.settings.members)
        pairs = zip(known, results, strict=True)
        results = tuple(members for one, members in pairs if one.day < coming[-1])
    order = np.argsort([one.day for one in (*state.sessions, *new)], kind="stable")
    sessions = tuple((*state.sessions, *new)[i] for i in order)
    pair = state.values.get(PHYSICS_KNOWLEDGE)
    whose = member_of(state.settings, pair) if member is None else member
    first_day = min((one.day for one in sessions), default=0.0)
    kept = sessions_kept(state.settings, [one.day for one in new], first_day)
    given = doses_of_those_who_came(session_doses(course.skin, results, whose), kept)
    doses = state.doses.then(given, order)
    care = continued_care(state.care, course.care, state.day)
    healing = laws.healing(course.skin, state.values, care, laws.effects)
    weeks, memory = healing.weeks(
        np.array([one.day for one in sessions], dtype=np.float64), doses, observed, state.memory
    )
    histories = _histories_of_both(past, weeks)
    require_relative(histories, laws)
    outcome = outcome_dataset(
        {
            **_sessions_of_both(state, session_variables(results), order),
            **skin_variables(course.skin, results),
            **_resting(past),
            **histories,
        },
        {
            "day": observed,
            "depth": DEPTH,
            "session": np.arange(1, order.size + 1, dtype=np.float64),
        },
        attributes(
            course.skin,
            sessions,
            care,
            state.settings,
            members=state.settings.members if sessions else 0,
            notes=(
                *json.loads(past.attrs["notes"]),
                *left_out(state, course.sessions, identity),
                *notes,
            ),
            laws=laws.foreign,
            road=Road.of_text(past.attrs["road"]).then(float(coming[-1]), care, len(new), order),
        ),
        [one.variable for one in laws.outcomes],
    )
    return replace(
        state,
        day=float(coming[-1]),
        sessions=sessions,
        doses=doses,
        care=care,
        memory=memory,
        outcome=Outcome(outcome),
    )


def advance_until(
    state: CourseState,
    course: "Course",
    last_day: float,
    *,
    laws: Laws = OWN_LAWS,
    progress: Progress | None = None,
) -> CourseState:
    """Return the state of a course on a day, observed on the usual days on the way there.

    Parameters
    ----------
    state, course, laws, progress
        See `advance`.
    last_day : float
        Day of the new state [d].

    Raises
    ------
    ParameterError
        As `advance`, and if the day is not after the state's.
    """
    if not last_day > state.day:
        raise ParameterError(
            f"the course stands at day {state.day:g}; expected a later day than {last_day:g}."
        )
    days = [day for day in course.observation_days(last_day) if day > state.day]
    return advance(state, course, days, laws=laws, progress=progress)


def _histories_of_both(past: xr.Dataset, weeks: Mapping[str, Floats]) -> dict[str, Floats]:
    """Join what was observed with what follows, which begins on the last day of the past."""
    out = dict(weeks)
    for name, array in weeks.items():
        if past[name].dims == ("draw", "day"):
            out[name] = np.concatenate([past[name].to_numpy()[:, :-1], array], axis=1)
    return out


def _sessions_of_both(
    state: CourseState, later: Mapping[str, Floats], order: NDArray[np.intp]
) -> dict[str, Floats]:
    """Join what earlier and later sessions did, in the order of their days."""
    if not state.sessions:
        return {name: array[order] for name, array in later.items()}
    past = {name: state.outcome.dataset[name].to_numpy() for name in later}
    if order.size == len(state.sessions):
        return past
    return {name: np.concatenate([past[name], array])[order] for name, array in later.items()}


def _resting(past: xr.Dataset) -> dict[str, Floats]:
    name = "resting_temperature"
    return {name: past[name].to_numpy()} if name in past else {}
