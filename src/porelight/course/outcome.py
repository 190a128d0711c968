"""What a simulated course returns: a labelled dataset that answers questions.

    outcome.change("pore area", day=84)    # pore area -5.2 % (-17.1 to +0.3), day 84
    outcome.value("mean_diameter", day=84)
    outcome.area_fraction                  # the variable itself, an xarray.DataArray

The physics computes on plain arrays; labels are attached here, at the end, and no formula reads
them back. What each variable is, is declared once: `porelight.course.outcome_variables`.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import xarray as xr

from porelight.course.outcome_variables import (
    OutcomeVariable,
    from_text,
    outcome_variables,
    to_text,
)
from porelight.course.statistics import Interval, estimate
from porelight.data.library import parameter
from porelight.errors import InputFileError, ParameterError, did_you_mean
from porelight.quantities import Floats

__all__ = [
    "JUDGED_AFTER",
    "RELATIVE",
    "VARIABLES",
    "Interval",
    "Outcome",
    "OutcomeVariable",
    "estimate",
    "interval",
    "outcome_dataset",
    "outcome_variables",
]

# days after the last session on which a course is judged: the trials' usual last visit
JUDGED_AFTER: Final = 84.0

_DECLARATION = "porelight_declaration"  # attribute of a variable that is not porelight's own
_COORDINATES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "day": ("d", "days since the course began"),
        "depth": ("m", "below the surface before treatment"),
        "session": ("1", "number of the session"),
    }
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Outcome:
    """What a course brings, draw by draw, and answers to what people ask of it.

    Every variable is an attribute, ``outcome.area_fraction``, or an item,
    ``outcome["area_fraction"]``: an `xarray.DataArray` in SI. Questions take a variable by its
    name, its label or its goal: "area_fraction", "area of visible pores", "pore-area".

    Attributes
    ----------
    dataset : Dataset
        All variables with their coordinates; attributes say where the numbers come from.
    """

    dataset: xr.Dataset

    def change(self, name: str, day: float | None = None, probability: float = 0.9) -> Interval:
        """Return by how much an outcome changes from its start to a day, relative to its start.

        Parameters
        ----------
        name : str
            An outcome over the days, by name, label or goal.
        day : float, optional
            The observed day nearest to this is taken; `judged_day` when left out [d].
        probability : float
            Share of the draws between low and high.

        Raises
        ------
        ParameterError
            If there is no such outcome, or the day was not simulated.
        """
        about = self.variable(name)
        observed = self._observed(day)
        result = estimate(self.changes(name, observed), probability)
        return _named(result, about.title, "change", f"day {observed:g}")

    def value(self, name: str, day: float | None = None, probability: float = 0.9) -> Interval:
        """Return the value of an outcome on a day, in SI; parameters as for `change`."""
        about = self.variable(name)
        result = estimate(self.draws(name, day), probability)
        when = f"day {self._observed(day):g}" if about.is_history else ""
        return _named(
            result, about.label or about.title, "change" if about.is_change else about.written, when
        )

    def draws(self, name: str, day: float | None = None) -> Floats:
        """Return the value of an outcome in every draw on a day, shape (n_draw,) [SI]."""
        about = self.variable(name)
        values = self.dataset[about.name]
        if about.is_history:
            values = values.sel(day=self._observed(day))
        return np.asarray(values.to_numpy(), dtype=np.float64)

    def changes(self, name: str, day: float | None = None) -> Floats:
        """Return the change of an outcome relative to its start in every draw, shape (n_draw,).

        An outcome that is a relative change already is returned as it is; one that is 0 at its
        start cannot change relative to it, and its change is 0.
        """
        about = self.variable(name)
        if not about.is_history:
            raise ParameterError(f"{about.name} has no days, so it cannot change; ask its value.")
        later = self.draws(name, day)
        if about.is_change:
            return later
        start = self.dataset[about.name].isel(day=0).to_numpy()
        return np.asarray(
            np.divide(later, start, out=np.ones_like(later), where=start != 0.0) - 1.0
        )

    def responders(self, day: float | None = None) -> float:
        """Return the share of draws whose pore area falls by more than a camera's repeatability.

        It is the chance that this person would *measure* an improvement, not only have one.
        """
        return float(np.mean(self.changes("area_fraction", day) < -_smallest_detectable()))

    def worsened(self, day: float | None = None) -> float:
        """Return the share of draws whose pore area grows by more than a camera's repeatability."""
        return float(np.mean(self.changes("area_fraction", day) > _smallest_detectable()))

    @property
    def judged_day(self) -> float:
        """The observed day nearest to twelve weeks after the last session [d]."""
        days = self.days
        last = max(self._session_days(), default=0.0)
        return float(days[np.argmin(np.abs(days - (last + JUDGED_AFTER)))])

    @property
    def days(self) -> Floats:
        """Observed days since the course began, shape (n_day,) [d]."""
        return np.asarray(self.dataset["day"].to_numpy(), dtype=np.float64)

    @property
    def variables(self) -> Mapping[str, OutcomeVariable]:
        """What is declared of each variable that this outcome holds: porelight's own first."""
        held = {str(name) for name in self.dataset.data_vars}
        own = {name: one for name, one in outcome_variables().items() if name in held}
        added = {}
        for name in self.dataset.data_vars:
            text = self.dataset[name].attrs.get(_DECLARATION)
            if text is not None:
                added[str(name)] = from_text(str(text))
        return MappingProxyType({**own, **added})

    def of_group(self, *groups: str) -> tuple[OutcomeVariable, ...]:
        """Return the outcomes that a reader meets in these groups, in their order."""
        held = self.variables.values()
        return tuple(one for group in groups for one in held if one.group == group)

    def variable(self, name: str) -> OutcomeVariable:
        """Return the outcome with one value per draw that people mean by a name.

        Parameters
        ----------
        name : str
            A name, a label or a goal; capitals, hyphens and underscores do not matter.

        Raises
        ------
        ParameterError
            If there is none; the nearest is named.
        """
        candidates = [
            one for one in self.variables.values() if one.is_history or one.dims == ("draw",)
        ]
        for one in candidates:
            if one.called(name):
                return one
        known = [text for one in candidates for text in (one.name, one.label, one.goal) if text]
        raise ParameterError(f"no outcome is called {name!r}{did_you_mean(name, known)}")

    @property
    def attrs(self) -> dict[str, Any]:
        """Where the numbers come from: version, seed, skin, sessions, care, notes."""
        return self.dataset.attrs

    @property
    def sizes(self) -> Mapping[str, int]:
        """Lengths of the axes."""
        return {str(name): size for name, size in self.dataset.sizes.items()}

    @property
    def data_vars(self) -> Any:
        """Variables of the dataset by name."""
        return self.dataset.data_vars

    @property
    def coords(self) -> Any:
        """Coordinates of the dataset by name."""
        return self.dataset.coords

    def __getitem__(self, name: str) -> xr.DataArray:
        if name not in self.dataset.variables:
            raise KeyError(self._no_variable(name))
        return self.dataset[name]

    def __getattr__(self, name: str) -> xr.DataArray:
        # asked only for what is no attribute of the class; `dataset` itself is absent while copied
        if name.startswith("_") or name == "dataset":
            raise AttributeError(name)
        if name not in self.dataset.variables:
            raise AttributeError(self._no_variable(name))
        return self.dataset[name]

    def __dir__(self) -> list[str]:
        return [*object.__dir__(self), *(str(name) for name in self.dataset.variables)]

    def __contains__(self, name: object) -> bool:
        return name in self.dataset.variables

    def __iter__(self) -> Iterator[str]:
        return (str(name) for name in self.dataset.data_vars)

    def __repr__(self) -> str:
        lines = [self._heading()]
        asked = [one for one in self.variables.values() if one.goal][:7]
        if asked:
            lines.append(
                f"Changes by day {self.judged_day:g}, median and 90 % interval of the draws:"
            )
            width = max(len(one.title) for one in asked)
            for one in asked:
                numbers = self._change_text(one)
                lines.append(f"  {one.title:<{width}}  {numbers}")
        lines.append(
            f"{len(self.dataset.data_vars)} variables in .dataset; ask .change(name, day), "
            ".value(name, day)."
        )
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{escape(one.label)}</td><td>{escape(self._change_text(one))}</td></tr>"
            for one in self.of_group("pores", "below", "effects")
        )
        return (
            f"<p>{escape(self._heading())}</p><table><thead><tr><th>outcome</th>"
            f"<th>change by day {self.judged_day:g}, median and 90 % interval</th></tr></thead>"
            f"<tbody>{rows}</tbody></table>"
        )

    def _heading(self) -> str:
        sessions = len(self._session_days())
        return (
            f"Outcome of {sessions} session{'' if sessions == 1 else 's'}, "
            f"day {self.days[0]:g} to {self.days[-1]:g}, {self.sizes.get('draw', 0)} draws."
        )

    def _change_text(self, about: OutcomeVariable) -> str:
        result = estimate(self.changes(about.name))
        return repr(_named(result, "", "change", ""))

    def _observed(self, day: float | None) -> float:
        """Return the observed day nearest to the one asked; refuse one outside of the course."""
        if day is None:
            return self.judged_day
        days = self.days
        if not days[0] <= day <= days[-1]:
            raise ParameterError(
                f"day {day:g} was not simulated; expected {days[0]:g} to {days[-1]:g} days since "
                "the course began. Simulate with a later last_day, or ask an earlier day."
            )
        return float(self.dataset["day"].sel(day=day, method="nearest"))

    def _session_days(self) -> list[float]:
        try:
            return [
                float(one["day"]) for one in json.loads(self.dataset.attrs.get("sessions", "[]"))
            ]
        except (KeyError, TypeError, ValueError):
            raise InputFileError(
                "the outcome's attribute 'sessions' is not a list of sessions with their days; "
                "simulate the course again with this version."
            ) from None

    def _no_variable(self, name: str) -> str:
        known = [*dir(type(self)), *(str(one) for one in self.dataset.variables)]
        near = did_you_mean(name, [one for one in known if not one.startswith("_")])
        return f"an outcome has no {name!r}{near}"


