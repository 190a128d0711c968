"""The one vocabulary of a course: what each field of it is called in files, its unit, its range.

Objects hold SI numbers under attribute names; files hold clinic numbers under keys that carry the
unit. A `FieldTable` joins the two for one class and everything inside it. Course files and their
JSON Schema, the attributes of an outcome, plans, states and identities are all made from the tables
of `porelight.course.vocabulary`; a field that no table names cannot be written at all, so none can
be forgotten.

Numbers are converted in decimal arithmetic. Clinic units are powers of ten of SI units (or shifted
by 273.15), so a number written and read back is the same to the last bit, and 5e-3 m reads 5 mm.
"""

import json
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from decimal import Decimal
from hashlib import sha256
from numbers import Integral, Real
from typing import Any, Generic, Protocol, TypeAlias, TypeVar, cast

import numpy as np

from porelight.errors import ParameterError, did_you_mean

T = TypeVar("T")

Document: TypeAlias = dict[str, Any]
"""Keys of files to text, whole numbers, `Decimal` numbers, and lists and tables of them."""


@dataclass(frozen=True, slots=True)
class ClinicUnit:
    """A unit of files: its name, its size in SI, and its zero on the SI scale."""

    name: str
    size: Decimal = Decimal(1)
    zero: Decimal = Decimal(0)

    def of_si(self, value: float) -> Decimal:
        """Return an SI number in this unit, exactly.

        Examples
        --------
        >>> ClinicUnit("mm", Decimal("1e-3")).of_si(5e-3)
        Decimal('5')
        """
        exact = ((Decimal(repr(float(value))) - self.zero) / self.size).normalize()
        # no 1E+2 where 100 will do
        return exact.quantize(Decimal(1)) if 0 < exact.as_tuple().exponent < 16 else exact  # type: ignore[operator]

    def to_si(self, value: Decimal | float) -> float:
        """Return a number of this unit in SI, rounded once."""
        given = value if isinstance(value, Decimal) else Decimal(repr(value))
        return float(given * self.size + self.zero)


ONE = ClinicUnit("1")


class Kind(Protocol):
    """How one value is written in files."""

    def write(self, value: Any) -> Any:
        """Return an SI value as files hold it."""
        ...

    def read(self, value: Any) -> Any:
        """Return a value of a file in SI.

        Raises
        ------
        TypeError, ValueError
            If it is something else.
        """
        ...


@dataclass(frozen=True, slots=True)
class Number:
    """A real number with a unit; infinity is written by leaving the key out."""

    unit: ClinicUnit = ONE
    low: float = -math.inf  # what a file may say [clinic unit]
    high: float = math.inf
    hint: str = ""

    def write(self, value: Any) -> Decimal:
        """Return the number in the clinic unit."""
        return self.unit.of_si(value)

    def read(self, value: Any) -> float:
        """Return the number in SI."""
        if isinstance(value, bool) or not isinstance(value, Real | Decimal):
            raise TypeError(f"a number in {self.unit.name}")
        if not math.isfinite(value):
            raise ValueError(f"a finite number in {self.unit.name}")
        return self.unit.to_si(value if isinstance(value, Decimal) else float(value))


@dataclass(frozen=True, slots=True)
class Count:
    """A whole number."""

    unit: ClinicUnit = ONE
    low: int = 0
    high: int = 2**31
    hint: str = ""

    def write(self, value: Any) -> int:
        """Return the number itself."""
        return int(value)

    def read(self, value: Any) -> int:
        """Return the number itself."""
        if isinstance(value, bool) or not isinstance(value, Integral):
            raise TypeError("a whole number")
        return int(value)


@dataclass(frozen=True, slots=True)
class Word:
    """One of a few words; a file may spell a word otherwise than the code, and have older ones."""

    words: Mapping[str, Any]  # of files, to the value in the code
    older: Mapping[str, Any] = field(default_factory=dict)

    def write(self, value: Any) -> str:
        """Return the word of files."""
        for word, meant in self.words.items():
            if meant == value:
                return word
        raise ParameterError(f"no word for {value!r}; known: {', '.join(self.words)}.")

    def read(self, value: Any) -> Any:
        """Return what the word means in the code."""
        known = {**self.words, **self.older}
        if value not in known:
            raise ValueError(" or ".join(repr(word) for word in self.words))
        return known[value]


@dataclass(frozen=True, slots=True)
class Name:
    """Any text."""

    def write(self, value: Any) -> str:
        """Return the text."""
        return str(value)

    def read(self, value: Any) -> str:
        """Return the text."""
        if not isinstance(value, str):
            raise TypeError("a text")
        return value


