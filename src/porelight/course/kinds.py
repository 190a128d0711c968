"""How one value is written in files: numbers with a clinic unit, words, texts, lists.

Numbers are converted in decimal arithmetic (`porelight.data.file_units`): one written and read back
is the same to the last bit, and 5e-3 m reads 5 mm.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from numbers import Integral, Real
from typing import Any, Protocol, Self

import numpy as np

from porelight.data.file_units import ONE, Unit
from porelight.errors import ParameterError
from porelight.quantities import Quantity, WholeQuantity


def in_unit(unit: Unit) -> str:
    """Return ' in mm', or nothing for a number without a unit."""
    return f" in{unit.behind}" if unit.behind else ""


def in_range(low: float, high: float, unit: Unit, hint: str) -> str:
    """Return what would be right in place of a number out of range, without a last full stop."""
    if low == -math.inf and high == math.inf:
        return f"a finite number{in_unit(unit)}"
    return f"{low:g} to {high:g}{unit.behind}{f'. {hint}' if hint else ''}".removesuffix(".")


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

    unit: Unit = ONE
    low: float = -math.inf  # what a file may say [clinic unit]
    high: float = math.inf
    hint: str = ""

    @classmethod
    def of(cls, quantity: Quantity, unit: Unit = ONE, hint: str = "") -> Self:
        """Return a number with the range of a quantity, in a unit of files."""
        low, high = (float(unit.of_si(one)) for one in (quantity.low, quantity.high))
        return cls(unit, low, high, hint)

    def write(self, value: Any) -> Decimal:
        """Return the number in the clinic unit."""
        return self.unit.of_si(value)

    def read(self, value: Any) -> float:
        """Return the number in SI."""
        if isinstance(value, bool) or not isinstance(value, Real | Decimal):
            raise TypeError(f"a number{in_unit(self.unit)}")
        given = value if isinstance(value, Decimal) else float(value)
        # as a float: the decimal 0.1 is less than the float that stands for it
        if not (math.isfinite(given) and self.low <= float(given) <= self.high):
            raise ValueError(in_range(self.low, self.high, self.unit, self.hint))
        return self.unit.to_si(given)


@dataclass(frozen=True, slots=True)
class Count:
    """A whole number; some may have words of their own, as skin types have I to VI."""

    unit: Unit = ONE
    low: int = 0
    high: int = 2**31
    hint: str = ""
    words: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, quantity: WholeQuantity, unit: Unit = ONE) -> Self:
        """Return a count with the range of a quantity."""
        return cls(unit, quantity.low, quantity.high)

    @property
    def expected(self) -> str:
        """What a value is to be, for messages about one that is no number at all."""
        if not self.words:
            return "a whole number"
        first, *_, last = self.words
        return f"{self.low} to {self.high}, or {first} to {last}"

    def write(self, value: Any) -> int:
        """Return the number itself."""
        return int(value)

    def read(self, value: Any) -> int:
        """Return the number itself."""
        if isinstance(value, str) and value in self.words:
            return self.words[value]
        if isinstance(value, bool) or not isinstance(value, Integral):
            raise TypeError(self.expected)
        whole = int(value)
        if not self.low <= whole <= self.high:
            raise ValueError(in_range(self.low, self.high, self.unit, self.hint))
        return whole


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
        if not isinstance(value, str) or value not in known:
            raise ValueError(" or ".join(repr(word) for word in self.words))
        return known[value]


def same_words(*words: str) -> Word:
    """Return words that files and the code spell alike."""
    return Word({word: word for word in words})


@dataclass(frozen=True, slots=True)
class Name:
    """Any text of one line."""

    def write(self, value: Any) -> str:
        """Return the text."""
        return str(value)

    def read(self, value: Any) -> str:
        """Return the text."""
        if not (isinstance(value, str) and value.isprintable()):
            raise TypeError("a text of one line")
        return value


@dataclass(frozen=True, slots=True)
class YesNo:
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

    unit: Unit = ONE
    as_tuple: bool = False  # whether the object holds a list of numbers as a tuple

    def write(self, value: Any) -> list[Any]:
        """Return (lists of) numbers in the clinic unit."""
        if np.ndim(value) > 1:
            return [self.write(row) for row in value]
        return [self.unit.of_si(one) for one in value]

    def read(self, value: Any) -> Any:
        """Return the numbers in SI."""
        wanted = f"a list of numbers{in_unit(self.unit)}"
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
