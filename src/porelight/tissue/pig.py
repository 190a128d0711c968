"""Skin of the pigs that stand in for people in burn experiments.

Layers and pigment of the flank, pigment in the basal layer of the epidermis alone. Scattering and
blood are those of excised skin (`session.target` passes them on), water that of human skin.
Numbers and sources: ``data/tissue/pig.toml``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, get_args

import numpy as np

from porelight.data.values import LibraryValues
from porelight.errors import ParameterError, did_you_mean
from porelight.quantities import Floats
from porelight.tissue.skin import Layer, epidermis_layer, layers_with_blood

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
        Layers from the surface down, named as in human skin.
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
        pig, human = LibraryValues("pig", values), LibraryValues("layers", values)
        whole, basal = pig(f"epidermis_thickness_{breed}"), pig("basal_layer_thickness_pig")
        if not 0.0 < basal < whole:
            raise ParameterError(
                f"the basal layer is {basal:g} m thick, the epidermis {whole:g} m; expected a part "
                "of it."
            )

        return cls(
            breed=breed,
            layers=(
                epidermis_layer(whole - basal, 0.0, human),
                epidermis_layer(basal, pig(f"melanosome_fraction_{breed}") * whole / basal, human),
                *layers_with_blood(pig("dermis_thickness_pig"), pig("fat_thickness_pig"), human),
            ),
        )

    @property
    def thickness(self) -> Floats:
        """Thickness of the layers from the surface down [m], shape (n_layers,)."""
        return np.array([layer.thickness for layer in self.layers], dtype=np.float64)
