"""The scale of a photograph on the skin: pixels per metre, its source and its uncertainty."""

from dataclasses import dataclass
from typing import Literal

from porelight.errors import PhotographError
from porelight.photo.photograph import SCALE_ERROR
from porelight.quantities import PIXELS_PER_METRE
from porelight.units import mm

Source = Literal["known", "dpi", "marker", "ruler", "iris"]

KNOWN_ERROR = 0.01
"""Relative standard deviation of a scale that a person gives, where nothing else is said [-]."""

_INCH = 0.0254  # m
_DPI_ERROR = 0.01  # of flatbed scanners and rigs, whose optics are fixed
_LEAST_DPI, _MOST_DPI = 130.0, 5000.0  # 5 to 200 px/mm
# what cameras and editors write when they know no scale
_PLACEHOLDERS = (72.0, 96.0, 150.0, 180.0, 230.0, 240.0, 300.0, 314.0, 350.0)
_NEAR = 0.51  # dpi
_SQUARE = 0.01  # by which the two directions may differ


@dataclass(frozen=True, slots=True)
class Scale:
    """The scale of a photograph.

    Attributes
    ----------
    px_per_metre : float
        Pixels per metre of skin [px/m].
    error : float
        Relative standard deviation of the scale [-].
    source : {"known", "dpi", "marker", "ruler", "iris"}
        What the scale was taken from.
    note : str
        The measurement it rests on, in a sentence.
    """

    px_per_metre: float
    error: float
    source: Source
    note: str = ""

    def __post_init__(self) -> None:
        """Check ranges."""
        PIXELS_PER_METRE.require(self.px_per_metre, "px_per_metre")
        SCALE_ERROR.require(self.error, "scale error")

    @property
    def described(self) -> str:
        """The scale with its source and error, in one line for people."""
        source = "as given" if self.source == "known" else f"from {self.source}"
        return (
            f"{self.px_per_metre * mm:.3g} px/mm ({source}, {100.0 * self.error:.1f} % uncertain)"
        )


def scale_of_dpi(dpi: tuple[float, float] | None, *, has_camera: bool) -> Scale:
    """Return the scale that a file states in dots per inch.

    Parameters
    ----------
    dpi : tuple of float or None
        Dots per inch across and down, as the file states them; None if it states none.
    has_camera : bool
        Whether the file says that a camera took it; a camera cannot know its scale.

    Raises
    ------
    PhotographError
        If the file states none, or one that cannot be the scale on the skin.
    """
    ask = "Give --px-per-mm, or lay the sheet of 'porelight marker' beside the skin."
    if dpi is None:
        raise PhotographError(f"the file states no dots per inch. {ask}")
    across, down = dpi
    if has_camera:
        raise PhotographError(
            f"the file states {across:g} dots per inch, but a camera took it, and a camera cannot "
            f"know how far the skin was. {ask}"
        )
    if not (across > 0.0 and abs(across / down - 1.0) <= _SQUARE if down > 0.0 else False):
        raise PhotographError(
            f"the file states {across:g} x {down:g} dots per inch; expected the same both ways. "
            f"{ask}"
        )
    if any(abs(across - usual) < _NEAR for usual in _PLACEHOLDERS):
        raise PhotographError(
            f"the file states {across:g} dots per inch, which programs write when they know no "
            f"scale. If it is true, give --px-per-mm {across / _INCH * mm:.4g}. {ask}"
        )
    if not _LEAST_DPI <= across <= _MOST_DPI:
        raise PhotographError(
            f"the file states {across:g} dots per inch, {across / _INCH * mm:.3g} px/mm; expected "
            f"{_LEAST_DPI:g} to {_MOST_DPI:g}, as pores need 5 to 200 px/mm. {ask}"
        )
    return Scale(
        0.5 * (across + down) / _INCH, _DPI_ERROR, "dpi", f"the file states {across:g} dpi"
    )
