"""The laws that a simulation is made with, each of which a researcher may replace by her own.

    laws = Laws(injury=my_law)
    outcome = Course(skin, sessions).simulate(laws=laws)

Only the names of foreign laws travel with an outcome and a state: whoever goes on with a state must
bring laws of the same names, so a name must tell a law from its like.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any, Protocol

from porelight.course.effects import EFFECTS, Effect, ExtraOutcome
from porelight.course.healing_weeks import HealingWeeks
from porelight.course.regimen import Care
from porelight.course.state import SessionDoses, SkinMemory
from porelight.course.vocabulary import SESSION
from porelight.errors import ParameterError
from porelight.laser.exposure import Session
from porelight.quantities import Floats
from porelight.session.ensemble import SESSION_MODELS, SessionModel
from porelight.session.injury_law import (
    InjuryLaw,
    library_injury,
    require_no_injury_at_rest,
)
from porelight.tissue.skin import Skin


class Healing(Protocol):
    """The weeks of one skin, for all draws side by side."""

    def weeks(
        self,
        session_days: Floats,
        doses: SessionDoses,
        observed_days: Floats,
        memory: SkinMemory | None = None,
    ) -> tuple[dict[str, Floats], SkinMemory]:
        """Return the outcomes over the weeks, and what the skin remembers at their end.

        See `porelight.course.healing_weeks.HealingWeeks.weeks`.
        """
        ...


class HealingModel(Protocol):
    """What makes the weeks of a skin; a class that takes these arguments will do."""

    def __call__(
        self,
        skin: Skin,
        values: Mapping[str, Floats],
        care: tuple[Care, ...],
        effects: Mapping[str, Effect],
    ) -> Healing:
        """Return the weeks of this skin."""
        ...


@dataclass(frozen=True, slots=True, repr=False)
class Laws:
    """The laws of a simulation; porelight's own unless replaced.

    Attributes
    ----------
    injury : InjuryLaw
        Law from a temperature history to the injury that it leaves.
    healing : HealingModel
        Law from the doses of sessions to the weeks that follow.
    sessions : sequence of SessionModel
        Kinds of physics of a session, at least one; the first that applies to an exposure treats
        it.
    outcomes : sequence of ExtraOutcome
        Outcomes beyond porelight's own.

    Raises
    ------
    ParameterError
        If by the law of injury skin that was never heated is injured, there is no session model,
        or a law has no name that tells it from its like.

    Notes
    -----
    A function or a class is known by its own name. One that was made with values of its own (a
    function inside a function, a partial, an object) is known by its attribute ``name``.
    """

    injury: InjuryLaw = library_injury
    healing: HealingModel = HealingWeeks
    sessions: Sequence[SessionModel] = SESSION_MODELS
    outcomes: Sequence[ExtraOutcome] = ()

    def __post_init__(self) -> None:
        """Try a foreign law of injury on skin at rest; the library's is tested."""
        if not self.sessions:
            raise ParameterError("sessions is empty; give at least one session model.")
        _ = self.foreign  # names what is not porelight's own
        if self.injury is not library_injury:
            require_no_injury_at_rest(self.injury)

    def __repr__(self) -> str:
        foreign = [f"{about}={', '.join(names)}" for about, names in self.foreign.items()]
        return f"Laws({'; '.join([*foreign, 'all else' if foreign else 'all'])} porelight's own)"

    @property
    def effects(self) -> Mapping[str, Effect]:
        """What is computed beside the pore, by the name of its outcome."""
        extra = {one.variable.name: one.effect for one in self.outcomes}
        return MappingProxyType({**EFFECTS, **extra})

    @property
    def foreign(self) -> dict[str, list[str]]:
        """Names of the laws that are not porelight's own, by what they are about; often empty.

        Session models are all named in their order, as the first that applies is taken.
        """
        own = tuple(self.sessions) == SESSION_MODELS
        found = {
            "injury": [] if self.injury is library_injury else [_name(self.injury)],
            "healing": [] if self.healing is HealingWeeks else [_name(self.healing)],
            "sessions": [] if own else [_name(one) for one in self.sessions],
            "outcomes": [one.variable.name for one in self.outcomes],
        }
        return {about: names for about, names in found.items() if names}

    def identity(self, skin: Skin, session: Session) -> str:
        """Return 16 digits that change when, and only when, a setting changes what a session does.

        Parameters
        ----------
        skin : Skin
            The skin that is treated: on it depends which of the session models applies.
        session : Session
            The session.

        Notes
        -----
        A foreign session model may look at every setting, even at the name of the device.
        """
        if tuple(self.sessions) != SESSION_MODELS:
            return SESSION.identity(session, whole=True)
        exposure = session.exposure
        model = next(one for one in SESSION_MODELS if one.applies(skin, exposure))
        unused = [f"exposure.{path}" for path in model.unused(exposure)]
        return SESSION.identity(session, unused=unused)


OWN_LAWS = Laws()


def _name(law: Any) -> str:
    """Return the name of a law: its own, or that of the function or the class that it is.

    Raises
    ------
    ParameterError
        If another law may have the same name and other values inside.
    """
    given = getattr(law, "name", None)
    if isinstance(given, str) and given:
        return given
    about = law if hasattr(law, "__qualname__") else type(law)
    name = f"{about.__module__}.{about.__qualname__}"
    if getattr(law, "__closure__", None) or (about is not law and _holds_values(law)):
        raise ParameterError(
            f"the law {name} holds values of its own, by which it differs from others of that "
            "name; give it a name that says them, as in law.name = 'slower by 0.1'."
        )
    return name


def _holds_values(law: object) -> bool:
    return (
        bool(getattr(law, "__dict__", None))
        or isinstance(law, partial)
        or any(getattr(cls, "__slots__", ()) for cls in type(law).__mro__)
    )
