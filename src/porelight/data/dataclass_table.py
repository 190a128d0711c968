"""Frozen dataclasses from tables of a data file, the names and types of their fields checked."""

from collections.abc import Mapping
from dataclasses import is_dataclass
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from porelight.errors import DataFileError, ParameterError, did_you_mean

_T = TypeVar("_T")


def from_table(kind: type[_T], entry: object, where: str) -> _T:
    """Return the dataclass that a table describes.

    Parameters
    ----------
    kind : type
        A dataclass of texts, numbers, choices, other such dataclasses, and tuples of these.
    entry : object
        Table from TOML or JSON, field to value; fields with a default may be left out.
    where : str
        File and table, for messages.

    Raises
    ------
    DataFileError
        If it is no table, a field is missing, unknown or of another type, or the dataclass refuses
        the values.
    """
    hints = get_type_hints(kind)
    made: dict[str, Any] = {}
    for key, value in table_of(entry, where).items():
        if key not in hints:
            raise DataFileError(f"{where}: unknown field {key!r}{did_you_mean(key, hints)}")
        inside, hint = f"{where}, {key}", hints[key]
        if get_origin(hint) is tuple:
            if not isinstance(value, list | tuple):
                raise DataFileError(f"{inside} is {value!r}; expected a list.")
            made[key] = tuple(_value(get_args(hint)[0], one, inside) for one in value)
        else:
            made[key] = _value(hint, value, inside)
    try:
        return kind(**made)
    except TypeError as problem:
        missing = str(problem).partition(": ")[2]
        raise DataFileError(f"{where}: lacks {missing or problem}.") from None
    except ParameterError as problem:
        raise DataFileError(f"{where}: {problem}") from None


def table_of(entry: object, where: str) -> dict[str, Any]:
    """Return a table as a dictionary of its own.

    Raises
    ------
    DataFileError
        If it is no table.
    """
    if not isinstance(entry, Mapping):
        raise DataFileError(f"{where} is {entry!r}; expected a table.")
    return dict(entry)


def _value(hint: Any, value: object, where: str) -> Any:
    if isinstance(hint, type) and is_dataclass(hint):
        return from_table(hint, value, where)
    # a choice is a text here; which ones there are is checked by the dataclass itself
    kind = type(get_args(hint)[0]) if get_args(hint) else hint
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is not kind:
        raise DataFileError(f"{where} is {value!r}; expected a {kind.__name__}.")
    return value
