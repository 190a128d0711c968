"""Claims about photographs without what tells of people: the same picture, and none of that."""

import contextlib
import io
import struct

import numpy as np
import pytest
from camera_files import avif, dng, heic
from PIL import Image

from porelight.errors import InputFileError
from porelight.files.photographs import picture_of
from porelight.files.private_data import without_private_data

PRIVATE = (b"MILLER", b"Miller", b"ANNA", b"Anna", b"4711", b"MAKERNOTE", b"faces")
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf>Person ANNA</rdf></x:xmpmeta>'


def exif(turn=6):
    made = Image.Exif()
    made[0x010F], made[0x0110], made[0x013B] = "Pear", "Pear 13", "Nurse MILLER"
    made[0x0112] = turn
    block = made.get_ifd(0x8769)
    block[0x9003], block[0x9011] = "2027:03:01 10:11:12", "+01:00"
    block[0xA431], block[0xA430], block[0x927C] = "SERIAL 4711", "MILLER", b"MAKERNOTE ANNA"
    block[0xA001] = 2
    place = made.get_ifd(0x8825)
    place[1], place[2] = "N", (52.0, 31.0, 12.0)
    return made.tobytes()


def saved(kind, **options):
    pixels = np.random.default_rng(3).integers(90, 200, (48, 64, 3)).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind, **options)
    return file.getvalue()


def grain():
    return np.random.default_rng(3).integers(90, 200, (48, 64, 3)).astype(np.uint8)


def thumbnailed():
    """Return a JPEG whose EXIF has a thumbnail, which shows what was cut out of the picture."""
    blob = bytearray(exif())
    tail = saved("JPEG", quality=20, comment=b"ANNA")
    at = len(blob) - 6
    first = struct.unpack("<I" if blob[6:8] == b"II" else ">I", blob[10:14])[0]
    order = "<" if blob[6:8] == b"II" else ">"
    n = struct.unpack(f"{order}H", blob[6 + first : 8 + first])[0]
    place = 6 + first + 2 + 12 * n
    blob[place : place + 4] = struct.pack(f"{order}I", at)
    entries = struct.pack(f"{order}H", 2)
    entries += struct.pack(f"{order}HHII", 513, 4, 1, at + 30)
    entries += struct.pack(f"{order}HHII", 514, 4, 1, len(tail)) + bytes(4)
    return saved("JPEG", exif=bytes(blob) + entries + tail)


KINDS = {
    "jpeg": lambda: saved("JPEG", exif=exif(), comment=b"ANNA", xmp=XMP, dpi=(300, 300)),
    "progressive": lambda: saved("JPEG", exif=exif(), progressive=True) + b"film of ANNA",
    "thumbnail": thumbnailed,
    "png": lambda: saved("PNG", exif=exif()),
    "webp": lambda: saved("WEBP", exif=exif(), xmp=XMP, lossless=True),
    "tiff": lambda: saved("TIFF", description="ANNA", compression="tiff_lzw", x_resolution=300.0),
    "heic": lambda: heic("turned"),
    "avif": lambda: avif(grain(), exif=exif(), xmp=XMP),
    "dng": lambda: dng(
        grain(),
        is_mosaic=True,
        extra=((50735, 2, 0, "4711", True), (315, 2, 0, "MILLER", True), (274, 3, 1, 6, True)),
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_picture_stays_and_what_tells_of_people_goes(kind):
    whole = KINDS[kind]()
    kept = without_private_data(whole)
    assert any(word in whole for word in PRIVATE)
    assert not any(word in kept for word in PRIVATE)
    before, after = picture_of(whole, "a"), picture_of(kept, "a")
    assert np.array_equal(before.pixels, after.pixels)
    for name in ("camera", "taken", "dpi", "has_camera"):
        assert getattr(before, name) == getattr(after, name), name
    assert without_private_data(kept) == kept


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "avif"])
def test_the_place_and_the_serial_number_are_gone_for_another_reader(kind):
    found = Image.open(io.BytesIO(without_private_data(KINDS[kind]()))).getexif()
    assert found.get_ifd(0x8825) == {}
    assert set(found.get_ifd(0x8769)) <= {0x9003, 0x9011, 0xA001}
    assert set(found) == {0x010F, 0x0110, 0x0112, 0x8769}


def test_a_picture_without_metadata_stays_as_it_is():
    for whole in (saved("JPEG"), saved("PNG"), saved("WEBP"), heic("plain"), avif(grain())):
        assert without_private_data(whole) == whole


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (lambda: b"IIU\x00" + bytes(90), "raw file.*serial number; convert it to DNG"),
        (lambda: b"\0\0\0\x18ftypcrx " + bytes(90), "raw file.*serial number"),
        (lambda: saved("TIFF", tiffinfo={254: 1}), "raw file.*serial number"),
        (lambda: saved("JPEG", xmp=b'tiff:Orientation="6"'), "turn is told by XMP alone"),
        (lambda: saved("GIF"), "the file is no JPEG, PNG, TIFF"),
        (lambda: b"II*\x00\x08\x00", "metadata are damaged"),
        (lambda: b"\0\0\0\x18ftypheic" + bytes(12) + b"\xff\0\0\0meta", "boxes are damaged"),
    ],
)
def test_what_cannot_be_cleaned_is_refused_in_one_line(content, message):
    with pytest.raises(InputFileError, match=message) as caught:
        without_private_data(content())
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("kind", KINDS)
def test_damaged_files_are_cleaned_or_refused(kind):
    whole = KINDS[kind]()
    rng = np.random.default_rng(4)
    for k in range(40):
        broken = bytearray(whole[: len(whole) * (k + 1) // 41] if k % 2 else whole)
        for place in rng.integers(0, len(broken), 1 + k):
            broken[place] = int(rng.integers(256))
        with contextlib.suppress(InputFileError):
            assert len(without_private_data(bytes(broken))) <= len(broken) + 1
