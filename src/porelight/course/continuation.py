"""A course that goes on: simulated to a day, kept, and resumed when more is known.

    state = begin(skin, EnsembleSettings(draws=500))
    state = simulated_until(Course(skin, [first, second]), 84.0, state)
    later = simulated_until(Course(skin, [first, second, third]), 238.0, state)

equals the course simulated in one run, draw by draw. What has been simulated is never simulated
again; sessions and care from the state's day on may be added or changed.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from porelight.course.course import (
    BIOLOGY,
    Course,
    Progress,
    course_attributes,
    session_document,
    session_variables,
    skin_variables,
)
from porelight.course.healing_weeks import FollowUp, session_doses
from porelight.course.outcome import outcome_dataset
from porelight.course.state import (
    CourseState,
    EnsembleSettings,
    SessionDoses,
    continued_care,
    skin_fingerprint,
)
from porelight.data.priors import draws as drawn
from porelight.data.priors import uncertain
from porelight.errors import ParameterError
from porelight.laser.exposure import Session
from porelight.quantities import Floats
from porelight.session.result import DEPTH, SessionResult
from porelight.tissue.skin import Skin

__all__ = ["advanced", "begin", "new_sessions", "simulated_until"]


def begin(
    skin: Skin, settings: EnsembleSettings, values: Mapping[str, Floats] | None = None
) -> CourseState:
    """Return skin on day 0, to which nothing has happened.

    Parameters
    ----------
    skin : Skin
        Whose.
    settings : EnsembleSettings
        Size and seed of the ensemble.
    values : mapping of str to ndarray of float64, optional
        Draws of the biology that replace those from the priors; see `Course.follow`.
    """
    draws = settings.draws
    biology = {
        **drawn(uncertain(BIOLOGY), draws, settings.seed),
        **{name: np.resize(column, draws) for name, column in (values or {}).items()},
    }
    doses = SessionDoses(*(np.empty((0, draws)) for _ in fields(SessionDoses)))
    day = np.zeros(1)
    weeks, memory = FollowUp(skin, biology, ()).weeks(np.empty(0), doses, day)
    outcome = outcome_dataset(
        {**weeks, **session_variables(()), **skin_variables(skin, ())},
        {"day": day, "depth": DEPTH, "session": np.empty(0)},
        course_attributes(Course(skin), (), draws, settings.seed, ()),
    )
    return CourseState(
        day=0.0,
        settings=settings,
        skin_fingerprint=skin_fingerprint(skin),
        values=biology,
        session_days=np.empty(0),
        doses=doses,
        care=(),
        memory=memory,
        outcome=outcome,
    )


def new_sessions(state: CourseState, course: Course) -> tuple[Session, ...]:
    """Return the sessions of a course that its state does not hold yet.

    Raises
    ------
    ParameterError
        If one lies before the state's day: what has happened cannot be changed.
    """
    known = json.loads(state.outcome.attrs["sessions"])
    new = []
    for session in course.sessions:
        document = json.loads(json.dumps(session_document(session)))
        if document in known:
            known.remove(document)
        elif session.day >= state.day:
            new.append(session)
        else:
            raise ParameterError(
                f"the session of day {session.day:g} is not among those simulated up to day "
                f"{state.day:g}; what has happened cannot be changed. Leave it out, or simulate "
                "the course anew."
            )
    return tuple(new)


def advanced(
    state: CourseState,
    course: Course,
    injuries: Sequence[Sequence[SessionResult]],
    days: Sequence[float],
    notes: Sequence[str] = (),
) -> CourseState:
    """Return the state after more weeks, given what each new session did.

    Parameters
    ----------
    state : CourseState
        Where the course stands.
    course : Course
        Its sessions and its care, of which only what is new matters.
    injuries : sequence of sequence of SessionResult
        For each of `new_sessions`, one per member.
    days : sequence of float
        Days to observe, after the state's; the last one is where the new state stands [d].
    notes : sequence of str
        What the reader of the outcome must know.

    Raises
    ------
    ParameterError
        If the skin is another one, the past is changed, days do not increase from the state's
        day, or injuries do not fit the sessions.
    """
    state.require_skin(course.skin)
    new = new_sessions(state, course)
    coming = np.asarray(days, dtype=np.float64)
    observed = np.concatenate([state.outcome.day.to_numpy(), coming])
    if coming.size == 0 or (np.diff(observed) <= 0.0).any():
        raise ParameterError(
            f"days must increase and begin after day {state.day:g}, where the course stands."
        )
    if len(injuries) != len(new):
        raise ParameterError(
            f"{len(injuries)} sessions' injuries for {len(new)} new sessions; give one of each."
        )
    session_days = np.concatenate([state.session_days, [one.day for one in new]])
    order = np.argsort(session_days, kind="stable")
    member = np.arange(state.settings.draws)
    doses = state.doses.then(session_doses(course.skin, injuries, member), order)
    care = continued_care(state.care, course.care, state.day)
    follow_up = FollowUp(course.skin, state.values, care)
    weeks, memory = follow_up.weeks(session_days[order], doses, observed, state.memory)

    attributes = course_attributes(
        Course(course.skin, new, care), injuries, state.settings.draws, state.settings.seed, ()
    )
    earlier = state.outcome.attrs
    documents = [*json.loads(earlier["sessions"]), *json.loads(attributes["sessions"])]
    attributes["sessions"] = json.dumps([documents[i] for i in order])
    attributes["notes"] = json.dumps([*json.loads(earlier["notes"]), *notes])
    if not new:
        attributes["members"] = earlier["members"]
    return CourseState(
        day=float(coming[-1]),
        settings=state.settings,
        skin_fingerprint=state.skin_fingerprint,
        values=state.values,
        session_days=session_days[order],
        doses=doses,
        care=care,
        memory=memory,
        outcome=outcome_dataset(
            {
                **_sessions_of_both(state, session_variables(injuries), order),
                **skin_variables(course.skin, injuries),
                **_resting(state.outcome),
                **_histories_of_both(state.outcome, weeks),
            },
            {
                "day": observed,
                "depth": DEPTH,
                "session": np.arange(1, order.size + 1, dtype=np.float64),
            },
            attributes,
        ),
    )


def simulated_until(
    course: Course,
    last_day: float,
    state: CourseState,
    progress: Progress | None = None,
) -> CourseState:
    """Simulate the sessions of a course from where it stands to a day, and follow the skin.

    Parameters
    ----------
    course : Course
        Sessions known already are passed over; those on or after `last_day` wait.
    last_day : float
        Where the new state stands [d].
    state : CourseState
        Where the course stands, from `begin` or from an earlier call.
    progress : callable, optional
        Told the share done.

    Raises
    ------
    ParameterError
        If the skin is another one, the past is changed, or the day is not after the state's.
    KeyboardInterrupt
        If interrupted: a state holds all of its members or does not come to be.
    """
    state.require_skin(course.skin)
    if not last_day > state.day:
        raise ParameterError(
            f"the course stands at day {state.day:g}; expected a later day than {last_day:g}."
        )
    known = [one for one in course.sessions if one not in new_sessions(state, course)]
    new = [one for one in new_sessions(state, course) if one.day < last_day]
    settings = state.settings
    injuries = Course(course.skin, new).treat(
        members=settings.members, photons=settings.photons, seed=settings.seed, progress=progress
    )
    if injuries and len(injuries[0]) < settings.members:
        raise KeyboardInterrupt
    part = Course(course.skin, (*known, *new), course.care)
    days = [day for day in part.observation_days(last_day) if day > state.day]
    return advanced(state, part, injuries, days)


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
    n_later = order.size - state.session_days.size
    if not state.session_days.size:
        return dict(later)
    past = {name: state.outcome[name].to_numpy() for name in later}
    if not n_later:
        return past
    return {name: np.concatenate([past[name], array])[order] for name, array in later.items()}


def _resting(past: xr.Dataset) -> dict[str, Floats]:
    name = "resting_temperature"
    return {name: past[name].to_numpy()} if name in past else {}
