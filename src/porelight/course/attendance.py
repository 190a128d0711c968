"""Which sessions a person comes to: people who miss some are treated less than the course says.

The first session is what makes somebody a patient of the course; each later one is kept with the
probability `EnsembleSettings.attendance`, independent of the others and of how the skin heals. A
session that was missed leaves no dose. What a session feels like is told of those who came.
"""

from collections.abc import Sequence
from dataclasses import fields

import numpy as np
from numpy.typing import NDArray

from porelight.course.settings import EnsembleSettings
from porelight.course.state import SessionDoses

MISSED = (
    "People come to the first session, and to each later one with a probability of {share:.0%}; "
    "who misses one is not treated that day."
)
_STREAM = 0x6B657074  # keeps these numbers apart from those of every other draw of the seed


def sessions_kept(
    settings: EnsembleSettings, days: Sequence[float], first_day: float
) -> NDArray[np.bool_]:
    """Return whether each draw's person comes to each session.

    Parameters
    ----------
    settings : EnsembleSettings
        Seed, number of draws and attendance.
    days : sequence of float
        Days of the sessions [d]: those of one day are one appointment. A session is kept by the
        same people whichever others there are, so that a course may be followed in parts.
    first_day : float
        Day of the course's first session, to which all come [d].

    Returns
    -------
    ndarray of bool, shape (n_session, n_draw)
    """
    kept = np.ones((len(days), settings.draws), dtype=bool)
    for row, day in zip(kept, days, strict=True):
        if day > first_day:
            # minutes, so that each day of a course file has a number of its own
            numbers = np.random.default_rng([settings.seed, _STREAM, round(day * 24 * 60)])
            row[:] = numbers.random(settings.draws) < settings.attendance
    return kept


def doses_of_those_who_came(doses: SessionDoses, kept: NDArray[np.bool_]) -> SessionDoses:
    """Return the doses with none where a session was missed."""
    return SessionDoses(*(np.where(kept, getattr(doses, one.name), 0.0) for one in fields(doses)))
