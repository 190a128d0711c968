"""What telephones and cameras save beside plain sRGB: raw files, other colour spaces, trailers."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, TiffImagePlugin

from porelight.errors import PhotographError
from porelight.files.photographs import read_photograph


def read(path):
    return read_photograph(path, px_per_mm=20.0).pixels


def flat(colour=(200, 150, 120)):
    return Image.new("RGB", (24, 16), colour)


def jpeg(image, **options):
    out = io.BytesIO()
    image.save(out, "JPEG", quality=95, **options)
    return out.getvalue()


def png_with(image, name, data):
    """Return a PNG with one more chunk after its header."""
    out = io.BytesIO()
    image.save(out, "PNG")
    chunk = name + data
    added = struct.pack(">I", len(data)) + chunk + struct.pack(">I", zlib.crc32(chunk))
    return out.getvalue()[:33] + added + out.getvalue()[33:]


@pytest.mark.parametrize(
    "tag",
    [
        (50706, 1, b"\x01\x04\x00\x00"),  # version of DNG
        (254, 4, 1),  # the first picture is a preview: Nikon, Sony
    ],
)
def test_the_preview_in_a_raw_file_is_not_measured_for_the_photograph(tmp_path, tag):
    number, kind, value = tag
    about = TiffImagePlugin.ImageFileDirectory_v2()
    about.tagtype[number] = kind
    about[number] = value
    flat().save(tmp_path / "raw.tif", tiffinfo=about)
    with pytest.raises(PhotographError, match=r"raw file of a camera.*Develop it"):
        read(tmp_path / "raw.tif")


def test_the_preview_in_a_raw_file_of_canon_is_not_measured(tmp_path):
    out = io.BytesIO()
    flat().save(out, "TIFF")
    plain = out.getvalue()
    # what lies between the head and the list of tags is pixels, whatever they are
    (tmp_path / "a.cr2").write_bytes(plain[:8] + b"CR\x02\x00" + plain[12:])
    with pytest.raises(PhotographError, match="raw file of a camera"):
        read(tmp_path / "a.cr2")


@pytest.mark.parametrize(
    ("start", "what"),
    [
        (b"\x00\x00\x00\x18ftypheic", "begins as HEIC and cannot be read on"),
        (b"II*\x00\x10\x00\x00\x00CR\x02\x00", "a raw file of a camera.*Develop it"),
        (b"IIU\x00\x18\x00\x00\x00", "a raw file of a camera"),
        (b"\xff\x0a\xfa\x1f", "a JPEG XL picture"),
        (b"\x00\x00\x00\x0cJXL \r\n\x87\n", "a JPEG XL picture"),
        (b"\x00\x00\x00\x0cjP  \r\n\x87\n", "a JPEG 2000 picture"),
    ],
)
def test_pictures_of_cameras_that_are_not_read_are_named(tmp_path, start, what):
    (tmp_path / "photo").write_bytes(start + bytes(200))
    with pytest.raises(PhotographError, match=what):
        read(tmp_path / "photo")


def adobe_rgb(of_camera):
    """Return what `(200, 150, 120)` of Adobe RGB (1998) is in sRGB, by the matrices of both."""
    from_adobe = np.array(
        [[0.57667, 0.18556, 0.18823], [0.29734, 0.62736, 0.07529], [0.02703, 0.07069, 0.99134]]
    )
    to_srgb = np.array(
        [[3.24045, -1.53714, -0.49853], [-0.96927, 1.87601, 0.04156], [0.05564, -0.20403, 1.05723]]
    )
    linear = to_srgb @ from_adobe @ (np.asarray(of_camera) / 255.0) ** (563 / 256)
    return 255.0 * (1.055 * linear ** (1 / 2.4) - 0.055)


@pytest.mark.parametrize("how", ["R03", 2])
def test_adobe_rgb_that_only_the_camera_states_is_turned_into_srgb(tmp_path, how):
    exif = Image.Exif()
    exif[0x8769] = {0xA001: 65535, 0xA005: {1: "R03"}} if how == "R03" else {0xA001: 2}
    (tmp_path / "photo.jpg").write_bytes(jpeg(flat(), exif=exif))
    assert np.abs(read(tmp_path / "photo.jpg")[8, 12] - adobe_rgb((200, 150, 120))).max() < 2.0


def test_srgb_that_the_camera_states_stays(tmp_path):
    exif = Image.Exif()
    exif[0x8769] = {0xA001: 1, 0xA005: {1: "R98"}}
    (tmp_path / "photo.jpg").write_bytes(jpeg(flat(), exif=exif))
    assert np.abs(read(tmp_path / "photo.jpg")[8, 12] - np.array([200.0, 150, 120])).max() < 2.0


@pytest.mark.parametrize(
    ("name", "data", "what"),
    [
        (b"cICP", bytes([9, 16, 0, 1]), "colours of its own.*expected sRGB"),  # of HDR screens
        (b"cICP", bytes([12, 13, 0, 1]), "colours of its own.*expected sRGB"),  # Display P3
        (b"gAMA", struct.pack(">I", 100_000), "gamma of 1.*expected sRGB"),  # linear
        (b"gAMA", struct.pack(">I", 55_556), "gamma of 0.55.*expected sRGB"),  # old Macs
    ],
)
def test_a_png_whose_tones_are_not_those_of_srgb_is_refused(tmp_path, name, data, what):
    (tmp_path / "photo.png").write_bytes(png_with(flat(), name, data))
    with pytest.raises(PhotographError, match=what):
        read(tmp_path / "photo.png")


@pytest.mark.parametrize(
    ("name", "data"),
    [(b"cICP", bytes([1, 13, 0, 1])), (b"gAMA", struct.pack(">I", 45_455))],
)
def test_a_png_that_states_srgb_in_another_way_is_read(tmp_path, name, data):
    (tmp_path / "photo.png").write_bytes(png_with(flat(), name, data))
    assert tuple(read(tmp_path / "photo.png")[8, 12]) == (200, 150, 120)


@pytest.mark.parametrize(
    "after",
    [
        b"\x00\x00\x01\x0a\x0e\x00\x00\x00Image_UTC_Data1600000000000SEFHk\x00\x00\x00SEFT",
        b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00isommp42" + bytes(range(256)) * 40,
        jpeg(Image.new("L", (12, 8), 90)),
    ],
    ids=["Samsung", "motion photo", "map of brightness"],
)
def test_what_a_telephone_hangs_on_a_jpeg_does_not_matter(tmp_path, after):
    (tmp_path / "photo.jpg").write_bytes(jpeg(flat()) + after)
    assert read(tmp_path / "photo.jpg").shape == (16, 24, 3)


def test_the_first_picture_of_a_telephone_with_two_is_taken(tmp_path):
    depth = Image.new("RGB", (12, 8), (90, 90, 90))
    flat().save(tmp_path / "photo.jpg", format="MPO", save_all=True, append_images=[depth])
    assert read(tmp_path / "photo.jpg").shape == (16, 24, 3)
