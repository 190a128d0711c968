"""The program that decodes one picture, run by `porelight.files.photographs` as its own process.

A broken or hostile file can make a decoder crash, hang or ask for all memory; here that costs only
this process. It needs Pillow, and for JPEG files OpenCV, so it starts at once. It writes two lines
of JSON to standard output: ``{"rows": .., "cols": ..}`` from the header of the file, before
anything is decoded, and ``{"rows": .., "cols": .., "channels": .., "dpi": .., "has_camera": ..,
"complaint": ..}`` before the pixels; or ``{"problem": ".."}`` in place of either. Of the metadata
only the stated dots per inch leave it, and whether a camera took the picture; no place, time, name
or serial number does.

References
----------
.. [1] JEITA CP-3461, "Design rule for Camera File system (DCF) Version 2.0," optional colour space.
.. [2] Adobe Systems, "Adobe RGB (1998) Color Image Encoding," 2005.
"""

import io
import json
import math
import os
import sys
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeAlias, cast

from PIL import Image, ImageCms, UnidentifiedImageError

FORMATS = ("PNG", "JPEG", "TIFF", "WEBP")

_CAMERA_TAGS = (0x010F, 0x0110, 0x829A, 0x8769)  # make, model, exposure time, block of the camera

# of a TIFF: kind of its first picture, version of DNG
_SUBFILE_TYPE, _DNG_VERSION = 254, 50706
_PREVIEW = 1  # bit of the kind: a smaller picture of another one in the file
_CANON = slice(8, 10)  # where a Canon raw file says CR
_RAW = "is a raw file of a camera, of which only a preview could be read; expected a finished "
_RAW += "picture. Develop it, and save it as TIFF, PNG or JPEG"

# blocks of EXIF and their tags for the colour space, where no profile is embedded [1]_
_CAMERA_BLOCK, _COLOUR_SPACE, _INTEROPERABILITY, _INDEX = 0x8769, 0xA001, 0xA005, 1
# of the code points of colours in a PNG: primaries of sRGB, its curve, no matrix, whole range
_SRGB_CODE = bytes([1, 13, 0, 1])
_SRGB_GAMMA = 0.45455

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
Source: TypeAlias = Path | bytes


class ProblemError(Exception):
    """A picture that cannot be decoded; the text says why, and what would be right."""


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
    with _opened(source) as file:
        start = file.read(64)
    if start[:4] == b"II*\x00" and start[_CANON] == b"CR":
        raise ProblemError(_RAW)
    try:
        image = Image.open(_opened(source), formats=FORMATS)
    except UnidentifiedImageError:
        raise UnknownKindError(start) from None
    cols, rows = image.size
    if cols * rows > most_pixels:
        raise ProblemError(
            f"has {cols} x {rows} pixels; expected at most {most_pixels / 1e6:g} million. "
            "Cut out the skin to be measured"
        )
    _require_finished(image)
    frames = getattr(image, "n_frames", 1)
    if frames > 1 and image.format != "MPO":
        raise ProblemError(
            f"holds {frames} pictures; expected one. Save the one you want by itself"
        )
    _tell({"rows": rows, "cols": cols})
    profile = image.info.get("icc_profile")
    if not profile and not is_mask:
        _require_srgb_tones(source, image)
        profile = _adobe_rgb() if _is_adobe_rgb(image) else None
    complaint = _complaint(source, image.format or "")
    image.load()
    stated = {**_stated(image), "complaint": complaint}
    turn = _TURNS.get(image.getexif().get(_ORIENTATION, 1))
    if is_mask:
        return Decoded(_in(_eight_bit(image), "L"), turn, None), stated
    coloured, to_srgb = _rgb(_eight_bit(_opaque(image)), profile)
    return Decoded(coloured, turn, to_srgb), stated


def _require_finished(image: Image.Image) -> None:
    """Refuse a raw file: what can be read of it is a preview, with fewer pixels."""
    if image.format != "TIFF":
        return
    tags = getattr(image, "tag_v2", {})
    kind = tags.get(_SUBFILE_TYPE, 0)
    is_preview = isinstance(kind, int) and bool(kind & _PREVIEW)
    if is_preview or _DNG_VERSION in tags:
        raise ProblemError(_RAW)


def _require_srgb_tones(source: Source, image: Image.Image) -> None:
    """Refuse a PNG that states other tones than those of sRGB in a way that is not followed."""
    if image.format != "PNG":
        return
    code = _chunk_of_png(source, b"cICP")
    if code not in (b"", _SRGB_CODE):
        raise ProblemError(
            "states colours of its own (HDR or Display P3); expected sRGB. Export it as sRGB"
        )
    gamma = float(image.info.get("gamma", _SRGB_GAMMA))
    if not code and "srgb" not in image.info and abs(gamma / _SRGB_GAMMA - 1.0) > 0.05:
        raise ProblemError(
            f"states a gamma of {gamma:.3g}; expected sRGB ({_SRGB_GAMMA}). Export it as sRGB"
        )


def _chunk_of_png(source: Source, wanted: bytes) -> bytes:
    """Return the data of a part of a PNG before its pixels; nothing if it is not there."""
    with _opened(source) as file:
        file.seek(8)
        while len(head := file.read(8)) == 8:
            size, name = int.from_bytes(head[:4], "big"), head[4:]
            if name == wanted:
                return file.read(min(size, 64))
            if name == b"IDAT":
                break
            file.seek(size + 4, os.SEEK_CUR)
    return b""


