"""Colours of a picture as its file states them, and what turns them into 8 bits of sRGB.

Part of the program `porelight.files._decode`, which is to start at once: it needs Pillow alone.

References
----------
.. [1] JEITA CP-3461, "Design rule for Camera File system (DCF) Version 2.0," optional colour space.
.. [2] Adobe Systems, "Adobe RGB (1998) Color Image Encoding," 2005.
.. [3] SMPTE EG 432-1:2010, primaries of P3; as in displays, with the white and the curve of sRGB.
.. [4] ITU-T H.273 (2021), code points of primaries and curves.
"""

import io
import os
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, TypeAlias, cast

from PIL import Image, ImageCms

Source: TypeAlias = Path | bytes

# blocks of EXIF and their tags for the colour space, where no profile is embedded [1]_
_CAMERA_BLOCK, _COLOUR_SPACE, _INTEROPERABILITY, _INDEX = 0x8769, 0xA001, 0xA005, 1
# of the code points of colours in a PNG: primaries of sRGB, its curve, no matrix, whole range
_SRGB_CODE = bytes([1, 13, 0, 1])
_SRGB_GAMMA = 0.45455

# code points [4]_ of primaries and curves that are those of sRGB, or are not told
_SRGB_PRIMARIES, _SRGB_CURVES = (1, 2, 5, 6), (1, 2, 6, 13)
_P3_PRIMARIES = 12

# red, green and blue of Adobe RGB [2]_ and Display P3 [3]_, adapted to D50
_ADOBE_RGB = (0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457)
_DISPLAY_P3 = (0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189), (0.15710, 0.06657, 0.78407)


class ProblemError(Exception):
    """A picture that cannot be decoded; the text says why, and what would be right."""


def opened(source: Source) -> BinaryIO:
    """Return the bytes of a file, or those that are at hand already, for reading."""
    return io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")


def require_srgb_tones(source: Source, image: Image.Image) -> None:
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
    with opened(source) as file:
        file.seek(8)
        while len(head := file.read(8)) == 8:
            size, name = int.from_bytes(head[:4], "big"), head[4:]
            if name == wanted:
                return file.read(min(size, 64))
            if name == b"IDAT":
                break
            file.seek(size + 4, os.SEEK_CUR)
    return b""


def is_adobe_rgb(image: Image.Image) -> bool:
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


def adobe_rgb() -> bytes:
    """Return a colour profile of the primaries, white and curve of Adobe RGB (1998) [2]_."""
    return _profile(_ADOBE_RGB, [563])  # a single number is a power, times 256


def display_p3() -> bytes:
    """Return a colour profile of Display P3 [3]_."""
    levels = (i / 1023.0 for i in range(1024))
    linear = (x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in levels)
    return _profile(_DISPLAY_P3, [round(65535.0 * x) for x in linear])


def profile_of_code(primaries: int, curve: int) -> bytes | None:
    """Return the profile that code points [4]_ of colours stand for; None is sRGB.

    Raises
    ------
    ProblemError
        If they stand for colours that are not followed, such as those of HDR.
    """
    if curve in _SRGB_CURVES and primaries in _SRGB_PRIMARIES:
        return None
    if curve in _SRGB_CURVES and primaries == _P3_PRIMARIES:
        return display_p3()
    raise ProblemError(
        f"states colours of its own (HDR, or code points {primaries} and {curve}); expected sRGB "
        "or Display P3. Export it as sRGB"
    )


def _profile(primaries: Sequence[Sequence[float]], curve: Sequence[int]) -> bytes:
    def number(value: float) -> bytes:
        return round(value * 65536.0).to_bytes(4, "big", signed=True)

    def colour(*xyz: float) -> bytes:
        return b"XYZ " + bytes(4) + b"".join(map(number, xyz))

    white = 0.9642, 1.0, 0.8249  # D50, to which all is adapted
    tones = b"curv" + bytes(4) + len(curve).to_bytes(4, "big")
    tones += b"".join(level.to_bytes(2, "big") for level in curve) + bytes(-2 * len(curve) % 4)
    parts = {
        b"wtpt": colour(*white),
        b"rXYZ": colour(*primaries[0]),
        b"gXYZ": colour(*primaries[1]),
        b"bXYZ": colour(*primaries[2]),
        **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), tones),
    }
    place = 128 + 4 + 12 * len(parts)
    table, data = len(parts).to_bytes(4, "big"), b""
    for name, part in parts.items():
        table += name + (place + len(data)).to_bytes(4, "big") + len(part).to_bytes(4, "big")
        data += part
    head = (place + len(data)).to_bytes(4, "big") + bytes(4) + b"\x02\x40\x00\x00mntrRGB XYZ "
    head += bytes(12) + b"acsp" + bytes(28) + b"".join(map(number, white))
    return head.ljust(128, b"\x00") + table + data


def in_mode(image: Image.Image, mode: str) -> Image.Image:
    """Return the picture in a mode, without a copy where it is in that already."""
    return image if image.mode == mode else image.convert(mode)


def opaque(image: Image.Image) -> Image.Image:
    """Return a picture without its transparency; refuse one that is transparent somewhere."""
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


def eight_bit(image: Image.Image) -> Image.Image:
    """Return a grey picture of 16 bits in 8 bits, rounded; others as they are."""
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


def rgb(
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
        return in_mode(image, "RGB"), None
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        space = source.profile.xcolor_space.strip()
        if image.mode == "L" and space == "RGB":
            image = image.convert("RGB")
        target = ImageCms.createProfile("sRGB")
        return image, ImageCms.buildTransform(source, target, image.mode, "RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        raise ProblemError("has a colour profile that does not fit it; export it as sRGB") from None
