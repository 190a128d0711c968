"""The one vocabulary of a course: what each field of it is called in files, its unit, its range.

Objects hold SI numbers under attribute names; files hold clinic numbers under keys that carry the
unit. A `FieldTable` joins the two for one class and everything inside it. Course files and their
JSON Schema, the attributes of an outcome, plans, states and identities are all made from the tables
of `porelight.course.vocabulary`; a table that leaves out an attribute cannot be made, so none can
be forgotten.
"""

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, Generic, TypeVar, cast

import numpy as np

from porelight.course.documents import Document, digest
from porelight.course.kinds import Kind
from porelight.errors import ParameterError, did_you_mean, shown

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Tables:
    """Objects that have a table of their own: one, or several in a tuple."""

    table: "FieldTable[Any]"
    is_list: bool = True

    def write(self, value: Any) -> Any:
        """Return the document of each object."""
        if self.is_list:
            return [self.table.document(one) for one in value]
        return self.table.document(value)

    def identity(self, value: Any) -> Any:
        """Return the identity of each object."""
        if self.is_list:
            return [self.table.identity(one) for one in value]
        return self.table.identity(value)

    def read(self, value: Any) -> Any:
        """Return the objects."""
        if self.is_list:
            if not isinstance(value, list | tuple):
                raise TypeError(f"a list of tables, one for {self.table.what}")
            found = []
            for number, one in enumerate(value, start=1):
                try:
                    found.append(self._object(one))
                except ParameterError as problem:
                    raise ParameterError(f"number {number}: {problem}") from None
            return tuple(found)
        return self._object(value)

    def _object(self, value: Any) -> Any:
        if not isinstance(value, Mapping):
            raise TypeError(f"a table for {self.table.what}")
        return self.table.object(value)


def always(_: Any) -> bool:
    """Return True: the field decides the result whatever the others say."""
    return True


def never(_: Any) -> bool:
    """Return False: the field is a label that decides nothing."""
    return False


