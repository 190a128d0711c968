"""Every deliberate failure of porelight.

A message says what is wrong with its value and unit, what would be right, and what to do next.
The command line and the web page catch `PorelightError` alone and show its message.
"""

from collections.abc import Iterable
from decimal import Decimal
from difflib import get_close_matches

_LONGEST = 60  # characters of a value in a message


class PorelightError(Exception):
    """Base of all failures that porelight raises on purpose."""


class ParameterError(PorelightError, ValueError):
    """A value given to a function is outside what that function can use."""


class DataFileError(PorelightError):
    """A data file that ships with porelight is incomplete or inconsistent."""


class InputFileError(PorelightError):
    """A file of the user is missing, unreadable, or holds something impossible."""


class PhotographError(InputFileError):
    """A photograph cannot be read, or cannot be measured honestly."""


class DecodingStoppedError(PhotographError):
    """A photograph was not decoded for want of time or memory, which another try may have."""


class DecoderMissingError(PhotographError):
    """A photograph needs a library that is not installed; the message says how to get it."""


class StoreError(PorelightError):
    """The store of a study is missing, damaged or busy, or does not allow what was asked."""


class StoreUnavailableError(StoreError):
    """The store itself cannot be used now: its disk is full, its database or its keys are gone."""


class ConvergenceError(PorelightError):
    """A numerical method did not reach the accuracy it was asked for."""


class ExtrapolationWarning(UserWarning):
    """A model is used outside the range in which it was measured."""


class DamageWarning(UserWarning):
    """A file may be damaged in a way that cannot be told for certain."""


def did_you_mean(name: str, known: Iterable[str], listed: Iterable[str] | None = None) -> str:
    """Return '; did you mean ...?' with the nearest known name, or the list of all of them.

    Where a thing has several names, one name of each may be `listed`.

    Examples
    --------
    >>> did_you_mean("dermiss", ["dermis", "fat"])
    "; did you mean 'dermis'?"
    >>> did_you_mean("zzz", ["dermis", "fat"])
    '; known: dermis, fat'
    """
    near = get_close_matches(name, names := sorted(known), n=1)
    if near:
        return f"; did you mean {near[0]!r}?"
    return f"; known: {', '.join(names if listed is None else sorted(set(listed)))}"


def shown(value: object) -> str:
    """Return a value as a file would write it, and not more of it than a line can hold."""
    if isinstance(value, Decimal | float):
        return f"{value:g}" if isinstance(value, float) else str(value)
    shown = repr(value)
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}..."
