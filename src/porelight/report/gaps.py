"""What is not known: the gaps that no reader of a prediction should overlook."""

from dataclasses import dataclass
from functools import cache

from porelight.course.outcome import Outcome
from porelight.data.dataclass_table import from_table
from porelight.data.library import document
from porelight.report.facts import care_facts, session_facts


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing that was looked for and not found, and what it means for the prediction.

    Attributes
    ----------
    missing, consequence : str
        The missing knowledge and its consequence, in words.
    devices : tuple of str
        Devices that must all be used for it to matter.
    typical_pores : bool
        Whether it matters only where no photograph was measured.
    care : str
        Care that must be part of the course for it to matter.
    """

    missing: str
    consequence: str
    devices: tuple[str, ...] = ()
    typical_pores: bool = False
    care: str = ""


def gaps(outcome: Outcome) -> tuple[Gap, ...]:
    """Return the gaps that touch this course."""
    used = {session.device for session in session_facts(outcome)}
    measured = outcome.attrs.get("pores_measured") == "true"
    care = care_facts(outcome)
    return tuple(
        gap
        for gap in known_gaps()
        if set(gap.devices) <= used
        and not (gap.typical_pores and measured)
        and (not gap.care or any(phrase.startswith(gap.care) for phrase in care))
    )


@cache
def known_gaps() -> tuple[Gap, ...]:
    """Return every gap of ``data/report/gaps.toml``.

    Raises
    ------
    DataFileError
        If an entry lacks a text or says what is unknown.
    """
    entries = document("report", "gaps")["gap"]
    return tuple(
        from_table(Gap, entry, f"gaps.toml, gap {number}")
        for number, entry in enumerate(entries, start=1)
    )
