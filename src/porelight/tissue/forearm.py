"""Skin of the inner forearm, on which reflectance of many people was measured.

Built like facial skin (`porelight.tissue.skin`), with a thickness, a pigment and a perfusion of its
own; it has no pores and is not treated. Numbers and sources: ``data/tissue/layers.toml``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Self

import numpy as np

from porelight.data.values import LibraryValues
from porelight.quantities import Floats
from porelight.tissue.skin import Layer, epidermis_layer, layers_with_blood

_NONE: Mapping[str, float] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class ForearmSkin:
    """Plane layers of the inner forearm, from the surface down."""

    layers: tuple[Layer, ...]

    @classmethod
    def typical(cls, values: Mapping[str, float] = _NONE) -> Self:
        """Return the forearm of the median volunteer.

        Parameters
        ----------
        values : mapping of str to float
            Numbers of ``layers.toml`` to use in place of the library's, by name [SI]; names of
            other files are ignored.

        Raises
        ------
        ParameterError
            If a value is impossible.

        Examples
        --------
        >>> [round(layer.thickness * 1e6) for layer in ForearmSkin.typical().layers[:2]]
        [75, 150]
        """
        value = LibraryValues("layers", values)
        epidermis = epidermis_layer(
            value("epidermis_thickness_forearm"), value("melanosome_fraction_forearm"), value
        )
        dermis = value("dermis_thickness_forearm") * value("dermis_thickness_multiplier")
        return cls((epidermis, *layers_with_blood(dermis, value("fat_thickness"), value)))

    @property
    def thickness(self) -> Floats:
        """Thickness of the layers from the surface down [m], shape (n_layers,)."""
        return np.array([layer.thickness for layer in self.layers], dtype=np.float64)