def outcome_dataset(
    variables: Mapping[str, Floats],
    coordinates: Mapping[str, Floats],
    attributes: Mapping[str, str],
    extra: Iterable[OutcomeVariable] = (),
) -> xr.Dataset:
    """Return the arrays as one labelled dataset.

    Parameters
    ----------
    variables : mapping of name to ndarray
        Arrays in SI, axes in the order of their declaration.
    coordinates : mapping of name to ndarray
        Values along `day` [d], `depth` [m] and `session`.
    attributes : mapping of str to str
        Provenance: version, seed, settings, hash of the data files.
    extra : iterable of OutcomeVariable
        Declarations of variables that are not porelight's own; they travel with their variables.

    Raises
    ------
    ParameterError
        If a name is unknown or taken, or an array has the wrong number of axes.
    """
    known = {**outcome_variables(), **_extra_by_name(tuple(extra))}
    data = {}
    for name, array in variables.items():
        if name not in known:
            raise ParameterError(f"no outcome variable is called {name!r}.")
        about = known[name]
        if np.ndim(array) != len(about.dims):
            raise ParameterError(
                f"{name} has shape {np.shape(array)}; expected axes {', '.join(about.dims)}."
            )
        labels = {"units": about.unit, "long_name": about.meaning}
        if name not in outcome_variables():
            labels[_DECLARATION] = to_text(about)
        data[name] = xr.Variable(about.dims, np.asarray(array, dtype=np.float64), labels)
    labelled = {
        name: xr.Variable(
            (name,), values, {"units": _COORDINATES[name][0], "long_name": _COORDINATES[name][1]}
        )
        for name, values in coordinates.items()
    }
    return xr.Dataset(data, coords=labelled, attrs=dict(attributes))


