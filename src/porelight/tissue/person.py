"""How a patient is described: the words of the clinic that the tissue model understands."""

from typing import Literal

from porelight.errors import ParameterError

Zone = Literal["forehead", "glabella", "nose", "cheek", "chin"]
Sex = Literal["female", "male"]
Oiliness = Literal["dry", "normal", "oily"]

FITZPATRICK = (1, 2, 3, 4, 5, 6)
ROMAN = ("I", "II", "III", "IV", "V", "VI")


def fitzpatrick_type(value: int | str) -> int:
    """Return a Fitzpatrick skin type as a number.

    Parameters
    ----------
    value : int or str
        1 to 6, or as it is written: "I" to "VI".

    Raises
    ------
    ParameterError
        If it is neither.

    Examples
    --------
    >>> fitzpatrick_type(4), fitzpatrick_type("IV")
    (4, 4)
    """
    if isinstance(value, str) and value.upper() in ROMAN:
        return ROMAN.index(value.upper()) + 1
    if isinstance(value, bool | str) or value not in FITZPATRICK:
        raise ParameterError(
            f"fitzpatrick is {value!r}; expected a skin type from 1 (I, very fair) to 6 (VI, very "
            "dark)."
        )
    return int(value)


def roman(fitzpatrick: int) -> str:
    """Return a skin type as it is written, I to VI.

    Examples
    --------
    >>> roman(4)
    'IV'
    """
    return ROMAN[fitzpatrick_type(fitzpatrick) - 1]
