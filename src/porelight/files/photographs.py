"""Reading of photographs from files, which may be damaged or hostile.

A file is decoded by a process of its own, with limits on pixels, memory and time, so a hostile one
costs a message and nothing more. What comes back is upright sRGB, the stated dots per inch, the
model of the camera and the time; place, names and serial numbers stay in the file.
"""

import contextlib
import json
import subprocess
import sys
import warnings
from collections.abc import Callable, Mapping
from io import BufferedReader
from pathlib import Path
from threading import Timer
from typing import Any, Literal, cast

import numpy as np
from numpy.typing import NDArray

from porelight import __version__
from porelight.errors import (
    DamageWarning,
    DecoderMissingError,
    DecodingStoppedError,
    ParameterError,
    PhotographError,
)
from porelight.files import _decode
from porelight.files.kinds import ResultKind, names_porelight
from porelight.files.writing import replacing
from porelight.photo.photograph import Photograph
from porelight.photo.picture import Picture
from porelight.photo.scale import KNOWN_ERROR
from porelight.quantities import Quantity
from porelight.units import per_mm

MOST_PIXELS = 210_000_000
_MARK = "picture by porelight"
PICTURE = ResultKind("a picture of virtual or changed skin", (".png",), names_porelight(_MARK))
_MOST_BYTES = 1 << 30
_EXPECTED = "expected a PNG, JPEG, TIFF, WebP, HEIC, AVIF or raw picture"
_MEGABYTES = 3072
_SECONDS = 60
_PX_PER_MM = Quantity("px_per_mm", "px/mm", 0.5, 500.0, "scale of a photograph")

# how files begin that are no photographs
_STARTS = (
    (b"GIF8", "a GIF"),
    (b"\xff\x0a", "a JPEG XL picture"),
    (b"\x00\x00\x00\x0cJXL ", "a JPEG XL picture"),
    (b"\x00\x00\x00\x0cjP  ", "a JPEG 2000 picture"),
    (b"%PDF", "a PDF"),
    (b"BM", "a BMP"),
    (b"PK\x03\x04", "a zip archive"),
    (b"<svg", "an SVG drawing"),
)


def read_picture(
    path: Path | str,
    *,
    most_pixels: int = MOST_PIXELS,
    accept: Callable[[int, int], None] | None = None,
) -> Picture:
    """Read a photograph whose scale is yet to be found.

    Parameters
    ----------
    path : Path
        PNG, JPEG, TIFF or WebP; 8 or 16 bits; colour, palette or grey. HEIC, AVIF and raw files
        with the extras that the message names where they are missing.
    most_pixels : int
        Largest number of pixels; larger pictures are refused before they are decoded.
    accept : callable, optional
        Called with rows and columns as the file's header tells them, before anything is decoded;
        what it raises ends the reading.

    Raises
    ------
    PhotographError
        As `read_photograph`.
    """
    file = Path(path)
    _require_readable(file)
    return _picture(file, None, most_pixels, accept)


def picture_of(
    content: bytes,
    name: str,
    *,
    most_pixels: int = MOST_PIXELS,
    accept: Callable[[int, int], None] | None = None,
) -> Picture:
    """Return the photograph that the bytes of a file hold; they are not written anywhere.

    Parameters
    ----------
    content : bytes
        As `read_picture` reads them from a file.
    name : str
        What messages call it.
    most_pixels, accept
        As of `read_picture`.

    Raises
    ------
    PhotographError
        As `read_picture`.
    """
    return _picture(Path(name), content, most_pixels, accept)


def _picture(
    file: Path,
    content: bytes | None,
    most_pixels: int,
    accept: Callable[[int, int], None] | None,
) -> Picture:
    pixels, header = _decoded(file, "photograph", most_pixels, accept, content)
    across, down = (float(x) for x in header["dpi"])
    dpi = (across, down) if across > 0.0 and down > 0.0 else None
    name = file.name if content is None else str(file)
    return Picture(pixels, dpi, bool(header["has_camera"]), name, header["camera"], header["taken"])