def interval(values: xr.DataArray, probability: float = 0.9) -> xr.DataArray:
    """Return low, median and high of an outcome over its draws, along a new axis `bound`.

    Parameters
    ----------
    values : DataArray with a dimension `draw`
        An outcome.
    probability : float
        Share of the draws between low and high.

    Returns
    -------
    DataArray
        The same without `draw`, with `bound` = "low", "median", "high" in front.
    """
    if not 0.0 < probability < 1.0:
        raise ParameterError(f"probability is {probability:g}; expected between 0 and 1.")
    tail = 0.5 * (1.0 - probability)
    bounds = values.quantile([tail, 0.5, 1.0 - tail], dim="draw").rename(quantile="bound")
    return bounds.assign_coords(bound=["low", "median", "high"])


def _extra_by_name(extra: Sequence[OutcomeVariable]) -> dict[str, OutcomeVariable]:
    """Refuse a declaration whose name, label or goal means something else already."""
    known = dict(outcome_variables())
    for one in extra:
        if one.name in dir(Outcome):
            raise ParameterError(
                f"an outcome cannot be called {one.name!r}: every outcome has an attribute of that "
                "name. Choose another name."
            )
        for text in (one.name, one.label, one.goal):
            taken = next((name for name, other in known.items() if text and other.called(text)), "")
            if taken:
                raise ParameterError(
                    f"the extra outcome {one.name!r} uses {text!r}, which means {taken!r} already."
                )
        known[one.name] = one
    return {one.name: one for one in extra}


def _named(result: Interval, name: str, written: Any, when: str) -> Interval:
    return Interval(result.low, result.median, result.high, result.probability, name, written, when)


def _smallest_detectable() -> float:
    return parameter("tissue", "limits", "smallest_detectable_area_change").value


VARIABLES = outcome_variables()
RELATIVE = frozenset(name for name, one in VARIABLES.items() if one.is_change)
