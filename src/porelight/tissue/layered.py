"""What optics and heat need of a tissue: its layers. Facial skin has them, and so has a pig's."""

from typing import Protocol

from porelight.quantities import Floats
from porelight.tissue.skin import Layer


class Layered(Protocol):
    """A tissue of plane layers from the surface down."""

    @property
    def layers(self) -> tuple[Layer, ...]:
        """Layers from the surface down."""
        ...

    @property
    def thickness(self) -> Floats:
        """Thickness of each [m], shape (n_layers,)."""
        ...
