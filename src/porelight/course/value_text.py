"""How the value of an outcome is written: in clinic units, with the digits that it deserves.

Examples
--------
>>> share(0.0206), length(8e-5), length(3.2e-4), number_per_cm2(4.12e5), signed_percent(-0.0523)
('2.06 %', '80 um', '0.320 mm', '41.2 /cm2', '-5.2 %')
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Literal, TypeAlias

import numpy as np

from porelight.units import mm, per_cm2, um

Written: TypeAlias = Literal["number", "share", "chance", "length", "per_cm2", "change"]


def significant(value: float, digits: int = 3) -> str:
    """Return a number with so many significant digits, without an exponent where that is short."""
    if value == 0.0 or not np.isfinite(value):
        return f"{value:g}"
    exponent = int(np.floor(np.log10(abs(value))))
    if not -4 <= exponent < 6:
        return f"{value:.{digits - 1}e}"
    decimals = max(0, digits - 1 - exponent)
    return f"{value:.{decimals}f}"


def share(part: float) -> str:
    """Return a part of a whole in per cent."""
    percent = 100.0 * part
    if percent == 0.0 or abs(percent) >= 99.95:
        return f"{percent:.0f} %"
    return f"{significant(percent)} %"


def length(metres: float) -> str:
    """Return a length in um below 0.15 mm, in mm above."""
    if abs(metres) < 0.1499 * mm:
        microns = metres / um
        return f"{microns:.0f} um" if abs(microns) >= 9.95 else f"{microns:.1f} um"
    return f"{significant(metres / mm)} mm"


def number_per_cm2(density: float) -> str:
    """Return a number per area, given in 1/m2, per square centimetre."""
    return f"{significant(density / per_cm2)} /cm2"


def chance(probability: float) -> str:
    """Return a chance in per cent, with the two digits that an estimate of it deserves."""
    return f"{significant(100.0 * probability, 2)} %"


def signed_percent(relative: float) -> str:
    """Return a relative change with its sign, in per cent to one decimal."""
    text = f"{100.0 * relative:+.1f}"
    return "0 %" if float(text) == 0.0 else f"{text} %"


_IN_WORDS: Mapping[str, Callable[[float], str]] = MappingProxyType(
    {
        "number": significant,
        "share": share,
        "chance": chance,
        "length": length,
        "per_cm2": number_per_cm2,
        "change": signed_percent,
    }
)


def value_text(value: float, written: Written, unit: str = "1") -> str:
    """Return a value [SI] in words, with its unit; `unit` is that of a plain number."""
    text = _IN_WORDS[written](value)
    return f"{text} {unit}" if written == "number" and unit != "1" else text