@dataclass(frozen=True, slots=True)
class Flag:
    """Yes or no."""

    def write(self, value: Any) -> bool:
        """Return the truth value."""
        return bool(value)

    def read(self, value: Any) -> bool:
        """Return the truth value."""
        if not isinstance(value, bool):
            raise TypeError("true or false")
        return value


@dataclass(frozen=True, slots=True)
class Series:
    """Numbers along one or two axes, as lists."""

    unit: ClinicUnit = ONE
    as_tuple: bool = False  # whether the object holds a list of numbers as a tuple

    def write(self, value: Any) -> list[Any]:
        """Return (lists of) numbers in the clinic unit."""
        if np.ndim(value) > 1:
            return [self.write(row) for row in value]
        return [self.unit.of_si(one) for one in value]

    def read(self, value: Any) -> Any:
        """Return the numbers in SI."""
        wanted = f"a list of numbers in {self.unit.name}"
        if not isinstance(value, list | tuple):
            raise TypeError(wanted)
        number = Number(self.unit)
        if not any(isinstance(one, list | tuple) for one in value):
            numbers = [number.read(one) for one in value]
            return tuple(numbers) if self.as_tuple else np.array(numbers, dtype=np.float64)
        if len({len(row) if isinstance(row, list | tuple) else -1 for row in value}) != 1:
            raise TypeError(f"{wanted}, or rows of equal length")
        rows = [[number.read(one) for one in row] for row in value]
        return np.array(rows, dtype=np.float64)


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
            return tuple(self.table.object(one) for one in value)
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
        In files; carries the unit.
    meaning : str
        In a few words.
    kind : Kind
        How it is written.
    usual : object or callable
        SI value that is meant where the key is absent, or a function that returns it; a field
        without one is always written.
    decides : callable
        From the whole object to whether this field decides the result; one that does not is no part
        of the identity.
    """

    path: str
    key: str
    meaning: str
    kind: Kind
    usual: Any = _STATED
    decides: Callable[[Any], bool] = always

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
        What an object of the class is called in errors.
    root : type
        The class.
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
            Of the class `root`.
        whole : bool
            Whether to write values, too, that an absent key would stand for.
        """
        written = {}
        for one, held in self.leaves(value):
            if one.is_optional and (_same(held, one.default) and not whole):
                continue
            if isinstance(held, float) and math.isinf(held):
                continue  # files know no infinity; absent is what stands for it
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
            except (TypeError, ValueError) as problem:
                raise ParameterError(f"{key} is {given!r}; expected {problem}.") from None
        return found

    def object(self, document: Mapping[str, Any]) -> T:
        """Return the object that a document describes; `document` gives it back.

        Raises
        ------
        ParameterError
            If a key is unknown, a value is something else, or one that must be stated is missing.
        """
        return cast("T", self._built(self.root, self.values(document), ""))

    def _built(self, cls: type, values: Mapping[str, Any], prefix: str) -> Any:
        given = {}
        for one in fields(cls):
            if not one.init:
                continue
            path = f"{prefix}{one.name}"
            nested = self._nested(path, values)
            if nested is not None:
                given[one.name] = self._built(nested, values, f"{path}.")
            elif path in values:
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

    def identity(self, value: T) -> str:
        """Return 16 digits that change when, and only when, a field that decides changes."""
        deciding = {
            one.path: None if isinstance(held, float) and math.isinf(held) else one.kind.write(held)
            for one, held in self.leaves(value)
            if one.decides(value)
        }
        return digest(deciding)


def digest(document: Mapping[str, Any]) -> str:
    """Return 16 hexadecimal digits of a hash over a document."""
    return sha256(json_text(document, sort_keys=True).encode()).hexdigest()[:16]


def json_text(document: Any, *, indent: int | None = None, sort_keys: bool = False) -> str:
    """Return a document as JSON that holds every digit of its numbers.

    Raises
    ------
    ValueError
        If a number is not finite, which JSON does not know.
    """
    text = json.dumps(
        document, default=_marked, indent=indent, sort_keys=sort_keys, allow_nan=False
    )
    return text.replace('"\\u0000', "").replace('\\u0000"', "")


def json_document(text: str) -> Any:
    """Return a document from its JSON, numbers with every digit."""
    return json.loads(text, parse_float=Decimal)


def _marked(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"\0{value}\0"
    raise TypeError(f"{type(value).__name__} in a document")


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        return np.array_equal(one, other)
    return bool(one == other)
