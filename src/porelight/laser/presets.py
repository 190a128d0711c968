"""The devices porelight knows: their usual settings, and the limits within which they are used.

Settings, limits, sources and flags are in ``data/laser_genesis.toml`` and ``data/pearl.toml``, what
is said of the devices in words in ``data/devices.toml``. A preset refuses a setting outside the
device's range; for an experiment beyond it build an `Exposure` directly.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Real
from types import MappingProxyType
from typing import Literal, TypedDict, Unpack, cast

from porelight.data.library import Parameter, Table, document, table
from porelight.errors import ParameterError, did_you_mean
from porelight.laser._count import require_count
from porelight.laser.beam import Beam
from porelight.laser.exposure import Cooling, Exposure, StopReads
from porelight.laser.motion import Motion, PulsePath
from porelight.laser.thermometer import Thermometer
from porelight.tissue.person import fitzpatrick_type, roman

DeviceName = Literal["laser-genesis", "pearl"]
DEVICES: tuple[DeviceName, ...] = ("laser-genesis", "pearl")

_PACKAGE = "laser"
# settings of an exposure that a device can limit -> (clinic unit, its size in SI)
_CLINIC: Mapping[str, tuple[str, float]] = MappingProxyType(
    {
        "wavelength": ("nm", 1e-9),
        "radiant_exposure": ("J/cm2", 1e4),
        "pulse_duration": ("ms", 1e-3),
        "spot_diameter": ("mm", 1e-3),
        "rate": ("Hz", 1.0),
        "n_pulses": ("", 1.0),
        "area": ("cm2", 1e-4),
        "passes": ("", 1.0),
        "overlap": ("of the diameter", 1.0),
    }
)
# settings that no device limits
_EVERY = ("stop_at_surface", "cooling", "motion", "aspect", "stop_reads", "thermometer")


class GenesisSettings(TypedDict, total=False):
    """Settings of Laser Genesis, in SI."""

    radiant_exposure: float
    pulse_duration: float
    spot_diameter: float
    rate: float
    n_pulses: int
    area: float
    passes: int
    stop_at_surface: float
    cooling: Cooling
    motion: Motion | PulsePath
    aspect: float
    stop_reads: StopReads
    thermometer: Thermometer


class PearlSettings(TypedDict, total=False):
    """Settings of Pearl, in SI; the number of pulses follows from them."""

    radiant_exposure: float
    pulse_duration: float
    spot_diameter: float
    rate: float
    area: float
    passes: int
    overlap: float
    stop_at_surface: float
    cooling: Cooling
    motion: Motion | PulsePath
    aspect: float
    stop_reads: StopReads
    thermometer: Thermometer


@dataclass(frozen=True, slots=True)
class DeviceLimits:
    """What a device is used for, within which limits, and who says so.

    Attributes
    ----------
    device, title : str
        Its key and its name.
    settings : mapping of str to Parameter
        Usual value and accepted range of each number [SI], with source and flag.
    fitzpatrick_darkest : int
        Darkest skin type for which it is offered.
    technique, endpoint, contraindications, source : str, str, tuple of str, str
        In words.
    """

    device: DeviceName
    title: str
    settings: Table
    fitzpatrick_darkest: int
    technique: str
    endpoint: str
    contraindications: tuple[str, ...]
    source: str

    def breaches(self, exposure: Exposure, fitzpatrick: int) -> tuple[str, ...]:
        """Return one line for every limit that an exposure of this skin type would break.

        Parameters
        ----------
        exposure : Exposure
            What is planned.
        fitzpatrick : int
            Skin type, 1 to 6.

        Returns
        -------
        tuple of str
            Empty if it stays within all limits. An exposure without light breaks none.
        """
        lines = []
        if exposure.radiant_exposure > 0.0:
            given = _settings_of(exposure)
            lines = [
                _refusal(self.title, name, given[name], self.settings[name])
                for name in _CLINIC
                if name in self.settings and not _within(given[name], self.settings[name])
            ]
            if fitzpatrick_type(fitzpatrick) > self.fitzpatrick_darkest:
                lines.append(
                    f"{self.title} is offered for skin types I to "
                    f"{roman(self.fitzpatrick_darkest)}; this skin is type {roman(fitzpatrick)}."
                )
        return tuple(lines)


def limits(device: str) -> DeviceLimits:
    """Return the limits of a device by its key.

    Raises
    ------
    ParameterError
        If the device is unknown.

    Examples
    --------
    >>> limits("pearl").fitzpatrick_darkest
    3
    """
    key = _device(device)
    words = document(_PACKAGE, "devices")[key]
    settings = table(_PACKAGE, key.replace("-", "_"))
    return DeviceLimits(
        device=key,
        title=str(words["title"]),
        settings=settings,
        fitzpatrick_darkest=round(settings["fitzpatrick_darkest"].value),
        technique=str(words["technique"]),
        endpoint=str(words["endpoint"]),
        contraindications=tuple(str(line) for line in words["contraindications"]),
        source=str(words["source"]),
    )


def laser_genesis(**settings: Unpack[GenesisSettings]) -> Exposure:
    """Return a session of Laser Genesis, with the settings given and the usual ones else.

    Parameters
    ----------
    **settings
        radiant_exposure [J/m2], pulse_duration [s], spot_diameter [m], rate [Hz], n_pulses, area
        [m2], passes, stop_at_surface [K], cooling, motion, aspect, stop_reads, thermometer. A
        recorded path as motion brings its own n_pulses and rate.

    Returns
    -------
    Exposure
        Flat-top beam of 1064 nm. A radiant exposure of 0 is allowed: a session without light.

    Raises
    ------
    ParameterError
        If a setting is unknown or outside the device's range.

    Examples
    --------
    >>> usual = laser_genesis()
    >>> round(usual.pulse_energy, 2), round(usual.pulses_per_point, 1)
    (2.75, 3.9)
    """
    return preset("laser-genesis", settings)


def pearl(**settings: Unpack[PearlSettings]) -> Exposure:
    """Return a session of Pearl, with the settings given and the usual ones else.

    Parameters
    ----------
    **settings
        radiant_exposure [J/m2], pulse_duration [s], spot_diameter [m], rate [Hz], area [m2],
        passes, overlap [-], stop_at_surface [K], cooling, motion, aspect, stop_reads, thermometer.

    Returns
    -------
    Exposure
        Flat-top beam of 2790 nm; the number of pulses is `pattern_pulses` times the passes.

    Raises
    ------
    ParameterError
        If a setting is unknown or outside the device's range.

    Examples
    --------
    >>> pearl().n_pulses
    435
    """
    return preset("pearl", settings)


def preset(device: str, settings: Mapping[str, object]) -> Exposure:
    """Return a session of a device by its key; see `laser_genesis` and `pearl`.

    Parameters
    ----------
    device : str
        One of `DEVICES`.
    settings : mapping of str to object
        Settings of that device [SI].

    Raises
    ------
    ParameterError
        If the device or a setting is unknown, or a setting is outside the device's range.
    """
    known = limits(device)
    given = _with_recorded_path(known, settings)
    chosen = _chosen(known, given)
    passes = _count("passes", chosen["passes"])
    motion = given.get("motion", Motion())
    if isinstance(motion, PulsePath):
        n_pulses = motion.n_pulses
    elif "n_pulses" in chosen:
        n_pulses = _count("n_pulses", chosen["n_pulses"])
    else:
        pattern = pattern_pulses(chosen["area"], chosen["spot_diameter"], chosen["overlap"])
        n_pulses = passes * pattern
    if "passes" not in given:
        passes = min(passes, n_pulses)
    return Exposure(
        device=known.device,
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


def _with_recorded_path(known: DeviceLimits, settings: Mapping[str, object]) -> dict[str, object]:
    """Return the settings, with the rate of a recorded path, which must not be given twice."""
    path = settings.get("motion")
    if not isinstance(path, PulsePath):
        return dict(settings)
    for name in ("n_pulses", "rate"):
        if name in settings:
            raise ParameterError(f"{name} comes from the recorded path; leave it out.")
    # one pulse alone has no rate: the device's own
    rate = path.rate if path.n_pulses > 1 else known.settings["rate"].value
    return {**settings, "rate": rate}


def _chosen(known: DeviceLimits, settings: Mapping[str, object]) -> dict[str, float]:
    """Return every number of the device: as given, if it lies in its range, or the usual one."""
    adjustable = [name for name in _CLINIC if name in known.settings and name != "wavelength"]
    for name in settings:
        if name == "n_pulses" and name not in adjustable:
            raise ParameterError(
                f"n_pulses cannot be set for {known.title}; it follows from area, spot_diameter, "
                "overlap and passes."
            )
        if name not in (*adjustable, *_EVERY):
            raise ParameterError(
                f"{known.title} has no setting {name!r}{did_you_mean(name, (*adjustable, *_EVERY))}"
            )
    chosen = {name: known.settings[name].value for name in (*adjustable, "wavelength")}
    for name in adjustable:
        if name in settings:
            chosen[name] = _number(name, settings[name])
            dark = name == "radiant_exposure" and chosen[name] == 0.0
            if not dark and not _within(chosen[name], known.settings[name]):
                raise ParameterError(
                    _refusal(known.title, name, chosen[name], known.settings[name])
                    + " For an experiment beyond it build an Exposure directly."
                )
    return chosen


def pattern_pulses(area: float, spot_diameter: float, overlap: float) -> int:
    """Return how many spots of a square pattern cover an area once, at least one.

    Parameters
    ----------
    area : float
        Area [m2].
    spot_diameter : float
        Diameter of the spot [m].
    overlap : float
        Share of the diameter that neighbours have in common [-]; from 0.29 on no point between four
        spots is left out.
    """
    pitch = spot_diameter * (1.0 - overlap)
    return max(1, math.ceil(area / pitch**2 - 1e-9))


def _device(name: str) -> DeviceName:
    if name not in DEVICES:
        raise ParameterError(f"no device named {name!r}{did_you_mean(str(name), DEVICES)}")
    return name


def _settings_of(exposure: Exposure) -> dict[str, float]:
    own = {name: float(getattr(exposure, name)) for name in _CLINIC if name != "spot_diameter"}
    return {**own, "spot_diameter": exposure.beam.diameter}


def _within(value: float, limit: Parameter) -> bool:
    # a little wider than the range, as units are multiplied on the way in
    return limit.low * (1.0 - 1e-9) <= value <= limit.high * (1.0 + 1e-9)


def _refusal(title: str, name: str, value: float, limit: Parameter) -> str:
    unit, size = _CLINIC[name]
    low, high = limit.low / size, limit.high / size
    span = f"{low:g}" if low == high else f"{low:g} to {high:g}"
    unit = f" {unit}" if unit else ""
    return f"{name} is {value / size:g}{unit}; {title} takes {span}{unit}."


def _number(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, Real):
        raise ParameterError(f"{name} is {value!r}; expected a number in SI.")
    return float(value)


def _count(name: str, value: float) -> int:
    if value != int(value):
        raise ParameterError(f"{name} is {value:g}; expected a whole number of 1 or more.")
    return require_count(name, int(value))
