"""Everything the future of a treated skin depends on, at one moment of its course.

Most of what a session leaves fades in a known way from its dose and its day (contraction,
epidermis, redness, pigment, plug): for these the record of sessions is the memory. Collagen and the
natural configurations of its pools depend on the whole way that led there: their state is kept as
it is.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from hashlib import sha256

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from porelight.course.regimen import Care
from porelight.errors import ParameterError
from porelight.healing.collagen import CollagenState
from porelight.mechanics.opening import MixtureState
from porelight.quantities import Floats
from porelight.tissue.skin import Skin


@dataclass(frozen=True, slots=True, eq=False)
class SessionDoses:
    """What sessions left, one value per session and draw: arrays of shape (n_session, n_draw)."""

    heat_shocked: Floats  # mean over the dermis
    denatured: Floats
    coagulated: Floats  # share of the blood of the upper plexus
    plexus_shocked: Floats
    ablated: Floats  # m
    dead: Floats  # m
    surface_rise: Floats  # K

    def then(self, later: "SessionDoses", order: NDArray[np.intp]) -> "SessionDoses":
        """Return these and later sessions, in the order given."""
        both = (
            np.concatenate([getattr(self, one.name), getattr(later, one.name)])[order]
            for one in fields(self)
        )
        return SessionDoses(*both)


@dataclass(frozen=True, slots=True, eq=False)
class PoreMemory:
    """State of the pore: collagen (n_draw, n_ring) and the natural strains of its pools."""

    collagen: CollagenState
    mixture: MixtureState


@dataclass(frozen=True, slots=True, eq=False)
class SkinMemory:
    """State of the pore and of the skin between the pores, (n_draw,)."""

    pore: PoreMemory
    between: CollagenState


@dataclass(frozen=True, slots=True)
class EnsembleSettings:
    """How finely a course is simulated; a course continued keeps its settings."""

    draws: int = 500
    members: int = 8
    photons: int = 100_000
    seed: int = 1

    def __post_init__(self) -> None:
        for name in ("draws", "members", "photons"):
            if getattr(self, name) < 1:
                raise ParameterError(f"{name} is {getattr(self, name)}; expected 1 or more.")


@dataclass(frozen=True, slots=True, eq=False)
class CourseState:
    """A course up to a day: its outcome so far, and everything needed to go on.

    Attributes
    ----------
    day : float
        Where it stands [d].
    settings : EnsembleSettings
        Size and seed of the ensemble.
    skin_fingerprint : str
        Tells whether a course is about the same skin; see `skin_fingerprint`.
    values : mapping of str to ndarray of float64, shape (n_draw,)
        Draws of the biology.
    session_days : ndarray of float64, shape (n_session,)
        Days of the sessions simulated so far, in order [d]; those at or after `day` have not
        acted yet.
    doses : SessionDoses
        What they left.
    care : tuple of Care
        What the person did.
    memory : SkinMemory
        Of collagen and mechanics.
    outcome : Dataset
        From day 0 up to `day`; see `porelight.course.outcome.VARIABLES`.
    """

    day: float
    settings: EnsembleSettings
    skin_fingerprint: str
    values: Mapping[str, Floats]
    session_days: Floats
    doses: SessionDoses
    care: tuple[Care, ...]
    memory: SkinMemory
    outcome: xr.Dataset

    def require_skin(self, skin: Skin) -> None:
        """Refuse to go on with another skin.

        Raises
        ------
        ParameterError
            If its description, layers or pores differ.
        """
        if skin_fingerprint(skin) != self.skin_fingerprint:
            raise ParameterError(
                f"the state of day {self.day:g} is of another skin; continue with the zone, type, "
                "age (at the course's start), sex, oiliness and pores that it began with."
            )


def skin_fingerprint(skin: Skin) -> str:
    """Return 16 digits that differ when anything about a skin does."""
    text = repr((skin.zone, skin.fitzpatrick, skin.age, skin.sex, skin.oiliness, skin.layers))
    digest = sha256(text.encode())
    digest.update(repr((skin.pores.area, skin.pores.is_measured)).encode())
    digest.update(skin.pores.diameter.tobytes() + skin.pores.floor.tobytes())
    return digest.hexdigest()[:16]


def continued_care(past: Sequence[Care], planned: Sequence[Care], day: float) -> tuple[Care, ...]:
    """Return the care of a course that goes on: what was done until a day, and what is done then.

    Parameters
    ----------
    past : sequence of Care
        As known so far. What it says about days from `day` on gives way to `planned`.
    planned : sequence of Care
        What is done from `day` on; what it says about days before is not news and passed over.
    day : float
        Where the course stands [d].

    Returns
    -------
    tuple of Care
        A habit that goes on at the same level is one entry, as if it had never been cut.

    Examples
    --------
    >>> habit = Care("cleansing")
    >>> continued_care([habit], [habit], 84.0) == (habit,)
    True
    >>> continued_care([habit], [], 84.0)[0].to_day
    84.0
    """
    coming = [one for one in planned if _reaches(one, day)]
    kept = []
    for one in past:
        if one.from_day >= day:
            continue
        if not _reaches(one, day):
            kept.append(one)
            continue
        same = next((new for new in coming if _goes_on(one, new, day)), None)
        if same is not None:
            coming.remove(same)
        kept.append(replace(one, to_day=day if same is None else same.to_day))
    return (*kept, *(replace(one, from_day=max(one.from_day, day)) for one in coming))


def _reaches(care: Care, day: float) -> bool:
    """Return whether it does anything at or after a day; picking is done in a moment."""
    last = care.from_day if care.kind == "picking" else math.nextafter(care.to_day, 0.0)
    return last >= day


def _goes_on(past: Care, planned: Care, day: float) -> bool:
    return (past.kind, past.level) == (planned.kind, planned.level) and planned.from_day <= day
