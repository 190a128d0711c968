"""Files of lines of words in a fixed order, where ``#`` begins a comment: those of MCML and MCX."""

import math
from dataclasses import dataclass

from porelight.errors import ParameterError


@dataclass(frozen=True, slots=True)
class DataLine:
    """A line of a file that holds data.

    Attributes
    ----------
    number : int
        Its place in the file, from 1.
    words : list of str
        Its words, comments taken off.
    """

    number: int
    words: list[str]


class DataLines:
    """The lines of a file that hold data, taken one after the other.

    Parameters
    ----------
    text : str
        Content of the file.

    Raises
    ------
    ParameterError
        From each method, if the next line is not what is due.
    """

    def __init__(self, text: str) -> None:
        split = ((i, line.split("#")[0].split()) for i, line in enumerate(text.splitlines(), 1))
        self._lines = [DataLine(i, words) for i, words in split if words]
        self._next = 0

    @property
    def is_at_end(self) -> bool:
        """Whether all lines are taken."""
        return self._next >= len(self._lines)

    def take(self, due: str) -> DataLine:
        """Return the next line."""
        if self.is_at_end:
            raise ParameterError(f"the file ends where {due} is due.")
        self._next += 1
        return self._lines[self._next - 1]

    def words(self, due: str, count: int) -> list[str]:
        """Return so many words, which are all that the next line holds."""
        line = self.take(due)
        if len(line.words) != count:
            raise ParameterError(
                f"line {line.number} holds {' '.join(line.words)[:60]!r}; expected {due}. What "
                "follows '#' is a comment."
            )
        return line.words

    def numbers(self, due: str, count: int, low: float = 0.0, high: float = 1e9) -> list[float]:
        """Return so many numbers in a range, which are all that the next line holds."""
        line = self.words(due, count)
        return [self._number(word, due, low, high) for word in line]

    def either(self, due: str, counts: tuple[int, int], low: float, high: float) -> list[float]:
        """Return one of two counts of numbers, which are all that the next line holds."""
        upcoming = 0 if self.is_at_end else len(self._lines[self._next].words)
        return self.numbers(due, counts[1] if upcoming == counts[1] else counts[0], low, high)

    def numbers_before(self, mark: str, due: str, low: float, high: float) -> list[float]:
        """Return the numbers of the next line before the first word that holds a mark."""
        words = self.take(due).words
        marked = [i for i, word in enumerate(words) if mark in word]
        return [
            self._number(word, due, low, high)
            for word in words[: marked[0] if marked else len(words)]
        ]

    def whole(self, due: str, low: int, high: int) -> int:
        """Return one whole number."""
        (found,) = self.numbers(due, 1, low, high)
        if found != int(found):
            raise ParameterError(f"line {self._line}: {due} is {found:g}; expected a whole number.")
        return int(found)

    def skip_to(self, word: str) -> bool:
        """Go behind the next line that begins with a word; return whether there is one."""
        for i in range(self._next, len(self._lines)):
            if self._lines[i].words[0] == word:
                self._next = i + 1
                return True
        return False

    @property
    def upcoming(self) -> str:
        """The first word of the next line; empty at the end."""
        return "" if self.is_at_end else self._lines[self._next].words[0]

    @property
    def _line(self) -> int:
        return self._lines[self._next - 1].number

    def _number(self, word: str, due: str, low: float, high: float) -> float:
        try:
            found = float(word)
        except ValueError:
            found = math.nan
        if not low <= found <= high:
            raise ParameterError(
                f"line {self._line} holds {word[:40]!r}; expected {due}, from {low:g} to {high:g}."
            )
        return found
