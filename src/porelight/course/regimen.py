"""What the person does between sessions: cleansing, sun, sunscreen, picking.

`Care` is what a user writes; the functions turn a list of it into what the rooms below take.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import numpy as np

from porelight.data.library import parameter
from porelight.errors import ParameterError, did_you_mean
from porelight.healing.ageing import AgeingParameters, SunProtection, loss_rate
from porelight.healing.plug import Cleansing, PlugParameters
from porelight.laser.session_ranges import DAY
from porelight.mechanics.ring import RingMechanics
from porelight.mechanics.scar import Picking
from porelight.quantities import FRACTION, Floats
from porelight.tissue.skin import Skin
from porelight.tissue.subjects import sebum_output
from porelight.units import day

CareKind: TypeAlias = Literal["cleansing", "unprotected-sun", "sun-protection", "picking"]


@dataclass(frozen=True, slots=True)
class Care:
    """What the person does between sessions.

    Attributes
    ----------
    kind : {"cleansing", "unprotected-sun", "sun-protection", "picking"}
        Cleansing empties the plug. Unprotected sun starts the ageing of collagen, which
        sun protection slows. Picking widens the pore for good, at `from_day`.
    from_day, to_day : float
        First and last day, counted from the start of the course [d].
    level : float
        Extent, 0 to 1. For unprotected sun, 1 is the exposure of the surveys' people.
    """

    kind: CareKind
    from_day: float = 0.0
    to_day: float = math.inf
    level: float = 1.0

    def __post_init__(self) -> None:
        if self.kind not in get_args(CareKind):
            known = get_args(CareKind)
            raise ParameterError(f"no care is called {self.kind!r}{did_you_mean(self.kind, known)}")
        DAY.require(self.from_day, f"from_day of {self.kind}")
        if self.to_day != math.inf:
            DAY.require(self.to_day, f"to_day of {self.kind}")
        if not self.from_day < self.to_day:
            raise ParameterError(
                f"{self.kind} runs from day {self.from_day:g} to day {self.to_day:g}; expected an "
                "end after the start."
            )
        FRACTION.require(self.level, f"level of {self.kind}")


def plug_of_sebum(skin: Skin, values: Mapping[str, Floats]) -> dict[str, Floats]:
    """Return the plug's pressure and refill time as the sebum of this skin makes them.

    Parameters
    ----------
    skin : Skin
        Its oiliness and sebum matter.
    values : mapping of str to ndarray of float64, shape (n_draw,)
        Draws of the biological parameters, those of normal skin.

    Returns
    -------
    dict of ndarray of float64
        `plug_pressure_at_rest` and `sebum_refill_time`, to replace those in `values`.
    """
    plugs = PlugParameters.from_values(values)
    strength = plugs.strength(sebum_output(skin))
    pressure = np.asarray(RingMechanics.from_values(values).plug_pressure_at_rest)
    # the range of the pressure is that of all people: more sebum moves a person up inside it
    highest = parameter("tissue", "mechanics", "plug_pressure_at_rest").high
    return {
        "plug_pressure_at_rest": pressure
        * strength
        / (1.0 + (strength - 1.0) * pressure / highest),
        "sebum_refill_time": np.asarray(plugs.sebum_refill_time / strength),
    }


def collagen_loss(
    skin: Skin, care: Sequence[Care], times: Floats, values: Mapping[str, Floats]
) -> Floats | float:
    """Return the share of collagen lost per second: none unless the sun is part of the question."""
    exposed = [one for one in care if one.kind == "unprotected-sun"]
    if not exposed:
        return 0.0
    protection = tuple(
        SunProtection(one.from_day * day, one.to_day * day, one.level)
        for one in care
        if one.kind == "sun-protection"
    )
    parameters = AgeingParameters.from_values(values)
    rate = np.zeros((times.size, 1))
    for one in exposed:
        outdoors = (times >= one.from_day * day) & (times < one.to_day * day)
        lost = loss_rate(times, skin.age, parameters, sun_exposure=one.level, protection=protection)
        rate = rate + np.where(outdoors[:, None], lost, 0.0)
    return rate


def sun_exposure(
    care: Sequence[Care], times: Floats, values: Mapping[str, Floats]
) -> Floats | float:
    """Return the sun over the habitual dose, mean over the course: 1 unless care says otherwise."""
    efficacy = np.atleast_1d(AgeingParameters.from_values(values).sunscreen_efficacy)
    sun = np.ones((times.size, 1))
    for one in care:
        on = ((times >= one.from_day * day) & (times < one.to_day * day))[:, None]
        if one.kind == "unprotected-sun":
            sun = np.where(on, one.level * sun, sun)
        elif one.kind == "sun-protection":
            sun = sun * np.where(on, 1.0 - one.level * efficacy, 1.0)
    if times.size < 2:
        return np.asarray(sun[0])
    mean = np.trapezoid(sun, times, axis=0) / (times[-1] - times[0])
    # rounding of the mean must not stand for a change where there is none
    return np.asarray(np.where((sun == sun[0]).all(axis=0), sun[0], mean))


def cleansing(care: Sequence[Care]) -> tuple[Cleansing, ...]:
    """Return when the plug is kept empty."""
    return tuple(
        Cleansing(one.from_day * day, one.to_day * day, one.level)
        for one in care
        if one.kind == "cleansing"
    )


def picking(care: Sequence[Care]) -> tuple[Picking, ...]:
    """Return when the pore was hurt."""
    return tuple(Picking(one.from_day * day, one.level) for one in care if one.kind == "picking")