def _is_adobe_rgb(image: Image.Image) -> bool:
    """Whether a camera states Adobe RGB in its EXIF, as many do in place of a profile."""
    try:
        exif = image.getexif()
        block = exif.get_ifd(_CAMERA_BLOCK)
        space = block.get(_COLOUR_SPACE)
        # older Pillows raise for a block that is not there
        has_index = _INTEROPERABILITY in block
        index = exif.get_ifd(_INTEROPERABILITY).get(_INDEX, "") if has_index else ""
    except (OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, EOFError):
        return False
    return space == 2 or str(index).startswith("R03")


def _adobe_rgb() -> bytes:
    """Return a colour profile of the primaries, white and curve of Adobe RGB (1998) [2]_."""

    def number(value: float) -> bytes:
        return round(value * 65536.0).to_bytes(4, "big", signed=True)

    def colour(*xyz: float) -> bytes:
        return b"XYZ " + bytes(4) + b"".join(map(number, xyz))

    white = 0.9642, 1.0, 0.8249  # D50, to which all is adapted
    curve = b"curv" + bytes(4) + (1).to_bytes(4, "big") + (563).to_bytes(2, "big") + bytes(2)
    parts = {
        b"wtpt": colour(*white),
        b"rXYZ": colour(0.60974, 0.31111, 0.01947),
        b"gXYZ": colour(0.20528, 0.62567, 0.06087),
        b"bXYZ": colour(0.14919, 0.06322, 0.74457),
        **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve),
    }
    place = 128 + 4 + 12 * len(parts)
    table, data = len(parts).to_bytes(4, "big"), b""
    for name, part in parts.items():
        table += name + (place + len(data)).to_bytes(4, "big") + len(part).to_bytes(4, "big")
        data += part
    head = (place + len(data)).to_bytes(4, "big") + bytes(4) + b"\x02\x40\x00\x00mntrRGB XYZ "
    head += bytes(12) + b"acsp" + bytes(28) + b"".join(map(number, white))
    return head.ljust(128, b"\x00") + table + data


def _in(image: Image.Image, mode: str) -> Image.Image:
    """Return the picture in a mode, without a copy where it is in that already."""
    return image if image.mode == mode else image.convert(mode)


def _complaint(source: Source, kind: str) -> str:
    """Return what is doubtful about the data of a picture; refuse what is damaged for certain.

    Pillow passes over both: checksums of the pixels of a PNG, and what the JPEG library says when
    data ends too soon, or goes on where it should end, and it fills in grey.
    """
    if kind == "PNG":
        with Image.open(_opened(source), formats=("PNG",)) as again:
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
    try:
        exif = image.getexif()
        has_camera = any(tag in exif for tag in _CAMERA_TAGS)
    except (OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, EOFError):
        has_camera = False
    return {"dpi": [across, down], "has_camera": has_camera}


def _opened(source: Source) -> BinaryIO:
    return io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")


def _opaque(image: Image.Image) -> Image.Image:
    if image.mode == "P" and "transparency" in image.info:
        image = image.convert("RGBA")
    if image.mode not in {"RGBA", "LA", "PA", "RGBa", "La"}:
        return image
    straight = {"RGBa": "RGBA", "La": "LA", "PA": "RGBA"}.get(image.mode, image.mode)
    image = image.convert(straight)
    histogram = image.getchannel("A").histogram()
    hidden = sum(histogram[:255]) / max(sum(histogram), 1)
    if hidden > 0.0:
        raise ProblemError(
            f"is transparent in {max(100.0 * hidden, 0.1):.1f} % of its pixels; expected an opaque "
            "picture. Flatten it, and mark the skin with a zone mask"
        )
    return image.convert(straight[:-1])


def _eight_bit(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I;16"):
        return image.convert("I").point(lambda value: value * (255.0 / 65535.0) + 0.5).convert("L")
    if image.mode == "I":
        low, high = cast("tuple[int, int]", image.getextrema())
        if low < 0 or high > 65535:
            raise ProblemError(f"has grey values from {low} to {high}; expected 8 or 16 bits")
        return image.point(lambda value: value * (255.0 / 65535.0) + 0.5).convert("L")
    if image.mode == "F":
        raise ProblemError("has fractional grey values; expected 8 or 16 bits. Export it as PNG")
    return image


def _rgb(
    image: Image.Image, profile: bytes | None
) -> tuple[Image.Image, ImageCms.ImageCmsTransform | None]:
    """Return a picture that is in RGB, or is so once the transform has been applied to it."""
    if image.mode == "1":
        raise ProblemError("is black and white; expected a photograph in colour or grey")
    if image.mode == "LAB" or (image.mode == "CMYK" and not profile):
        raise ProblemError(
            f"is {image.mode} without a colour profile; expected sRGB. Export it as sRGB"
        )
    if image.mode in {"P", "YCbCr", "HSV", "RGBX"}:
        image = image.convert("RGB")
    if not profile:
        return _in(image, "RGB"), None
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        space = source.profile.xcolor_space.strip()
        if image.mode == "L" and space == "RGB":
            image = image.convert("RGB")
        target = ImageCms.createProfile("sRGB")
        return image, ImageCms.buildTransform(source, target, image.mode, "RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        raise ProblemError("has a colour profile that does not fit it; export it as sRGB") from None


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
    except ProblemError as problem:
        header = {"problem": str(problem)}
    except MemoryError:
        header = {"problem": "needs too much memory to decode; save it again as PNG or JPEG"}
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, TypeError, KeyError) as problem:
        # decoders raise what they like on broken files
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
