"""Which outcomes a reader sees, what they are called, and in which unit.

How much is known of each comes from the registry of the room `effects`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import xarray as xr

from porelight.course.outcome import RELATIVE
from porelight.data.library import Parameter, parameter
from porelight.effects.outcomes import Outcome
from porelight.effects.outcomes import outcome as known_outcome
from porelight.inference.statistics import relative_change
from porelight.quantities import Floats
from porelight.report.facts import SessionFacts
from porelight.report.formatting import length, share, significant
from porelight.units import per_cm2

Group = Literal["pores", "below", "effects"]
PROBABILITY = 0.9  # of every interval in a report


def _per_cm2(value: float) -> str:
    return f"{significant(value / per_cm2)} /cm2"


@dataclass(frozen=True, slots=True)
class Shown:
    """One outcome of the weeks as a reader meets it."""

    name: str  # in `outcome.VARIABLES`
    label: str
    group: Group
    text: Callable[[float], str]  # a value in words, with its unit
    registry: str  # its entry in the registry of outcomes; empty for states of the model

    @property
    def is_change(self) -> bool:
        """Whether the variable is a relative change already."""
        return self.name in RELATIVE


OUTCOMES: tuple[Shown, ...] = (
    Shown("area_fraction", "area of visible pores", "pores", share, "pores"),
    Shown("visible_density", "number of visible pores", "pores", _per_cm2, "pores"),
    Shown("mean_diameter", "mean pore diameter", "pores", length, "pores"),
    Shown("diameter_ratio", "diameter of each pore", "pores", share, "pores"),
    Shown("collagen", "collagen at the pore wall", "below", share, ""),
    Shown("immature_collagen", "young collagen", "below", share, ""),
    Shown("plug", "pressure of the plug", "below", share, ""),
    Shown("redness", "diffuse redness", "effects", share, "redness"),
    Shown("vessels", "visible small vessels", "effects", share, "vessels"),
    Shown("pigment", "mottled pigment", "effects", share, "pigment"),
    Shown("melanin", "melanin of the epidermis", "effects", share, "melanin"),
    Shown("texture", "roughness", "effects", share, "texture"),
    Shown("fine_lines", "depth of fine lines", "effects", share, "fine_lines"),
    Shown("acne_scars", "depth of acne scars", "effects", share, "acne_scars"),
)


def of_group(group: Group) -> tuple[Shown, ...]:
    """Return the outcomes of one group in their order."""
    return tuple(one for one in OUTCOMES if one.group == group)


def known(one: Shown) -> Outcome | None:
    """Return what is known of an outcome, or nothing for a state that no trial observes."""
    return known_outcome(one.registry) if one.registry else None


def evidence(one: Shown) -> str:
    """Return the grade of the evidence for an outcome, in words."""
    about = known(one)
    return "state of the model, not observed" if about is None else about.evidence


def missing_number(sessions: tuple[SessionFacts, ...]) -> str:
    """Return the sentence that must stand beside a predicted pore diameter."""
    devices = {session.device for session in sessions}
    if not devices:
        return ""
    if devices == {"laser-genesis"}:
        treatment = "Laser Genesis alone"
    elif devices == {"pearl"}:
        treatment = "Pearl alone"
    else:
        treatment = "Laser Genesis alone, Pearl alone, or both together"
    return (
        f"No published trial gives the pore diameter after {treatment}. "
        "This number is a prediction without a measurement to hold it against."
    )


def changes(outcome: xr.Dataset, name: str, day: float) -> Floats:
    """Return the relative change of an outcome per draw, shape (n_draw,)."""
    return np.asarray(relative_change(outcome, name, day), dtype=np.float64)


def smallest_detectable() -> float:
    """Return the smallest relative change of pore area that a camera can tell from none."""
    return _smallest().value


def smallest_detectable_source() -> str:
    """Return where that number comes from, and how it is known."""
    return f"{_smallest().source}; {_smallest().flag}"


def smallest_detectable_flag() -> str:
    """Return how that number is known."""
    return _smallest().flag


def _smallest() -> Parameter:
    return parameter("tissue", "limits", "smallest_detectable_area_change")


def worsened(outcome: xr.Dataset, day: float) -> float:
    """Return the share of draws whose pore area grows by more than a camera's repeatability."""
    return float(np.mean(changes(outcome, "area_fraction", day) > smallest_detectable()))
