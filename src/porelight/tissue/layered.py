"""Tissue of plane layers: the interface of optics and heat to facial skin and to a pig's."""

from typing import Protocol

from porelight.quantities import Floats
from porelight.tissue.skin import Layer


class LayeredTissue(Protocol):
    """A tissue of plane layers from the surface down."""

    @property
    def layers(self) -> tuple[Layer, ...]:
        """Layers from the surface down."""
        ...

    @property
    def thickness(self) -> Floats:
        """Thickness of each layer [m], shape (n_layers,)."""
        ...
