"""The one registry of outcomes: each declared once, in ``data/course/outcomes.toml`` or in Python.

A declaration tells the axes of a variable, its unit and meaning, what a reader calls it, how it is
written and drawn, whether a plan may rank by it, and how much is known of it. Files, plans, tables,
figures and the page follow from it; none keeps a list of its own.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Any, Literal, TypeAlias, TypeVar, get_args, get_type_hints

from porelight.course.value_text import Written
from porelight.data.library import document
from porelight.errors import DataFileError, ParameterError, did_you_mean

Group: TypeAlias = Literal["", "pores", "below", "surface", "effects", "risk"]
Years: TypeAlias = Literal["", "listed", "drawn"]

HISTORY = ("draw", "day")
_T = TypeVar("_T")
_UNITS: Mapping[str, str] = MappingProxyType({"share": "1", "length": "m", "per_cm2": "1/m2"})


@dataclass(frozen=True, slots=True)
class Anchor:
    """A published result that a prediction is held against; nothing is tuned to it."""

    trial: str
    device: str
    result: str
    flag: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """How much is known of an outcome.

    Attributes
    ----------
    about : str
        What was observed, in words.
    grade : str
        The kind and size of the best study.
    note : str
        What a reader must know beside it.
    counts_subjects : bool
        Whether trials told only how many people were visibly better.
    anchor : tuple of Anchor
        Published results.
    """

    about: str = ""
    grade: str = "state of the model, not observed"
    note: str = ""
    counts_subjects: bool = False
    anchor: tuple[Anchor, ...] = ()


@dataclass(frozen=True, slots=True)
class Drawing:
    """How an outcome is drawn over the days; not at all without a colour.

    Attributes
    ----------
    axis : str
        Label of its axis with the unit; ``{start}`` stands for the moment it is compared with.
    colour : str
        Name in `porelight.report.palette`, in small letters.
    dash : str
        Line style of matplotlib.
    """

    axis: str = ""
    colour: str = ""
    dash: str = "-"


@dataclass(frozen=True, slots=True)
class Healed:
    """When a sign on the surface is over: it has fallen, or risen, to a threshold."""

    threshold: float = 0.0
    rises: bool = False
    heading: str = ""  # of the days that it takes, in a table


@dataclass(frozen=True, slots=True)
class OutcomeVariable:
    """One variable of an outcome, and everything that is said of it.

    Attributes
    ----------
    name : str
        In the dataset.
    unit : str
        SI.
    meaning : str
        Its long name in a file.
    dims : tuple of str
        Its axes; one value per draw and day if left out.
    label : str
        What a reader calls it; empty if no reader meets it.
    group : str
        Where a reader meets it: among the "pores", what lies "below" the surface, the "surface"
        that heals, the "effects" beside the pore, or the "risk".
    written : str
        How a value is written: a "share" of a whole, a "length", "per_cm2" or a "number".
    is_change : bool
        Whether it is a relative change already, and not divided by its start.
    goal : str
        Name under which a plan ranks by it, less being better; empty if none does.
    goal_label : str
        What a plan's sentence calls it; the label if left out.
    years : str
        Whether it is "listed" or also "drawn" where habits are compared over years.
    may_lack : bool
        Whether an outcome may be shown without it.
    evidence : Evidence
        How much is known of it.
    drawing : Drawing
        How it is drawn.
    healed : Healed
        When it is over, for a sign on the surface.

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
    evidence: Evidence = field(default_factory=Evidence)
    drawing: Drawing = field(default_factory=Drawing)
    healed: Healed = field(default_factory=Healed)

    def __post_init__(self) -> None:
        if not self.name.isidentifier():
            raise ParameterError(
                f"an outcome is called {self.name!r}; expected letters, digits and underscores."
            )
        for key, value, choices in (
            ("group", self.group, get_args(Group)),
            ("written", self.written, get_args(Written)),
            ("years", self.years, get_args(Years)),
        ):
            if value not in choices:
                raise ParameterError(
                    f"outcome {self.name}: {key} is {value!r}{did_you_mean(value, choices)}"
                )
        if not (self.unit and self.meaning and self.dims):
            raise ParameterError(f"outcome {self.name} needs a unit, a meaning and axes.")
        if bool(self.label) != bool(self.group):
            raise ParameterError(
                f"outcome {self.name} has {'a label' if self.label else 'a group'} alone; a reader "
                "needs both, label and group."
            )
        unit = _UNITS.get(self.written, self.unit)
        if unit != self.unit:
            raise ParameterError(
                f"outcome {self.name} is in {self.unit}; what is written as a {self.written} is "
                f"in {unit}."
            )
        if self.goal and not (self.label and self.is_history):
            raise ParameterError(
                f"outcome {self.name} has the goal {self.goal!r}; a plan ranks by what has a label "
                "and one value per draw and day."
            )

    @property
    def is_history(self) -> bool:
        """Whether it has one value per draw and day."""
        return self.dims == HISTORY

    @property
    def title(self) -> str:
        """What it is called in short: its goal in words, else its label, else its name."""
        return self.goal.replace("-", " ") or self.label or self.name.replace("_", " ")

    @property
    def goal_text(self) -> str:
        """What it is called in the sentence of a plan."""
        return self.goal_label or self.label

    def called(self, name: str) -> bool:
        """Return whether people mean this one by a name, a label or a goal."""
        names = (self.name, self.label, self.goal, self.goal_label)
        return _plain(name) in {_plain(one) for one in names if one}


