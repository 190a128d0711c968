"""What a simulation refuses, and what it says of a past that a course does not name."""

from collections.abc import Callable, Mapping, Sequence

from porelight.course.draws import PHYSICS_KNOWLEDGE
from porelight.course.healing_weeks import POPULATION_DRAWS
from porelight.course.laws import Laws
from porelight.course.state import CourseState
from porelight.data.library import table
from porelight.errors import ParameterError, did_you_mean
from porelight.laser.exposure import Session
from porelight.quantities import Floats
from porelight.session.result import SessionResult

_RELATIVE = ("pores", "below", "effects")  # groups whose outcomes are told by their change


def require_biology(values: Mapping[str, Floats], files: Sequence[str]) -> None:
    """Refuse draws of a number that none of these files of ``data/tissue`` holds."""
    own = {*POPULATION_DRAWS, PHYSICS_KNOWLEDGE}
    known = {*own, *(name for file in files for name in table("tissue", file))}
    for name in values:
        if name not in known:
            raise ParameterError(
                f"no number of the biology is named {name!r}{did_you_mean(name, known)}"
            )


def require_whole(
    results: Sequence[Sequence[SessionResult]], known: Sequence[Session], members: int
) -> None:
    """Refuse results that do not fit the sessions, or that are not of all members."""
    if len(results) != len(known):
        raise ParameterError(
            f"results of {len(results)} sessions for {len(known)} new sessions; give one of each."
        )
    for session, one in zip(known, results, strict=True):
        if len(one) != members:
            raise ParameterError(
                f"the session of day {session.day:g} has results of {len(one)} members of the "
                f"physics; expected {members}, as the settings of the course say."
            )


def require_relative(histories: Mapping[str, Floats], laws: Laws) -> None:
    """Refuse an outcome that is told as a change relative to its start, where that is 0."""
    for one in (extra.variable for extra in laws.outcomes):
        if one.is_change or one.group not in _RELATIVE or not one.is_history:
            continue
        values = histories[one.name]
        if values.any() and not values[:, 0].any():
            raise ParameterError(
                f"outcome {one.name} is 0 on day 0 and not later, but outcomes of the group "
                f"{one.group!r} are told as a change relative to day 0; put it in the group "
                "'surface', or let it be a change already (is_change)."
            )


def left_out(
    state: CourseState, sessions: Sequence[Session], identity: Callable[[Session], str]
) -> tuple[str, ...]:
    """Return a note of the past sessions that a course does not name: they have happened."""
    named = [identity(one) for one in sessions]
    gone = [one.day for one in state.sessions if identity(one) not in named]
    if not gone:
        return ()
    days = ", ".join(f"{day:g}" for day in gone)
    return (
        f"Sessions of day {days} are not among those of the course that goes on from day "
        f"{state.day:g}; they have happened, and stay.",
    )
