"""The laws that a simulation is made with, each of which a researcher may replace by her own.

    laws = Laws(injury=my_law)
    outcome = Course(skin, sessions).simulate(laws=laws)

Only the names of foreign laws travel with an outcome and a state: whoever goes on with a state must
bring laws of the same names.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Protocol

from porelight.course.effects import EFFECTS, Effect, ExtraOutcome
from porelight.course.healing_weeks import HealingWeeks
from porelight.course.regimen import Care
from porelight.course.state import SessionDoses, SkinMemory
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
        Kinds of physics of a session; the first that applies to an exposure treats it.
    outcomes : sequence of ExtraOutcome
        Outcomes beyond porelight's own.

    Raises
    ------
    ParameterError
        If by the law of injury skin that was never heated is injured.
    """

    injury: InjuryLaw = library_injury
    healing: HealingModel = HealingWeeks
    sessions: Sequence[SessionModel] = SESSION_MODELS
    outcomes: Sequence[ExtraOutcome] = ()

    def __post_init__(self) -> None:
        """Try a foreign law of injury on skin at rest; the library's is tested."""
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
        """Names of the laws that are not porelight's own, by what they are about; often empty."""
        own = OWN_LAWS
        found = {
            "injury": [] if self.injury is own.injury else [_name(self.injury)],
            "healing": [] if self.healing is own.healing else [_name(self.healing)],
            "sessions": [_name(one) for one in self.sessions if one not in own.sessions],
            "outcomes": [one.variable.name for one in self.outcomes],
        }
        return {about: names for about, names in found.items() if names}


OWN_LAWS = Laws()


def _name(law: Any) -> str:
    about = law if hasattr(law, "__qualname__") else type(law)
    return f"{about.__module__}.{about.__qualname__}"
