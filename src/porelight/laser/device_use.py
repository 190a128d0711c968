"""The part of a device in plans and figures: the sessions to try, its marker and its colour."""

import math
from dataclasses import dataclass
from typing import Literal, get_args

from porelight.errors import ParameterError, did_you_mean
from porelight.laser._count import require_count
from porelight.quantities import AREA, RADIANT_EXPOSURE, TEMPERATURE

InCombination = Literal["first", "after", "alone"]
Marker = Literal["o", "s", "D", "v", "^", "<", ">", "p", "h", "P", "X", "*"]
Colour = Literal["ink", "blue", "vermilion", "green", "orange", "purple", "sky"]


@dataclass(frozen=True, slots=True)
class PlanGrid:
    """The sessions of one device that a plan tries, and how they form courses.

    Attributes
    ----------
    radiant_exposure : tuple of float
        Radiant exposures to try [J/m2].
    n_pulses : tuple of int
        Numbers of pulses to try; empty for a device whose pulses follow from its pattern.
    sessions : tuple of int
        Numbers of sessions to try.
    interval : float
        Time between two sessions, and from the last to the next device's first [d].
    area : float
        Area that is treated [m2].
    stop_at_surface : float
        Surface temperature at which the operator ends a session [K]; infinite for no such stop.
    in_combination : {"first", "after", "alone"}
        Its place in a course of two devices: one session before the other device's course, the
        course after that, or in no combination.
    """

    radiant_exposure: tuple[float, ...]
    n_pulses: tuple[int, ...]
    sessions: tuple[int, ...]
    interval: float
    area: float
    stop_at_surface: float = math.inf
    in_combination: InCombination = "alone"

    def __post_init__(self) -> None:
        """Check every value."""
        for name in ("radiant_exposure", "n_pulses", "sessions"):
            given = getattr(self, name)
            if not isinstance(given, tuple):
                raise ParameterError(f"a plan's {name} is {given!r}; expected a tuple of numbers.")
            if not given and name != "n_pulses":
                raise ParameterError(f"a plan's {name} is empty; give at least one value.")
            if len(set(given)) < len(given):
                raise ParameterError(f"a plan's {name} is {given}; name each value once.")
        for exposure in self.radiant_exposure:
            RADIANT_EXPOSURE.require(exposure)
        for count in self.n_pulses:
            require_count("n_pulses", count)
        for count in self.sessions:
            require_count("sessions", count)
        if not 0.0 < self.interval <= 36525.0:
            raise ParameterError(
                f"interval is {self.interval:g} d; expected days between sessions, above 0 and at "
                "most 36525."
            )
        AREA.require(self.area)
        if self.stop_at_surface != math.inf:
            TEMPERATURE.require(self.stop_at_surface, "stop_at_surface")
        _require_known("in_combination", self.in_combination, get_args(InCombination))


@dataclass(frozen=True, slots=True)
class SessionMark:
    """How a session of a device is drawn on a time axis.

    Attributes
    ----------
    marker : str
        Shape of the marker, as Matplotlib names it.
    colour : str
        Name of a colour of the reports' palette.
    """

    marker: Marker = "s"
    colour: Colour = "ink"

    def __post_init__(self) -> None:
        """Check both names."""
        _require_known("marker", self.marker, get_args(Marker))
        _require_known("colour", self.colour, get_args(Colour))


def _require_known(name: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise ParameterError(f"{name} is {value!r}{did_you_mean(str(value), known)}")
