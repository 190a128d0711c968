"""The program that decodes one picture, run by `porelight.files.photographs` as its own process.

A broken or hostile file can make a decoder crash, hang or ask for all memory; here that costs only
this process. It needs Pillow, and what a kind of file needs beside it when one comes, so it starts
at once. It writes two lines of JSON to standard output: ``{"rows": .., "cols": ..}`` from the
header of the file, before anything is decoded, and ``{"rows": .., "cols": .., "channels": ..,
"dpi": .., "has_camera": .., "camera": .., "taken": .., "complaint": ..}`` before the pixels; or
``{"problem": ".."}`` in place of either. Of the metadata only the stated dots per inch, the model
of the camera and the time leave it; no place, name or serial number does.
"""

import contextlib
import json
import math
import os
import re
import struct
import sys
import tempfile
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from PIL import Image, ImageCms, UnidentifiedImageError

from porelight.files._camera_kinds import (
    TIFF_STARTS,
    MissingError,
    colour_code_of,
    developed,
    is_avif,
    is_heif,
    is_raw_start,
    is_raw_tiff,
    learn_heif,
    require_avif,
    require_whole_numbers,
    rounded,
)
from porelight.files._colours import (
    ProblemError,
    Source,
    adobe_rgb,
    eight_bit,
    in_mode,
    is_adobe_rgb,
    opaque,
    opened,
    profile_of_code,
    require_srgb_tones,
    rgb,
)

FORMATS = ("PNG", "JPEG", "TIFF", "WEBP")  # AVIF and HEIF are tried where a file says so

# in EXIF: make, model, exposure time, block of the camera; and in that block, when it was taken
_MAKE, _MODEL, _CAMERA_BLOCK = 0x010F, 0x0110, 0x8769
_CAMERA_TAGS = (_MAKE, _MODEL, 0x829A, _CAMERA_BLOCK)
_TAKEN, _TAKEN_OFFSET = 0x9003, 0x9011
_EXIF_TIME = re.compile(r"(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)")
_OFFSET = re.compile(r"[+-]\d\d:\d\d")
# decoders raise what they like on broken files
_OF_DAMAGE = (
    *(OSError, SyntaxError, ValueError, EOFError, IndexError, TypeError, KeyError),
    *(RuntimeError, struct.error),
)
_LONGEST = 80  # letters of the name of a camera

# of a TIFF: bits of a number, and whether each colour lies apart
_BITS, _PLANAR = 258, 284

_ORIENTATION = 0x0112  # in EXIF: how to turn the stored picture upright
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SIDEWAYS = {_TURNS[k] for k in (5, 6, 7, 8)}  # whose rows are stored as columns
_BACKWARDS = {_TURNS[k] for k in (3, 4, 7, 8)}  # whose first row is stored last

_ROWS = 256  # written at a time

Stated: TypeAlias = dict[str, object]


class UnknownKindError(Exception):
    """A file of no kind that is read here; its first bytes are told."""