@cache
def outcome_variables() -> Mapping[str, OutcomeVariable]:
    """Return every variable that porelight computes, by name, in the order of the data file.

    Raises
    ------
    DataFileError
        If an entry of ``data/course/outcomes.toml`` lacks something or says what is unknown.

    Examples
    --------
    >>> outcome_variables()["vessels"].evidence.grade
    'no data'
    """
    raw = document("course", "outcomes")
    return MappingProxyType({name: _declared(name, entry, raw) for name, entry in raw.items()})


def to_text(variable: OutcomeVariable) -> str:
    """Return a declaration as one line of JSON, to travel with its numbers."""
    return json.dumps(asdict(variable), ensure_ascii=False)


def from_text(text: str) -> OutcomeVariable:
    """Return a declaration that `to_text` wrote.

    Raises
    ------
    DataFileError
        If it is none.
    """
    try:
        entry = json.loads(text)
        name = str(entry.pop("name"))
    except (AttributeError, KeyError, TypeError, ValueError):
        raise DataFileError("a declaration of an outcome cannot be read.") from None
    return _declared(name, entry, {})


def _plain(name: str) -> str:
    return " ".join(name.lower().replace("_", " ").replace("-", " ").split())


def _declared(name: str, entry: object, others: Mapping[str, Any]) -> OutcomeVariable:
    where = f"outcomes.toml, {name}"
    content = _table(where, entry)
    shared = content.get("evidence")
    if isinstance(shared, str):
        if not isinstance(others.get(shared), dict) or "evidence" not in others[shared]:
            raise DataFileError(f"{where}: shares the evidence of {shared!r}, which has none.")
        content["evidence"] = others[shared]["evidence"]
    parts: dict[str, Any] = {"name": name}
    for key, kind in (("evidence", Evidence), ("drawing", Drawing), ("healed", Healed)):
        if key in content:
            parts[key] = _made(kind, f"{where}, {key}", _table(where, content.pop(key)))
    return _made(OutcomeVariable, where, {**content, **parts})


def _made(kind: type[_T], where: str, content: dict[str, Any]) -> _T:
    """Return the dataclass that a table describes, after checking names and types of its fields."""
    known = get_type_hints(kind)
    for key, value in content.items():
        if key not in known:
            raise DataFileError(f"{where}: unknown field {key!r}{did_you_mean(key, known)}")
        expected = known[key]
        if key == "anchor":
            content[key] = tuple(
                _made(Anchor, f"{where}, anchor", _table(where, one)) for one in value
            )
        elif isinstance(value, list):
            content[key] = tuple(str(one) for one in value)
        elif expected in (str, bool, float) and not isinstance(value, expected):
            raise DataFileError(f"{where}: {key} is {value!r}; expected {expected.__name__}.")
    try:
        return kind(**content)
    except TypeError as problem:
        missing = str(problem).partition(": ")[2] or "something"
        raise DataFileError(f"{where}: lacks {missing}.") from None
    except ParameterError as problem:
        raise DataFileError(f"{where}: {problem}") from None


def _table(where: str, entry: object) -> dict[str, Any]:
    if not isinstance(entry, Mapping):
        raise DataFileError(f"{where}: expected a table, found {entry!r}.")
    return dict(entry)
