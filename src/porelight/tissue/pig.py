"""Skin of the pigs that stand in for people in burn experiments.

Layers and pigment of the flank, pigment in the basal layer of the epidermis alone; everything else
(water, blood, scattering) is taken from human skin, for want of numbers of its own.
Numbers and sources: ``data/pig.toml``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, get_args

import numpy as np

from porelight.errors import ParameterError, did_you_mean
from porelight.quantities import Floats
from porelight.tissue._values import Values
from porelight.tissue.skin import Layer, LayerName

Breed = Literal["yucatan", "yorkshire"]

_NONE: Mapping[str, float] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class PigSkin:
    """Skin of a pig's flank: the breed sets pigment and epidermis.

    Attributes
    ----------
    breed : {"yucatan", "yorkshire"}
        Pigmented miniature pig, or white farm pig.
    layers : tuple of Layer
        From the surface down, named as in human skin.
    """

    breed: Breed
    layers: tuple[Layer, ...]

    @classmethod
    def typical(cls, breed: Breed = "yucatan", values: Mapping[str, float] = _NONE) -> "PigSkin":
        """Return typical skin of a breed.

        Parameters
        ----------
        breed : {"yucatan", "yorkshire"}
            Guizhou and other black miniature pigs count as Yucatan.
        values : mapping of str to float
            Numbers of ``pig.toml`` and ``layers.toml`` to use in place of the library's [SI].

        Raises
        ------
        ParameterError
            If the breed is unknown or a value impossible.

        Examples
        --------
        >>> [round(layer.thickness * 1e6) for layer in PigSkin.typical().layers[:2]]
        [58, 10]
        """
        if breed not in get_args(Breed):
            raise ParameterError(
                f"no breed named {breed!r}{did_you_mean(str(breed), get_args(Breed))}"
            )
        pig, human = Values("pig", values), Values("layers", values)
        papillary, plexus = human("papillary_thickness"), human("upper_plexus_thickness")
        whole, basal = pig(f"epidermis_thickness_{breed}"), pig("basal_layer_thickness_pig")
        if not 0.0 < basal < whole:
            raise ParameterError(
                f"the basal layer is {basal:g} m thick, the epidermis {whole:g} m; expected a part "
                "of it."
            )

        def epidermis(thickness: float, melanosomes: float) -> Layer:
            return Layer(
                name="epidermis",
                thickness=thickness,
                melanosome_fraction=melanosomes,
                blood_fraction=0.0,
                oxygen_saturation=0.0,
                vessel_radius=0.0,
                water_fraction=human("water_fraction_epidermis"),
                lipid_fraction=0.0,
            )

        def bloody(name: LayerName, key: str, thickness: float) -> Layer:
            fat = name == "fat"
            return Layer(
                name=name,
                thickness=thickness,
                melanosome_fraction=0.0,
                blood_fraction=human(f"blood_fraction_{key}"),
                oxygen_saturation=human("oxygen_saturation"),
                vessel_radius=human(f"vessel_radius_{'reticular' if fat else key}"),
                water_fraction=human("water_fraction_fat" if fat else "water_fraction_dermis"),
                lipid_fraction=human("lipid_fraction_fat") if fat else 0.0,
            )

        reticular = pig("dermis_thickness_pig") - papillary - plexus
        if reticular <= 0.0:
            raise ParameterError(
                f"the dermis is {pig('dermis_thickness_pig'):g} m thick; expected more than its "
                f"papillary layer and plexus of {papillary + plexus:g} m."
            )
        return cls(
            breed=breed,
            layers=(
                epidermis(whole - basal, 0.0),
                epidermis(basal, pig(f"melanosome_fraction_{breed}") * whole / basal),
                bloody("papillary dermis", "papillary", papillary),
                bloody("upper plexus", "plexus", plexus),
                bloody("reticular dermis", "reticular", reticular),
                bloody("fat", "fat", pig("fat_thickness_pig")),
            ),
        )

    @property
    def thickness(self) -> Floats:
        """Thickness of the layers from the surface down [m], shape (n_layers,)."""
        return np.array([layer.thickness for layer in self.layers], dtype=np.float64)
