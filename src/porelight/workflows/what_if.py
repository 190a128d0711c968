"""Years without a laser, under each of several habits."""

from collections.abc import Mapping
from dataclasses import dataclass

from porelight.course.laws import Laws
from porelight.course.outcome import Interval, Outcome
from porelight.course.regimen import Care
from porelight.inference.what_if import HABITS
from porelight.inference.what_if import what_if as outcomes_of_habits
from porelight.tissue.skin import Skin

_OWN = Laws()


@dataclass(frozen=True, slots=True, eq=False)
class WhatIf:
    """Years of the same skin under several habits; draw i is the same skin in each.

    Attributes
    ----------
    outcomes : mapping of str to Outcome
        By habit.
    """

    outcomes: Mapping[str, Outcome]

    def change(self, habit: str, name: str = "area_fraction") -> Interval:
        """Return the relative change of an outcome by the last day under a habit."""
        outcome = self.outcomes[habit]
        return outcome.change(name, float(outcome.days[-1]))

    def __repr__(self) -> str:
        """Return the change of the pore area under each habit."""
        return "\n".join(f"{habit}: {self.change(habit)}" for habit in self.outcomes)


def what_if(
    skin: Skin,
    years: float = 10.0,
    *,
    draws: int = 200,
    seed: int = 1,
    habits: Mapping[str, tuple[Care, ...]] = HABITS,
    laws: Laws = _OWN,
) -> WhatIf:
    """Follow a skin over years under several habits; see `porelight.inference.what_if.what_if`."""
    return WhatIf(outcomes_of_habits(skin, years, draws=draws, seed=seed, habits=habits, laws=laws))
