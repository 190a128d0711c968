"""The file of a device: which numbers, words and choices it holds, and their checks.

The format is the same for the devices that ship with porelight and for a user's own; it is
described in ``docs/extending/device.md``.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TypedDict, cast

from porelight.data.file_units import (
    CM2,
    DEGC,
    HZ,
    J_PER_CM2,
    MM,
    MS,
    NM,
    ONE,
    UNITS,
    Unit,
)
from porelight.data.library import (
    Parameter,
    Table,
    data_files,
    document,
    parameters_of,
    require_flag,
    values_of,
)
from porelight.errors import DataFileError, ParameterError, did_you_mean
from porelight.laser import session_ranges as ranges
from porelight.laser.device_use import Colour, InCombination, Marker, PlanGrid, SessionMark
from porelight.quantities import Quantity, WholeQuantity
from porelight.units import day

_ROOM = "devices"


@dataclass(frozen=True, slots=True)
class DeviceNumber:
    """One number of a device.

    Attributes
    ----------
    shown : Unit
        Unit in which people are told it.
    units : tuple of str
        Units in which a file may state it.
    quantity : Quantity or WholeQuantity
        Range in which every device's lies [SI].
    path : str
        Attribute of an exposure that it sets; empty for what is no setting.
    """

    shown: Unit
    units: tuple[str, ...]
    quantity: Quantity | WholeQuantity
    path: str = ""


SETTINGS: Mapping[str, DeviceNumber] = MappingProxyType(
    {
        "wavelength": DeviceNumber(NM, ("nm", "um", "m"), ranges.LIGHT, "wavelength"),
        "radiant_exposure": DeviceNumber(
            J_PER_CM2, ("J/cm2", "J/m2"), ranges.PULSE_EXPOSURE, "radiant_exposure"
        ),
        "pulse_duration": DeviceNumber(MS, ("ms", "s"), ranges.PULSE, "pulse_duration"),
        "spot_diameter": DeviceNumber(MM, ("mm", "um", "m"), ranges.SPOT, "beam.diameter"),
        "rate": DeviceNumber(HZ, ("Hz", "1/s"), ranges.PULSE_RATE, "rate"),
        "n_pulses": DeviceNumber(ONE, ("1",), ranges.N_PULSES, "n_pulses"),
        "area": DeviceNumber(CM2, ("cm2", "mm2", "m2"), ranges.AREA, "area"),
        "passes": DeviceNumber(ONE, ("1",), ranges.PASSES, "passes"),
        "overlap": DeviceNumber(Unit("of the diameter"), ("1", "%"), ranges.OVERLAP, "overlap"),
    }
)
_INTERVAL = Quantity("session_interval", "s", 1.0, 36525.0 * day, "between two sessions")
_FACTS: Mapping[str, DeviceNumber] = MappingProxyType(
    {
        "fitzpatrick_darkest": DeviceNumber(
            ONE, ("1",), WholeQuantity("skin type", 1, 6, "darkest skin type")
        ),
        "sessions": DeviceNumber(ONE, ("1",), WholeQuantity("sessions", 1, 1000, "of a course")),
        "session_interval": DeviceNumber(UNITS["d"], ("d", "s"), _INTERVAL),
        "surface_temperature_target": DeviceNumber(DEGC, ("degC", "K"), ranges.STOP),
        "handpiece_distance": DeviceNumber(MM, ("mm", "m"), ranges.STAND_OFF),
    }
)
NUMBERS: Mapping[str, DeviceNumber] = MappingProxyType({**SETTINGS, **_FACTS})
_OPTIONAL = (
    *("n_pulses", "overlap"),
    *("sessions", "surface_temperature_target", "handpiece_distance"),
)
_WORDS = ("title", "technique", "endpoint", "contraindications", "source", "flag")
_SECTIONS = ("settings", "plan", "mark")
_GRID = ("in_combination", "radiant_exposure", "n_pulses", "sessions")


class DeviceContent(TypedDict):
    """The content of a device's file, checked field by field."""

    title: str
    settings: Table
    technique: str
    endpoint: str
    contraindications: tuple[str, ...]
    source: str
    plan: PlanGrid
    mark: SessionMark


