"""Heat exchange at the surface: air, a jet of cold air, a cooled plate, a spray of cryogen.

The exchange is linear in the surface temperature (Robin condition). Radiation is part of the
coefficient: 4 emissivity sigma T^3, about 6 W/(m2 K) near 301 K, right to 4 % between 24 and 45 C.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Self, TypeAlias, get_args

from porelight.data import library
from porelight.errors import ParameterError, did_you_mean
from porelight.quantities import HEAT_TRANSFER, TEMPERATURE, Quantity

Cooling: TypeAlias = Literal["air", "cold air", "contact", "cryogen"]

EVAPORATION = Quantity("evaporation", "W/m2", 0.0, 1e5, "heat carried off by evaporating water")

# library names of (heat transfer, temperature of the coolant) for each cooling
_NAMES: Mapping[str, tuple[str, str]] = {
    "air": ("heat_transfer_air", "room_temperature"),
    "cold air": ("heat_transfer_cold_air", "cold_air_temperature"),
    "contact": ("heat_transfer_contact", "contact_temperature"),
    "cryogen": ("heat_transfer_cryogen", "cryogen_temperature"),
}


@dataclass(frozen=True, slots=True)
class Surface:
    """Heat leaves the skin at `heat_transfer` * (T - `ambient_temperature`) + `evaporation`."""

    heat_transfer: float  # W/(m2 K)
    ambient_temperature: float  # K
    evaporation: float  # W/m2

    def __post_init__(self) -> None:
        HEAT_TRANSFER.require(self.heat_transfer)
        TEMPERATURE.require(self.ambient_temperature, "ambient_temperature")
        EVAPORATION.require(self.evaporation)

    @classmethod
    def typical(cls, cooling: Cooling = "air") -> Self:
        """Return the library's values: room air, or one of the coolings.

        Examples
        --------
        >>> Surface.typical().heat_transfer
        10.0
        """
        return cls.from_values({}, cooling)

    @classmethod
    def from_values(cls, values: Mapping[str, float], cooling: Cooling = "air") -> Self:
        """Return the library's values with some replaced.

        Parameters
        ----------
        values : mapping of str to float
            Names of ``data/tissue/heat.toml`` and the SI values that replace them; names of other
            tables are left alone, so that one mapping can serve every room.
        cooling : {"air", "cold air", "contact", "cryogen"}
            Cooling of the surface. Water evaporates only from skin under air.

        Raises
        ------
        ParameterError
            If the cooling is unknown or a value is outside its sane range.
        """
        if cooling not in _NAMES:
            raise ParameterError(
                f"no cooling named {cooling!r}{did_you_mean(cooling, get_args(Cooling))}"
            )
        transfer, ambient = _NAMES[cooling]
        return cls(
            heat_transfer=_value(values, transfer),
            ambient_temperature=_value(values, ambient),
            evaporation=_value(values, "evaporation") if cooling == "air" else 0.0,
        )

    @classmethod
    def of_spurt(cls, values: Mapping[str, float]) -> Self:
        """Return the surface under a short spurt of cryogen and the film that it leaves.

        On skin a spurt takes away less than the continuous spray on metal of "cryogen".
        """
        return cls(
            heat_transfer=_value(values, "heat_transfer_spurt"),
            ambient_temperature=_value(values, "cryogen_temperature"),
            evaporation=0.0,
        )

    @staticmethod
    def film_time(values: Mapping[str, float]) -> float:
        """Return how long the film of a cryogen spurt stays on the skin after the spurt [s]."""
        return _value(values, "cryogen_film_time")


def _value(values: Mapping[str, float], name: str) -> float:
    if name in values:
        return float(values[name])
    return library.parameter("tissue", "heat", name).value
