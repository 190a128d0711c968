"""The units in which files state numbers, each with its exact size in SI.

Numbers are converted in decimal arithmetic and rounded once: 2940 nm in a data file, in a device's
file and in a course file are the same 2.94e-06 m to the last bit. In binary, ``2940 * 1e-9`` is
2.9400000000000002e-06.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

_DAY = Decimal(86400)


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of files: its name, its size in SI, and its zero on the SI scale."""

    name: str
    size: Decimal = Decimal(1)
    zero: Decimal = Decimal(0)

    def of_si(self, value: float) -> Decimal:
        """Return an SI number in this unit: for powers of ten exactly.

        Examples
        --------
        >>> Unit("mm", Decimal("1e-3")).of_si(5e-3)
        Decimal('5')
        """
        exact = ((Decimal(repr(float(value))) - self.zero) / self.size).normalize()
        if exact == 0:
            return Decimal(0)  # files know no negative zero
        # no 1E+2 where 100 will do
        return exact.quantize(Decimal(1)) if 0 < exact.as_tuple().exponent < 16 else exact  # type: ignore[operator]

    def to_si(self, value: Decimal | float) -> float:
        """Return a number of this unit in SI, rounded once.

        Examples
        --------
        >>> Unit("nm", Decimal("1e-9")).to_si(2940)
        2.94e-06
        """
        given = value if isinstance(value, Decimal) else Decimal(repr(value))
        return float(given * self.size + self.zero)

    def shown(self, value: float) -> str:
        """Return an SI number as people read it: in this unit, with its name.

        Examples
        --------
        >>> Unit("mm", Decimal("1e-3")).shown(5e-3)
        '5 mm'
        """
        return f"{self.of_si(value):.6g}{self.behind}"

    @property
    def behind(self) -> str:
        """The name as it stands behind a number: nothing for a number without a unit."""
        return "" if self.name == "1" else f" {self.name}"


ONE = Unit("1")
PERCENT = Unit("%", Decimal("1e-2"))
M = Unit("m")
MM = Unit("mm", Decimal("1e-3"))
UM = Unit("um", Decimal("1e-6"))
NM = Unit("nm", Decimal("1e-9"))
CM2 = Unit("cm2", Decimal("1e-4"))
SECOND = Unit("s")
MS = Unit("ms", Decimal("1e-3"))
YEARS = Unit("years")  # an age is kept in years inside, too
HZ = Unit("Hz")
J_PER_CM2 = Unit("J/cm2", Decimal("1e4"))
MRAD = Unit("mrad", Decimal("1e-3"))
DEGC = Unit("degC", zero=Decimal("273.15"))

UNITS: Mapping[str, Unit] = MappingProxyType(
    {
        unit.name: unit
        for unit in (
            *(ONE, PERCENT, M, MM, UM, NM, CM2, SECOND, MS, YEARS, HZ, J_PER_CM2, MRAD, DEGC),
            *map(Unit, ("m2", "1/m", "1/m2", "1/K", "1/s", "1/years", "K", "Pa")),
            *map(Unit, ("J", "J/m2", "J/m3", "J/kg", "J/mol", "J/(kg K)", "kg/m3")),
            *map(Unit, ("W/(m K)", "W/(m2 K)", "W/m2", "W/m3")),
            Unit("mm2", Decimal("1e-6")),
            Unit("1/mm", Decimal("1e3")),
            Unit("1/cm", Decimal("1e2")),
            Unit("1/cm2", Decimal("1e4")),
            Unit("kPa", Decimal("1e3")),
            Unit("d", _DAY),
            Unit("1/d", 1 / _DAY),  # to 28 digits
        )
    }
)
