"""The prediction held against the follow-up photograph: does the measured change lie in it.

The forecast is a set of draws of the ratio of diameters at a day; the measurement is a ratio with a
standard deviation of its logarithm. What a comparison of two photographs would show if the forecast
were true is each draw with that error; the measured change is held against the middle 95 % of it.
"""

from dataclasses import dataclass

import numpy as np
import xarray as xr

from porelight.errors import InputFileError
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
        Of the follow-up [d].
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

    @property
    def sentence(self) -> str:
        """The verdict, for people."""
        span = f"{100.0 * (self.low - 1.0):+.1f} to {100.0 * (self.high - 1.0):+.1f} %"
        seen = f"{100.0 * (self.measured - 1.0):+.1f} %"
        if self.is_within:
            return f"The measured change of {seen} lies within the forecast of {span}."
        side = "less" if self.measured > self.high else "more"
        return (
            f"The measured change of {seen} lies outside of the forecast of {span}: the pores "
            f"shrank {side} than predicted."
        )

    def document(self) -> dict[str, object]:
        """Return it in clinic units, ready for JSON."""
        return {
            "day": self.day,
            "forecast_percent": {
                key: 100.0 * (getattr(self, key) - 1.0) for key in ("low", "median", "high")
            },
            "measured_percent": 100.0 * (self.measured - 1.0),
            "share_of_forecast_below": self.share_below,
            "is_within": self.is_within,
        }


def checked(outcome: xr.Dataset, day: float, change: ZoneChange) -> ForecastCheck:
    """Hold a measured change against a forecast.

    Parameters
    ----------
    outcome : Dataset
        What `porelight simulate` saved.
    day : float
        Of the follow-up photograph, counted from the start of the course [d].
    change : ZoneChange
        What was measured between a photograph of day 0 and that one.

    Raises
    ------
    InputFileError
        If the forecast does not reach that day.
    """
    shown = _shown(_ratios(outcome, day), change.error)
    tail = 0.5 * (1.0 - _SHARE)
    low, median, high = (float(x) for x in np.quantile(shown, [tail, 0.5, 1.0 - tail]))
    below = float((shown < change.ratio.value).mean())
    return ForecastCheck(day, low, median, high, change.ratio.value, below)


def forecast_ratio(outcome: xr.Dataset, day: float) -> float:
    """Return the median ratio of diameters that is forecast for a day [-].

    Raises
    ------
    InputFileError
        If the forecast does not reach that day.
    """
    return float(np.median(_ratios(outcome, day)))


def _ratios(outcome: xr.Dataset, day: float) -> Floats:
    """Return the ratio of diameters at a day, shape (draw,)."""
    days = np.asarray(outcome["day"].values, np.float64)
    if not days.min() <= day <= days.max():
        raise InputFileError(
            f"the forecast goes from day {days.min():g} to {days.max():g}; day {day:g} is not in "
            "it. Simulate longer, or give the day of the photograph."
        )
    history = np.asarray(outcome["diameter_ratio"].values, np.float64)
    return np.array([np.interp(day, days, row) for row in history])


def _shown(ratio: Floats, error: float) -> Floats:
    """Return draws of the ratio that a photograph would show."""
    draw = np.random.default_rng(_SEED)
    chosen = draw.choice(ratio, _N_DRAWS)
    return np.asarray(chosen * np.exp(error * draw.standard_normal(_N_DRAWS)))
