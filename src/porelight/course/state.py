"""Everything the future of a treated skin depends on, at one moment of its course.

Most of what a session leaves fades in a known way from its dose and its day (contraction,
epidermis, redness, pigment, plug): for these the record of sessions is the memory. Collagen and the
natural configurations of its pools depend on the whole way that led there: their state is kept as
it is.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from porelight.brief import brief
from porelight.course.outcome import Outcome
from porelight.course.regimen import Care
from porelight.course.settings import EnsembleSettings
from porelight.course.vocabulary import SESSION, SKIN
from porelight.errors import ParameterError
from porelight.healing.collagen import CollagenState
from porelight.laser.exposure import Session
from porelight.mechanics.opening import MixtureState
from porelight.quantities import Floats
from porelight.tissue.skin import Skin


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SessionDoses:
    """Doses of the sessions, per session and draw: arrays of shape (n_session, n_draw)."""

    heat_shocked: Floats  # mean over the dermis
    denatured: Floats
    coagulated: Floats  # share of the blood of the upper plexus
    plexus_shocked: Floats
    ablated: Floats  # m
    dead: Floats  # m
    surface_rise: Floats  # K

    __repr__ = brief

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


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CourseState:
    """A course up to a day: its outcome so far, and everything needed to go on.

    Attributes
    ----------
    day : float
        Day of the state [d].
    settings : EnsembleSettings
        Size and seed of the ensemble, and its perfusion.
    skin : str
        Identity of the skin, which later parts of the course must be about.
    laws : mapping of str to list of str
        Names of the laws that are not porelight's own, which later parts must bring again.
    values : mapping of str to ndarray of float64, shape (n_draw,)
        Draws of the biology and of the measured pores.
    sessions : tuple of Session
        Those that have acted, before `day`, in the order of their days.
    doses : SessionDoses
        Doses of the sessions.
    care : tuple of Care
        What the person did between sessions.
    memory : SkinMemory
        State of collagen and mechanics.
    outcome : Outcome
        Outcome from day 0 up to `day`.
    """

    day: float
    settings: EnsembleSettings
    skin: str
    laws: Mapping[str, list[str]]
    values: Mapping[str, Floats]
    sessions: tuple[Session, ...]
    doses: SessionDoses
    care: tuple[Care, ...]
    memory: SkinMemory
    outcome: Outcome

    def __repr__(self) -> str:
        n = len(self.sessions)
        return (
            f"CourseState(day {self.day:g}, {n} session{'' if n == 1 else 's'} so far, "
            f"{self.settings.draws} draws, {_told(self.laws)})"
        )

    @property
    def session_days(self) -> Floats:
        """Days of the sessions simulated so far, shape (n_session,) [d]."""
        return np.array([one.day for one in self.sessions], dtype=np.float64)

    def require(self, skin: Skin, laws: Mapping[str, list[str]]) -> None:
        """Refuse to go on with another skin or with other laws.

        Raises
        ------
        ParameterError
            If any field of the skin differs that decides its future, or a law does.
        """
        if SKIN.identity(skin) != self.skin:
            raise ParameterError(
                f"the state of day {self.day:g} is of another skin; continue with the zone, type, "
                "age (at the course's start), sex, oiliness, sebum, layers and pores that it began "
                "with."
            )
        if dict(laws) != dict(self.laws):
            raise ParameterError(
                f"the state of day {self.day:g} was made with {_told(self.laws)}, this course with "
                f"{_told(laws)}; continue with the same laws."
            )

    def new_sessions(
        self, sessions: Sequence[Session], identity: Callable[[Session], str] = SESSION.identity
    ) -> tuple[Session, ...]:
        """Return the sessions of a course that this state does not hold yet.

        Parameters
        ----------
        sessions : sequence of Session
            All sessions of the course.
        identity : callable
            Returns the same for two sessions if every setting is that decides what they do: by
            these laws and for this skin, `porelight.course.laws.Laws.identity`.

        Raises
        ------
        ParameterError
            If one lies before the state's day: what has happened cannot be changed.
        """
        known = [identity(one) for one in self.sessions]
        new = []
        for session in sessions:
            if identity(session) in known:
                known.remove(identity(session))
            elif session.day >= self.day:
                new.append(session)
            else:
                raise ParameterError(
                    f"the session of day {session.day:g} is not among those simulated up to day "
                    f"{self.day:g}; what has happened cannot be changed. Leave it out, or simulate "
                    "the course anew."
                )
        return tuple(new)


def _told(laws: Mapping[str, list[str]]) -> str:
    names = [name for named in laws.values() for name in named]
    return ", ".join(names) or "porelight's own laws"


def continued_care(past: Sequence[Care], planned: Sequence[Care], day: float) -> tuple[Care, ...]:
    """Return the care of a course that goes on: what was done until a day, and what is done then.

    Parameters
    ----------
    past : sequence of Care
        As known so far. What it says about days from `day` on gives way to `planned`.
    planned : sequence of Care
        Care from `day` on; what it says about earlier days is ignored.
    day : float
        Day of the state [d].

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
