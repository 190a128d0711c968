"""The devices that ship with porelight.

Each is one file, ``data/devices/<key>.toml``: its numbers with sources and flags, what its users
are told in words, the sessions that a plan tries, and its marker in figures. Every file in that
folder is a device; nothing else lists them. A device of your own is the same file anywhere else,
read by `porelight.read_device`.
"""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import TypedDict, Unpack

from porelight.errors import ParameterError, did_you_mean
from porelight.laser.device import Device
from porelight.laser.device_file import device_keys
from porelight.laser.exposure import Cooling, Exposure, StopReads
from porelight.laser.motion import Motion, PulsePath
from porelight.laser.thermometer import Thermometer

__all__ = ["Device", "device", "device_keys", "devices", "laser_genesis", "pearl"]


@cache
def devices() -> Mapping[str, Device]:
    """Return the devices that ship with porelight, by key, in alphabetical order.

    Examples
    --------
    >>> [one.title for one in devices().values()]
    ['Laser Genesis', 'Pearl']
    """
    return MappingProxyType({key: Device.shipped(key) for key in device_keys()})


def device(key: str | Device) -> Device:
    """Return a device by its key, or one of your own as it is.

    Parameters
    ----------
    key : str or Device
        Key of a device that ships with porelight, or a device.

    Raises
    ------
    ParameterError
        If no device has this key.

    Examples
    --------
    >>> device("pearl").fitzpatrick_darkest
    3
    """
    if isinstance(key, Device):
        return key
    known = devices()
    if key not in known:
        raise ParameterError(f"no device named {key!r}{did_you_mean(str(key), known)}")
    return known[key]


class _AnySettings(TypedDict, total=False):
    """Settings of every device, in SI."""

    radiant_exposure: float
    pulse_duration: float
    spot_diameter: float
    rate: float
    area: float
    passes: int
    stop_at_surface: float
    cooling: Cooling
    motion: Motion | PulsePath
    aspect: float
    stop_reads: StopReads
    thermometer: Thermometer


class GenesisSettings(_AnySettings, total=False):
    """Settings of Laser Genesis, in SI."""

    n_pulses: int


class PearlSettings(_AnySettings, total=False):
    """Settings of Pearl, in SI; the number of pulses follows from them."""

    overlap: float


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
    return device("laser-genesis").exposure(**settings)


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
    return device("pearl").exposure(**settings)