@dataclass(frozen=True)
class Decoded:
    """A picture as its file has it, and what is yet to be done to each strip of its rows.

    A turned or converted copy of a whole large picture would take as much memory again.
    """

    image: Image.Image
    turn: Image.Transpose | None
    to_srgb: ImageCms.ImageCmsTransform | None

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows of the upright picture."""
        cols, rows = self.image.size
        return (rows, cols) if self.turn in _SIDEWAYS else (cols, rows)

    def strip(self, first: int, last: int) -> Image.Image:
        """Return some rows of the upright picture, in RGB of sRGB or in grey."""
        cols, rows = self.image.size
        if self.turn in _BACKWARDS:
            length = cols if self.turn in _SIDEWAYS else rows
            first, last = length - last, length - first
        box = (first, 0, last, rows) if self.turn in _SIDEWAYS else (0, first, cols, last)
        some = self.image.crop(box)
        if self.turn is not None:
            some = some.transpose(self.turn)
        if self.to_srgb is None:
            return some
        turned = ImageCms.applyTransform(some, self.to_srgb)
        return some if turned is None else turned


def decoded(source: Source, most_pixels: int, *, is_mask: bool) -> tuple[Decoded, Stated]:
    """Return the picture, RGB in sRGB or grey if it is a mask, and what it states."""
    with opened(source) as file:
        start = file.read(64)

    def require_size(cols: int, rows: int) -> None:
        if cols * rows > most_pixels:
            raise ProblemError(
                f"has {cols} x {rows} pixels; expected at most {most_pixels / 1e6:g} million. "
                "Cut out the skin to be measured"
            )

    def accept(cols: int, rows: int) -> None:
        require_size(cols, rows)
        _tell({"rows": rows, "cols": cols})

    formats = _formats_of(start)
    raw_start = is_raw_start(start)
    try:
        image = Image.open(opened(source), formats=formats)
    except UnidentifiedImageError:
        # what is a TIFF by its start and is none for Pillow is raw, or damaged
        if raw_start or start.startswith(TIFF_STARTS):
            require_whole_numbers(source)
            return _developed(source, accept, is_mask=is_mask)
        if formats != FORMATS:
            raise ProblemError(
                f"begins as {formats[0].replace('HEIF', 'HEIC')} and cannot be read on; expected a "
                "complete picture. Copy it again"
            ) from None
        raise UnknownKindError(start) from None
    if raw_start or is_raw_tiff(image):
        return _developed(source, accept, is_mask=is_mask)
    require_size(*image.size)
    frames = getattr(image, "n_frames", 1)
    if frames > 1 and image.format not in ("MPO", "HEIF"):
        raise ProblemError(
            f"holds {frames} pictures; expected one. Save the one you want by itself"
        )
    _require_together(image)
    accept(*image.size)
    profile = None if is_mask else _profile_of(source, image)
    complaint = _complaint(source, image.format or "")
    image.load()
    require_size(*image.size)  # what is decoded may be larger than the header says
    stated = {**_stated(image), "complaint": complaint}
    turn = _TURNS.get(image.getexif().get(_ORIENTATION, 1))
    whole = rounded(source, image, formats) if image.format in ("TIFF", "PNG") else image
    if is_mask:
        return Decoded(in_mode(eight_bit(whole), "L"), turn, None), stated
    coloured, to_srgb = rgb(eight_bit(opaque(whole)), profile)
    return Decoded(coloured, turn, to_srgb), stated


def _profile_of(source: Source, image: Image.Image) -> bytes | None:
    """Return the colour profile that a picture has in it, or stands for; None is sRGB."""
    profile: bytes | None = image.info.get("icc_profile")
    if profile:
        return profile
    require_srgb_tones(source, image)
    if is_adobe_rgb(image):
        return adobe_rgb()
    code = colour_code_of(source) if image.format in ("HEIF", "AVIF") else None
    return None if code is None else profile_of_code(*code)


def _formats_of(start: bytes) -> tuple[str, ...]:
    """Return what Pillow is to try on a file that begins so."""
    if is_avif(start):
        require_avif()
        return ("AVIF",)
    if is_heif(start):
        learn_heif()
        return ("HEIF",)
    return FORMATS


def _developed(
    source: Source, accept: Callable[[int, int], None], *, is_mask: bool
) -> tuple[Decoded, Stated]:
    image = developed(source, accept)
    exif = Image.Exif()
    with opened(source) as file, contextlib.suppress(*_OF_DAMAGE):
        exif.load_from_fp(file)
    stated = {**_about(exif), "dpi": [0.0, 0.0], "has_camera": True, "complaint": ""}
    return Decoded(in_mode(image, "L") if is_mask else image, None, None), stated


def _require_together(image: Image.Image) -> None:
    """Refuse a TIFF of 16 bits whose colours lie apart, which Pillow takes for one of 8 bits."""
    tags = getattr(image, "tag_v2", {}) if image.format == "TIFF" else {}
    bits = tags.get(_BITS, (8,))
    if tags.get(_PLANAR, 1) == 2 and max(bits if isinstance(bits, tuple) else (bits,)) > 8:
        raise ProblemError(
            "holds its colours of 16 bits one after the other (planar); expected them together. "
            "Save it again with interleaved channels"
        )


def _complaint(source: Source, kind: str) -> str:
    """Return what is doubtful about the data of a picture; refuse what is damaged for certain.

    Pillow passes over both: checksums of the pixels of a PNG, and what the JPEG library says when
    data ends too soon, or goes on where it should end, and it fills in grey.
    """
    if kind == "PNG":
        with Image.open(opened(source), formats=("PNG",)) as again:
            again.verify()  # raises at a checksum that does not fit
    if kind not in {"JPEG", "MPO"}:
        return ""
    said = _said_of_jpeg(source)
    if said and "extraneous bytes" not in said:
        raise ProblemError(f"is damaged ({said}); expected a complete picture. Copy it again")
    return said


def _said_of_jpeg(source: Source) -> str:
    """Return the first thing that the JPEG library says on standard error, which OpenCV lets it."""
    import cv2  # noqa: PLC0415  for this kind alone
    import numpy as np  # noqa: PLC0415

    with tempfile.TemporaryFile() as said:
        usual = os.dup(2)
        os.dup2(said.fileno(), 2)
        try:
            # a small picture, but all data is gone through
            if isinstance(source, bytes):
                cv2.imdecode(np.frombuffer(source, np.uint8), cv2.IMREAD_REDUCED_GRAYSCALE_8)
            else:
                cv2.imread(str(source), cv2.IMREAD_REDUCED_GRAYSCALE_8)
        finally:
            os.dup2(usual, 2)
            os.close(usual)
        said.seek(0)
        lines = said.read(4096).decode("utf-8", "replace").splitlines()
    return next((line for line in lines if "JPEG" in line), "")[:80].strip()


def _stated(image: Image.Image) -> Stated:
    try:
        across, down = (float(x) for x in image.info.get("dpi", (0.0, 0.0)))
    except (TypeError, ValueError, ZeroDivisionError):
        across = down = 0.0
    if not (math.isfinite(across) and math.isfinite(down)):
        across = down = 0.0
    return {"dpi": [across, down], **_about(image.getexif())}


def _about(exif: Image.Exif) -> Stated:
    """Return what is told of the camera."""
    about: Stated = {"has_camera": False, "camera": "", "taken": ""}
    with contextlib.suppress(*_OF_DAMAGE):
        about["has_camera"] = any(tag in exif for tag in _CAMERA_TAGS)
        about["camera"] = _camera(exif.get(_MAKE), exif.get(_MODEL))
        if _CAMERA_BLOCK in exif:
            block = exif.get_ifd(_CAMERA_BLOCK)
            about["taken"] = _time(block.get(_TAKEN), block.get(_TAKEN_OFFSET))
    return about


def _camera(make: object, model: object) -> str:
    """Return the name of a camera, with its maker in front unless the model begins with it."""
    maker, name = (
        " ".join("".join(c for c in text if c.isprintable()).split())
        if isinstance(text, str)
        else ""
        for text in (make, model)
    )
    whole = name if maker and name.lower().startswith(maker.lower()) else f"{maker} {name}"
    return whole.strip()[:_LONGEST]


def _time(taken: object, offset: object) -> str:
    """Return when a picture was taken as ISO 8601, with the offset from UTC if it is told."""
    found = _EXIF_TIME.match(taken) if isinstance(taken, str) else None
    if found is None or found[1] == "0000":
        return ""
    ahead = _OFFSET.match(offset) if isinstance(offset, str) else None
    return f"{found[1]}-{found[2]}-{found[3]}T{found[4]}{ahead[0] if ahead else ''}"


def _limit(megabytes: int, seconds: int) -> None:
    try:
        import resource  # noqa: PLC0415  only where the system has it
    except ImportError:
        return
    size = megabytes * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))


def main(arguments: list[str]) -> None:
    """Decode ``PATH KIND MOST_PIXELS MEGABYTES SECONDS``; ``-`` is standard input."""
    path, kind, most_pixels, megabytes, seconds = arguments
    _limit(int(megabytes), int(seconds))
    # what a decoder warns of is either an error below or of no concern
    warnings.simplefilter("ignore")
    Image.MAX_IMAGE_PIXELS = None  # the limit is checked before anything is decoded
    picture = None
    try:
        # what comes this way was never on the disk, and stays in memory
        source = sys.stdin.buffer.read() if path == "-" else Path(path)
        picture, stated = decoded(source, int(most_pixels), is_mask=kind == "mask")
        cols, rows = picture.size
        n_bands = 1 if kind == "mask" else 3
        header: dict[str, object] = {**stated, "rows": rows, "cols": cols, "channels": n_bands}
    except UnknownKindError as problem:
        # whoever asked has the words for it
        header = {"problem": "is of no kind that is read", "start": problem.args[0].hex()}
    except MissingError as problem:
        header = {"problem": str(problem), "is_missing": True}
    except ProblemError as problem:
        header = {"problem": str(problem)}
    except MemoryError:
        header = {"problem": "needs too much memory to decode; save it again as PNG or JPEG"}
    except _OF_DAMAGE as problem:
        detail = " ".join(str(problem).split())[:80] or type(problem).__name__
        header = {"problem": f"is damaged ({detail}); expected a complete picture. Copy it again"}
    _tell(header)
    if picture is not None:
        for top in range(0, rows, _ROWS):
            sys.stdout.buffer.write(picture.strip(top, min(top + _ROWS, rows)).tobytes())
        sys.stdout.buffer.flush()


def _tell(about: dict[str, object]) -> None:
    sys.stdout.buffer.write(json.dumps(about).encode() + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
