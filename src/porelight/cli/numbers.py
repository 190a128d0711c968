"""Numbers of the command line: each option has the range of its quantity, in the unit of users.

The ranges are those of `porelight.quantities` and of the rooms; they are looked up once a number
is typed, so that a command whose numbers are not typed loads nothing. What is no number, no whole
number where one is meant, or out of range gets one line that names the option.
"""

import math
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from porelight.errors import ParameterError, PorelightError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cyclopts import Token

    from porelight.quantities import Quantity, WholeQuantity

_LONGEST = 40  # characters of what was typed that a message repeats


@dataclass(frozen=True, slots=True)
class _Typed:
    """Reads what was typed for one option.

    Attributes
    ----------
    quantity : str
        Its quantity: a name in `porelight.quantities`, or of another module after its path, as in
        "photo.perspective.DISTANCE".
    unit : str
        Name in `porelight.units` of the unit in which users give it; SI if empty.
    shown : str
        How the unit is written.
    """

    quantity: str
    unit: str = ""
    shown: str = ""

    def __call__(self, _: Any, tokens: "Sequence[Token]") -> float:
        from porelight.quantities import WholeQuantity  # noqa: PLC0415

        name, text = tokens[0].keyword or "the number", tokens[0].value
        kind = self._kind()
        try:
            given = Decimal(text.strip())
        except InvalidOperation:
            given = Decimal("NaN")
        if isinstance(kind, WholeQuantity):
            return _whole(name, text, given, kind)
        return self._real(name, text, given, kind)

    def _kind(self) -> "Quantity | WholeQuantity":
        module, _, name = f"quantities.{self.quantity}".rpartition(".")
        place = module.removeprefix("quantities.") if "." in module else module
        found: Quantity | WholeQuantity = getattr(import_module(f"porelight.{place}"), name)
        return found

    def _real(self, name: str, text: str, given: Decimal, kind: "Quantity") -> float:
        from porelight import units  # noqa: PLC0415

        size = float(getattr(units, self.unit)) if self.unit else 1.0
        value = float(given)
        if not kind.low <= value * size <= kind.high:
            unit = f" {self.shown}" if self.shown else ""
            said = repr(text[:_LONGEST]) if math.isnan(value) else f"{text[:_LONGEST]}{unit}"
            raise PorelightError(
                f"{name} is {said}; expected {kind.low / size:g} to {kind.high / size:g}{unit}."
            )
        return value


def _whole(name: str, text: str, given: Decimal, kind: "WholeQuantity") -> int:
    # the size first: the digits of 1e999999 would fill the memory
    if not (given.is_finite() and kind.low <= given <= kind.high and given == int(given)):
        raise PorelightError(
            f"{name} is {text[:_LONGEST]}; expected a whole number from {kind.low} to {kind.high}."
        )
    return int(given)


def typed(quantity: str, unit: str = "", shown: str = "", *, help: str | None = None) -> Parameter:
    """Return how an option's number is read; `_Typed` says what the words mean."""
    read = _Typed(quantity, unit, shown or unit)
    # a help of None would count as given, and hide that of the command's docstring
    return Parameter(converter=read) if help is None else Parameter(converter=read, help=help)


def _skin_type(_: Any, tokens: "Sequence[Token]") -> int:
    from porelight.tissue.person import fitzpatrick_type  # noqa: PLC0415

    text = tokens[0].value
    try:
        return fitzpatrick_type(int(text) if text.isdecimal() else text)
    except ParameterError as problem:
        raise PorelightError(f"{tokens[0].keyword}: {problem}") from None


Draws = Annotated[
    int,
    typed(
        "course.settings.N_DRAWS", help="Draws of the biology: more are smoother and take longer."
    ),
]
Day = Annotated[float, typed("TIME", "day", "days")]
Photons = Annotated[int, typed("N_PHOTONS")]
Seed = Annotated[int, typed("SEED", help="The same seed gives the same numbers.")]
SkinType = Annotated[int, Parameter(converter=_skin_type)]
Threads = Annotated[int, typed("N_THREADS", help="Cores to use; 0 takes all.")]
