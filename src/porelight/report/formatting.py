"""Numbers as people read them, beside the values of outcomes (`porelight.course.value_text`).

Tables are shared by the terminal and the page, so they keep to plain letters (um, degC, cm2);
`typeset` turns those into the printed signs.

Examples
--------
>>> change(-0.0734), change(-0.171), temperature(310.15)
('-7.3 %', '-17 %', '37.0 degC')
"""

import re

from porelight.course.statistics import ShareOfPeople
from porelight.units import to_celsius

_PRINTED = (
    (re.compile(r"(?<![\w.])-(?=\d)"), "\u2212"),
    (re.compile(r"\bdegC\b"), "\u00b0C"),
    (re.compile(r"\bum\b"), "\u00b5m"),
    (re.compile(r"(?<=[a-z])m2\b"), "m\u00b2"),
    (re.compile(r"(?<=[a-z])m3\b"), "m\u00b3"),
    (re.compile(r"(?<![\w.])m2\b"), "m\u00b2"),
    (re.compile(r"(?<![\w.])m3\b"), "m\u00b3"),
    (re.compile(r"\+-"), "\u00b1"),
    # a number and its unit stay on one line
    (re.compile(r"(?<=\d) (?=(?:%|\u00b0C|\u00b5m|mm|cm|J/cm|ms|Hz|px)(?![a-z]))"), "\u00a0"),
)


def change(relative: float) -> str:
    """Return a relative change with its sign, in per cent."""
    percent = 100.0 * relative
    text = f"{percent:+.0f}" if abs(percent) >= 9.95 else f"{percent:+.1f}"
    # a change that rounds to nothing has no sign
    return "0 %" if float(text) == 0.0 else f"{text} %"


def people(part: float) -> str:
    """Return a share of people, or of an effect, in whole per cent."""
    return f"{100.0 * part:.0f} %"


def span(low: str, high: str) -> str:
    """Return an interval, the unit written once if both bounds share it."""
    first, _, unit = low.partition(" ")
    if unit and high.partition(" ")[2] == unit:
        return f"{first} to {high}"
    return f"{low} to {high}"


def temperature(kelvin: float) -> str:
    """Return a temperature in degrees Celsius."""
    celsius = to_celsius(kelvin)
    return f"{celsius:.1f} degC" if celsius < 99.95 else f"{celsius:.0f} degC"


def of_ten(part: float) -> str:
    """Return a share of people as 'n of 10', without claiming none or all.

    Examples
    --------
    >>> of_ten(0.63), of_ten(0.02), of_ten(0.99)
    ('6 of 10', 'fewer than 1 of 10', 'more than 9 of 10')
    """
    people = round(10.0 * part)
    if people == 0:
        return "fewer than 1 of 10"
    if people == 10:
        return "more than 9 of 10"
    return f"{people} of 10"


def of_ten_span(share: ShareOfPeople) -> str:
    """Return a share of people with its interval over what nobody knows.

    Examples
    --------
    >>> of_ten_span(ShareOfPeople(0.42, 0.02, 0.81))
    '4 of 10 (fewer than 1 to 8)'
    """
    low = of_ten(share.low).removesuffix(" of 10")
    high = of_ten(share.high).removesuffix(" of 10")
    return of_ten(share.chance) + ("" if low == high else f" ({low} to {high})")


def capital(text: str) -> str:
    """Return the text as the start of a sentence."""
    return text[:1].upper() + text[1:]


def typeset(text: str) -> str:
    """Return a table's plain text with the signs of print.

    Examples
    --------
    >>> typeset("14 J/cm2") == "14\u00a0J/cm\u00b2"
    True
    """
    for pattern, sign in _PRINTED:
        text = pattern.sub(sign, text)
    return text
