"""What an outcome says about itself: whose skin, which sessions, and on which day it is judged.

The settings travel with an outcome as text attributes; here they become objects with clinic units
in their names. Nothing is computed from them but sentences and tables.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import xarray as xr

from porelight.errors import InputFileError
from porelight.laser.devices import devices
from porelight.planning.objective import FOLLOW_UP
from porelight.tissue.person import roman

_SESSION_KEYS = (
    *("radiant_exposure_j_cm2", "spot_mm", "pulse_ms", "rate_hz", "pulses", "area_cm2"),
    *("passes", "overlap", "stop_at_surface_c"),
)


@dataclass(frozen=True, slots=True)
class SkinFacts:
    """Whose skin the outcome is about."""

    zone: str
    fitzpatrick: int
    age: float
    sex: str
    oiliness: str
    pores_measured: bool

    @property
    def sentence(self) -> str:
        """In words, without an article."""
        pores = "pores measured in a photograph" if self.pores_measured else "typical pores"
        return (
            f"{self.zone}, Fitzpatrick type {roman(self.fitzpatrick)}, {self.age:g} years, "
            f"{self.sex}, {self.oiliness} skin, {pores}"
        )


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """One session as it was planned; settings that do not apply to its device are absent."""

    number: int  # counted from 1, as people do
    day: float
    device: str
    settings: Mapping[str, float]
    technique: str = "rows"  # how the spot travelled

    @property
    def name(self) -> str:
        """The device as its users call it."""
        return device_name(self.device)


@dataclass(frozen=True, slots=True)
class Judged:
    """The day on which an outcome is judged."""

    day: float
    after_last_session: float  # d
    is_follow_up: bool  # whether it is the usual last visit; else the simulation ended before
    n_sessions: int

    @property
    def words(self) -> str:
        """When that is, for the middle of a sentence."""
        weeks = self.after_last_session / 7.0
        when = f"{weeks:.0f} weeks" if weeks >= 2.0 else f"{self.after_last_session:.0f} days"
        if self.n_sessions == 0:
            return f"{when} from the start"
        return f"{when} after the {'session' if self.n_sessions == 1 else 'last session'}"


def skin_facts(outcome: xr.Dataset) -> SkinFacts:
    """Return whose skin an outcome is about.

    Raises
    ------
    InputFileError
        If the attributes that say so are missing or damaged.
    """
    entry = _json(outcome, "skin", dict)
    try:
        return SkinFacts(
            zone=str(entry["zone"]),
            fitzpatrick=int(entry["fitzpatrick"]),
            age=float(entry["age"]),
            sex=str(entry["sex"]),
            oiliness=str(entry["oiliness"]),
            pores_measured=outcome.attrs.get("pores_measured") == "true",
        )
    except (KeyError, TypeError, ValueError):
        raise InputFileError(
            "the outcome's attribute 'skin' lacks zone, fitzpatrick, age, sex or oiliness; "
            "simulate the course again with this version."
        ) from None


def session_facts(outcome: xr.Dataset) -> tuple[SessionFacts, ...]:
    """Return the planned sessions in their order.

    Raises
    ------
    InputFileError
        If the attribute is missing, damaged, or tells of another number of sessions than the data.
    """
    entries = _json(outcome, "sessions", list)
    try:
        sessions = tuple(
            SessionFacts(
                number=number,
                day=float(entry["day"]),
                device=str(entry["device"]),
                settings=MappingProxyType(
                    {key: float(entry[key]) for key in _SESSION_KEYS if entry.get(key) is not None}
                ),
                technique=str(entry.get("technique", "rows")),
            )
            for number, entry in enumerate(entries, start=1)
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        raise InputFileError(
            "the outcome's attribute 'sessions' is not a list of sessions with day and device; "
            "simulate the course again with this version."
        ) from None
    held = outcome.sizes.get("session", 0)
    if held != len(sessions):
        raise InputFileError(
            f"the outcome's attributes name {len(sessions)} sessions but its data hold {held}; "
            "was the file edited?"
        )
    return sessions


def care_facts(outcome: xr.Dataset) -> tuple[str, ...]:
    """Return the care between sessions, one phrase each."""
    phrases = []
    for entry in _json(outcome, "care", list):
        if not isinstance(entry, dict):
            phrases.append(str(entry))
            continue
        days = f"from day {float(entry.get('from_day', 0.0)):g}"
        last = entry.get("to_day")
        if last is not None and float(last) < float(outcome["day"].max()):
            days += f" to day {float(last):g}"
        level = float(entry.get("level", 1.0))
        share = "" if level == 1.0 else f", {100 * level:.0f} % of the full effect"
        phrases.append(f"{str(entry.get('kind', 'care')).replace('-', ' ')} {days}{share}")
    return tuple(phrases)


def notes(outcome: xr.Dataset) -> tuple[str, ...]:
    """Return what happened during the simulation that a reader must know."""
    return tuple(str(entry) for entry in _json(outcome, "notes", list))


def judged(outcome: xr.Dataset) -> Judged:
    """Return the observed day nearest to twelve weeks after the last session.

    If the simulation ends before, it is its last day.
    """
    sessions = session_facts(outcome)
    last = max((session.day for session in sessions), default=0.0)
    days = outcome["day"].to_numpy()
    day = float(days[np.argmin(np.abs(days - (last + FOLLOW_UP)))])
    return Judged(
        day=day,
        after_last_session=day - last,
        is_follow_up=abs(day - last - FOLLOW_UP) <= 7.0,
        n_sessions=len(sessions),
    )


def is_ablative(outcome: xr.Dataset, index: int) -> bool:
    """Return whether session `index` (from 0) removed tissue in any member."""
    return bool(outcome["ablated_depth"].isel(session=index).max() > 0.0)


def device_name(device: str) -> str:
    """Return a device as its users call it; an unknown one as it was written."""
    return devices()[device].title if device in devices() else device


def _json(outcome: xr.Dataset, name: str, kind: type) -> Any:
    try:
        value = json.loads(outcome.attrs.get(name, "[]" if kind is list else "{}"))
    except (TypeError, ValueError):
        value = None
    if not isinstance(value, kind):
        raise InputFileError(
            f"the outcome's attribute {name!r} cannot be read; "
            "simulate the course again with this version."
        )
    return value
