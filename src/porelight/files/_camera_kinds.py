"""What telephones and cameras save that Pillow alone cannot read, or not to the last bit.

Part of the program `porelight.files._decode`. HEIF is decoded by libheif (the extra
``porelight[heif]``), raw files are developed by LibRaw (the extra ``porelight[raw]``): white as the
camera set it, no automatic exposure, the curve and primaries of sRGB.
"""

import contextlib
import struct
from collections.abc import Callable
from typing import Any

from PIL import Image, ImageChops, TiffImagePlugin, features

from porelight.files._colours import ProblemError, Source, opened

# what a TIFF says of itself
_SUBFILE_TYPE, _DNG_VERSION = 254, 50706
_PREVIEW = 1  # bit of the kind of a picture: a smaller one of another in the file
_SAMPLE_FORMAT, _FLOATING = 339, 3
_OF_DAMAGED_TAGS = (OSError, SyntaxError, ValueError, TypeError, KeyError, struct.error)
TIFF_STARTS = (b"II*\x00", b"MM\x00*")
_CANON = slice(8, 12)
_RAW_STARTS = (b"IIU\x00", b"IIRO", b"IIRS", b"MMOR", b"FUJIFILMCCD-RAW")
_RAW_BRAND = b"crx "

_HEIF_BRANDS = frozenset((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"))
_AVIF_BRANDS = frozenset((b"avif", b"avis"))

_SRGB_CURVE = (2.4, 12.92)
_SWAPPED = {"L": "B", "N": "B", "B": "L"}  # of bytes of 16 bits, where N is little-endian
_HALF = 128  # of 257, by which a level of 8 bits goes up or down


class MissingError(ProblemError):
    """A picture that needs a library which is not there; the text says which, and how to get it."""


def brands_of(start: bytes) -> tuple[bytes, ...]:
    """Return what a file of boxes says that it is: the first brand, then those it fits as well."""
    if start[4:8] != b"ftyp":
        return ()
    end = min(int.from_bytes(start[:4], "big"), len(start))
    rest = (start[k : k + 4] for k in range(16, end - 3, 4))
    return (start[8:12], *rest)


def is_avif(start: bytes) -> bool:
    """Whether a file begins as AVIF does."""
    return not _AVIF_BRANDS.isdisjoint(brands_of(start))


def is_heif(start: bytes) -> bool:
    """Whether a file begins as HEIF with HEVC in it does."""
    return not is_avif(start) and not _HEIF_BRANDS.isdisjoint(brands_of(start))


def is_raw_start(start: bytes) -> bool:
    """Whether a file begins as raw files do that are no TIFF."""
    is_canon = start[:4] == b"II*\x00" and start[_CANON] == b"CR\x02\x00"
    return is_canon or start.startswith(_RAW_STARTS) or _RAW_BRAND in brands_of(start)[:1]


def is_raw_tiff(image: Image.Image) -> bool:
    """Whether a TIFF is a raw file, of which Pillow would read a preview."""
    if image.format != "TIFF":
        return False
    tags = getattr(image, "tag_v2", {})
    kind = tags.get(_SUBFILE_TYPE, 0)
    return _DNG_VERSION in tags or (isinstance(kind, int) and bool(kind & _PREVIEW))


def require_whole_numbers(source: Source) -> None:
    """Refuse a TIFF of floating-point numbers, which Pillow does not know and LibRaw is not for.

    Raises
    ------
    ProblemError
        With what to do.
    """
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    with opened(source) as file, contextlib.suppress(*_OF_DAMAGED_TAGS):
        tags = TiffImagePlugin.ImageFileDirectory_v2(file.read(8))
        file.seek(tags.next)
        tags.load(file)
    formats = tags.get(_SAMPLE_FORMAT, ())
    floating = _FLOATING in (formats if isinstance(formats, tuple) else (formats,))
    if floating and _DNG_VERSION not in tags:
        raise ProblemError(
            "is a TIFF of floating-point numbers; expected whole numbers of 8 or 16 bits. Save it "
            "again with these"
        )


def require_avif() -> None:
    """Refuse AVIF where Pillow was built without it.

    Raises
    ------
    MissingError
        With what to do.
    """
    if not features.check("avif"):
        raise MissingError(
            "is AVIF, which this Pillow was built without; 'pip install --force-reinstall "
            '"pillow>=11.3"\' brings one that reads it, or save it as PNG'
        )


def learn_heif() -> None:
    """Let Pillow read HEIF.

    Raises
    ------
    MissingError
        If pi-heif is not installed.
    """
    try:
        import pi_heif  # noqa: PLC0415  an extra
    except ImportError:
        raise MissingError(
            "is HEIC, which needs pi-heif; 'pip install \"porelight[heif]\"' brings it, or save it "
            "as JPEG"
        ) from None
    pi_heif.register_heif_opener(thumbnails=False)


def colour_code_of(source: Source) -> tuple[int, int] | None:
    """Return the code points of primaries and curve that a file of boxes states, if it does."""
    with opened(source) as file:
        head = file.read(1 << 16)
    at = head.find(b"colrnclx")
    if at < 0 or len(head) < at + 12:
        return None
    primaries, curve = struct.unpack(">HH", head[at + 8 : at + 12])
    return primaries, curve


def developed(source: Source, accept: Callable[[int, int], None]) -> Image.Image:
    """Return a raw file as a picture in sRGB, upright.

    Parameters
    ----------
    source : Path or bytes
        The file.
    accept : callable
        Called with the columns and rows that the file's header tells, before it is developed.

    Raises
    ------
    MissingError
        If rawpy is not installed.
    ProblemError
        If LibRaw cannot read it.
    """
    try:
        import rawpy  # noqa: PLC0415  an extra
    except ImportError:
        raise MissingError(
            "is a raw file of a camera, which needs rawpy; 'pip install \"porelight[raw]\"' brings "
            "it, or develop it, and save it as TIFF, PNG or JPEG"
        ) from None
    try:
        with rawpy.RawPy() as raw, opened(source) as file:
            raw.open_buffer(file)
            sizes = raw.sizes
            is_sideways = sizes.flip in (5, 6)
            size = (sizes.iheight, sizes.iwidth) if is_sideways else (sizes.iwidth, sizes.iheight)
            accept(*size)
            raw.unpack()
            pixels = raw.postprocess(
                use_camera_wb=True,
                no_auto_bright=True,
                output_bps=8,
                output_color=rawpy.ColorSpace.sRGB,
                gamma=_SRGB_CURVE,
            )
    except rawpy.LibRawError as problem:
        told = problem.args[0] if problem.args else b""
        said = told.decode("ascii", "replace") if isinstance(told, bytes) else str(told)
        raise ProblemError(
            f"cannot be developed by LibRaw ({' '.join(said.split())[:80]}); expected a "
            "raw file of a camera. Develop it, and save it as TIFF, PNG or JPEG"
        ) from None
    return Image.fromarray(pixels)


def rounded(source: Source, image: Image.Image, formats: tuple[str, ...]) -> Image.Image:
    """Return a picture whose colours of 16 bits are rounded to 8, where Pillow cuts them off.

    Pillow keeps the upper byte v of each number. Read once more with the bytes swapped it keeps the
    lower one, w; the level is the whole number next to (256 v + w) / 257, which is v, or one more
    or less as w - v is beyond half of 257.
    """
    with Image.open(opened(source), formats=formats) as again:
        swapped = [_with_swapped(tile) for tile in getattr(again, "tile", [])]
        if not swapped or any(tile is None for tile in swapped):
            return image
        again.tile = swapped
        again.load()
        lower = again.copy()
    bands = [
        ImageChops.subtract(
            ImageChops.add(v, _beyond(ImageChops.subtract(w, v))),
            _beyond(ImageChops.subtract(v, w)),
        )
        for v, w in zip(image.split(), lower.split(), strict=True)
    ]
    return Image.merge(image.mode, bands)


def _beyond(difference: Image.Image) -> Image.Image:
    return difference.point([int(level > _HALF) for level in range(256)])


def _with_swapped(tile: Any) -> Any:
    """Return how a part of a picture is decoded, with the two bytes of its numbers swapped."""
    told = tile.args
    parts = (told,) if isinstance(told, str) else told
    if not isinstance(parts, tuple) or not parts or not isinstance(parts[0], str):
        return None
    name, _, order = parts[0].partition(";16")
    if order not in _SWAPPED or name not in ("RGB", "RGBA", "RGBX"):
        return None
    changed = (f"{name};16{_SWAPPED[order]}", *parts[1:])
    return tile._replace(args=changed[0] if isinstance(told, str) else changed)
