"""Check of a forecast by a later photograph: whether the measured change lies in it.

The forecast is a set of draws of the ratio of diameters at a day; the measurement is a ratio with a
standard deviation of its logarithm. What a comparison of two photographs would show if the forecast
were true is each draw with that error; the measured change is held against the middle 95 % of it.
"""

from dataclasses import dataclass

import numpy as np

from porelight.course.outcome import Outcome
from porelight.errors import ParameterError
from porelight.photo.change import ZoneChange
from porelight.quantities import Floats

_N_DRAWS = 20_000
_SEED = 20_261_123
_SHARE = 0.95


@dataclass(frozen=True, slots=True)
class ForecastCheck:
    """A forecast and what was measured.

    Attributes
    ----------
    day : float
        Day of the later photograph [d].
    low, median, high : float
        Middle 95 % of the ratio of diameters that a photograph would show by the forecast [-].
    measured : float
        Ratio that it showed [-].
    share_below : float
        Share of the forecast below what was measured [-].
    """

    day: float
    low: float
    median: float
    high: float
    measured: float
    share_below: float

    @property
    def is_within(self) -> bool:
        """Whether the measured change lies in the forecast."""
        return self.low <= self.measured <= self.high


def check_forecast(outcome: Outcome, day: float, change: ZoneChange) -> ForecastCheck:
    """Compare a measured change with a forecast.

    Parameters
    ----------
    outcome : Outcome
        Outcome of a course, with the draws of ``diameter_ratio`` over the days.
    day : float
        Day of the later photograph, counted from the start of the course [d].
    change : ZoneChange
        Change measured between a photograph of day 0 and that one.

    Raises
    ------
    ParameterError
        If the forecast does not reach that day.
    """
    shown = _shown(_ratios(outcome, day), change.error)
    tail = 0.5 * (1.0 - _SHARE)
    low, median, high = (float(x) for x in np.quantile(shown, [tail, 0.5, 1.0 - tail]))
    below = float((shown < change.ratio.value).mean())
    return ForecastCheck(day, low, median, high, change.ratio.value, below)


def forecast_ratio(outcome: Outcome, day: float) -> float:
    """Return the median ratio of diameters that is forecast for a day [-].

    Parameters
    ----------
    outcome : Outcome
        Outcome of a course.
    day : float
        Counted from the start of the course [d].

    Raises
    ------
    ParameterError
        If the forecast does not reach that day.
    """
    return float(np.median(_ratios(outcome, day)))


def require_day(outcome: Outcome, day: float) -> None:
    """Refuse a day that a forecast does not reach.

    Raises
    ------
    ParameterError
        If the forecast begins later or ends earlier.
    """
    days = np.asarray(outcome["day"].values, np.float64)
    if not days.min() <= day <= days.max():
        raise ParameterError(
            f"the forecast goes from day {days.min():g} to {days.max():g}; day {day:g} is not in "
            "it. Simulate longer, or give the day of the photograph."
        )


def _ratios(outcome: Outcome, day: float) -> Floats:
    """Return the ratio of diameters at a day, shape (draw,)."""
    require_day(outcome, day)
    days = np.asarray(outcome["day"].values, np.float64)
    history = np.asarray(outcome["diameter_ratio"].values, np.float64)
    return np.array([np.interp(day, days, row) for row in history])


def _shown(ratio: Floats, error: float) -> Floats:
    """Return draws of the ratio that a photograph would show."""
    draw = np.random.default_rng(_SEED)
    chosen = draw.choice(ratio, _N_DRAWS)
    return np.asarray(chosen * np.exp(error * draw.standard_normal(_N_DRAWS)))
