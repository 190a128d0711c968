"""What a simulated course returns: a labelled dataset that answers questions.

    outcome.change("pore area", day=84)    # pore area -5.2 % (-17.1 to +0.3), day 84
    outcome.value("mean_diameter", day=84)
    outcome.area_fraction                  # the variable itself, an xarray.DataArray

The physics computes on plain arrays; labels are attached here, at the end, and no formula reads
them back. What each variable is, is declared once: `porelight.course.outcome_variables`.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import xarray as xr

from porelight.brief import table_html
from porelight.course.outcome_registry import (
    from_text,
    outcome_variables,
)
from porelight.course.outcome_variables import Group, OutcomeVariable
from porelight.course.statistics import (
    Interval,
    ShareOfPeople,
    estimate,
    relative_to,
    share_of_people,
    wilson,
)
from porelight.course.visible_change import chance_measured
from porelight.errors import InputFileError, ParameterError, did_you_mean
from porelight.quantities import Floats

__all__ = [
    "JUDGED_AFTER",
    "Interval",
    "Outcome",
    "OutcomeVariable",
    "outcome_variables",
]

# days after the last session on which a course is judged: the trials' usual last visit
JUDGED_AFTER: Final = 84.0

DECLARATION = "porelight_declaration"  # attribute of a variable that is not porelight's own
_SEEN = "area_fraction"  # what a camera measures
_SHOWN: tuple[Group, ...] = ("pores", "below", "effects")
_FEW = 9  # outcomes that a short print shows


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Outcome:
    """What a course brings, draw by draw, and answers to what people ask of it.

    Every variable is an attribute, ``outcome.area_fraction``, or an item,
    ``outcome["area_fraction"]``: an `xarray.DataArray` in SI. Questions take an outcome by its
    name, its label or its goal: "area_fraction", "area of visible pores", "pore area".

    Attributes
    ----------
    dataset : Dataset
        All variables with their coordinates; attributes say where the numbers come from.
    """

    dataset: xr.Dataset

    def change(self, name: str, day: float | None = None, probability: float = 0.9) -> Interval:
        """Return how much an outcome changes from its start to a day, relative to its start.

        Parameters
        ----------
        name : str
            An outcome over the days, by name, label or goal.
        day : float, optional
            The observed day nearest to this is taken; `judged_day` when left out [d].
        probability : float
            Share of the draws between low and high.

        Returns
        -------
        Interval
            Median and interval over the draws [-].

        Raises
        ------
        ParameterError
            If there is no such outcome, it has no days, the day was not simulated, or the outcome
            rises from 0, so that no change is relative to its start.
        """
        about = self.variable(name)
        when = self.observed_day(day)
        if about.is_history and not about.is_change and about.group != "pores":
            start, later = (self.draws(about.name, one) for one in (float(self.days[0]), when))
            if later.any() and not start.any():
                raise ParameterError(
                    f"{about.name} is 0 at the start, so nothing is relative to that; ask .value "
                    "of it."
                )
        result = estimate(self.changes(about.name, when), probability)
        return replace(result, name=about.title, written="change", when=f"day {when:g}")

    def value(self, name: str, day: float | None = None, probability: float = 0.9) -> Interval:
        """Return the value of an outcome on a day [SI]; parameters and errors as for `change`.

        One that has a single value per draw, such as the risk of darkening, has it on every day.
        """
        about = self.variable(name)
        result = estimate(self.draws(about.name, day), probability)
        return replace(
            result,
            name=about.label or about.title,
            written="change" if about.is_change else about.written,
            unit=about.unit,
            when=f"day {self.observed_day(day):g}" if about.is_history else "",
        )

    def draws(self, name: str, day: float | None = None) -> Floats:
        """Return the value of an outcome on a day in every draw, shape (n_draw,) [SI]."""
        about = self.variable(name)
        values = self.dataset.variables[about.name]
        if about.is_history:
            at = int(np.flatnonzero(self.days == self.observed_day(day))[0])
            values = values.isel(day=at)
        return np.asarray(values.to_numpy(), dtype=np.float64)

    def changes(self, name: str, day: float | None = None) -> Floats:
        """Return the change of an outcome relative to its start in every draw, shape (n_draw,).

        One that is a relative change already is returned as it is. In a draw that starts at 0 the
        change is 0: skin without a visible pore.
        """
        about = self.variable(name)
        if not about.is_history:
            raise ParameterError(f"{about.name} has one value for all days; ask .value of it.")
        later = self.draws(about.name, day)
        if about.is_change:
            return later
        return relative_to(later, self.draws(about.name, float(self.days[0])))

    def responders(self, day: float | None = None) -> ShareOfPeople:
        """Return the share of people who would measure smaller pores, beyond a camera's noise.

        Two photographs of unchanged skin differ, too: a share of 2.5 % would measure as much
        without any change, and is part of this one (`unchanged_responders`).
        """
        return self._measured(-1.0, day)

    def worsened(self, day: float | None = None) -> ShareOfPeople:
        """Return the share of people who would measure larger pores; else as `responders`."""
        return self._measured(1.0, day)

    def share_below(
        self, name: str, change: float, day: float | None = None, probability: float = 0.9
    ) -> ShareOfPeople:
        """Return the share of people in whom an outcome changes by less than a number.

        Parameters
        ----------
        name : str
            An outcome over the days, by name, label or goal.
        change : float
            Change relative to the start; -0.25 asks for a fall by more than a quarter [-].
        day : float, optional
            As for `change` [d].
        probability : float
            Probability of the interval.
        """
        return share_of_people(self.changes(name, day) < change, self.people, probability)

    def probability_below(
        self, name: str, change: float, day: float | None = None, probability: float = 0.9
    ) -> Interval:
        """Return how probable it is that the person in the middle changes by less than a number.

        Parameters are those of `share_below`. It is the share of the draws of what nobody knows in
        which more than half of the people do; the interval is that of a finite number of draws.
        """
        changes = self.changes(name, day)
        people = np.split(changes, range(self.people, changes.size, self.people))
        middle = [np.median(one) for one in people]
        return wilson(int((np.array(middle) < change).sum()), len(middle), probability)

    @property
    def people(self) -> int:
        """People under each draw of what nobody knows; 1 where every draw is another person."""
        return int(self.attrs.get("people", "1"))

    def _measured(self, sign: float, day: float | None) -> ShareOfPeople:
        chances = chance_measured(sign * self.changes(_SEEN, day))
        return share_of_people(chances, self.people)

    @property
    def judged_day(self) -> float:
        """The observed day nearest to twelve weeks after the last session [d]."""
        last = max((float(one["day"]) for one in self._sessions()), default=0.0)
        days = self.days
        return float(days[np.argmin(np.abs(days - (last + JUDGED_AFTER)))])

    @property
    def days(self) -> Floats:
        """Observed days since the course began, shape (n_day,) [d]."""
        return np.asarray(self.dataset["day"].to_numpy(), dtype=np.float64)

    def observed_day(self, day: float | None = None) -> float:
        """Return the observed day nearest to one that was simulated; `judged_day` when left out.

        Raises
        ------
        ParameterError
            If the day lies before or after the simulation.
        """
        if day is None:
            return self.judged_day
        days = self.days
        if not days[0] <= day <= days[-1]:
            raise ParameterError(
                f"day {day:g} was not simulated; expected {days[0]:g} to {days[-1]:g} days since "
                "the course began. Simulate with a later last_day, or ask for another day."
            )
        return float(self.dataset["day"].sel(day=day, method="nearest"))

    @property
    def variables(self) -> Mapping[str, OutcomeVariable]:
        """What is declared of each variable held: porelight's own in their order, then others."""
        # an item of a dataset is made anew, with its coordinates; its variables are there
        held = {str(name): self.dataset.variables[name].attrs for name in self.dataset.data_vars}
        own = {name: one for name, one in outcome_variables().items() if name in held}
        texts = {name: attributes.get(DECLARATION) for name, attributes in held.items()}
        added = {name: from_text(text, name) for name, text in texts.items() if text is not None}
        return MappingProxyType({**own, **added})

    def variable(self, name: str) -> OutcomeVariable:
        """Return the outcome that people mean by a name: one with a value for every draw.

        Parameters
        ----------
        name : str
            A name, a label or a goal; capitals, hyphens and underscores do not matter.

        Raises
        ------
        ParameterError
            If there is none; the nearest is named.
        """
        candidates = [one for one in self.variables.values() if one.is_of_draws]
        for one in candidates:
            if one.is_called(name):
                return one
        known = [text for one in candidates for text in one.names]
        listed = [one.label or one.name for one in candidates]
        raise ParameterError(f"no outcome is called {name!r}{did_you_mean(name, known, listed)}")

    def of_group(self, *groups: Group) -> tuple[OutcomeVariable, ...]:
        """Return the outcomes that a reader meets in these groups, group by group."""
        held = self.variables.values()
        return tuple(one for group in groups for one in held if one.group == group)

    @property
    def attrs(self) -> dict[str, Any]:
        """Where the numbers come from: version, seed, skin, sessions, care, notes."""
        return self.dataset.attrs

    @property
    def sizes(self) -> Mapping[str, int]:
        """Length of each axis."""
        return {str(name): size for name, size in self.dataset.sizes.items()}

    @property
    def data_vars(self) -> Mapping[str, xr.DataArray]:
        """Variables of the dataset by name."""
        return {str(name): array for name, array in self.dataset.data_vars.items()}

    @property
    def coords(self) -> Mapping[str, xr.DataArray]:
        """Coordinates of the dataset by name."""
        return {str(name): array for name, array in self.dataset.coords.items()}

    def __getitem__(self, name: str) -> xr.DataArray:
        if name not in self:
            raise KeyError(self._not_held(name))
        return self.dataset[name]

    def __getattr__(self, name: str) -> xr.DataArray:
        # asked for what is no attribute of the class; while it is copied there is no dataset yet
        if name.startswith("_") or name == "dataset":
            raise AttributeError(name)
        if name not in self:
            raise AttributeError(self._not_held(name))
        return self.dataset[name]

    def __dir__(self) -> list[str]:
        return [*object.__dir__(self), *(str(name) for name in self.dataset.variables)]

    def __contains__(self, name: object) -> bool:
        return name in self.dataset.variables

    def __iter__(self) -> Iterator[str]:
        return iter(self.data_vars)

    def __repr__(self) -> str:
        asked = [one for one in self.of_group(*_SHOWN) if one.goal][:_FEW]
        width = max((len(one.title) for one in asked), default=0)
        return "\n".join(
            [
                self._heading(),
                *([f"Change by day {self.judged_day:g}, median and 90 %:"] if asked else []),
                *(f"  {one.title:<{width}}  {self._change_text(one)}" for one in asked),
                f"{len(self.data_vars)} variables. Ask .change(name, day) or .value(name, day).",
            ]
        )

    def _repr_html_(self) -> str:
        """Return a table for notebooks."""
        rows = ((one.label, self._change_text(one)) for one in self.of_group(*_SHOWN))
        change = f"change by day {self.judged_day:g}, median and 90 % interval"
        return table_html(self._heading(), ("outcome", change), rows)

    def _heading(self) -> str:
        n = len(self._sessions())
        return (
            f"Outcome of {n or 'no'} session{'' if n == 1 else 's'}: days {self.days[0]:g} to "
            f"{self.days[-1]:g}, {self.sizes.get('draw', 0)} draws."
        )

    def _change_text(self, about: OutcomeVariable) -> str:
        return repr(replace(self.change(about.name), name="", when=""))

    def _sessions(self) -> list[dict[str, Any]]:
        """Return the sessions as the attributes tell them, each with its day."""
        try:
            sessions = json.loads(self.attrs.get("sessions", "[]"))
            for one in sessions:
                float(one["day"])
        except (KeyError, TypeError, ValueError):
            raise InputFileError(
                "the outcome's attribute 'sessions' is not a list of sessions with their days; "
                "simulate the course again with this version."
            ) from None
        return list(sessions)

    def _not_held(self, name: str) -> str:
        known = [one for one in dir(self) if not one.startswith("_")]
        near = get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]!r}?" if near else "list(outcome) names its variables."
        return f"an outcome has no {name!r}; {hint}"
