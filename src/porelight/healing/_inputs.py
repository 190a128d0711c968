"""Checks of the times and doses of sessions, and their shapes for the formulas of this room."""

import numpy as np

from porelight.data.parameter_set import NumberOrDraws
from porelight.errors import ParameterError
from porelight.quantities import TIME, Floats


def checked_times(times: Floats) -> Floats:
    """Return the times as float64 if they are one axis in order."""
    times = np.asarray(TIME.require(np.asarray(times), "times"))
    if times.ndim != 1 or times.size < 1 or np.any(np.diff(times) < 0.0):
        raise ParameterError(
            f"times has shape {times.shape}; expected (n_time,) in increasing order, in seconds."
        )
    return times


def checked_sessions(session_times: Floats, *doses: tuple[str, Floats]) -> Floats:
    """Return the session times as float64 if every dose has one row for each of them."""
    sessions = np.asarray(
        TIME.require(np.asarray(session_times, dtype=np.float64), "session_times")
    )
    if sessions.ndim != 1:
        raise ParameterError(f"session_times has shape {sessions.shape}; expected (n_session,).")
    for name, dose in doses:
        if np.ndim(dose) < 1 or len(dose) != sessions.size:
            raise ParameterError(
                f"{name} has shape {np.shape(dose)} for {sessions.size} sessions; "
                "its first axis must have one row per session."
            )
    return sessions


def since_sessions(times: Floats, session_times: Floats) -> Floats:
    """Time since each session [s], shape (n_session, n_time, 1); 0 before it and at its own time.

    A value at the time of a session is the one just before it, as a photograph taken on the day
    of treatment is taken before the treatment.
    """
    return np.maximum(times[np.newaxis, :] - session_times[:, np.newaxis], 0.0)[:, :, np.newaxis]


def per_session(dose: Floats) -> Floats:
    """Reshape a dose of (n_session, n_draw) to (n_session, 1, n_draw)."""
    dose = np.asarray(dose, dtype=np.float64)
    if dose.ndim != 2:
        raise ParameterError(f"a dose has shape {dose.shape}; expected (n_session, n_draw).")
    return dose[:, np.newaxis, :]


def along_first_axis(value: NumberOrDraws, n_axes: int, name: str) -> Floats:
    """Reshape a value of shape (n_draw,) so that its draws run along the first of `n_axes` axes."""
    array = np.asarray(value, dtype=np.float64)
    if array.ndim > n_axes:
        raise ParameterError(
            f"{name} has shape {array.shape} but a dose has {n_axes} axes after the sessions; "
            "give the dose shape (n_session, n_draw, ...) or (n_session, 1, ...)."
        )
    return array.reshape(array.shape + (1,) * (n_axes - array.ndim))
