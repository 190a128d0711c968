"""Detectors: discs on the upper or lower face that take in light within an angle to the normal."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from porelight._jit import jit_inlined, jit_lent
from porelight.errors import ParameterError, did_you_mean
from porelight.quantities import LENGTH, SPOT_DIAMETER, Floats

Side = Literal["top", "bottom"]
_QUARTER_TURN = 0.5 * math.pi


@dataclass(frozen=True, slots=True)
class Detector:
    """A disc that takes in light which leaves the tissue.

    Attributes
    ----------
    name : str
        What its share of the light is called.
    x : float
        Distance of its middle from the axis of the beam, along the tilt of the beam [m].
    diameter : float
        Diameter [m].
    y : float
        Distance across the tilt [m].
    half_angle : float
        Largest angle to the normal, outside the tissue, at which light is taken in [rad].
    side : {"top", "bottom"}
        The face on which it lies.
    """

    name: str
    x: float
    diameter: float
    y: float = 0.0
    half_angle: float = _QUARTER_TURN
    side: Side = "top"

    def __post_init__(self) -> None:
        """Check name, place, size and angle."""
        if not self.name:
            raise ParameterError("a detector has no name; expected one for its share of the light.")
        LENGTH.require(abs(self.x), f"x of detector {self.name!r}")
        LENGTH.require(abs(self.y), f"y of detector {self.name!r}")
        SPOT_DIAMETER.require(self.diameter, f"diameter of detector {self.name!r}")
        if not 0.0 < self.half_angle <= _QUARTER_TURN:
            raise ParameterError(
                f"half_angle of detector {self.name!r} is {self.half_angle:g} rad; expected above "
                f"0 to {_QUARTER_TURN:.4g} rad (90 degrees). Degrees need '* units.degree'."
            )
        if self.side not in get_args(Side):
            raise ParameterError(
                f"no side named {self.side!r} for detector {self.name!r}"
                f"{did_you_mean(str(self.side), get_args(Side))}"
            )


class Discs(NamedTuple):
    """Detectors as the kernels use them; arrays are (n_detectors,)."""

    x: Floats  # [m]
    y: Floats  # [m]
    radius: Floats  # [m]
    cosine: Floats  # least cosine to the normal
    side: NDArray[np.int64]  # 0 on the top, 1 on the bottom
    is_even: bool  # whether light is even around the axis, so that only distances count


def discs_of(detectors: Sequence[Detector], *, is_even: bool) -> Discs | None:
    """Return detectors as the kernels use them; None for none."""
    if not detectors:
        return None
    rows = [(one.x, one.y, 0.5 * one.diameter, math.cos(one.half_angle)) for one in detectors]
    x, y, radius, cosine = np.array(rows, dtype=np.float64).T.copy()
    side = np.array([get_args(Side).index(one.side) for one in detectors], dtype=np.int64)
    return Discs(x, y, radius, np.where(cosine < 1e-12, 0.0, cosine), side, is_even)


@jit_inlined
def arc_within(distance: float, middle: float, radius: float) -> float:
    """Return the share of a circle about the axis that lies in a disc.

    The circle has radius `distance`, the disc its middle at `middle` from the axis.
    """
    if distance + middle <= radius:
        return 1.0
    if abs(distance - middle) >= radius:
        return 0.0
    cosine = (distance * distance + middle * middle - radius * radius) / (2.0 * distance * middle)
    return math.acos(min(1.0, max(-1.0, cosine))) / math.pi


@jit_lent
def detect(
    discs: Discs | None,
    side: int,
    position: tuple[float, float, float],
    cosine: float,
    weight: float,
    time: int,
    detected: Floats,
) -> None:
    """Add the weight of a packet that leaves to the detectors that take it in.

    Where light is even around the axis each detector takes the share that it would of a ring of
    such packets, which is exact and needs fewer of them.
    """
    if discs is None:
        return
    for number in range(discs.x.size):
        if discs.side[number] != side or abs(cosine) < discs.cosine[number]:
            continue
        if discs.is_even:
            distance = math.sqrt(position[0] * position[0] + position[1] * position[1])
            middle = math.sqrt(discs.x[number] ** 2 + discs.y[number] ** 2)
            detected[number, time] += weight * arc_within(distance, middle, discs.radius[number])
        else:
            off_x, off_y = position[0] - discs.x[number], position[1] - discs.y[number]
            if off_x * off_x + off_y * off_y <= discs.radius[number] ** 2:
                detected[number, time] += weight
