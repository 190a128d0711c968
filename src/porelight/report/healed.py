"""When a treated surface is whole again, read from the observed days of an outcome."""

import numpy as np
import xarray as xr

from porelight.quantities import Floats
from porelight.report.facts import session_facts
from porelight.report.shown import PROBABILITY

# a wound counts as closed, and its dressing as gone, when this share of the area is left [-]
LEFT_OVER = 0.05
# the redness of a treatment counts as over below this share of its worst [-]
FAINT = 0.1


def days_until_healed(outcome: xr.Dataset, name: str, index: int) -> Floats:
    """Return the days from a session until its surface sign is over, shape (n_draw,).

    Parameters
    ----------
    outcome : Dataset
        What `Course.simulate` returned.
    name : {"epidermis", "dressing", "erythema"}
        Over when the epidermis is closed, the dressing off (to 5 % of the area), or the redness of
        the treatment below a tenth of its worst.
    index : int
        Of the session, from 0.

    Returns
    -------
    ndarray of float64
        First observed day on which it is over and before the next session, counted from the
        session [d]; infinite if it is not over by then.
    """
    sessions = session_facts(outcome)
    start = sessions[index].day
    later = [one.day for one in sessions if one.day > start]
    days = outcome["day"].to_numpy()
    # on the day of a session the skin is shown as it was before it
    window = (days > start) & (days <= min(later, default=np.inf))
    history = outcome[name].transpose("draw", "day").to_numpy()[:, window]
    if name == "epidermis":
        over = history >= 1.0 - LEFT_OVER
    else:
        over = history <= (FAINT if name == "erythema" else LEFT_OVER)
    if not window.any():
        return np.full(history.shape[0], np.inf)
    first = days[window][over.argmax(axis=1)] - start
    return np.where(over.any(axis=1), first, np.inf)


def days_text(days: Floats) -> str:
    """Return days in words: the median draw and the interval of the draws."""
    tail = 0.5 * (1.0 - PROBABILITY)
    # order statistics, not interpolation: days are whole, and may be infinite
    low, middle, high = (np.quantile(days, q, method="nearest") for q in (tail, 0.5, 1.0 - tail))

    def text(day: float) -> str:
        return f"{day:g}" if np.isfinite(day) else "later"

    if not np.isfinite(middle):
        return "not within the simulated days"
    return f"day {text(middle)}" + (f" ({text(low)} to {text(high)})" if low < high else "")
