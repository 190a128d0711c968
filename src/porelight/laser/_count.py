"""A check that a number is a count."""

from numbers import Integral

from porelight.errors import ParameterError


def require_count(name: str, count: object) -> int:
    """Return a count unchanged if it is a whole number of 1 or more.

    Raises
    ------
    ParameterError
        If it is no whole number, or below 1.
    """
    if isinstance(count, bool) or not isinstance(count, Integral) or count < 1:
        raise ParameterError(f"{name} is {count!r}; expected a whole number of 1 or more.")
    return int(count)
