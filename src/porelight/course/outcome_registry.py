"""The one registry of outcomes, read from ``data/course/outcomes.toml``, and its form on disk.

An outcome that is declared in Python travels with its numbers as one line of JSON, so that a file
can be labelled, judged and drawn where nobody declared it.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from functools import cache
from types import MappingProxyType
from typing import Any

from porelight.course.outcome_variables import OutcomeVariable
from porelight.data.dataclass_table import from_table, table_of
from porelight.data.library import document, parameter
from porelight.errors import DataFileError, InputFileError, ParameterError, did_you_mean


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
        Name of the file, for messages.

    Raises
    ------
    DataFileError
        See `outcome_variables`.
    """
    found: dict[str, OutcomeVariable] = {}
    for name, entry in entries.items():
        where = f"{file}, {name}"
        content = table_of(entry, where)
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
        Name of a goal, for example "pore-area"; see `goals`.
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


def _variable(name: str, content: Mapping[str, Any], where: str) -> OutcomeVariable:
    entry = {**content, "name": name}
    if "trial" in entry:
        entry["trial"] = [_with_number(table_of(one, where), where) for one in entry["trial"]]
    return from_table(OutcomeVariable, entry, where)


def _with_number(trial: dict[str, Any], where: str) -> dict[str, Any]:
    """Return a trial with the number that stands in ``tissue/published.toml``, if it names one."""
    if "published" not in trial:
        return trial
    name = str(trial.pop("published"))
    entry = parameter("tissue", "published", name)
    if entry.unit not in ("1", "%"):
        raise DataFileError(f"{where}, trial: {name} is in {entry.unit}; expected a change in %.")
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
