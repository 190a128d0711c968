"""Settings of an infrared thermometer; its readings are computed by `heat.thermometer`."""

from dataclasses import dataclass
from typing import Self

from porelight.data.library import parameter
from porelight.laser.session_ranges import EMISSIVITY, FIELD_OF_VIEW, LAG


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
        FIELD_OF_VIEW.require(self.field_of_view)
        LAG.require(self.lag)
        EMISSIVITY.require(self.emissivity_setting)

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
