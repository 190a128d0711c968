"""How sure a reader may be: the interval printed, what a camera can tell, what nobody measured."""

from collections.abc import Mapping
from types import MappingProxyType

from porelight.course.visible_change import smallest_detectable
from porelight.laser.devices import devices
from porelight.report.facts import SessionFacts

PROBABILITY = 0.9  # of every interval in a report

HOW_KNOWN: Mapping[str, str] = MappingProxyType(
    {
        "seen": "read in the source named",
        "derived": "computed from other numbers",
        "recalled": "known, but no document was read",
        "assumed": "no source found",
        "many": "many numbers at once",
    }
)
"""What the flag of a number says: how it was obtained."""


def smallest_detectable_change() -> float:
    """Return the smallest relative change of pore area that a camera can tell from none."""
    return smallest_detectable().value


def smallest_detectable_source() -> str:
    """Return where that number comes from, and how it is known."""
    return f"{smallest_detectable().source}; {smallest_detectable().flag}"


def smallest_detectable_flag() -> str:
    """Return how that number is known."""
    return smallest_detectable().flag


def missing_number(sessions: tuple[SessionFacts, ...]) -> str:
    """Return the sentence that must stand beside a predicted pore diameter."""
    used = names_of_devices(sessions)
    if not used:
        return ""
    treatment = ", ".join(f"{name} alone" for name in used)
    if len(used) > 1:
        treatment += f", or {'both' if len(used) == 2 else 'all of them'} together"
    # the literature was searched for the devices that ship with porelight, and no others
    searched = {session.device for session in sessions} <= set(devices())
    none = "No published trial gives" if searched else "porelight knows of no trial that gives"
    return (
        f"{none} the pore diameter after {treatment}. "
        "This number is a prediction without a measurement to hold it against."
    )


def names_of_devices(sessions: tuple[SessionFacts, ...]) -> tuple[str, ...]:
    """Return the devices used as people call them: those that ship with porelight first."""
    used = {session.device: session.name for session in sessions}
    order = [*(key for key in devices() if key in used), *(key for key in used)]
    return tuple(used[key] for key in dict.fromkeys(order))
