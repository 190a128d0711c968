"""Facts that an outcome holds: the skin, the sessions, and the day on which it is judged.

The settings travel with an outcome as text attributes; here they become objects with clinic units
in their names. Nothing is computed from them but sentences and tables.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import numpy as np

from porelight.course.codec import skin_of
from porelight.course.documents import json_document
from porelight.course.outcome import JUDGED_AFTER, Outcome
from porelight.course.vocabulary import CARE, SESSION
from porelight.errors import InputFileError, ParameterError
from porelight.laser.devices import devices
from porelight.laser.handpiece import technique_text
from porelight.tissue.person import roman


@dataclass(frozen=True, slots=True)
class SkinFacts:
    """The skin that the outcome is about."""

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
    technique: str = "rows"  # how the spot travelled, and what cooled or ended the session

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


def skin_facts(outcome: Outcome) -> SkinFacts:
    """Return the skin that an outcome is about.

    Raises
    ------
    InputFileError
        If the attributes that say so are missing or damaged.
    """
    document = _json(outcome, "skin", dict)
    try:
        skin = skin_of(document)
    except ParameterError:
        raise InputFileError(
            "the outcome's attribute 'skin' lacks zone, fitzpatrick, age_years, sex or oiliness; "
            "simulate the course again with this version."
        ) from None
    return SkinFacts(
        zone=skin.zone,
        fitzpatrick=skin.fitzpatrick,
        age=skin.age,
        sex=skin.sex,
        oiliness=skin.oiliness,
        pores_measured=outcome.attrs.get("pores_measured") == "true",
    )


def session_facts(outcome: Outcome) -> tuple[SessionFacts, ...]:
    """Return the planned sessions in their order.

    Raises
    ------
    InputFileError
        If the attribute is missing, damaged, or tells of another number of sessions than the data.
    """
    documents = _json(outcome, "sessions", list)
    try:
        sessions = tuple(
            SessionFacts(
                number=number,
                day=session.day,
                device=session.exposure.device,
                settings=MappingProxyType(
                    {
                        key: float(value)
                        for key, value in SESSION.document(session).items()
                        if key != "day" and isinstance(value, Decimal | int)
                    }
                ),
                technique=technique_text(session.exposure),
            )
            for number, session in enumerate(map(SESSION.object, documents), start=1)
        )
    except (AttributeError, ParameterError, TypeError):
        raise InputFileError(
            "the outcome's attribute 'sessions' is not a list of sessions with all of their "
            "settings; simulate the course again with this version."
        ) from None
    held = outcome.sizes.get("session", 0)
    if held != len(sessions):
        raise InputFileError(
            f"the outcome's attributes name {len(sessions)} sessions but its data hold {held}; "
            "was the file edited?"
        )
    return sessions


def care_facts(outcome: Outcome) -> tuple[str, ...]:
    """Return the care between sessions, one phrase each."""
    phrases = []
    last_day = float(outcome["day"].max())
    for document in _json(outcome, "care", list):
        try:
            care = CARE.object(document)
        except (AttributeError, ParameterError, TypeError):
            raise InputFileError(
                "the outcome's attribute 'care' is not a list of care; simulate the course again "
                "with this version."
            ) from None
        days = f"from day {care.from_day:g}"
        if care.to_day < last_day:
            days += f" to day {care.to_day:g}"
        share = "" if care.level == 1.0 else f", {100 * care.level:.0f} % of the full effect"
        phrases.append(f"{care.kind.replace('-', ' ')} {days}{share}")
    return tuple(phrases)


def notes(outcome: Outcome) -> tuple[str, ...]:
    """Return what happened during the simulation that a reader must know."""
    return tuple(str(entry) for entry in _json(outcome, "notes", list))


def judged(outcome: Outcome) -> Judged:
    """Return the observed day nearest to twelve weeks after the last session.

    If the simulation ends before, it is its last day.
    """
    sessions = session_facts(outcome)
    last = max((session.day for session in sessions), default=0.0)
    days = outcome["day"].to_numpy()
    day = float(days[np.argmin(np.abs(days - (last + JUDGED_AFTER)))])
    return Judged(
        day=day,
        after_last_session=day - last,
        is_follow_up=abs(day - last - JUDGED_AFTER) <= 7.0,
        n_sessions=len(sessions),
    )


def is_ablative(outcome: Outcome, index: int) -> bool:
    """Return whether session `index` (from 0) removed tissue in any member."""
    return bool(outcome["ablated_depth"].isel(session=index).max() > 0.0)


def device_name(device: str) -> str:
    """Return a device as its users call it; an unknown one as it was written."""
    return devices()[device].title if device in devices() else device


def _json(outcome: Outcome, name: str, kind: type) -> Any:
    try:
        value = json_document(outcome.attrs.get(name, "[]" if kind is list else "{}"))
    except (TypeError, ValueError):
        value = None
    if not isinstance(value, kind):
        raise InputFileError(
            f"the outcome's attribute {name!r} cannot be read; "
            "simulate the course again with this version."
        )
    return value
