"""Which of a command's arguments are files that it reads, and which it writes.

A path is read unless its option says `Writes` or `GoesOn`; so a new command cannot forget to name
what its results must not replace.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from inspect import BoundArguments
from pathlib import Path
from typing import Any, get_args


@dataclass(frozen=True, slots=True)
class Writes:
    """Marks an option that names a file or folder to write."""


@dataclass(frozen=True, slots=True)
class GoesOn:
    """Marks an option that names a file to read, whose place the result may take."""


@dataclass(frozen=True, slots=True)
class Names:
    """Marks words that name files to read.

    Attributes
    ----------
    path_of : callable
        Returns the path in a word, or None if the word names no file.
    """

    path_of: Callable[[str], Path | None]


def paths_of(bound: BoundArguments) -> tuple[list[Path], list[Path]]:
    """Return the paths that a command reads, and those that it writes."""
    read: list[Path] = []
    written: list[Path] = []
    for name, value in bound.arguments.items():
        marks = list(_marks(bound.signature.parameters[name].annotation))
        if any(isinstance(mark, Writes) for mark in marks):
            written += _paths(value)
        elif not any(isinstance(mark, GoesOn) for mark in marks):
            read += _paths(value)
        for mark in marks:
            if isinstance(mark, Names):
                read += [path for word in value or () if (path := mark.path_of(word)) is not None]
    return read, written


def _marks(annotation: Any) -> Iterator[object]:
    yield from getattr(annotation, "__metadata__", ())
    for part in get_args(annotation):
        yield from _marks(part)


def _paths(value: object) -> Iterator[Path]:
    if isinstance(value, Path):
        yield value
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _paths(one)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _paths(getattr(value, field.name))
