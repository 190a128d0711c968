"""Checks of the input of this room, and the share that is missing and returns after sessions."""

import numpy as np

from porelight.data.parameter_set import NumberOrDraws
from porelight.errors import ParameterError
from porelight.quantities import FRACTION, LENGTH, TIME, Floats, Quantity

GAIN = Quantity("gain", "1", 0.0, 1e3, "relative change per relative change")
RETURN_TIME = Quantity(
    "return time",
    "s",
    3600.0,
    1e11,
    "time in which an effect fades",
    hint_low="Days need '* units.day'.",
)
DEPTH = Quantity("depth", "m", 1e-7, 0.1, "a depth of removal", "Micrometres need '* units.um'.")
_COLLAGEN = Quantity("collagen_ratio", "1", 0.0, 100.0, "collagen over its amount at rest")


def fractions(name: str, injury: Floats) -> Floats:
    """Return an injury of shape (n_session, n_draw) if it is a fraction everywhere."""
    return _per_session(name, np.asarray(FRACTION.require(np.asarray(injury), name)))


def depths(name: str, injury: Floats) -> Floats:
    """Return a depth of shape (n_session, n_draw) if it is a length everywhere."""
    return _per_session(name, np.asarray(LENGTH.require(np.asarray(injury), name)))


def collagen_change(times: Floats, collagen_ratio: Floats) -> Floats:
    """Return the relative change of collagen, shape (n_time, n_draw)."""
    ratio = np.asarray(_COLLAGEN.require(np.asarray(collagen_ratio)))
    if ratio.ndim != 2 or ratio.shape[0] != np.size(times):
        raise ParameterError(
            f"collagen_ratio has shape {ratio.shape}; expected (n_time, n_draw) with "
            f"n_time = {np.size(times)}."
        )
    return ratio - 1.0


def missing_share(
    times: Floats, session_times: Floats, removed: Floats, return_time: NumberOrDraws
) -> Floats:
    """Share that sessions have taken away and that has not come back yet.

    Each session takes the share `removed` of what is there; what is missing comes back with
    `return_time` (infinite: never). A value at the very time of a session is the one before it.

    Parameters
    ----------
    times : ndarray of float64, shape (n_time,)
        Times of the returned values, in order [s].
    session_times : ndarray of float64, shape (n_session,)
        Times of the sessions [s], in any order.
    removed : ndarray of float64, shape (n_session, n_draw)
        Share taken by each session [-].
    return_time : float or ndarray of float64, shape (n_draw,)
        Time in which the missing share falls by e [s].

    Returns
    -------
    ndarray of float64, shape (n_time, n_draw)
        Missing share, 0 to 1 [-].
    """
    times = np.asarray(TIME.require(np.asarray(times), "times"))
    sessions = np.asarray(TIME.require(np.asarray(session_times, np.float64), "session_times"))
    if times.ndim != 1 or (np.diff(times) < 0.0).any():
        raise ParameterError(f"times has shape {times.shape}; expected (n_time,) in order [s].")
    if sessions.shape != removed.shape[:1]:
        raise ParameterError(
            f"session_times has shape {sessions.shape} for injuries of {removed.shape[0]} sessions."
        )
    n_draw = max(removed.shape[1], np.size(return_time))
    missing, now = np.zeros(n_draw), 0.0
    history = np.empty((times.size, n_draw))
    waiting = [int(k) for k in np.argsort(sessions, kind="stable")]
    for i_time, time in enumerate(times):
        while waiting and sessions[waiting[0]] < time:
            session = waiting.pop(0)
            missing = missing * np.exp(-(sessions[session] - now) / return_time)
            missing = missing + (1.0 - missing) * removed[session]
            now = float(sessions[session])
        missing = missing * np.exp(-(time - now) / return_time)
        now = float(time)
        history[i_time] = missing
    return history


def _per_session(name: str, injury: Floats) -> Floats:
    if injury.ndim != 2:
        raise ParameterError(f"{name} has shape {injury.shape}; expected (n_session, n_draw).")
    return injury
