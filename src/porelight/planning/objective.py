"""What a plan tries to improve, as numbers that can be compared."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, get_args

import xarray as xr

from porelight.errors import ParameterError, did_you_mean
from porelight.inference.statistics import relative_change
from porelight.quantities import Floats

Goal = Literal["pore-area", "pore-diameter", "redness", "texture", "fine-lines", "acne-scars"]
GOALS: tuple[str, ...] = get_args(Goal)

# how long after the last session a plan is judged: the trials' usual last visit [d]
FOLLOW_UP = 84.0


@dataclass(frozen=True, slots=True)
class _Measure:
    variable: str
    meaning: str


_MEASURES: Mapping[str, _Measure] = MappingProxyType(
    {
        "pore-area": _Measure("area_fraction", "area of visible pores"),
        "pore-diameter": _Measure("diameter_ratio", "pore diameter"),
        "redness": _Measure("redness", "diffuse redness"),
        "texture": _Measure("texture", "roughness"),
        "fine-lines": _Measure("fine_lines", "fine lines"),
        "acne-scars": _Measure("acne_scars", "depth of acne scars"),
    }
)


def change(outcome: xr.Dataset, goal: str, day: float) -> Floats:
    """Return the relative change that matters for a goal, per draw; negative is better.

    Raises
    ------
    ParameterError
        If there is no such goal.
    """
    return relative_change(outcome, _measure(goal).variable, day)


def meaning(goal: str) -> str:
    """Return the goal in words."""
    return _measure(goal).meaning


def _measure(goal: str) -> _Measure:
    if goal not in _MEASURES:
        raise ParameterError(f"no goal is called {goal!r}{did_you_mean(goal, GOALS)}")
    return _MEASURES[goal]
