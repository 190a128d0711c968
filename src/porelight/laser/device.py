"""One device: its numbers with their sources, its limits, and the sessions made within them.

A device refuses a setting outside its range; for an experiment beyond it build an `Exposure`
directly. The devices that ship with porelight are in `laser.devices`.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from numbers import Real
from operator import attrgetter
from typing import Self, cast

from porelight.data.file_units import NM
from porelight.data.library import Table
from porelight.errors import DataFileError, ParameterError, did_you_mean
from porelight.laser._count import require_count
from porelight.laser.beam import Beam
from porelight.laser.device_file import (
    SETTINGS,
    device_content,
    require_settings,
    shipped_content,
)
from porelight.laser.device_use import PlanGrid, SessionMark
from porelight.laser.exposure import Cooling, Exposure, StopReads
from porelight.laser.motion import Motion, PulsePath
from porelight.laser.thermometer import Thermometer
from porelight.tissue.person import fitzpatrick_type, roman

# settings that no device limits
_EVERY = ("stop_at_surface", "cooling", "motion", "aspect", "stop_reads", "thermometer")


@dataclass(frozen=True, slots=True, repr=False)
class Device:
    """One device: its use, its limits with their sources, and its part in a plan.

    Attributes
    ----------
    key : str
        Name of the device in files and commands: the name of its file without the ending.
    title : str
        Name of the device as its users write it.
    settings : mapping of str to Parameter
        Usual value and accepted range of each number [SI], with source and flag. Either `n_pulses`
        is among them, for a beam moved by hand, or `overlap`, for a scanner, from whose pattern the
        number of pulses follows.
    technique, endpoint, contraindications, source : str, str, tuple of str, str
        Technique, clinical end point, contraindications and their source, in words.
    plan : PlanGrid
        The sessions that a plan tries.
    mark : SessionMark
        Marker and colour of its sessions in figures.
    """

    key: str
    title: str
    # a mapping has no hash; devices that differ in it alone are told apart by equality
    settings: Table = field(hash=False)
    technique: str
    endpoint: str
    contraindications: tuple[str, ...]
    source: str
    plan: PlanGrid
    mark: SessionMark

    def __post_init__(self) -> None:
        """Check that everything is there and that its own sessions are possible."""
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", self.key):
            raise ParameterError(
                f"a device's key is {self.key!r}; expected small letters, digits and single "
                "hyphens, as in 'my-laser'. It is the name of its file."
            )
        for name in ("title", "technique", "endpoint", "source"):
            words = getattr(self, name)
            if not (words.strip() and words.isprintable()):
                raise ParameterError(f"{name} is {words!r}; say it in words, in one line.")
        require_settings(self.settings)
        darkest = self.settings["fitzpatrick_darkest"].value
        if darkest not in range(1, 7):
            raise ParameterError(
                f"fitzpatrick_darkest is {darkest:g}; expected a skin type, a whole number of 1 "
                "to 6."
            )
        if self.plan.n_pulses and not self.sets_pulses:
            raise ParameterError(
                f"a plan's n_pulses is {self.plan.n_pulses}, but the pulses of {self.title} follow "
                "from its pattern; leave it out."
            )
        if self.sets_pulses and not self.plan.n_pulses:
            raise ParameterError("a plan's n_pulses is empty; give at least one value.")
        self.exposure()
        self.plan_exposures()

    def __repr__(self) -> str:
        exposure, unit = self.settings["radiant_exposure"], SETTINGS["radiant_exposure"].shown
        low, usual, high = (
            unit.of_si(one) for one in (exposure.low, exposure.value, exposure.high)
        )
        return (
            f"Device({self.key}: {self.title}, {NM.shown(self.settings['wavelength'].value)}, "
            f"{low:.6g} to {high:.6g}{unit.behind}, usually {usual:.6g}; skin types I to "
            f"{roman(self.fitzpatrick_darkest)})"
        )

    @property
    def fitzpatrick_darkest(self) -> int:
        """Darkest skin type for which it is offered."""
        return int(self.settings["fitzpatrick_darkest"].value)

    @property
    def sets_pulses(self) -> bool:
        """Whether its user sets the number of pulses; else it follows from the scanner's pattern.

        Such a device also has no overlap to set: a hand's overlap follows from the pulses.
        """
        return "n_pulses" in self.settings

    @classmethod
    def shipped(cls, key: str) -> Self:
        """Return a device that ships with porelight; see `laser.devices.device`."""
        entries, where = shipped_content(key)
        return cls.of_content(key, entries, where)

    @classmethod
    def of_content(cls, key: str, entries: Mapping[str, object], where: str) -> Self:
        """Return a device from the content of its file.

        Parameters
        ----------
        key : str
            Name of the file without its ending.
        entries : mapping of str to object
            Content of the TOML file.
        where : str
            Name of the file, for messages.

        Raises
        ------
        DataFileError
            If it lacks something, or holds something unknown or impossible.
        """
        try:
            return cls(key=key, **device_content(entries, where))
        except ParameterError as problem:
            raise DataFileError(f"{where}: {problem}") from None

    def with_plan(self, **changes: object) -> Self:
        """Return the same device with another grid to plan on.

        Parameters
        ----------
        **changes
            Fields of `PlanGrid`.

        Raises
        ------
        ParameterError
            If a value is impossible or outside the device's range.

        Examples
        --------
        >>> Device.shipped("pearl").with_plan(sessions=(1,)).plan.sessions
        (1,)
        """
        known = PlanGrid.__slots__
        for name in changes:
            if name not in known:
                raise ParameterError(f"a plan has no {name!r}{did_you_mean(name, known)}")
        return replace(self, plan=replace(self.plan, **changes))  # type: ignore[arg-type]

    def plan_exposures(self) -> tuple[Exposure, ...]:
        """Return the sessions that a plan tries: every radiant exposure with every pulse count."""
        counts = [{"n_pulses": n} for n in self.plan.n_pulses] if self.sets_pulses else [{}]
        return tuple(
            self.exposure(
                radiant_exposure=radiant_exposure,
                area=self.plan.area,
                stop_at_surface=self.plan.stop_at_surface,
                **count,
            )
            for radiant_exposure in self.plan.radiant_exposure
            for count in counts
        )

    def exposure(self, **settings: object) -> Exposure:
        """Return a session of this device, with the settings given and the usual ones else.

        Parameters
        ----------
        **settings
            Settings that the device has [SI], and stop_at_surface [K], cooling, motion, aspect,
            stop_reads, thermometer. A recorded path as motion brings its own n_pulses and rate.

        Returns
        -------
        Exposure
            Flat-top beam. A radiant exposure of 0 is allowed: a session without light.

        Raises
        ------
        ParameterError
            If a setting is unknown or outside the device's range.

        Examples
        --------
        >>> Device.shipped("laser-genesis").exposure(n_pulses=600).n_pulses
        600
        """
        given = self._with_recorded_path(settings)
        chosen = self._chosen(given)
        passes = _count("passes", chosen["passes"])
        motion = given.get("motion", Motion())
        if isinstance(motion, PulsePath):
            n_pulses = motion.n_pulses
        elif self.sets_pulses:
            n_pulses = _count("n_pulses", chosen["n_pulses"])
        else:
            pattern = pattern_pulses(chosen["area"], chosen["spot_diameter"], chosen["overlap"])
            n_pulses = passes * pattern
        if "passes" not in given:
            passes = min(passes, n_pulses)
        return Exposure(
            device=self.key,
            wavelength=chosen["wavelength"],
            pulse_duration=chosen["pulse_duration"],
            radiant_exposure=chosen["radiant_exposure"],
            beam=Beam("flat-top", chosen["spot_diameter"]),
            rate=chosen["rate"],
            n_pulses=n_pulses,
            area=chosen["area"],
            passes=passes,
            overlap=chosen.get("overlap", 0.0),
            stop_at_surface=_number("stop_at_surface", given.get("stop_at_surface", math.inf)),
            cooling=cast("Cooling", given.get("cooling", "none")),
            motion=cast("Motion | PulsePath", motion),
            aspect=_number("aspect", given.get("aspect", 1.0)),
            stop_reads=cast("StopReads", given.get("stop_reads", "area mean")),
            thermometer=cast("Thermometer", given.get("thermometer", Thermometer.typical())),
        )

    def breaches(self, exposure: Exposure, fitzpatrick: int | None = None) -> tuple[str, ...]:
        """Return one line for every limit of the device that an exposure would break.

        Parameters
        ----------
        exposure : Exposure
            The session that is planned.
        fitzpatrick : int, optional
            Skin type, 1 to 6; the skin is not judged when left out.

        Returns
        -------
        tuple of str
            Empty if it stays within all limits. An exposure without light breaks none.
        """
        lines = []
        if exposure.radiant_exposure > 0.0:
            given = _settings_of(exposure)
            lines = [
                self._refusal(name, given[name])
                for name in SETTINGS
                if name in self.settings and not self.settings[name].takes(given[name])
            ]
            lines += self._pattern_breaches(exposure)
            if fitzpatrick is not None and fitzpatrick_type(fitzpatrick) > self.fitzpatrick_darkest:
                lines.append(
                    f"{self.title} is offered for skin types I to "
                    f"{roman(self.fitzpatrick_darkest)}; this skin is type {roman(fitzpatrick)}."
                )
        return tuple(lines)

    def _pattern_breaches(self, exposure: Exposure) -> list[str]:
        """Return a line if the pulses are not those of a hand, or not those of the pattern."""
        if self.sets_pulses:
            if exposure.overlap == 0.0:
                return []
            return [
                f"overlap is {exposure.overlap:g}; {self.title} has none to set: its pulses are "
                "moved by hand."
            ]
        pattern = exposure.passes * pattern_pulses(
            exposure.area, exposure.beam.diameter, exposure.overlap
        )
        if isinstance(exposure.motion, PulsePath) or exposure.n_pulses == pattern:
            return []
        return [
            f"n_pulses is {exposure.n_pulses}; the pattern of {self.title} makes {pattern} of this "
            "area, spot_diameter, overlap and passes."
        ]

    def _with_recorded_path(self, settings: Mapping[str, object]) -> dict[str, object]:
        """Return the settings, with the rate of a recorded path, which must not be given twice."""
        path = settings.get("motion")
        if not isinstance(path, PulsePath):
            return dict(settings)
        for name in ("n_pulses", "rate"):
            if name in settings:
                raise ParameterError(f"{name} comes from the recorded path; leave it out.")
        # one pulse alone has no rate: the device's own
        rate = path.rate if path.n_pulses > 1 else self.settings["rate"].value
        return {**settings, "rate": rate}

    def _chosen(self, settings: Mapping[str, object]) -> dict[str, float]:
        """Return every number of a session: as given, if it lies in its range, or the usual one."""
        adjustable = [name for name in SETTINGS if name in self.settings and name != "wavelength"]
        for name in settings:
            if name == "n_pulses" and name not in adjustable:
                raise ParameterError(
                    f"n_pulses cannot be set for {self.title}; it follows from area, "
                    "spot_diameter, overlap and passes."
                )
            if name not in (*adjustable, *_EVERY):
                near = did_you_mean(name, (*adjustable, *_EVERY))
                raise ParameterError(f"{self.title} has no setting {name!r}{near}")
        chosen = {name: self.settings[name].value for name in (*adjustable, "wavelength")}
        for name in adjustable:
            if name in settings:
                chosen[name] = _number(name, settings[name])
                dark = name == "radiant_exposure" and chosen[name] == 0.0
                if not dark and not self.settings[name].takes(chosen[name]):
                    raise ParameterError(
                        self._refusal(name, chosen[name])
                        + " For an experiment beyond it build an Exposure directly."
                    )
        return chosen

    def _refusal(self, name: str, value: float) -> str:
        unit, limit = SETTINGS[name].shown, self.settings[name]
        low, high = (f"{unit.of_si(one):.6g}" for one in (limit.low, limit.high))
        span = low if low == high else f"{low} to {high}"
        return f"{name} is {unit.shown(value)}; {self.title} takes {span}{unit.behind}."


def pattern_pulses(area: float, spot_diameter: float, overlap: float) -> int:
    """Return how many spots of a square pattern cover an area once, at least one.

    Parameters
    ----------
    area : float
        Area to cover [m2].
    spot_diameter : float
        Diameter of the spot [m].
    overlap : float
        Share of the diameter that neighbours have in common [-]; from 0.29 on no point between four
        spots is left out.
    """
    pitch = spot_diameter * (1.0 - overlap)
    return max(1, math.ceil(area / pitch**2 - 1e-9))


def _settings_of(exposure: Exposure) -> dict[str, float]:
    return {name: float(attrgetter(one.path)(exposure)) for name, one in SETTINGS.items()}


def _number(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, Real):
        raise ParameterError(f"{name} is {value!r}; expected a number in SI.")
    return float(value)


def _count(name: str, value: float) -> int:
    if value != int(value):
        raise ParameterError(f"{name} is {value:g}; expected a whole number of 1 or more.")
    return require_count(name, int(value))