@cache
def device_keys() -> tuple[str, ...]:
    """Return the keys of the devices that ship with porelight, in alphabetical order."""
    names = (path.split("/") for path in data_files())
    return tuple(
        file.removesuffix(".toml")
        for room, file in names
        if room == _ROOM and file.endswith(".toml")
    )


def shipped_content(key: str) -> tuple[Mapping[str, object], str]:
    """Return the content of the file of a device that ships with porelight, and its name."""
    return document(_ROOM, key), f"data/{_ROOM}/{key}.toml"


def device_content(entries: Mapping[str, object], where: str) -> DeviceContent:
    """Return the checked content of a device's file.

    Parameters
    ----------
    entries : mapping of str to object
        Content of the TOML file.
    where : str
        Name of the file, for messages.

    Raises
    ------
    DataFileError
        If something is missing, unknown, or of the wrong kind; one line, for the first mistake.
    ParameterError
        If a value of the plan or the mark is impossible.
    """
    _require_keys(entries, where, (*_WORDS, "settings", "plan"), (*_WORDS, *_SECTIONS))
    require_flag(entries["flag"], where)
    numbers = _section(entries, "settings", where)
    for name in numbers:
        if name not in NUMBERS:
            near = did_you_mean(name, NUMBERS)
            raise DataFileError(f"{where}, settings: {name!r} is not known{near}")
    settings = parameters_of(numbers, f"{where}, settings")
    for name, entry in settings.items():
        inside = f"{where}, settings, {name}"
        if entry.unit not in NUMBERS[name].units:
            raise DataFileError(
                f"{inside}: unit is {entry.unit!r}; expected {' or '.join(NUMBERS[name].units)}."
            )
        if "prior" in cast("Mapping[str, object]", numbers[name]):
            raise DataFileError(f"{inside}: a device's number has no prior; leave it out.")
    # before the plan, which takes its area, interval and stop from them
    require_settings(settings)
    return DeviceContent(
        title=_text(entries, "title", where),
        settings=settings,
        technique=_text(entries, "technique", where),
        endpoint=_text(entries, "endpoint", where),
        contraindications=_lines(entries, "contraindications", where),
        source=_text(entries, "source", where),
        plan=_plan(_section(entries, "plan", where), settings, where),
        mark=_mark(_section(entries, "mark", where) if "mark" in entries else {}, where),
    )


def require_settings(settings: Table) -> None:
    """Check that the numbers of a device are complete and none is unknown.

    Raises
    ------
    ParameterError
        If one is missing, unknown or impossible, or the number of pulses is given and follows from
        a pattern.
    """
    for name in settings:
        if name not in NUMBERS:
            raise ParameterError(f"a device has no {name!r}{did_you_mean(name, NUMBERS)}")
        _require_possible(name, settings[name])
    missing = [name for name in NUMBERS if name not in settings and name not in _OPTIONAL]
    if missing:
        raise ParameterError(f"settings lack {', '.join(missing)}; give each with its source.")
    if ("n_pulses" in settings) == ("overlap" in settings):
        both = "n_pulses" in settings
        raise ParameterError(
            f"settings have {'both' if both else 'neither'} n_pulses {'and' if both else 'nor'} "
            "overlap; give n_pulses for a beam moved by hand, overlap for a scanner, whose pulses "
            "follow from its pattern."
        )