def read_photograph(
    path: Path | str,
    *,
    px_per_mm: float,
    scale_error: float = KNOWN_ERROR,
    most_pixels: int = MOST_PIXELS,
) -> Photograph:
    """Read a photograph with a known scale.

    Parameters
    ----------
    path : Path
        PNG, JPEG, TIFF or WebP; 8 or 16 bits; colour, palette or grey. HEIC, AVIF and raw files
        with the extras that the message names where they are missing.
    px_per_mm : float
        Scale of the photograph on the skin [px/mm].
    scale_error : float
        Relative standard deviation of the scale [-].
    most_pixels : int
        Largest number of pixels; larger pictures are refused before they are decoded.

    Returns
    -------
    Photograph
        The photograph, upright, in sRGB, named like the file.

    Raises
    ------
    PhotographError
        If the file is missing, no picture, damaged, too large, or of a kind whose colours or pixels
        would have to be guessed.
    ParameterError
        If the scale is impossible.
    """
    per_millimetre = _PX_PER_MM.require(px_per_mm)
    file = Path(path)
    _require_readable(file)
    pixels, header = _decoded(file, "photograph", most_pixels)
    return Photograph(
        pixels,
        per_millimetre * per_mm,
        scale_error,
        name=file.name,
        camera=header["camera"],
        taken=header["taken"],
    )


# the name under which the package shows it
read_photo = read_photograph


def write_photograph(pixels: NDArray[np.uint8], path: Path | str) -> Path:
    """Write a picture in sRGB as PNG; its only metadata is that porelight wrote it.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (rows, cols, 3)
        The picture.
    path : Path
        PNG file; an earlier one that was written here is replaced.

    Raises
    ------
    InputFileError
        If it cannot be written, or something else is there.
    """
    # only decoding runs in a process of its own
    from PIL import Image  # noqa: PLC0415
    from PIL.PngImagePlugin import PngInfo  # noqa: PLC0415

    target = Path(path)
    about = PngInfo()
    about.add_text("Software", f"{_MARK} {__version__}")
    with replacing(target, PICTURE) as temporary:
        Image.fromarray(pixels).save(temporary, format="PNG", pnginfo=about)
    return target


