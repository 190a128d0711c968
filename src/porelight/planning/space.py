"""The settings of a device that a search may turn, each within the device's own range.

What a user of the device can set is turned: the energy of a pulse, and of a beam moved by hand the
sweeps of the hand, the rate and the temperature at which the operator stops; of a scanner the
overlap and the passes. A hand sweeps whole regions, each time with the usual number of pulses.
Cooling, kind of motion and treated area stay those of the device's technique, as no device file
says that another is allowed; spot and pulse length stay the usual ones, since each other value
would need photons of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from porelight.laser.device import Device
from porelight.laser.exposure import Exposure
from porelight.quantities import Floats
from porelight.tissue.person import Zone
from porelight.units import J_per_cm2, day, to_celsius

_BY_HAND = ("radiant_exposure", "passes", "rate")
_BY_SCANNER = ("radiant_exposure", "overlap", "passes")
# the steps in which a dial is set, in SI
_STEPS = {
    "radiant_exposure": 0.1 * J_per_cm2,
    "rate": 0.5,
    "overlap": 0.05,
    "passes": 1.0,
}
_WEEK = 7
# the upper half of what a device takes is for small zones (laser-genesis.toml, n_pulses)
_LARGE_ZONES = frozenset({"cheek", "forehead"})
_LARGE_ZONE_FACTOR = 2.0  # most pulses on a large zone, over the usual number
STOP = "stop_at_surface"
STOP_STEP = 0.5  # K


@dataclass(frozen=True, slots=True)
class SettingRange:
    """One setting, from its lowest to its highest value, in steps of a dial [SI]."""

    name: str
    low: float
    high: float
    step: float

    @property
    def n_steps(self) -> int:
        """Steps from the lowest value to the highest that does not lie beyond the range."""
        return int((self.high - self.low) / self.step + 1e-6)

    def at(self, step: int) -> float:
        """Return the value some steps above the lowest."""
        return float(round(min(self.low + step * self.step, self.high), 9))

    def nearest(self, value: float) -> int:
        """Return the number of steps that comes nearest to a value."""
        return int(np.clip(round((value - self.low) / self.step), 0, self.n_steps))


@dataclass(frozen=True, slots=True)
class SettingSpace:
    """What may be turned on one device: settings of a session, and how sessions follow each other.

    Attributes
    ----------
    device : Device
        The device.
    ranges : tuple of SettingRange
        Settings that change what a session does, the energy of a pulse first.
    stop : SettingRange or None
        Surface temperatures at which the operator may stop; none without such a rule.
    sessions : tuple of int
        Fewest and most sessions.
    intervals : tuple of float
        Days between two sessions: clinics book by the week.
    """

    device: Device
    ranges: tuple[SettingRange, ...]
    stop: SettingRange | None
    sessions: tuple[int, int]
    intervals: tuple[float, ...]

    @classmethod
    def of(cls, device: Device, zone: Zone) -> "SettingSpace":
        """Return everything that may be turned on a device that treats a zone."""
        held = device.settings
        ranges = []
        for name in _BY_HAND if device.sets_pulses else _BY_SCANNER:
            low, high = held[name].low, held[name].high
            if name == "passes" and device.sets_pulses:
                most = held["n_pulses"].high
                if zone in _LARGE_ZONES:
                    most = min(most, _LARGE_ZONE_FACTOR * held["n_pulses"].value)
                high = min(high, most // pulses_of_sweep(device))
            if name == "radiant_exposure" or high - low >= _STEPS[name]:
                ranges.append(SettingRange(name, low, high, _STEPS[name]))
        target = held.get("surface_temperature_target")
        stop = (
            None
            if target is None or not device.sets_pulses
            else SettingRange(STOP, target.low, target.high, STOP_STEP)
        )
        few, many = round(held["sessions"].low), round(held["sessions"].high)
        tried = device.plan.sessions
        gap = held["session_interval"]
        first, last = gap.low / day, gap.high / day
        weeks = [first + _WEEK * n for n in range(int((last - first) / _WEEK) + 1)]
        return cls(
            device,
            tuple(ranges),
            stop,
            (min(few, *tried), max(many, *tried)),
            tuple(sorted(weeks)),
        )

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the settings that change what a session does."""
        return tuple(one.name for one in self.ranges)

    def exposure(self, point: Mapping[str, float]) -> Exposure:
        """Return the session at a point; without a stop in it nobody stops."""
        given: dict[str, object] = {name: point[name] for name in self.names}
        given["passes"] = round(point["passes"])
        if self.device.sets_pulses:
            given["n_pulses"] = round(point["passes"] * pulses_of_sweep(self.device))
        if STOP in point:
            given[STOP] = point[STOP]
        return self.device.exposure(area=self.device.plan.area, **given)

    def point(self, exposure: Exposure) -> dict[str, float]:
        """Return the point on the dials that comes nearest to a session."""
        held = {
            "radiant_exposure": exposure.radiant_exposure,
            "rate": exposure.rate,
            "overlap": exposure.overlap,
            "passes": float(exposure.passes),
        }
        if self.device.sets_pulses:
            held["passes"] = exposure.n_pulses / pulses_of_sweep(self.device)
        point = {one.name: one.at(one.nearest(held[one.name])) for one in self.ranges}
        if self.stop is not None:
            stop = min(exposure.stop_at_surface, self.stop.high)
            point[STOP] = self.stop.at(self.stop.nearest(stop))
        return point

    def scaled(self, values: Floats) -> Floats:
        """Return points, (n, n_setting) in SI, as shares of each range; passes by logarithm."""
        columns = []
        for column, one in zip(values.T, self.ranges, strict=True):
            if one.name == "passes" and one.high > one.low:
                columns.append(np.log(column / one.low) / np.log(one.high / one.low))
            else:
                columns.append((column - one.low) / max(one.high - one.low, one.step))
        return np.array(columns).T

    @property
    def told(self) -> str:
        """What is turned, within which range, and what stays as usual and why."""
        low = {one.name: one.low for one in self.ranges}
        high = {one.name: one.high for one in self.ranges}
        ends = [{**low, **({STOP: self.stop.low} if self.stop else {})}]
        ends.append({**high, **({STOP: self.stop.high} if self.stop else {})})
        first, last = (self.words(one).removeprefix(f"{self.device.key} ") for one in ends)
        few, many = self.sessions
        days = ", ".join(f"{one:g}" for one in self.intervals)
        held, ms = self.device.settings["pulse_duration"], 1e3
        pulse = f"pulse {ms * held.value:g} ms"
        if held.high > held.low:
            pulse += f" (its file allows {ms * held.low:g} to {ms * held.high:g} ms)"
        return (
            f"{self.device.key}: turned from {first} to {last}; {few} to {many} sessions, {days} "
            f"days apart. As usual: {pulse}, the beam, its path over "
            f"{1e4 * self.device.plan.area:g} cm2; its file gives no range for cooling or path."
        )

    def words(self, point: Mapping[str, float]) -> str:
        """Return a session in words: its device and every setting that was turned."""
        texts = {
            "radiant_exposure": lambda x: f"{x / J_per_cm2:g} J/cm2",
            "rate": lambda x: f"{x:g} Hz",
            "overlap": lambda x: f"overlap {x:g}",
            "passes": self._passes,
        }
        parts = [texts[name](point[name]) for name in self.names]
        if STOP in point:
            parts.append(f"stop at {to_celsius(point[STOP]):g} degC")
        return f"{self.device.key} {', '.join(parts)}"

    def _passes(self, passes: float) -> str:
        if self.device.sets_pulses:
            return f"{passes * pulses_of_sweep(self.device):.0f} pulses"
        return f"{passes:.0f} pass{'es' if passes > 1 else ''}"


def pulses_of_sweep(device: Device) -> float:
    """Return the usual number of pulses in one sweep of a beam that is moved by hand."""
    return device.settings["n_pulses"].value / device.settings["passes"].value
