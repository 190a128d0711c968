"""The skin that an exposure hits: human or pig, alive or excised."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, get_args

from porelight.data.values import LibraryValues
from porelight.errors import ParameterError, did_you_mean
from porelight.quantities import LENGTH
from porelight.tissue.layered import LayeredTissue
from porelight.tissue.own_optics import OwnOptics
from porelight.tissue.person import Zone
from porelight.tissue.pig import Breed, PigSkin
from porelight.tissue.skin import Skin

State = Literal["in vivo", "excised"]
Species = Literal["human", "pig"]

_NONE: Mapping[str, float] = MappingProxyType({})
# name of a number of human skin -> name of the pig's number that replaces it
_OF_PIGS = MappingProxyType(
    {
        "arterial_temperature": "arterial_temperature_pig",
        "baseline_absorption_dermis": "baseline_absorption_pig",
        "baseline_absorption_fat": "baseline_absorption_pig",
        "reduced_scattering_epidermis": "reduced_scattering_epidermis_pig",
        "reduced_scattering_dermis": "reduced_scattering_dermis_pig",
        "reduced_scattering_fat": "reduced_scattering_fat_pig",
        "blood_fraction_papillary": "blood_fraction_pig",
        "blood_fraction_plexus": "blood_fraction_plexus_pig",
        "blood_fraction_reticular": "blood_fraction_pig",
        "blood_fraction_fat": "blood_fraction_pig",
        "scattering_multiplier": "scattering_multiplier_pig",
        "water_fraction_dermis": "water_fraction_pig",
        "refractive_index_epidermis": "refractive_index_epidermis_pig",
        "scattering_power_dermis": "scattering_power_dermis_pig",
        "melanosome_decay_length": "melanosome_decay_length_pig",
        "thermal_conductivity_skin": "thermal_conductivity_pig",
        "specific_heat_skin": "specific_heat_pig",
        "density_skin": "density_pig",
    }
)


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """The skin that is exposed.

    Attributes
    ----------
    skin : LayeredTissue
        Layers of the skin.
    living_from : float
        Depth of the lower edge of the stratum corneum [m]; above it there are no living cells.
    state : {"in vivo", "excised"}
        Excised skin has no blood flow and starts at the temperature of the bench.
    values : mapping of str to float
        Library numbers by name that replace those of human skin in optics, heat and injury [SI].
    """

    skin: LayeredTissue
    living_from: float
    state: State
    values: Mapping[str, float]

    def __post_init__(self) -> None:
        """Check the state and the depth of the living layers."""
        if self.state not in get_args(State):
            raise ParameterError(
                f"no state named {self.state!r}{did_you_mean(str(self.state), get_args(State))}"
            )
        LENGTH.require(self.living_from, "living_from")

    @classmethod
    def human(
        cls,
        zone: Zone = "cheek",
        fitzpatrick: int = 2,
        age: float = 40.0,
        *,
        state: State = "in vivo",
        values: Mapping[str, float] = _NONE,
        optics: OwnOptics | None = None,
    ) -> "Target":
        """Return a person's skin; parameters as in `Skin.typical`."""
        skin = Skin.typical(zone, fitzpatrick, age, values=values, optics=optics)
        corneum = LibraryValues("layers", values)("stratum_corneum_thickness")
        return cls(skin, corneum, state, _in_state(values, state))

    @classmethod
    def pig(
        cls,
        breed: Breed = "yucatan",
        *,
        state: State = "in vivo",
        values: Mapping[str, float] = _NONE,
    ) -> "Target":
        """Return the skin of a pig's flank; parameters as in `PigSkin.typical`."""
        pig = LibraryValues("pig", values)
        own = {name: pig(source) for name, source in _OF_PIGS.items()}
        skin = PigSkin.typical(breed, {**own, **values})
        corneum = pig("stratum_corneum_thickness_pig")
        return cls(skin, corneum, state, _in_state({**own, **values}, state))


def _in_state(values: Mapping[str, float], state: State) -> Mapping[str, float]:
    """Return the values with a perfusion of 0 if the skin is excised."""
    still = {} if state == "in vivo" else {"perfusion_skin": 0.0, "perfusion_fat": 0.0}
    return MappingProxyType({**still, **values})