def read_zone_mask(path: Path | str, shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Read the mask of a zone, white where pores are to be found.

    Parameters
    ----------
    path : Path
        Picture of the mask; pixels lighter than mid-grey are the zone.
    shape : tuple of int
        Rows and columns of the photograph.

    Returns
    -------
    ndarray of bool, shape (rows, cols)

    Raises
    ------
    PhotographError
        If it cannot be read, has another size, or holds no white.
    """
    file = Path(path)
    _require_readable(file)
    pixels, _ = _decoded(file, "mask", MOST_PIXELS)
    mask = pixels[..., 0] > 127
    if mask.shape != tuple(shape):
        raise PhotographError(
            f"{file}: the mask has {mask.shape[1]} x {mask.shape[0]} pixels, the photograph "
            f"{shape[1]} x {shape[0]}; expected the same size."
        )
    if not mask.any():
        raise PhotographError(
            f"{file}: the mask is all black; paint the skin to be measured white."
        )
    return np.asarray(mask)


def _decoded(
    file: Path,
    kind: Literal["photograph", "mask"],
    most_pixels: int,
    accept: Callable[[int, int], None] | None = None,
    content: bytes | None = None,
) -> tuple[NDArray[np.uint8], dict[str, Any]]:
    """Decode a file, or content that is shown under its name."""
    if most_pixels < 1:
        raise ParameterError(f"most_pixels is {most_pixels}; expected 1 or more.")
    source = str(file.resolve()) if content is None else "-"
    command = [sys.executable, "-I", _decode.__file__, source, kind]
    command += [str(most_pixels), str(_MEGABYTES), str(_SECONDS)]
    given = subprocess.DEVNULL if content is None else subprocess.PIPE
    with subprocess.Popen(  # noqa: S603  our own program, no shell
        command, stdin=given, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as decoder:
        # a decoder that hangs without using the processor is not stopped by its own limit
        limit = Timer(_SECONDS + 10, decoder.kill)
        limit.start()
        try:
            if decoder.stdin is not None:
                # it says nothing before it has read all; one that is dead is found dead below
                with contextlib.suppress(BrokenPipeError), decoder.stdin as whole:
                    whole.write(content or b"")
            size = _line_of(decoder, file)
            if accept is not None:
                accept(int(size["rows"]), int(size["cols"]))
            header = _line_of(decoder, file)
            pixels = _pixels_of(decoder, header, file)
        finally:
            is_late = not limit.is_alive()
            limit.cancel()
            decoder.kill()
            if is_late:
                raise DecodingStoppedError(
                    f"{file}: decoding took more than {_SECONDS} s; save it again as PNG or JPEG."
                ) from None
    if header.get("complaint"):
        warnings.warn(
            f"{file}: the data of the picture may be damaged ({header['complaint']}): parts may be "
            "moved, or lighter or darker. Look at it, or copy it again.",
            DamageWarning,
            stacklevel=3,
        )
    return pixels, header


def _line_of(decoder: subprocess.Popen[bytes], file: Path) -> dict[str, Any]:
    """Return the next line that the decoder tells of the picture, or what is wrong with it."""
    try:
        told: dict[str, Any] = json.loads(_out(decoder).readline())
    except json.JSONDecodeError:
        told = {"problem": "made the decoder stop; it is damaged or hostile. Save it again as PNG"}
    if "start" in told:
        kind = _kind(bytes.fromhex(told["start"]))
        told["problem"] = f"is {kind}; {_EXPECTED}. Export it as one"
    if told.get("is_missing"):
        raise DecoderMissingError(f"{file}: {told['problem']}.")
    if "problem" in told:
        raise PhotographError(f"{file}: {told['problem']}.")
    return told


def _kind(start: bytes) -> str:
    for magic, name in _STARTS:
        if start.startswith(magic):
            return name
    if start[4:8] == b"ftyp":
        return "a video, or a picture of a kind that is not read"
    if start and all(byte in b"\t\n\r" or 32 <= byte < 127 for byte in start):
        return "text and no picture"
    return "no picture that can be recognised"


def _pixels_of(
    decoder: subprocess.Popen[bytes], header: Mapping[str, Any], file: Path
) -> NDArray[np.uint8]:
    """Return the pixels that follow, read into their place without a copy."""
    pixels = np.empty((header["rows"], header["cols"], header["channels"]), np.uint8)
    place, done = pixels.reshape(-1).data, 0
    while done < len(place):
        n_read = _out(decoder).readinto(place[done:])
        if not n_read:
            raise DecodingStoppedError(
                f"{file}: decoding was cut short; free some memory and try again."
            )
        done += n_read
    return pixels


def _out(decoder: subprocess.Popen[bytes]) -> BufferedReader:
    return cast("BufferedReader", decoder.stdout)


def _require_readable(file: Path) -> None:
    try:
        if file.is_dir():
            raise PhotographError(f"{file} is a folder; expected a picture file in it.")
        if not file.is_file():
            raise PhotographError(f"{file}: no such file; {_EXPECTED}.")
        size = file.stat().st_size
        with file.open("rb"):
            pass
    except OSError as problem:
        raise PhotographError(f"{file}: cannot be read ({problem.strerror}).") from None
    if size == 0:
        raise PhotographError(f"{file} is empty (0 bytes); copy it again.")
    if size > _MOST_BYTES:
        raise PhotographError(
            f"{file} has {size / 1e9:.1f} GB; expected at most {_MOST_BYTES / 1e9:.1f} GB."
        )
