"""Settings of an infrared thermometer; its readings are computed by `heat.thermometer`."""

from dataclasses import dataclass
from typing import Self

from porelight.data.library import parameter
from porelight.errors import ParameterError
from porelight.quantities import LENGTH, TIME


@dataclass(frozen=True, slots=True)
class Thermometer:
    """An infrared thermometer that moves with the spot.

    Attributes
    ----------
    field_of_view : float
        Diameter of the circle of skin around the spot that it averages [m].
    lag : float
        Time constant of its first-order response [s].
    emissivity_setting : float
        Emissivity that it assumes [-].
    """

    field_of_view: float
    lag: float
    emissivity_setting: float

    def __post_init__(self) -> None:
        """Check every field."""
        LENGTH.require(self.field_of_view, "field_of_view")
        if not 1e-4 <= self.field_of_view <= 0.2:
            raise ParameterError(
                f"field_of_view is {self.field_of_view:g} m; expected a circle of 1e-4 to 0.2 m. "
                "Millimetres need '* units.mm'."
            )
        TIME.require(self.lag, "lag")
        if not 0.5 <= self.emissivity_setting <= 1.0:
            raise ParameterError(
                f"emissivity_setting is {self.emissivity_setting:g}; expected 0.5 to 1."
            )

    @classmethod
    def typical(cls) -> Self:
        """Return a hand-held thermometer with the library's numbers.

        Examples
        --------
        >>> Thermometer.typical().field_of_view
        0.015
        """
        return cls(
            field_of_view=parameter("laser", "thermometer", "field_of_view").value,
            lag=parameter("tissue", "heat", "thermometer_lag").value,
            emissivity_setting=parameter("laser", "thermometer", "emissivity_setting").value,
        )
