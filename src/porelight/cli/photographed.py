"""From what a user says of a photograph to the photograph with its scale."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from porelight.errors import InputFileError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from porelight.photo.landmarks import Face
    from porelight.photo.marker import FoundMarker
    from porelight.photo.photograph import Photograph
    from porelight.photo.scale import Scale

ScaleSource = Literal["marker", "dpi", "iris", "ruler"]


@dataclass(frozen=True, slots=True)
class ScaleWish:
    """How the user wants the scale to be known.

    Attributes
    ----------
    px_per_mm : float or None
        Known scale.
    scale_from : str or None
        Where else to take it from.
    error_percent : float
        Standard deviation of a known scale.
    tick_mm : float
        Distance between two ticks of a ruler.
    """

    px_per_mm: float | None
    scale_from: ScaleSource | None
    error_percent: float = 1.0
    tick_mm: float = 1.0

    def __post_init__(self) -> None:
        """Check that there is one way and not two."""
        if (self.px_per_mm is None) == (self.scale_from is None):
            raise InputFileError(
                "give the scale one way: --px-per-mm NUMBER, or --scale-from marker, dpi, iris or "
                "ruler. 'porelight marker' prints the sheet for the first of these."
            )


@dataclass(frozen=True, slots=True)
class DrawnZone:
    """What part of a photograph the user has drawn, if any.

    Attributes
    ----------
    mask : Path or None
        Image of the size of the photograph, white where it counts.
    polygon : Path or None
        Or a file with the corners.
    """

    mask: Path | None
    polygon: Path | None = None

    def __post_init__(self) -> None:
        """Check that there is not more than one way."""
        if self.mask is not None and self.polygon is not None:
            raise InputFileError("give the zone one way: --zone-mask or --zone-polygon.")

    @property
    def is_drawn(self) -> bool:
        """Whether there is one."""
        return self.mask is not None or self.polygon is not None

    def of(self, photograph: "Photograph") -> "NDArray[np.bool_] | None":
        """Return the pixels inside, shape (n_row, n_col); None is the whole photograph."""
        from porelight.files.photographs import read_zone_mask  # noqa: PLC0415
        from porelight.files.polygons import read_polygons  # noqa: PLC0415
        from porelight.photo.zones import polygon_mask  # noqa: PLC0415

        if self.mask is not None:
            return read_zone_mask(self.mask, photograph.shape)
        if self.polygon is not None:
            return polygon_mask(read_polygons(self.polygon), photograph.shape)
        return None


@dataclass(frozen=True, slots=True)
class Scaled:
    """A photograph, where its scale is known from, and what was found in it on the way."""

    photograph: "Photograph"
    scale: "Scale"
    marker: "FoundMarker | None"
    face: "Face | None"


def scaled(path: Path, wish: ScaleWish, *, landmarks: bool = False) -> Scaled:
    """Read a photograph and find its scale; find its face too if asked."""
    from porelight.files.models import installed  # noqa: PLC0415
    from porelight.files.photographs import read_picture  # noqa: PLC0415
    from porelight.photo.landmarks import find_face  # noqa: PLC0415
    from porelight.photo.photograph import Photograph  # noqa: PLC0415

    models = installed() if landmarks or wish.scale_from == "iris" else None
    picture = read_picture(path)
    face = find_face(picture.pixels, models) if models is not None else None
    marker = _marker(picture.pixels, required=wish.scale_from == "marker")
    scale = _scale(wish, picture.pixels, (marker, face), (picture.dpi, picture.has_camera))
    photograph = Photograph(picture.pixels, scale.px_per_metre, scale.error, name=picture.name)
    return Scaled(photograph, scale, marker, face)


def _marker(pixels: "NDArray[np.uint8]", *, required: bool) -> "FoundMarker | None":
    """Return the sheet if it is in view: its white patch serves tone whatever gives the scale."""
    from porelight.errors import PhotographError  # noqa: PLC0415
    from porelight.photo.marker import find_marker  # noqa: PLC0415

    try:
        return find_marker(pixels)
    except PhotographError:
        if required:
            raise
        return None


def _scale(
    wish: ScaleWish,
    pixels: "NDArray[np.uint8]",
    found: "tuple[FoundMarker | None, Face | None]",
    stated: tuple[tuple[float, float] | None, bool],
) -> "Scale":
    from porelight.photo.iris import iris_scale  # noqa: PLC0415
    from porelight.photo.ruler import ruler_scale  # noqa: PLC0415
    from porelight.photo.scale import Scale, scale_of_dpi  # noqa: PLC0415
    from porelight.units import mm, per_mm  # noqa: PLC0415

    marker, face = found
    if wish.scale_from == "marker" and marker is not None:
        return marker.scale
    if wish.scale_from == "iris" and face is not None:
        return iris_scale(pixels, face.irises)
    if wish.scale_from == "ruler":
        return ruler_scale(pixels, wish.tick_mm * mm)
    if wish.scale_from == "dpi":
        return scale_of_dpi(stated[0], has_camera=stated[1])
    known = wish.px_per_mm or 0.0
    return Scale(known * per_mm, wish.error_percent / 100.0, "known", "given by the user")
