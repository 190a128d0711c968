"""The one registry of outcomes, read from ``data/course/outcomes.toml``, and its form on disk.

An outcome that is declared in Python travels with its numbers as one line of JSON, so that a file
can be labelled, judged and drawn where nobody declared it.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, is_dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from porelight.course.outcome_variables import OutcomeVariable
from porelight.data.library import document, parameter
from porelight.errors import DataFileError, InputFileError, ParameterError, did_you_mean

_T = TypeVar("_T")


@cache
def outcome_variables() -> Mapping[str, OutcomeVariable]:
    """Return every variable that porelight computes, by name, in the order of the data file.

    Raises
    ------
    DataFileError
        If an entry of ``data/course/outcomes.toml`` lacks something, says what is unknown, or two
        mean the same.

    Examples
    --------
    >>> outcome_variables()["vessels"].evidence.grade
    'no data'
    """
    return registry_of(document("course", "outcomes"), "outcomes.toml")


def registry_of(entries: Mapping[str, Any], file: str) -> Mapping[str, OutcomeVariable]:
    """Return the outcomes that a TOML file declares, by name, after checking each of them.

    Parameters
    ----------
    entries : mapping of str to object
        As TOML gives them.
    file : str
        Where they come from, for the error.

    Raises
    ------
    DataFileError
        See `outcome_variables`.
    """
    found: dict[str, OutcomeVariable] = {}
    for name, entry in entries.items():
        where = f"{file}, {name}"
        content = _table(where, entry)
        shared = content.get("evidence")
        if isinstance(shared, str):
            if shared not in found:
                near = did_you_mean(shared, found)
                raise DataFileError(f"{where}: evidence of {shared!r} is not declared before{near}")
            content["evidence"] = asdict(found[shared].evidence)
        one = _variable(name, content, where)
        _require_new(one, found.values(), where)
        found[name] = one
    return MappingProxyType(found)


def variables_with(extra: Iterable[OutcomeVariable]) -> Mapping[str, OutcomeVariable]:
    """Return porelight's own outcomes and others, by name.

    Raises
    ------
    ParameterError
        If two of them could be meant by one name.
    """
    found = dict(outcome_variables())
    for one in extra:
        try:
            _require_new(one, found.values(), f"outcome {one.name}")
        except DataFileError as problem:
            raise ParameterError(str(problem)) from None
        found[one.name] = one
    return MappingProxyType(found)


def goal_variable(goal: str, extra: Iterable[OutcomeVariable] = ()) -> OutcomeVariable:
    """Return the outcome that a plan improves.

    Parameters
    ----------
    goal : str
        For example "pore-area"; see `goals`.
    extra : iterable of OutcomeVariable
        Outcomes that are not porelight's own.

    Raises
    ------
    ParameterError
        If no outcome has this goal; the nearest is named.
    """
    known = {one.goal: one for one in variables_with(extra).values() if one.goal}
    if goal not in known:
        raise ParameterError(f"no goal is called {goal!r}{did_you_mean(goal, known)}")
    return known[goal]


def goals(extra: Iterable[OutcomeVariable] = ()) -> tuple[str, ...]:
    """Return every goal that a plan may have, in the order of the registry.

    Examples
    --------
    >>> goals()[:2]
    ('pore-area', 'pore-diameter')
    """
    return tuple(one.goal for one in variables_with(extra).values() if one.goal)


def to_text(variable: OutcomeVariable) -> str:
    """Return a declaration as one line of JSON, to travel with its numbers."""
    return json.dumps(asdict(variable), ensure_ascii=False)


def from_text(text: str, name: str) -> OutcomeVariable:
    """Return the declaration of a variable that `to_text` wrote.

    Raises
    ------
    InputFileError
        If it is none.
    """
    where = f"the declaration of the outcome {name!r}"
    try:
        content = json.loads(text)
        if content.pop("name") != name:
            raise InputFileError(f"{where} is of another one; was the file edited?")
    except (AttributeError, KeyError, TypeError, ValueError):
        raise InputFileError(f"{where} cannot be read; was the file edited?") from None
    try:
        return _variable(name, content, where)
    except DataFileError as problem:
        raise InputFileError(f"{problem} Was the file edited?") from None


def _variable(name: str, content: dict[str, Any], where: str) -> OutcomeVariable:
    return _made(OutcomeVariable, where, {**content, "name": name})


def _made(kind: type[_T], where: str, content: dict[str, Any]) -> _T:
    """Return the dataclass that a table describes, after checking names and types of its fields."""
    hints = get_type_hints(kind)
    made: dict[str, Any] = {}
    for key, value in content.items():
        inside = f"{where}, {key}"
        if key not in hints:
            raise DataFileError(f"{where}: unknown field {key!r}{did_you_mean(key, hints)}")
        hint = hints[key]
        if isinstance(hint, type) and is_dataclass(hint):
            made[key] = _made(hint, inside, _table(inside, value))
        elif get_origin(hint) is tuple:
            of = get_args(hint)[0]
            made[key] = tuple(
                _made(of, inside, _with_number(inside, _table(inside, one)))
                if isinstance(of, type) and is_dataclass(of)
                else _plain(inside, one, of)
                for one in _list(inside, value)
            )
        else:
            made[key] = _plain(inside, value, hint)
    try:
        return kind(**made)
    except TypeError as problem:
        missing = str(problem).partition(": ")[2]
        raise DataFileError(f"{where}: lacks {missing or problem}.") from None
    except ParameterError as problem:
        raise DataFileError(f"{where}: {problem}") from None


def _plain(where: str, value: object, expected: Any) -> Any:
    # choices are texts here, and checked by the dataclass itself
    kind = type(get_args(expected)[0]) if get_args(expected) else expected
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if type(value) is not kind:
        raise DataFileError(f"{where} is {value!r}; expected a {kind.__name__}.")
    return value


def _with_number(where: str, trial: dict[str, Any]) -> dict[str, Any]:
    """Return a trial with the number that stands in ``tissue/published.toml``, if it names one."""
    if "published" not in trial:
        return trial
    name = _plain(where, trial.pop("published"), str)
    entry = parameter("tissue", "published", name)
    return {
        "value": entry.value,
        "low": entry.low,
        "high": entry.high,
        "sessions": round(parameter("tissue", "published", f"{name}_sessions").value),
        "source": entry.source,
        "flag": entry.flag,
        "note": entry.note,
        **trial,
    }


def _require_new(one: OutcomeVariable, others: Iterable[OutcomeVariable], where: str) -> None:
    """Refuse an outcome that one of its names would confuse with another of the draws."""
    for other in others:
        for name in one.names:
            if name == other.name or (
                one.is_of_draws and other.is_of_draws and other.is_called(name)
            ):
                raise DataFileError(f"{where}: {name!r} means the outcome {other.name!r} already.")


def _table(where: str, entry: object) -> dict[str, Any]:
    if not isinstance(entry, Mapping):
        raise DataFileError(f"{where} is {entry!r}; expected a table.")
    return dict(entry)


def _list(where: str, entry: object) -> list[Any] | tuple[Any, ...]:
    if not isinstance(entry, list | tuple):
        raise DataFileError(f"{where} is {entry!r}; expected a list.")
    return entry
