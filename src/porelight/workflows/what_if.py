"""Years without a laser, under each of several habits."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from porelight.brief import table_html
from porelight.course.laws import OWN_LAWS, Laws
from porelight.course.outcome import Interval, Outcome
from porelight.course.outcome_variables import OutcomeVariable
from porelight.course.regimen import Care
from porelight.errors import ParameterError, did_you_mean
from porelight.inference.what_if import HABITS, YEAR
from porelight.inference.what_if import what_if as outcomes_of_habits
from porelight.tissue.skin import Skin


@dataclass(frozen=True, slots=True, eq=False)
class WhatIf:
    """Years of the same skin under several habits; draw i is the same skin in each.

    Attributes
    ----------
    outcomes : mapping of str to Outcome
        Outcome of each habit, by name.
    """

    outcomes: Mapping[str, Outcome]

    def change(self, habit: str, name: str = "area_fraction") -> Interval:
        """Return the relative change of an outcome by the last day under a habit.

        Raises
        ------
        ParameterError
            If no such habit was asked about, or there is no such outcome.
        """
        if habit not in self.outcomes:
            raise ParameterError(f"no habit called {habit!r}{did_you_mean(habit, self.outcomes)}")
        outcome = self.outcomes[habit]
        last = float(outcome.days[-1])
        return replace(outcome.change(name, last), when=f"after {last / YEAR:.3g} years")

    def __repr__(self) -> str:
        """Return the change of the pore area under each habit."""
        return "\n".join(f"{habit}: {self.change(habit)}" for habit in self.outcomes)

    def _repr_html_(self) -> str:
        """Return a table for notebooks, an outcome for each column."""
        first = next(iter(self.outcomes.values()))
        shown = [one for one in first.variables.values() if one.years and one.is_history]

        def cell(habit: str, about: OutcomeVariable) -> str:
            return repr(replace(self.change(habit, about.name), name="", when=""))

        rows = ([habit, *(cell(habit, one) for one in shown)] for habit in self.outcomes)
        when = self.change(next(iter(self.outcomes))).when
        titles = ("habit", *(one.title for one in shown))
        return table_html(f"Change {when}, median and 90 % interval.", titles, rows)


def what_if(
    skin: Skin,
    years: float = 10.0,
    *,
    draws: int = 200,
    seed: int = 1,
    habits: Mapping[str, tuple[Care, ...]] = HABITS,
    laws: Laws = OWN_LAWS,
) -> WhatIf:
    """Follow a skin over years under several habits; see `porelight.inference.what_if.what_if`."""
    return WhatIf(outcomes_of_habits(skin, years, draws=draws, seed=seed, habits=habits, laws=laws))
