"""The photograph with its measured pores, small enough to stand inside a page."""

import base64
import io
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from PIL import Image

from porelight.errors import InputFileError
from porelight.files.writing import require_file
from porelight.report.pictures import PageImage

_LONGEST = 1400  # px; a larger picture is scaled down, and a part of it shown at full size
_DETAIL = (560, 360)  # px
_QUALITY = 88


class Measured(Protocol):
    """What a page needs of a measured photograph."""

    @property
    def overlay(self) -> Path:
        """The photograph with the outlines of its pores."""

    @property
    def summary(self) -> Mapping[str, Any]:
        """Content of its ``summary.json``."""


def overlay_pictures(measured: Measured) -> tuple[PageImage, ...]:
    """Return the photograph with its outlines, and a part at full size if it had to shrink.

    Parameters
    ----------
    measured : Measured
        The folder of a measurement.

    Raises
    ------
    InputFileError
        If the overlay is missing or no picture.
    """
    image = _read(measured.overlay)
    caption = "The photograph; cyan: outlines of the pores that were found, white: of the zone."
    whole = image.copy()
    whole.thumbnail((_LONGEST, _LONGEST), Image.Resampling.LANCZOS)
    pictures = [PageImage(_jpeg(whole), "Photograph of skin with outlined pores.", caption)]
    if whole.size != image.size:
        left = (image.width - _DETAIL[0]) // 2
        top = (image.height - _DETAIL[1]) // 2
        part = image.crop((left, top, left + _DETAIL[0], top + _DETAIL[1]))
        pictures.append(
            PageImage(
                _jpeg(part),
                "Middle of the photograph at full size, with outlined pores.",
                "The middle of it at full size.",
            )
        )
    return tuple(pictures)


def _read(path: Path) -> Image.Image:
    require_file(path, "the overlay.png that 'porelight measure' writes")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path, formats=("PNG", "JPEG")) as opened:
                return opened.convert("RGB")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError, Warning):
        raise InputFileError(
            f"{path}: not a readable picture; expected the overlay that 'porelight measure' writes."
        ) from None


def _jpeg(image: Image.Image) -> str:
    buffer = io.BytesIO()
    # a fresh file without the metadata of the old one: no place, no time, no serial number
    image.save(buffer, format="JPEG", quality=_QUALITY, subsampling=0)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")
