"""What a text of TOML or JSON may hold, whoever wrote it.

The two languages allow more than any quantity needs: a key twice (the last wins), infinities,
whole numbers of thousands of digits, lists in lists without end. Each is a mistake here, and is
told in the user's words before anything is made of the content.
"""

import json
import math
import tomllib
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, TypeAlias

_MOST_DIGITS = 20  # of a whole number; a seed has ten
_TOO_LARGE = 10**_MOST_DIGITS
_DEEPEST = 40  # tables and lists within each other; a course has five
_NO_END = f"lists or tables within each other more than {_DEEPEST} deep"


_Place: TypeAlias = tuple[Any, ...]  # of a value: that of its table or list, and its key there


class ContentError(ValueError):
    """A text that is no TOML or JSON, or holds what no file of ours may; the message says what."""


def content_of_toml(text: str, *, exact: bool = False) -> dict[str, Any]:
    """Return the content of a TOML text.

    Parameters
    ----------
    text : str
        The text.
    exact : bool
        Whether numbers keep every digit, as `Decimal`.

    Raises
    ------
    ContentError
        If it is no TOML, or a number is not finite or has too many digits.
    """
    try:
        content = tomllib.loads(text, parse_float=Decimal if exact else float)
    except RecursionError:
        raise ContentError(f"it holds {_NO_END}") from None
    except tomllib.TOMLDecodeError as problem:
        raise ContentError(f"not valid TOML: {_in_a_line(problem)}") from None
    except (ValueError, ArithmeticError) as problem:  # of a number that Python does not take
        raise ContentError(
            f"it holds a number that cannot be read ({_in_a_line(problem)})"
        ) from None
    _require_sane(content)
    return content


def content_of_json(text: str, *, line_breaks: bool = False, exact: bool = False) -> Any:
    """Return the content of a JSON text.

    Parameters
    ----------
    text : str
        The text.
    line_breaks : bool
        Whether texts in quotes may go over several lines, which JSON does not allow.
    exact : bool
        Whether numbers keep every digit, as `Decimal`.

    Raises
    ------
    ContentError
        If it is no JSON, a key occurs twice in one table, or a number is not finite or has too
        many digits.
    """
    try:
        content = json.loads(
            text,
            strict=not line_breaks,
            object_pairs_hook=_without_doubles,
            parse_int=_whole,
            parse_float=Decimal if exact else float,
            parse_constant=_no_number,
        )
    except ContentError:
        raise
    except RecursionError:
        raise ContentError(f"it holds {_NO_END}") from None
    except ArithmeticError:
        raise ContentError("it holds a number that cannot be read") from None
    except ValueError as problem:
        raise ContentError(f"not valid JSON ({_in_a_line(problem)})") from None
    _require_sane(content)
    return content


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ContentError(f"the key {twice[:40]!r} occurs twice in one table; keep one of them")
    return table


def _whole(text: str) -> int:
    if len(text) > _MOST_DIGITS + 1:
        raise ContentError(_too_long(len(text.lstrip("-"))))
    return int(text)


def _no_number(text: str) -> float:
    raise ContentError(f"it holds {text}, which is no number of JSON; expected finite numbers")


def _too_long(n: int) -> str:
    return f"it holds a whole number of {n} digits; expected at most {_MOST_DIGITS}"


def _require_sane(content: Any) -> None:
    """Refuse, wherever they are, numbers not finite or too long, and nesting without end."""
    level: list[tuple[_Place, Any]] = [((), content)]
    for _ in range(_DEEPEST):
        deeper: list[tuple[_Place, Any]] = []
        for place, value in level:
            for key, one in _entries(value):
                if isinstance(one, Mapping | list):
                    deeper.append(((place, key), one))
                elif isinstance(one, int | float | Decimal) and not _is_sane(one):
                    raise ContentError(f"{_name((place, key))} is {_shown(one)}")
        level = deeper
        if not level:
            return
    raise ContentError(f"it holds {_NO_END}")


def _entries(value: Any) -> Iterable[tuple[str | int, Any]]:
    if isinstance(value, Mapping):
        return value.items()
    return enumerate(value, start=1) if isinstance(value, list) else ()


def _is_sane(number: float | Decimal) -> bool:
    # a whole number may be too large for a float
    if isinstance(number, int):
        return bool(abs(number) < _TOO_LARGE)
    return math.isfinite(float(number))


def _shown(number: float | Decimal) -> str:
    if isinstance(number, int):
        n = len(str(abs(number)))
        return f"a whole number of {n} digits; expected at most {_MOST_DIGITS}"
    return f"{str(number)[:20]}; expected a finite number"


def _name(place: _Place) -> str:
    """Return a place as messages write it: ``layer[2].thickness_mm``, counted from one."""
    if not place:
        return ""
    before, key = place
    start = _name(before)
    if isinstance(key, int):
        return f"{start}[{key}]"
    return f"{start}.{key[:40]}" if start else key[:40]


def _in_a_line(problem: Exception) -> str:
    return " ".join(str(problem).split())[:120]
