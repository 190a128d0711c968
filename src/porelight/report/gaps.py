"""What is not known: the gaps that no reader of a prediction should overlook."""

from dataclasses import dataclass

import xarray as xr

from porelight.report.facts import care_facts, session_facts
from porelight.report.plausibility import GENESIS, PEARL


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing that was looked for and not found, and what it means for the prediction."""

    missing: str
    consequence: str


_EVERYONE = (
    Gap(
        "The pore diameter before and after either treatment alone.",
        "The change of pores follows from physics and assumptions; no trial confirms its size.",
    ),
    Gap(
        "Rates of adverse events: the trials had at most 20 people; for Pearl no serious event in "
        "30 leaves up to 10 % possible.",
        "The risk of darkening is a rough estimate, and rare harm cannot be excluded.",
    ),
    Gap(
        "The stiffness of the ring around a pore, its tension and the pressure of its plug.",
        "They are drawn from wide ranges, which widens the interval of every pore.",
    ),
)
_TYPICAL_PORES = Gap(
    "How many pores of which size each zone of a face has.",
    "Typical pores stand in for this person's; a measured photograph replaces them.",
)
_OF_GENESIS = (
    Gap(
        "The temperature of the skin during a session, and the set-point of the vendor's sensor.",
        "The predicted heating is checked against physics, not against a measured session.",
    ),
    Gap(
        "The growth of human collagen over time after 0.3 ms pulses at 1064 nm.",
        "Its pace comes from other lasers and from animals.",
    ),
    Gap(
        "The injury threshold of the epidermis by skin type for uncooled 0.3 ms pulses.",
        "Published injury models scatter by 46 % around measured thresholds, by a factor of 2.6 at "
        "worst; this one can do no better.",
    ),
    Gap(
        "How the beam of the handpiece widens with its distance from the skin.",
        "The spot is taken as flat and of its nominal size.",
    ),
)
_OF_PEARL = (
    Gap(
        "Ablation depth against radiant exposure, the heat left behind, the pulse rate, and "
        "whether the overlap means diameter or area.",
        "The depth of the wound depends on an effective absorption that is assumed, not measured.",
    ),
)
_OF_BOTH = Gap(
    "Any trial of both treatments in one course.",
    "That their effects add as simulated is an assumption.",
)
_OF_PICKING = Gap(
    "How much picking widens a pore.",
    "The scar is modelled from its mechanism alone.",
)


def gaps(outcome: xr.Dataset) -> tuple[Gap, ...]:
    """Return the gaps that touch this course."""
    devices = {session.device for session in session_facts(outcome)}
    found = list(_EVERYONE)
    if outcome.attrs.get("pores_measured") != "true":
        found.append(_TYPICAL_PORES)
    if GENESIS in devices:
        found.extend(_OF_GENESIS)
    if PEARL in devices:
        found.extend(_OF_PEARL)
    if {GENESIS, PEARL} <= devices:
        found.append(_OF_BOTH)
    if any(phrase.startswith("picking") for phrase in care_facts(outcome)):
        found.append(_OF_PICKING)
    return tuple(found)
