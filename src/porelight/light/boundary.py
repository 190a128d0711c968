"""What the upper and the lower face of the layers do with light that arrives from inside."""

from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np

from porelight.errors import ParameterError, did_you_mean
from porelight.light._bodies import Media
from porelight.tissue.optics import LayeredOptics

FaceKind = Literal["refracting", "absorbing", "mirror"]

# behind a face with so small an index every ray is reflected whole, by Fresnel's equations
_INDEX_BEHIND_MIRROR = 1e-30


@dataclass(frozen=True, slots=True)
class Boundary:
    """The faces of the layers.

    Attributes
    ----------
    top, bottom : {"refracting", "absorbing", "mirror"}
        A refracting face reflects by Fresnel's equations. An absorbing one lets out all that
        arrives, and lets light in unreflected and unrefracted: as between equal indices. A mirror
        lets nothing out; light that falls onto the top from outside enters all the same.
    """

    top: FaceKind = "refracting"
    bottom: FaceKind = "refracting"

    def __post_init__(self) -> None:
        """Check the names."""
        for name in ("top", "bottom"):
            face = getattr(self, name)
            if face not in get_args(FaceKind):
                raise ParameterError(
                    f"no {name} face named {face!r}{did_you_mean(str(face), get_args(FaceKind))}"
                )

    def around(self, optics: LayeredOptics) -> LayeredOptics:
        """Return the layers with the indices that absorbing faces stand for.

        Raises
        ------
        ParameterError
            If light could not leave, or a face belongs to an endless layer.
        """
        if self.bottom != "refracting" and np.isinf(optics.thickness[-1]):
            raise ParameterError(
                f"the bottom is {self.bottom!r} but the last layer has no end; give it a thickness."
            )
        if self.top == self.bottom == "mirror" and not optics.mu_a.any():
            raise ParameterError(
                "top and bottom are mirrors and no layer absorbs; light would wander for ever. "
                "Give a layer an absorption, or one face another kind."
            )
        index = optics.refractive_index
        above = float(index[0]) if self.top == "absorbing" else optics.index_above
        below = float(index[-1]) if self.bottom == "absorbing" else optics.index_below
        return replace(optics, index_above=above, index_below=below)

    def seen_from_inside(self, media: Media) -> Media:
        """Return media in which what lies behind a mirror reflects all light."""
        index = media.refractive_index.copy()
        if self.top == "mirror":
            index[-2] = _INDEX_BEHIND_MIRROR
        if self.bottom == "mirror":
            index[-1] = _INDEX_BEHIND_MIRROR
        return media._replace(refractive_index=index)


REFRACTING = Boundary()
