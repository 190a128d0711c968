"""From a picture to a photograph whose scale on the skin is known.

The scale is either known beforehand, or found: by the printed sheet, the dots per inch of a
scanner, a ruler in view, or the irises of a face. What was found on the way, the sheet and the
face, is kept: the white patch of the sheet serves the tone of the skin, the landmarks of the face
its zones.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from porelight.errors import ParameterError, PhotographError, did_you_mean
from porelight.photo.iris import iris_scale
from porelight.photo.landmarks import Face, find_face
from porelight.photo.marker import FoundMarker, find_marker, patch_levels
from porelight.photo.photograph import Photograph
from porelight.photo.picture import Picture
from porelight.photo.ruler import ruler_scale
from porelight.photo.scale import Scale, scale_of_dpi
from porelight.quantities import Floats
from porelight.units import mm

FoundScale = Literal["marker", "dpi", "iris", "ruler"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ScaledPhotograph:
    """A photograph, where its scale is known from, and what was found in it on the way.

    Attributes
    ----------
    photograph : Photograph
        Photograph with its scale.
    scale : Scale
        And where it is known from.
    marker : FoundMarker or None
        The printed sheet, where it is in view.
    face : Face or None
        The landmarks of the face, where they were asked for.
    """

    photograph: Photograph
    scale: Scale
    marker: FoundMarker | None = None
    face: Face | None = None

    def __repr__(self) -> str:
        beside = [name for name, found in (("sheet", self.marker), ("face", self.face)) if found]
        rows, cols = self.photograph.shape
        return (
            f"ScaledPhotograph({self.photograph.name}, {cols} x {rows} px, {self.scale.described}"
            f"{''.join(f', {name} in view' for name in beside)})"
        )

    @property
    def patch_levels(self) -> Mapping[str, Floats] | None:
        """Linear sRGB of the patches of the sheet, shape (3,) each; None without a sheet."""
        if self.marker is None:
            return None
        return patch_levels(self.photograph.pixels, self.marker)


def scaled_photograph(
    picture: Picture,
    scale: Scale | FoundScale,
    *,
    tick: float = 1.0 * mm,
    networks: Mapping[str, Path] | None = None,
    find_landmarks: bool = False,
) -> ScaledPhotograph:
    """Find the scale of a picture; find the landmarks of its face too if asked.

    Parameters
    ----------
    picture : Picture
        As `porelight.files.photographs.read_picture` reads it.
    scale : Scale or str
        The scale if it is known; else what to take it from: 'marker', 'dpi', 'iris' or 'ruler'.
    tick : float
        Distance between two ticks of the ruler [m].
    networks : mapping of str to Path, optional
        Files of the networks that find landmarks (`porelight.files.models.installed`); needed for
        'iris' and for `find_landmarks`.
    find_landmarks : bool
        Whether the picture shows a whole face whose zones are to be measured.

    Returns
    -------
    ScaledPhotograph

    Raises
    ------
    PhotographError
        If the scale or the face cannot be found; the message says what to do.
    ParameterError
        If the way to the scale is unknown, a length is out of range, or the networks are missing.

    Examples
    --------
    >>> import numpy as np
    >>> picture = Picture(np.full((60, 80, 3), 150, np.uint8), dpi=(300.2, 300.2), name="scan.png")
    >>> scaled_photograph(picture, Scale(12.5e3, 0.01, "known"))
    ScaledPhotograph(scan.png, 80 x 60 px, 12.5 px/mm (as given, 1.0 % uncertain))
    """
    pixels, marker = picture.pixels, None
    face = _landmarks(pixels, networks) if find_landmarks else None
    match scale:
        case Scale():
            known = scale
        case "marker":
            marker = find_marker(pixels)
            known = marker.scale
        case "dpi":
            known = scale_of_dpi(picture.dpi, has_camera=picture.has_camera)
        case "iris":
            face = _landmarks(pixels, networks) if face is None else face
            known = iris_scale(pixels, face.irises)
        case "ruler":
            known = ruler_scale(pixels, tick)
        case _:
            raise ParameterError(
                f"no scale can be taken from {scale!r}"
                f"{did_you_mean(str(scale), get_args(FoundScale))}"
            )
    if marker is None:
        # whatever gave the scale, the white patch of a sheet in view serves the tone of the skin
        marker = _sheet_in_view(pixels)
    photograph = Photograph(
        pixels,
        known.px_per_metre,
        known.error,
        name=picture.name,
        camera=picture.camera,
        taken=picture.taken,
    )
    return ScaledPhotograph(photograph, known, marker, face)


def with_known_scale(photograph: Photograph) -> ScaledPhotograph:
    """Return a photograph whose scale its user gave, with the printed sheet if it is in view.

    Raises
    ------
    ParameterError
        If it is something else, such as the path of a photograph.
    """
    given: object = photograph
    if not isinstance(given, Photograph):
        shown = f"an array of shape {given.shape}" if isinstance(given, np.ndarray) else repr(given)
        raise ParameterError(
            f"the photograph is {shown}; expected a Photograph with its scale, as "
            "read_photo(path, px_per_mm=...) gives it."
        )
    scale = Scale(photograph.px_per_metre, photograph.scale_error, "known", "given by the user")
    return ScaledPhotograph(photograph, scale, _sheet_in_view(photograph.pixels))


def _landmarks(pixels: NDArray[np.uint8], networks: Mapping[str, Path] | None) -> Face:
    if networks is None:
        raise ParameterError(
            "landmarks of a face need their networks; give networks=landmark_networks(), after "
            "'porelight models fetch'."
        )
    return find_face(pixels, networks)


def _sheet_in_view(pixels: NDArray[np.uint8]) -> FoundMarker | None:
    try:
        return find_marker(pixels)
    except PhotographError:
        return None
