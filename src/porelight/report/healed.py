"""When a treated surface is whole again, read from the observed days of an outcome."""

import numpy as np

from porelight.course.outcome import Outcome
from porelight.quantities import Floats
from porelight.report.certainty import PROBABILITY
from porelight.report.facts import session_facts


def days_until_healed(outcome: Outcome, name: str, index: int) -> Floats:
    """Return the days from a session until its surface sign is over, shape (n_draw,).

    Parameters
    ----------
    outcome : Outcome
        The outcome of a course.
    name : str
        A sign on the surface, such as "epidermis", "dressing" or "erythema"; its declaration tells
        when it is over.
    index : int
        Number of the session, from 0.

    Returns
    -------
    ndarray of float64
        First observed day on which it is over and before the next session, counted from the
        session [d]; infinite if it is not over by then.
    """
    sessions = session_facts(outcome)
    start = sessions[index].day
    later = [one.day for one in sessions if one.day > start]
    days = outcome.days
    # on the day of a session the skin is shown as it was before it
    window = (days > start) & (days <= min(later, default=np.inf))
    history = outcome[name].transpose("draw", "day").to_numpy()[:, window]
    rule = outcome.variable(name).healed
    over = history >= rule.threshold if rule.rises else history <= rule.threshold
    if not window.any():
        return np.full(history.shape[0], np.inf)
    first = days[window][over.argmax(axis=1)] - start
    return np.where(over.any(axis=1), first, np.inf)


def days_text(days: Floats) -> str:
    """Return days in words: the median draw and the interval of the draws."""
    tail = 0.5 * (1.0 - PROBABILITY)
    # order statistics, not interpolation: days are whole, and may be infinite
    low, middle, high = (np.quantile(days, q, method="nearest") for q in (tail, 0.5, 1.0 - tail))

    if not np.isfinite(middle):
        earliest = f"; no sooner than day {low:g}" if np.isfinite(low) else ""
        return f"not within the simulated days{earliest}"
    if not np.isfinite(high):
        return f"day {middle:g} (no sooner than day {low:g}; for some after the simulated days)"
    return f"day {middle:g}" + (f" ({low:g} to {high:g})" if low < high else "")