def _require_possible(name: str, entry: Parameter) -> None:
    """Refuse a value or an end of a range that no device has."""
    about = NUMBERS[name]
    low, high = about.quantity.low, about.quantity.high
    for what, value in (("range", entry.low), ("value", entry.value), ("range", entry.high)):
        if not low <= value <= high:
            unit = about.shown
            raise ParameterError(
                f"the {what} of {name} reaches {value / float(unit.size):g}{unit.behind}; expected "
                f"{unit.of_si(low):.6g} to {unit.of_si(high):.6g}{unit.behind}."
            )
    if name == "wavelength" and entry.low != entry.high:
        raise ParameterError(
            f"the range of wavelength is {NM.of_si(entry.low):.6g} to {NM.shown(entry.high)}, but "
            "no user sets it; give one device for each wavelength."
        )


def _plan(entries: Mapping[str, object], settings: Table, where: str) -> PlanGrid:
    """Return the grid of a plan: its lists as written, the rest from the device's numbers."""
    inside = f"{where}, plan"
    required = ("in_combination", "radiant_exposure", "sessions")
    _require_keys(entries, inside, required, _GRID)
    lists = {name: values_of(entries[name], inside, name) for name in entries if name in _GRID[1:]}
    for name, (_, unit) in lists.items():
        allowed = NUMBERS[name].units
        if unit not in allowed:
            raise DataFileError(
                f"{inside}, {name}: unit is {unit!r}; expected {' or '.join(allowed)}."
            )
    target = settings.get("surface_temperature_target")
    return PlanGrid(
        radiant_exposure=lists["radiant_exposure"][0],
        n_pulses=_counts(lists["n_pulses"][0], inside, "n_pulses") if "n_pulses" in lists else (),
        sessions=_counts(lists["sessions"][0], inside, "sessions"),
        interval=settings["session_interval"].value / day,
        area=settings["area"].value,
        # the operator works up to the warmest end of what is aimed at
        stop_at_surface=math.inf if target is None else target.high,
        in_combination=cast("InCombination", _text(entries, "in_combination", inside)),
    )


def _mark(entries: Mapping[str, object], where: str) -> SessionMark:
    inside = f"{where}, mark"
    _require_keys(entries, inside, (), ("marker", "colour"))
    given = {name: _text(entries, name, inside) for name in entries}
    usual = SessionMark()
    return SessionMark(
        cast("Marker", given.get("marker", usual.marker)),
        cast("Colour", given.get("colour", usual.colour)),
    )


def _require_keys(
    entries: Mapping[str, object], where: str, required: tuple[str, ...], known: tuple[str, ...]
) -> None:
    for name in entries:
        if name not in known:
            raise DataFileError(f"{where}: {name!r} is not a key{did_you_mean(name, known)}")
    missing = [name for name in required if name not in entries]
    if missing:
        raise DataFileError(f"{where}: missing {', '.join(missing)}.")


def _section(entries: Mapping[str, object], name: str, where: str) -> Mapping[str, object]:
    found = entries[name]
    if not isinstance(found, Mapping):
        raise DataFileError(f"{where}: {name} is {found!r}; expected a table [{name}].")
    return found


def _text(entries: Mapping[str, object], name: str, where: str) -> str:
    found = entries[name]
    if not isinstance(found, str) or not found.strip():
        raise DataFileError(f"{where}: {name} is {found!r}; expected words in quotes.")
    if not found.isprintable():
        raise DataFileError(f"{where}: {name} is {found!r}; expected one line of plain text.")
    return found


def _lines(entries: Mapping[str, object], name: str, where: str) -> tuple[str, ...]:
    found = entries[name]
    if not isinstance(found, list) or not all(
        isinstance(one, str) and one.strip() and one.isprintable() for one in found
    ):
        raise DataFileError(f"{where}: {name} is {found!r}; expected a list of words in quotes.")
    return tuple(found)


def _counts(values: tuple[float, ...], where: str, name: str) -> tuple[int, ...]:
    for value in values:
        if value != int(value):
            raise DataFileError(f"{where}, {name}: {value:g} is not a whole number.")
    return tuple(int(value) for value in values)