_STATED = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a course.

    Attributes
    ----------
    path : str
        Attribute of the object, dotted where it lies inside another: ``"exposure.beam.diameter"``.
    key : str
        Key in files; it carries the unit.
    meaning : str
        Meaning, in a few words.
    kind : Kind
        Form in which it is written.
    usual : object or callable
        SI value that is meant where the key is absent, or a function that returns it; a field
        without one is always written.
    is_told : bool
        Whether it is written even where it is as usual, for those who read.
    decides : callable
        Called with the whole object; returns whether this field decides the result; one that does
        not is no part of the identity.
    idle : str
        When it decides nothing, such as "without stop_at_surface_c", for one who states it then.
    """

    path: str
    key: str
    meaning: str
    kind: Kind
    usual: Any = _STATED
    is_told: bool = False
    decides: Callable[[Any], bool] = always
    idle: str = ""

    @property
    def is_optional(self) -> bool:
        """Whether the key may be absent."""
        return self.usual is not _STATED

    @property
    def default(self) -> Any:
        """The SI value that an absent key stands for."""
        return self.usual() if callable(self.usual) else self.usual


@dataclass(frozen=True, slots=True)
class FieldTable(Generic[T]):
    """All fields of one class, and of the classes inside it.

    Attributes
    ----------
    what : str
        Name of an object of the class in messages.
    root : type
        The class whose fields these are.
    inside : mapping of str to tuple of type
        Path of an attribute to the classes that it may hold, the usual one first.
    fields : tuple of Field
        One for each attribute that is no object itself.
    """

    what: str
    root: type[T]
    fields: tuple[Field, ...]
    inside: Mapping[str, tuple[type, ...]] = field(default_factory=dict)
    _by_path: dict[str, Field] = field(init=False, repr=False, compare=False)
    _by_key: dict[str, Field] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Refuse a table that leaves out an attribute, or names one that is not there."""
        object.__setattr__(self, "_by_path", {one.path: one for one in self.fields})
        object.__setattr__(self, "_by_key", {one.key: one for one in self.fields})
        wanted = set(self._paths(self.root, ""))
        given = set(self._by_path)
        if wanted != given or len(self._by_key) != len(self.fields):
            raise ParameterError(
                f"the fields of {self.what} and their table differ in "
                f"{', '.join(sorted(wanted ^ given)) or 'a key that is used twice'}."
            )

    def _paths(self, cls: type, prefix: str) -> Iterator[str]:
        """Yield the path of every attribute that can hold a value and no object."""
        for one in fields(cls):
            if not one.init:
                continue
            path = f"{prefix}{one.name}"
            for nested in self.inside.get(path, ()):
                yield from self._paths(nested, f"{path}.")
            if path in self._by_path or path not in self.inside:
                yield path

    def field_of(self, key: str) -> Field:
        """Return the field of a key.

        Raises
        ------
        ParameterError
            If there is none; the nearest known key is named.
        """
        if key not in self._by_key:
            raise ParameterError(f"{key} is not a key{did_you_mean(key, self._by_key)}")
        return self._by_key[key]

    def leaves(self, value: T) -> Iterator[tuple[Field, Any]]:
        """Yield every field of an object with its SI value."""
        yield from self._leaves(value, "")

    def _leaves(self, value: Any, prefix: str) -> Iterator[tuple[Field, Any]]:
        for one in fields(value):
            if not one.init:
                continue
            path, held = f"{prefix}{one.name}", getattr(value, one.name)
            if path in self.inside and is_dataclass(held):
                yield from self._leaves(held, f"{path}.")
            else:
                yield self._by_path[path], held

    def document(self, value: T, *, whole: bool = False) -> Document:
        """Return an object as files hold it.

        Parameters
        ----------
        value : object
            Object of the class `root`.
        whole : bool
            Whether to write values, too, that an absent key would stand for.
        """
        written = {}
        for one, held in self.leaves(value):
            if one.is_optional and not (whole or one.is_told) and _same(held, one.default):
                continue
            if held is None or (isinstance(held, float) and math.isinf(held)):
                continue  # files know neither; absent is what stands for it
            written[one.key] = one.kind.write(held)
        return written

    def values(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """Return the SI value of every key of a document, by path.

        Raises
        ------
        ParameterError
            If a key is unknown or its value is something else.
        """
        found = {}
        for key, given in document.items():
            one = self.field_of(key)
            try:
                found[one.path] = one.kind.read(given)
            except ParameterError as problem:  # inside a table that has a line of its own
                raise ParameterError(f"{key}: {problem}") from None
            except (TypeError, ValueError) as problem:
                # 1.0 is shown with its point, which may be what is wrong
                found_there = repr(given) if isinstance(given, float) else shown(given)
                raise ParameterError(f"{key} is {found_there}; expected {problem}.") from None
        return found

    def object(self, document: Mapping[str, Any]) -> T:
        """Return the object that a document describes; `document` gives it back.

        Raises
        ------
        ParameterError
            If a key is unknown or has no place beside another one, a value is something else, or
            one that must be stated is missing.
        """
        values = self.values(document)
        used: set[str] = set()
        built = self._built(self.root, values, "", used)
        for path in values:
            if path not in used:
                other = self._partner(path, [one for one in values if one in used])
                pair = f"{self._by_path[path].key} and {self._by_path[other].key}"
                raise ParameterError(f"{pair} exclude each other; keep one.")
        return cast("T", built)

    def _built(self, cls: type, values: Mapping[str, Any], prefix: str, used: set[str]) -> Any:
        """Return an object of a class, and enter the paths of its fields among those used."""
        given = {}
        for one in fields(cls):
            if not one.init:
                continue
            path = f"{prefix}{one.name}"
            nested = self._nested(path, values)
            if nested is not None:
                given[one.name] = self._built(nested, values, f"{path}.", used)
                continue
            used.add(path)
            if path in values:
                given[one.name] = values[path]
            else:
                entry = self._by_path[path]
                if not entry.is_optional:
                    raise ParameterError(f"{entry.key} is missing ({entry.meaning}).")
                given[one.name] = entry.default
        return cls(**given)

    def _nested(self, path: str, values: Mapping[str, Any]) -> type | None:
        """Return the class of the object at a path; None where a plain value stands."""
        classes = self.inside.get(path, ())
        if not classes:
            return None
        stated = [sum(one in values for one in self._paths(cls, f"{path}.")) for cls in classes]
        if max(stated) == 0 and path in self._by_path:
            return None
        return classes[stated.index(max(stated))]

    def require_decisive(self, value: T, stated: Iterable[str]) -> None:
        """Refuse keys that were stated and change nothing beside the others.

        Parameters
        ----------
        value : object
            The object that they describe.
        stated : iterable of str
            Keys that a person wrote.

        Raises
        ------
        ParameterError
            If a key says something else than the usual and yet decides nothing.
        """
        keys = set(stated)
        for one, held in self.leaves(value):
            idle = one.idle and one.key in keys and not one.decides(value)
            if idle and not _same(held, one.default):
                raise ParameterError(f"{one.key} changes nothing {one.idle}; leave it out.")

    def _partner(self, path: str, used: Iterable[str]) -> str:
        """Return the path of a field that no object can have beside another one."""
        for place, classes in self.inside.items():
            for other in used:
                both = {path, other}
                if all(_lies_in(one, [place]) for one in both) and not any(
                    both <= set(self._paths(cls, f"{place}.")) for cls in classes
                ):
                    return other
        raise ParameterError(f"{path} has no place in {self.what}.")

    def identity(self, value: T, *, unused: Collection[str] = (), whole: bool = False) -> str:
        """Return 16 digits that change when, and only when, a field that decides changes.

        Parameters
        ----------
        value : object
            Object of the class `root`.
        unused : collection of str
            Paths of fields, or of objects of them, that decide nothing this time.
        whole : bool
            Whether every field may decide, even a label.
        """
        deciding: Document = {}
        for one, held in self.leaves(value):
            if not whole and (not one.decides(value) or _lies_in(one.path, unused)):
                continue
            if held is None:
                continue  # as before there was such a field
            if isinstance(held, float) and math.isinf(held):
                deciding[one.path] = None
            elif isinstance(one.kind, Tables):
                deciding[one.path] = one.kind.identity(held)
            else:
                deciding[one.path] = one.kind.write(held)
        return digest(deciding)


def _lies_in(path: str, places: Collection[str]) -> bool:
    return any(path == place or path.startswith(f"{place}.") for place in places)


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        return np.array_equal(one, other)
    return bool(one == other)
