"""The exposure of one session: pulses, spot, rate, area, cooling and stop.

An `Exposure` may have any wavelength, spot and pulse train; the devices (`laser.devices`) fill it
for the devices that porelight knows.
"""

import math
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np

from porelight.errors import ParameterError, did_you_mean
from porelight.laser.beam import Beam
from porelight.laser.motion import Motion, PulsePath
from porelight.laser.session_ranges import (
    AREA,
    ASPECT,
    DAY,
    LIGHT,
    N_PULSES,
    OVERLAP,
    PASSES,
    PULSE,
    PULSE_EXPOSURE,
    PULSE_RATE,
    SPOT,
    STOP,
)
from porelight.laser.thermometer import Thermometer
from porelight.units import J_per_cm2, cm2, mm, ms, nm, to_celsius

Cooling = Literal["none", "cold air", "contact", "cryogen"]
StopReads = Literal["area mean", "thermometer"]


@dataclass(frozen=True, slots=True, repr=False)
class Exposure:
    """The light of one session on one area of skin.

    Attributes
    ----------
    device : str
        Name of the device, or of the experiment.
    wavelength : float
        Vacuum wavelength [m].
    pulse_duration : float
        Length of a pulse, in which power is constant [s].
    radiant_exposure : float
        Energy of a pulse over the area of the spot [J/m2]; 0 is a session without light.
    beam : Beam
        Profile and diameter at the skin.
    rate : float
        Pulses per second [Hz].
    n_pulses : int
        Pulses of the session, on all of the area together.
    area : float
        Area of skin over which they are spread [m2]; at least one spot.
    passes : int
        Number of times the spot travels over the whole area.
    overlap : float
        Share of the spot's diameter that neighbours have in common, as set on a scanner; 0 for a
        beam moved by hand, whose overlap follows from `n_pulses` (see `pulses_per_point`).
    stop_at_surface : float
        Surface temperature at which the session ends [K]; infinite for no such stop.
    cooling : {"none", "cold air", "contact", "cryogen"}
        Cooling of the surface during the session.
    motion : Motion or PulsePath
        Pattern of the spot's travel, or a recorded path, which has `n_pulses` pulses inside the
        area.
    aspect : float
        Width of the area over its height.
    stop_reads : {"area mean", "thermometer"}
        Reading that is compared with `stop_at_surface`: the mean over the area between pulses, or
        the thermometer that moves with the spot.
    thermometer : Thermometer
        Thermometer that moves with the spot.
    """

    device: str
    wavelength: float
    pulse_duration: float
    radiant_exposure: float
    beam: Beam
    rate: float
    n_pulses: int
    area: float
    passes: int = 1
    overlap: float = 0.0
    stop_at_surface: float = math.inf
    cooling: Cooling = "none"
    motion: Motion | PulsePath = field(default_factory=Motion)
    aspect: float = 1.0
    stop_reads: StopReads = "area mean"
    thermometer: Thermometer = field(default_factory=Thermometer.typical)

    def __post_init__(self) -> None:
        """Check every field, and that they fit together."""
        LIGHT.require(self.wavelength)
        PULSE.require(self.pulse_duration)
        PULSE_EXPOSURE.require(self.radiant_exposure)
        if self.beam.profile != "pencil":
            SPOT.require(self.beam.diameter)
        PULSE_RATE.require(self.rate)
        AREA.require(self.area)
        OVERLAP.require(self.overlap)
        ASPECT.require(self.aspect)
        for count in (N_PULSES, PASSES):
            object.__setattr__(self, count.name, count.require(getattr(self, count.name)))
        if not isinstance(self.beam.spreading, str):
            raise ParameterError(
                "the beam of a session has a table of launch angles, which a run of photons alone "
                "takes; expected one of the spreadings that have a name."
            )
        if self.passes > self.n_pulses:
            raise ParameterError(
                f"passes is {self.passes} but n_pulses is {self.n_pulses}; each pass needs at "
                "least one pulse."
            )
        if self.n_pulses > 1 and self.pulse_duration * self.rate > 1.0:
            raise ParameterError(
                f"pulse_duration is {self.pulse_duration:g} s, longer than the {1 / self.rate:g} s "
                f"between pulses at {self.rate:g} Hz; lower the rate or shorten the pulse."
            )
        if self.area < self.beam.area * (1.0 - 1e-9):
            raise ParameterError(
                f"area is {self.area:g} m2, smaller than one spot of {self.beam.area:g} m2; "
                "square centimetres need '* units.cm2', spot millimetres '* units.mm'."
            )
        if self.stop_at_surface != math.inf:
            STOP.require(self.stop_at_surface)
        self._require_words()
        self._require_motion_fits()

    def __repr__(self) -> str:
        return f"Exposure({self.in_words})"

    @property
    def in_words(self) -> str:
        """The exposure in a line, in clinic units."""
        profile = self.beam.profile if isinstance(self.beam.profile, str) else "measured"
        passes = f" in {self.passes} passes" if self.passes > 1 else ""
        said = [
            self.device,
            f"{self.wavelength / nm:g} nm",
            f"{self.radiant_exposure / J_per_cm2:.4g} J/cm2",
            f"{self.pulse_duration / ms:g} ms",
            f"{self.beam.diameter / mm:g} mm {profile} beam",
            f"{self.n_pulses} pulses at {self.rate:g} Hz{passes} over {self.area / cm2:g} cm2",
        ]
        if self.overlap:
            said.append(f"overlap {100.0 * self.overlap:g} %")
        if self.cooling != "none":
            said.append(f"{self.cooling} cooling")
        if self.stop_at_surface != math.inf:
            said.append(f"stop at {to_celsius(self.stop_at_surface):.4g} degC ({self.stop_reads})")
        return ", ".join(said)

    def _require_words(self) -> None:
        if not self.device.isprintable():
            raise ParameterError(f"device is {self.device!r}; expected a name of one line.")
        for kind, name, known in (
            ("cooling", self.cooling, get_args(Cooling)),
            ("reading", self.stop_reads, get_args(StopReads)),
        ):
            if name not in known:
                raise ParameterError(f"no {kind} named {name!r}{did_you_mean(str(name), known)}")

    def _require_motion_fits(self) -> None:
        if isinstance(self.motion, PulsePath):
            self._require_path_fits(self.motion)
        elif self.passes > math.ceil(self.n_pulses / self.motion.stacked):
            raise ParameterError(
                f"passes is {self.passes} with {self.motion.stacked} pulses stacked on each place, "
                f"but n_pulses is {self.n_pulses}; each pass needs at least one place."
            )

    def _require_path_fits(self, path: PulsePath) -> None:
        if path.n_pulses != self.n_pulses:
            raise ParameterError(
                f"n_pulses is {self.n_pulses} but the path has {path.n_pulses} pulses; leave out "
                "the number, or give the path that belongs to it."
            )
        path.require_inside(*self.sides)
        shortest = float(np.diff(path.time).min()) if path.n_pulses > 1 else math.inf
        if shortest < self.pulse_duration:
            raise ParameterError(
                f"pulse_duration is {self.pulse_duration:g} s, longer than the {shortest:g} s "
                "between two pulses of the path; shorten the pulse or correct the times."
            )

    @property
    def sides(self) -> tuple[float, float]:
        """Width and height of the area [m]."""
        return math.sqrt(self.area * self.aspect), math.sqrt(self.area / self.aspect)

    @property
    def pulse_energy(self) -> float:
        """Energy of one pulse [J]."""
        return self.radiant_exposure * self.beam.area

    @property
    def peak_power(self) -> float:
        """Power during a pulse [W]."""
        return self.pulse_energy / self.pulse_duration

    @property
    def average_power(self) -> float:
        """Pulse energy times rate [W]."""
        return self.pulse_energy * self.rate

    @property
    def total_energy(self) -> float:
        """Energy of all pulses [J]."""
        return self.n_pulses * self.pulse_energy

    @property
    def duration(self) -> float:
        """Time from the first pulse to the end of the period of the last [s]."""
        return self.n_pulses / self.rate

    @property
    def pulses_per_point(self) -> float:
        """Mean number of pulses whose spot covers a point of the area."""
        return self.n_pulses * self.beam.area / self.area

    @property
    def cumulative_radiant_exposure(self) -> float:
        """Energy of the session over the area [J/m2]."""
        return self.total_energy / self.area

    def on_day(self, day: float) -> "Session":
        """Return a session with this exposure on a day of the course.

        Parameters
        ----------
        day : float
            Days since the start of the course, 0 or more.

        Examples
        --------
        >>> once = Exposure("bench", 1.064e-6, 3e-4, 1.4e5, Beam("flat-top", 5e-3), 7.0, 10, 1e-3)
        >>> once.on_day(14).day
        14.0
        """
        return Session(float(day), self)


@dataclass(frozen=True, slots=True, repr=False)
class Session:
    """An exposure on a day of the course (days since its start)."""

    day: float
    exposure: Exposure

    def __post_init__(self) -> None:
        """Check the day."""
        DAY.require(self.day)

    def __repr__(self) -> str:
        return f"Session(day {self.day:g}: {self.exposure.in_words})"
