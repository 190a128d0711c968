"""Nearly three hundred files that are no good photographs: each is read or refused in one line.

    python benchmarks/photo_hostile.py

Every file is deterministic. tests/files/test_hostile_files.py runs them through the decoder in one
process; this script reads each as a user would, in a process of its own.
"""

import io
import struct
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from camera_files import avif, dng, heic
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

ROWS, COLS = 48, 64


def skin(seed: int = 0) -> Image.Image:
    """Return a small picture of skin colour."""
    grain = np.random.default_rng(seed).integers(-12, 12, (ROWS, COLS, 3))
    return Image.fromarray((np.array([190, 150, 130]) + grain).astype(np.uint8))


def saved(image: Image.Image, form: str, **options: object) -> bytes:
    """Return the file as bytes."""
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def chunk(name: bytes, content: bytes) -> bytes:
    """Return a chunk of a PNG."""
    check = zlib.crc32(name + content)
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", check)


def png(cols: int, rows: int, data: bytes, *, depth: int = 8, colour: int = 2) -> bytes:
    """Return a PNG with this header and this compressed content."""
    head = struct.pack(">IIBBBBB", cols, rows, depth, colour, 0, 0, 0)
    start = b"\x89PNG\r\n\x1a\n"
    return start + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def hostile_files() -> Iterator[tuple[str, bytes]]:
    """Yield names with content: `N_FILES` of them."""
    good = {
        "png": saved(skin(), "PNG"),
        "jpg": saved(skin(), "JPEG", quality=90),
        "tif": saved(skin(), "TIFF"),
        "webp": saved(skin(), "WEBP", lossless=True),
        "gif": saved(skin(), "GIF"),
        "bmp": saved(skin(), "BMP"),
    }
    real = [(ending, good[ending]) for ending in ("png", "jpg", "tif", "webp")]
    for ending, data in real:  # 40
        for k in range(10):
            yield f"truncated_{k}.{ending}", data[: len(data) * k // 10]
    rng = np.random.default_rng(1)
    for ending, data in real:  # 60
        for k in range(15):
            broken = bytearray(data)
            for place in rng.integers(0, len(broken), 1 + 4 * k):
                broken[place] = int(rng.integers(256))
            yield f"flipped_{k}.{ending}", bytes(broken)
    for k, (ending, data) in enumerate((e, d) for e in good for d in good.values()):  # 36
        yield f"misnamed_{k}.{ending}", data
    yield from _kinds()
    yield from _headers()
    for seed in range(200 - 40 - 60 - 36 - _N_KINDS - _N_HEADERS):
        yield f"noise_{seed}.jpg", np.random.default_rng(seed).bytes(1 + 37 * seed)
    yield from _of_cameras()


N_FILES = 284
_N_KINDS, _N_HEADERS = 24, 22


def _kinds() -> Iterator[tuple[str, bytes]]:
    """Yield pictures of kinds that a photograph is not, and some that it may be."""
    image = skin()
    alpha = image.copy()
    alpha.putalpha(Image.linear_gradient("L").resize(image.size))
    opaque = image.copy()
    opaque.putalpha(255)
    grey = np.asarray(image.convert("L"), np.float32)
    holes = grey.copy()
    holes[::2] = np.nan
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[1] = "N"
    wild = Image.Exif()
    wild[0x0112] = 99
    yield "cmyk.jpg", saved(image.convert("CMYK"), "JPEG")
    yield "cmyk.tif", saved(image.convert("CMYK"), "TIFF")
    yield "lab.tif", saved(Image.merge("LAB", image.split()), "TIFF")
    yield "alpha.png", saved(alpha, "PNG")
    yield "alpha.webp", saved(alpha, "WEBP")
    yield "opaque.png", saved(opaque, "PNG")
    yield "bits.png", saved(image.convert("1"), "PNG")
    yield "palette.png", saved(image.quantize(16), "PNG", transparency=0)
    yield "sixteen.png", saved(Image.fromarray((grey * 257).astype(np.uint16)), "PNG")
    yield "thirtytwo.tif", saved(Image.fromarray(grey.astype(np.int32) * 1_000_000), "TIFF")
    yield "negative.tif", saved(Image.fromarray(grey.astype(np.int32) - 200), "TIFF")
    yield "float.tif", saved(Image.fromarray(grey), "TIFF")
    yield "nan.tif", saved(Image.fromarray(holes), "TIFF")
    yield "infinite.tif", saved(Image.fromarray(np.full_like(grey, np.inf)), "TIFF")
    more = [skin(1), skin(2)]
    yield "moving.png", saved(image, "PNG", save_all=True, append_images=more)
    yield "moving.webp", saved(image, "WEBP", save_all=True, append_images=more)
    yield "moving.gif", saved(image, "GIF", save_all=True, append_images=more)
    yield "pages.tif", saved(image, "TIFF", save_all=True, append_images=more)
    yield "turned.jpg", saved(image, "JPEG", exif=exif)
    yield "wild_turn.jpg", saved(image, "JPEG", exif=wild)
    yield "broken_exif.jpg", saved(image, "JPEG", exif=b"Exif\0\0MM\0*\xff\xff\xff\xff")
    yield "broken_profile.png", saved(image, "PNG", icc_profile=b"nonsense" * 40)
    nothing = IFDRational(0, 0)
    yield "nan_dpi.tif", saved(image, "TIFF", x_resolution=nothing, y_resolution=nothing)
    yield "one_pixel.png", saved(Image.new("RGB", (1, 1), (190, 150, 130)), "PNG")


def _headers() -> Iterator[tuple[str, bytes]]:
    """Yield files whose heads promise what the rest does not hold."""
    little = zlib.compress(b"\0" * 1000)
    yield "bomb.png", png(60_000, 60_000, zlib.compress(b"\0" * 3_000_000))
    yield "wide.png", png(2_000_000_000, 1, little)
    yield "high.png", png(1, 2_000_000_000, little)
    yield "nothing_wide.png", png(0, 10, little)
    yield "near_limit.png", png(10_900, 11_000, little)
    yield "wrong_depth.png", png(10, 10, little, depth=7)
    yield "wrong_colour.png", png(10, 10, little, colour=5)
    yield "no_data.png", png(10, 10, b"")
    yield "not_deflate.png", png(10, 10, b"\xff" * 100)
    yield (
        "text_bomb.png",
        (
            b"\x89PNG\r\n\x1a\n"
            + chunk(b"IHDR", struct.pack(">IIBBBBB", 4, 4, 8, 2, 0, 0, 0))
            + chunk(b"zTXt", b"c\0\0" + zlib.compress(b"\0" * 30_000_000))
            + chunk(b"IDAT", zlib.compress(b"\0" * 52))
            + chunk(b"IEND", b"")
        ),
    )
    yield "empty.png", b""
    yield "spaces.jpg", b" " * 500
    yield "text.jpg", b"this is a letter and no photograph\n" * 20
    yield "script.png", b"#!/bin/sh\nrm -rf nothing\n"
    yield "page.jpg", b"<!doctype html><img src=x onerror=alert(1)>"
    yield "drawing.png", b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>"
    yield "document.jpg", b"%PDF-1.7\n1 0 obj <<>> endobj\n"
    yield "archive.png", b"PK\x03\x04" + b"\0" * 60
    yield "phone.jpg", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 80
    yield "start.jpg", b"\xff\xd8\xff\xe0"
    yield "start.tif", b"II*\0\x08\0\0\0\xff\xff" + b"\xff" * 200
    loop = struct.pack("<2sHI", b"II", 42, 8) + struct.pack("<H", 0) + struct.pack("<I", 8)
    yield "loop.tif", loop


def _of_cameras() -> Iterator[tuple[str, bytes]]:
    """Yield 84 files of telephones and cameras: cut off, damaged, of sizes that are not theirs."""
    pixels = np.asarray(skin())
    good = {
        "heic": heic("plain"),
        "avif": avif(pixels),
        "dng": dng(pixels, is_mosaic=True),
    }
    rng = np.random.default_rng(2)
    for ending, data in good.items():
        for k in range(10):
            yield f"truncated_{k}.{ending}", data[: len(data) * (k + 1) // 11]
        for k in range(15):
            broken = bytearray(data)
            for place in rng.integers(0, len(broken), 1 + 4 * k):
                broken[place] = int(rng.integers(256))
            yield f"flipped_{k}.{ending}", bytes(broken)
    for cols, rows in ((60_000, 60_000), (0, 0), (4_000_000_000, 1)):
        size = struct.pack(">II", cols, rows)
        for ending in ("heic", "avif"):
            at = good[ending].index(b"ispe") + 8
            yield f"{cols}_wide.{ending}", good[ending][:at] + size + good[ending][at + 8 :]
        yield f"{cols}_wide.dng", _with_width(good["dng"], cols)


def _with_width(tiff: bytes, cols: int) -> bytes:
    """Return a TIFF whose first picture says that it is so many pixels wide."""
    first = int.from_bytes(tiff[4:8], "little") + 2
    at = next(k for k in range(first, len(tiff), 12) if tiff[k : k + 2] == b"\x00\x01")
    return tiff[: at + 2] + struct.pack("<HII", 4, 1, cols) + tiff[at + 12 :]


def main() -> None:
    """Read all of them and print what happened."""
    from porelight.errors import PhotographError  # noqa: PLC0415
    from porelight.files.photographs import read_picture  # noqa: PLC0415

    read = refused = 0
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        for name, data in hostile_files():
            path = Path(folder) / name
            path.write_bytes(data)
            try:
                picture = read_picture(path)
            except PhotographError as problem:
                text = str(problem)
                if "\n" in text or name not in text or not text.endswith("."):
                    print(f"not one line: {text!r}")
                refused += 1
            else:
                if picture.pixels.ndim != 3 or picture.pixels.dtype != np.uint8:
                    print(f"{name}: read as {picture.pixels.dtype} {picture.pixels.shape}")
                read += 1
            path.unlink()
    print(f"{read + refused} files: {read} read, {refused} refused in one line, none crashed")
    print(f"{time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    sys.exit(main())
