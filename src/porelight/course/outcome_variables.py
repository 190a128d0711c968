"""What is declared of an outcome: one object that files, plans, tables and figures all follow.

porelight's own outcomes stand in ``data/course/outcomes.toml``; one from outside the package is
declared in Python with the same fields. Both are read and written by
`porelight.course.outcome_registry`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, TypeAlias, get_args

from porelight.course.value_text import Written, value_text
from porelight.errors import ParameterError, did_you_mean
from porelight.quantities import TEMPERATURE, Floats, Quantity

Group: TypeAlias = Literal["", "pores", "below", "surface", "effects", "risk", "injury"]
Years: TypeAlias = Literal["", "listed", "drawn"]
Colour: TypeAlias = Literal["ink", "grey", "blue", "vermilion", "green", "orange", "purple", "sky"]

Dash: TypeAlias = Literal["-", "--", "-.", ":"]

HISTORY = ("draw", "day")
DRAWS = ("draw",)
# groups whose outcomes have one value per draw, over the days or once
_OF_DRAWS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "pores": HISTORY,
        "below": HISTORY,
        "surface": HISTORY,
        "effects": HISTORY,
        "risk": DRAWS,
    }
)
_LARGEST = 1e300  # of a number of which nothing is known but that it is finite
# least and greatest value, by how it is written or by its unit [SI]
_WITHIN: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "share": (0.0, 10.0),  # of a start, which it may exceed
        "chance": (0.0, 1.0),
        "change": (-1.0, 100.0),
        "length": (0.0, 1.0),
        "per_cm2": (0.0, 1e10),
        "K": (TEMPERATURE.low, TEMPERATURE.high),
        "m": (0.0, 1.0),
    }
)
_UNITS: Mapping[str, str] = MappingProxyType(
    {"share": "1", "chance": "1", "change": "1", "length": "m", "per_cm2": "1/m2"}
)


@dataclass(frozen=True, slots=True)
class Anchor:
    """A published result that a prediction is held against in words; nothing is tuned to it."""

    trial: str
    device: str
    result: str
    flag: str  # how it is known: seen, recalled, derived or assumed


@dataclass(frozen=True, slots=True)
class Evidence:
    """How much is known of an outcome.

    Attributes
    ----------
    about : str
        The published observation, in words.
    grade : str
        The kind and size of the best study.
    note : str
        Note for the reader.
    counts_subjects : bool
        Whether trials told only how many people were visibly better.
    anchor : tuple of Anchor
        Published results to compare with in words.
    """

    about: str = ""
    grade: str = "state of the model, not observed"
    note: str = ""
    counts_subjects: bool = False
    anchor: tuple[Anchor, ...] = ()


@dataclass(frozen=True, slots=True)
class Trial:
    """A published change of an outcome, drawn beside the prediction.

    Attributes
    ----------
    target : str
        Its key among the published results, for example "V10".
    quantity : str
        The measured quantity, in words.
    device : str
        Key of the device that it is of.
    sessions : int
        Number of sessions in the trial.
    value, low, high : float
        Relative change with its interval; no width where no spread was published [-].
    source, flag, note : str
        Source, how the number is known, and a note for the reader.
    """

    target: str
    quantity: str
    device: str
    sessions: int
    value: float
    low: float
    high: float
    source: str
    flag: str
    note: str = ""

    def __post_init__(self) -> None:
        if not self.low <= self.value <= self.high:
            raise ParameterError(
                f"trial {self.target}: {self.value:g} lies outside of its range, {self.low:g} to "
                f"{self.high:g}."
            )
        if not self.source:
            raise ParameterError(f"trial {self.target} has no source; say where it is published.")


@dataclass(frozen=True, slots=True)
class Drawing:
    """How an outcome is drawn.

    Attributes
    ----------
    axis : str
        Label of its axis over the days, with the unit; ``{start}`` stands for the moment that it is
        compared with. Without one it is not drawn over the days.
    colour : str
        Name in `porelight.report.palette`, in small letters.
    dash : str
        Line style of matplotlib.
    """

    axis: str = ""
    colour: Colour = "blue"
    dash: Dash = "-"

    def __post_init__(self) -> None:
        _require_known("colour", self.colour, get_args(Colour))
        _require_known("dash", self.dash, get_args(Dash))

    def axis_label(self, start: str) -> str:
        """Return the label of the axis, the start called as people call it here."""
        return self.axis.replace("{start}", start)


@dataclass(frozen=True, slots=True)
class Headline:
    """The large number of an outcome at the head of the page; none without a title."""

    title: str = ""
    warning: str = ""  # beside the number of a treated skin


@dataclass(frozen=True, slots=True)
class Healed:
    """When a sign on the surface is over: it has fallen, or risen, to a threshold."""

    threshold: float = 0.0
    rises: bool = False
    heading: str = ""  # of the days that this takes, in a table


@dataclass(frozen=True, slots=True)
class OutcomeVariable:
    """One variable of an outcome, and everything that is said of it.

    Attributes
    ----------
    name : str
        Name in the dataset.
    unit : str
        SI unit.
    meaning : str
        Its long name in a file.
    dims : tuple of str
        Its axes; one value per draw and day if left out.
    label : str
        Label for readers; empty if it is never shown.
    group : str
        Where a reader meets it: among the "pores", what lies "below" the surface, the "surface"
        that heals, the "effects" beside the pore, the "risk", or the "injury" of a session.
    written : str
        Form in which a value is written: a "share" of a whole, a "chance", a "length", "per_cm2" or
        a "number".
    is_change : bool
        Whether it is a relative change already, and not divided by its start.
    goal : str
        Name under which a plan ranks by it, less being better; empty if none does.
    goal_label : str
        Name in the sentence of a plan; the label if left out.
    years : str
        Whether it is "listed" or also "drawn" where habits are compared over years.
    may_lack : bool
        Whether an outcome may be shown without it.
    between : tuple of float
        Least and greatest value that it can have [SI]; if left out, what follows from how it is
        written (a chance is 0 to 1) or from its unit.
    drawing : Drawing
        Axis, scale and colour in figures.
    headline : Headline
        Its large number at the head of the page.
    healed : Healed
        Threshold at which a sign on the surface counts as healed.
    evidence : Evidence
        What is known of it from trials.
    trial : tuple of Trial
        Published changes that are drawn beside the prediction.

    Raises
    ------
    ParameterError
        If texts that belong together are not all given, or a choice is unknown.

    Examples
    --------
    >>> hydration = OutcomeVariable(
    ...     "hydration", "1", "water of the horny layer over its start",
    ...     label="hydration", group="effects", written="share",
    ... )
    >>> hydration.is_history
    True
    """

    name: str
    unit: str
    meaning: str
    dims: tuple[str, ...] = HISTORY
    label: str = ""
    group: Group = ""
    written: Written = "number"
    is_change: bool = False
    goal: str = ""
    goal_label: str = ""
    years: Years = ""
    may_lack: bool = False
    between: tuple[float, ...] = ()
    drawing: Drawing = field(default_factory=Drawing)
    headline: Headline = field(default_factory=Headline)
    healed: Healed = field(default_factory=Healed)
    evidence: Evidence = field(default_factory=Evidence)
    trial: tuple[Trial, ...] = ()

    def __post_init__(self) -> None:
        if not (self.name.isidentifier() and not self.name.startswith("_")):
            raise ParameterError(
                f"an outcome is called {self.name!r}; expected letters, digits and underscores, "
                "beginning with a letter."
            )
        if not (self.unit and self.meaning and self.dims):
            raise ParameterError(f"outcome {self.name} lacks its unit, its meaning or its axes.")
        _require_known(f"outcome {self.name}: group", self.group, get_args(Group))
        _require_known(f"outcome {self.name}: written", self.written, get_args(Written))
        _require_known(f"outcome {self.name}: years", self.years, get_args(Years))
        if self.between and not (len(self.between) == 2 and self.between[0] < self.between[1]):
            raise ParameterError(
                f"outcome {self.name} lies between {list(self.between)}; expected its least and "
                "its greatest value."
            )
        if bool(self.label) != bool(self.group):
            raise ParameterError(
                f"outcome {self.name} has a {'label' if self.label else 'group'} alone; give both "
                "a label and a group, or none if no reader meets it."
            )
        dims = _OF_DRAWS.get(self.group, self.dims)
        if dims != self.dims:
            raise ParameterError(
                f"outcome {self.name} of the group {self.group!r} is over {', '.join(self.dims)}; "
                f"expected {', '.join(dims)}."
            )
        unit = "1" if self.is_change else _UNITS.get(self.written, self.unit)
        if unit != self.unit:
            raise ParameterError(
                f"outcome {self.name} is in {self.unit!r}, but a value written as a "
                f"{'change' if self.is_change else self.written} is in {unit!r}."
            )
        if (self.goal or self.years or self.headline.title) and not (
            self.label and self.is_history
        ):
            raise ParameterError(
                f"outcome {self.name} has a goal, years or a headline; these need a label, a group "
                "and one value per draw and day."
            )

    def __repr__(self) -> str:
        goal = f", goal {self.goal!r}" if self.goal else ""
        over = ", ".join(self.dims)
        return f"OutcomeVariable({self.name} [{self.unit}] over ({over}): {self.meaning}{goal})"

    @property
    def is_history(self) -> bool:
        """Whether it has one value per draw and day."""
        return self.dims == HISTORY

    @property
    def is_of_draws(self) -> bool:
        """Whether it has one value per draw, on each day or once."""
        return self.dims in (HISTORY, DRAWS)

    @property
    def title(self) -> str:
        """What it is called in short: its goal in words, else its label, else its name."""
        return in_words(self.goal) or self.label or in_words(self.name)

    @property
    def goal_text(self) -> str:
        """How the sentence of a plan calls it."""
        return self.goal_label or self.label

    @property
    def limits(self) -> tuple[float, float]:
        """Least and greatest value that it can have [SI]."""
        if self.between:
            return self.between[0], self.between[1]
        written = "change" if self.is_change else self.written
        return _WITHIN.get(written, _WITHIN.get(self.unit, (-_LARGEST, _LARGEST)))

    def require(self, values: Floats) -> None:
        """Refuse values that it cannot have.

        Parameters
        ----------
        values : ndarray of float64
            Values of any shape [SI].

        Raises
        ------
        ParameterError
            If one is not finite or outside `limits`; the first is named.
        """
        low, high = self.limits
        Quantity(self.name, self.unit, low, high, self.meaning).require(values)

    def text(self, value: float) -> str:
        """Return a value [SI] as a reader meets it."""
        return value_text(value, self.written, self.unit)

    @property
    def names(self) -> tuple[str, ...]:
        """Everything that people may call it."""
        return tuple(one for one in (self.name, self.label, self.goal, self.goal_label) if one)

    def is_called(self, name: str) -> bool:
        """Return whether a name means this one; capitals, hyphens and underscores do not matter."""
        return in_words(name) in {in_words(one) for one in self.names}


def in_words(name: str) -> str:
    """Return a name as it is spoken.

    Examples
    --------
    >>> in_words("Pore-area"), in_words("fine_lines")
    ('pore area', 'fine lines')
    """
    return " ".join(name.lower().replace("_", " ").replace("-", " ").split())


def _require_known(what: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise ParameterError(
            f"{what} is {value!r}{did_you_mean(value, [one for one in known if one])}"
        )
