"""How results print: in a line, however many numbers they hold, and as a table in a notebook."""

from collections.abc import Iterable, Sequence
from dataclasses import fields, is_dataclass
from html import escape
from typing import Any, Final

import numpy as np

_LONGEST: Final = 60  # characters of one field


def brief(result: Any) -> str:
    """Return the fields of a dataclass in a line; arrays by their shape and range.

    It takes the place of a dataclass's own text, as ``__repr__ = brief``.

    Parameters
    ----------
    result : dataclass instance
        What is printed.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> @dataclass(repr=False)
    ... class Reading:
    ...     name: str
    ...     time: np.ndarray
    ...     __repr__ = brief
    >>> Reading("surface", np.linspace(0.0, 2.0, 500))
    Reading(name='surface', time=<500 numbers, 0 to 2>)
    """
    shown = (
        f"{one.name}={_short(getattr(result, one.name))}" for one in fields(result) if one.repr
    )
    return f"{type(result).__name__}({', '.join(shown)})"


def table_html(heading: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table for a notebook, its texts escaped.

    Parameters
    ----------
    heading : str
        A sentence above it.
    columns : sequence of str
        Their titles.
    rows : iterable of sequence of str
        One text for each column.

    Examples
    --------
    >>> text = table_html("Two habits.", ["habit", "change"], [["sun", "< 1 %"]])
    >>> "<p>Two habits.</p><table>" in text, "<td>&lt; 1 %</td>" in text
    (True, True)
    """
    head = "".join(f"<th>{escape(text)}</th>" for text in columns)
    body = "".join(
        f"<tr>{''.join(f'<td>{escape(text)}</td>' for text in row)}</tr>" for row in rows
    )
    return (
        f"<p>{escape(heading)}</p><table><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table>"
    )


def _short(value: object) -> str:
    if isinstance(value, np.ndarray):
        return _array(value)
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, tuple | list) and len(repr(value)) > _LONGEST:
        return f"<{len(value)} of them>"
    text = repr(value)
    if len(text) <= _LONGEST and "\n" not in text:
        return text
    return f"{type(value).__name__}(...)" if is_dataclass(value) else f"{text[: _LONGEST - 3]}..."


def _array(values: np.ndarray) -> str:
    """Return how many numbers an array holds, and from where to where they go."""
    count = " x ".join(str(n) for n in values.shape) or "1"
    if values.dtype == np.bool_:
        return f"<{count} flags, {int(values.sum())} true>"
    if values.size == 0 or not np.issubdtype(values.dtype, np.number):
        return f"<{count} {values.dtype.name}>"
    return f"<{count} numbers, {values.min():.4g} to {values.max():.4g}>"
