"""Claims about reading files that may be anything."""

import io
import struct
import warnings
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms

from porelight.errors import DamageWarning, ParameterError, PhotographError
from porelight.files import _decode, photographs
from porelight.files.photographs import (
    read_photo,
    read_photograph,
    read_picture,
    read_zone_mask,
)

ROWS, COLS = 40, 60


def skin(seed=0):
    grain = np.random.default_rng(seed).integers(-9, 9, (ROWS, COLS, 3))
    ramp = np.linspace(-40, 40, COLS)[None, :, None]
    return np.clip(np.array([190, 150, 130]) + ramp + grain, 0, 255).astype(np.uint8)


def saved(path, image, **options):
    image.save(path, **options)
    return path


def read(path, **options):
    return read_photograph(path, px_per_mm=12.5, **options)


def complaint(path, **options):
    with pytest.raises(PhotographError) as caught:
        read(path, **options)
    text = str(caught.value)
    assert "\n" not in text
    assert path.name in text
    assert text.endswith(".")
    return text


@pytest.mark.parametrize("ending", ["png", "tif", "webp", "bmp.png"])
def test_lossless_picture_is_read_bit_for_bit(tmp_path, ending):
    options = {"lossless": True} if ending == "webp" else {}
    path = saved(tmp_path / f"a.{ending}", Image.fromarray(skin()), **options)
    got = read(path, scale_error=0.08)
    np.testing.assert_array_equal(got.pixels, skin())
    assert (got.px_per_metre, got.scale_error, got.name) == (12.5e3, 0.08, path.name)


def test_jpeg_is_read(tmp_path):
    path = saved(tmp_path / "a.jpg", Image.fromarray(skin()), quality=95)
    assert np.abs(read(path).pixels.astype(int) - skin()).mean() < 6


def test_both_names_are_one_function():
    assert read_photo is read_photograph


def test_path_may_be_text(tmp_path):
    path = saved(tmp_path / "a b ü.png", Image.fromarray(skin()))
    assert read(str(path)).shape == (ROWS, COLS)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_photograph_is_upright(tmp_path, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = saved(tmp_path / "a.png", Image.fromarray(skin()), exif=exif)
    plain = skin()
    upright = {
        1: plain,
        2: plain[:, ::-1],
        3: plain[::-1, ::-1],
        4: plain[::-1],
        5: plain.transpose(1, 0, 2),
        6: np.rot90(plain, -1),
        7: np.rot90(plain, -1)[::-1][:, ::-1].transpose(1, 0, 2)[::-1][:, ::-1].transpose(1, 0, 2),
        8: np.rot90(plain, 1),
    }
    upright[7] = plain[::-1, ::-1].transpose(1, 0, 2)
    np.testing.assert_array_equal(read(path).pixels, upright[orientation])


@pytest.mark.parametrize("turn", [None, *Image.Transpose])
def test_strips_of_a_turned_picture_are_those_of_the_whole(turn):
    image = Image.fromarray(skin())
    upright = np.asarray(image if turn is None else image.transpose(turn))
    picture = _decode.Decoded(image, turn, None)
    cols, rows = picture.size
    assert (rows, cols) == upright.shape[:2]
    parts = [picture.strip(top, min(top + 7, rows)) for top in range(0, rows, 7)]
    np.testing.assert_array_equal(np.concatenate([np.asarray(part) for part in parts]), upright)


def test_grey_picture_has_three_equal_channels(tmp_path):
    grey = skin()[..., 0]
    got = read(saved(tmp_path / "a.png", Image.fromarray(grey))).pixels
    np.testing.assert_array_equal(got, np.repeat(grey[..., None], 3, axis=2))


def test_palette_becomes_colour(tmp_path):
    image = Image.fromarray(skin()).quantize(64)
    got = read(saved(tmp_path / "a.png", image)).pixels
    np.testing.assert_array_equal(got, np.asarray(image.convert("RGB")))


def test_sixteen_bits_become_eight_of_the_same_tone(tmp_path):
    grey = (skin()[..., 0].astype(np.uint16) * 257).astype(np.uint16)
    got = read(saved(tmp_path / "a.png", Image.fromarray(grey))).pixels
    np.testing.assert_array_equal(got[..., 0], skin()[..., 0])


def test_sixteen_bit_colour_becomes_eight_bits(tmp_path):
    # by hand, as Pillow does not write it
    wide = skin().astype(">u2") * 257
    raw = b"".join(b"\0" + row.tobytes() for row in wide)
    path = tmp_path / "a.png"
    path.write_bytes(png(COLS, ROWS, zlib.compress(raw), depth=16))
    np.testing.assert_array_equal(read(path).pixels, skin())


def test_opaque_alpha_is_dropped(tmp_path):
    image = Image.fromarray(skin())
    image.putalpha(255)
    np.testing.assert_array_equal(read(saved(tmp_path / "a.png", image)).pixels, skin())


def test_holes_are_refused(tmp_path):
    image = Image.fromarray(skin())
    alpha = np.full((ROWS, COLS), 255, np.uint8)
    alpha[:, :30] = 0
    image.putalpha(Image.fromarray(alpha))
    text = complaint(saved(tmp_path / "a.png", image))
    assert "transparent in 50.0 %" in text


def test_transparent_palette_is_refused(tmp_path):
    image = Image.fromarray(skin()).quantize(16)
    path = saved(tmp_path / "a.png", image, transparency=0)
    assert "transparent" in complaint(path)


def test_embedded_profile_is_turned_into_srgb(tmp_path):
    # in this profile the channels are stored in another gamma: linear light
    linear = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    same = saved(tmp_path / "s.png", Image.fromarray(skin()), icc_profile=linear.tobytes())
    np.testing.assert_allclose(read(same).pixels.astype(int), skin(), atol=1)
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    other = saved(tmp_path / "l.png", Image.fromarray(skin()), icc_profile=lab.tobytes())
    assert "colour profile" in complaint(other)


def test_broken_profile_is_refused(tmp_path):
    path = saved(tmp_path / "a.png", Image.fromarray(skin()), icc_profile=b"nonsense" * 40)
    assert "colour profile that does not fit" in complaint(path)


def test_place_and_serial_number_are_left_behind(tmp_path):
    exif = Image.Exif()
    exif[0xA431] = "SERIAL-4711"
    exif.get_ifd(0x8825)[1] = "N"
    path = saved(tmp_path / "a.jpg", Image.fromarray(skin()), exif=exif, comment=b"SERIAL-4711")
    assert b"SERIAL-4711" in path.read_bytes()
    got = read(path)
    assert "SERIAL" not in repr(got)
    assert set(got.__slots__) == {
        "pixels",
        "px_per_metre",
        "scale_error",
        "name",
        "camera",
        "taken",
    }


def test_cmyk_without_profile_is_refused(tmp_path):
    path = saved(tmp_path / "a.jpg", Image.fromarray(skin()).convert("CMYK"))
    assert "CMYK without a colour profile" in complaint(path)


def test_black_and_white_is_refused(tmp_path):
    path = saved(tmp_path / "a.png", Image.fromarray(skin()).convert("1"))
    assert "black and white" in complaint(path)


def test_fractional_grey_is_refused(tmp_path):
    path = saved(tmp_path / "a.tif", Image.fromarray(skin()[..., 0].astype(np.float32)))
    assert "fractional grey" in complaint(path)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.95])
@pytest.mark.parametrize("ending", ["png", "jpg", "webp", "tif"])
def test_truncated_file_is_refused(tmp_path, ending, share):
    path = saved(tmp_path / f"a.{ending}", Image.fromarray(skin()))
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    text = complaint(path)
    assert "damaged" in text or "no picture" in text


def test_a_png_whose_checksum_does_not_fit_is_refused(tmp_path):
    path = saved(tmp_path / "photo.png", Image.fromarray(skin()))
    data = bytearray(path.read_bytes())
    start = data.index(b"IDAT")
    data[start + 4 + int.from_bytes(data[start - 4 : start], "big")] ^= 0xFF
    path.write_bytes(data)
    assert "is damaged (" in complaint(path)


def test_a_jpeg_whose_data_ends_too_soon_inside_is_refused(tmp_path):
    path = saved(tmp_path / "photo.jpg", Image.fromarray(skin()), quality=90)
    data = bytearray(path.read_bytes())
    end = len(data) - 2  # behind it stands the mark of the end
    del data[end - 100 : end]
    path.write_bytes(data)
    assert "is damaged (Corrupt JPEG data: premature end of data segment)" in complaint(path)


def test_a_jpeg_with_data_left_over_is_read_with_a_warning(tmp_path):
    # as damage leaves it, and some cameras too
    path = saved(tmp_path / "photo.jpg", Image.fromarray(skin()), quality=90)
    data = path.read_bytes()
    path.write_bytes(data[:-2] + bytes(range(1, 30)) + data[-2:])
    with pytest.warns(DamageWarning, match=r"may be damaged .*extraneous bytes"):
        read(path)


def test_flipped_bits_never_raise_anything_else(tmp_path):
    rng = np.random.default_rng(1)
    buffers = []
    for form in ("PNG", "JPEG"):
        buffer = io.BytesIO()
        Image.fromarray(skin()).save(buffer, form)
        buffers.append(bytearray(buffer.getvalue()))
    for i in range(6):
        data = bytearray(buffers[i % 2])
        for place in rng.integers(0, len(data), 40):
            data[place] ^= 1 << int(rng.integers(8))
        path = tmp_path / f"a{i}.png"
        path.write_bytes(data)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DamageWarning)
            try:
                read(path)
            except PhotographError:
                complaint(path)


def test_animation_is_refused(tmp_path):
    frames = [Image.fromarray(skin(i)) for i in range(3)]
    gif = saved(tmp_path / "a.gif", frames[0], save_all=True, append_images=frames[1:])
    assert "is a GIF; expected" in complaint(gif)
    moving = saved(tmp_path / "a.png", frames[0], save_all=True, append_images=frames[1:])
    assert "holds 3 pictures" in complaint(moving)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "is empty"),
        (b"not a picture\n", "text and no picture"),
        (b"not a text\x7f\n", "no picture that can be recognised"),
        (b"%PDF-1.7 \0", "a PDF"),
        (b"\0\0\0\x18ftypheic\0\0", "HEIC"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (bytes(range(200)), "no picture"),
    ],
)
def test_what_is_no_photograph_is_named(tmp_path, content, what):
    path = tmp_path / "a.png"
    path.write_bytes(content)
    assert what in complaint(path)


def test_missing_file_and_folder_are_named(tmp_path):
    assert "no such file" in complaint(tmp_path / "none.png")
    assert "is a folder" in complaint(tmp_path)
    with pytest.raises(PhotographError, match="no such file"):
        read("a\0b.png")


def test_one_pixel_is_read(tmp_path):
    path = saved(tmp_path / "a.png", Image.new("RGB", (1, 1), (190, 150, 130)))
    np.testing.assert_array_equal(read(path).pixels, [[[190, 150, 130]]])


def png(cols, rows, data, depth=8):
    def chunk(name, content):
        check = struct.pack(">I", zlib.crc32(name + content))
        return struct.pack(">I", len(content)) + name + content + check

    head = struct.pack(">IIBBBBB", cols, rows, depth, 2, 0, 0, 0)
    start = b"\x89PNG\r\n\x1a\n"
    return start + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def test_decompression_bomb_is_refused_before_it_is_decoded(tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(png(60_000, 60_000, zlib.compress(b"\0" * 1000)))
    assert "60000 x 60000 pixels; expected at most 210 million" in complaint(path)


def test_limit_of_pixels_may_be_set(tmp_path):
    path = saved(tmp_path / "a.png", Image.fromarray(skin()))
    assert "60 x 40 pixels" in complaint(path, most_pixels=2399)
    assert read(path, most_pixels=2400).shape == (ROWS, COLS)
    with pytest.raises(ParameterError, match="most_pixels is 0"):
        read(path, most_pixels=0)


def test_decoder_without_memory_is_one_line(tmp_path, monkeypatch):
    # 250 MB are enough to start and too little for 100 million pixels
    monkeypatch.setattr(photographs, "_MEGABYTES", 250)
    path = tmp_path / "a.png"
    path.write_bytes(png(10_000, 10_000, zlib.compress(b"\0" * 30_001 * 200)))
    text = complaint(path)
    assert "memory" in text or "stop" in text or "damaged" in text


def decoder(monkeypatch, tmp_path, text):
    """Put another program in the place of the one that decodes."""
    program = tmp_path / "decoder.py"
    program.write_text(text)
    monkeypatch.setattr(photographs._decode, "__file__", str(program))


def test_decoder_that_dies_or_hangs_is_one_line(tmp_path, monkeypatch):
    path = saved(tmp_path / "a.png", Image.fromarray(skin()))
    decoder(monkeypatch, tmp_path, "import os; os._exit(9)")
    assert "made the decoder stop" in complaint(path)
    decoder(monkeypatch, tmp_path, "import time; time.sleep(60)")
    monkeypatch.setattr(photographs, "_SECONDS", -9.5)
    assert "decoding took more than" in complaint(path)


def test_a_picture_may_be_refused_by_its_header(tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(png(10_000, 8_000, b""))  # nothing follows that could be decoded
    asked = []

    def accept(rows, cols):
        asked.append((rows, cols))
        raise ParameterError("too large on the skin")

    with pytest.raises(ParameterError, match="too large on the skin"):
        read_picture(path, accept=accept)
    assert asked == [(8_000, 10_000)]
    with pytest.raises(PhotographError, match="damaged"):
        read_picture(path)


@pytest.mark.parametrize("px_per_mm", [0, -3, float("nan"), 1e9])
def test_impossible_scale_is_refused(tmp_path, px_per_mm):
    path = saved(tmp_path / "a.png", Image.fromarray(skin()))
    with pytest.raises(ParameterError, match="px_per_mm is"):
        read_photograph(path, px_per_mm=px_per_mm)


def test_white_of_the_mask_is_the_zone(tmp_path):
    mask = np.zeros((ROWS, COLS), np.uint8)
    mask[:, 20:] = 255
    for name, image in (
        ("grey.png", Image.fromarray(mask)),
        ("bits.png", Image.fromarray(mask).convert("1")),
        ("colour.png", Image.fromarray(mask).convert("RGB")),
    ):
        got = read_zone_mask(saved(tmp_path / name, image), (ROWS, COLS))
        np.testing.assert_array_equal(got, mask > 0)


def test_mask_that_does_not_fit_is_refused(tmp_path):
    path = saved(tmp_path / "m.png", Image.new("L", (COLS, ROWS), 255))
    with pytest.raises(PhotographError, match="60 x 40 pixels, the photograph 61 x 40"):
        read_zone_mask(path, (ROWS, COLS + 1))
    black = saved(tmp_path / "b.png", Image.new("L", (COLS, ROWS), 0))
    with pytest.raises(PhotographError, match="all black"):
        read_zone_mask(black, (ROWS, COLS))


def test_short_answer_of_the_decoder_is_one_line(tmp_path, monkeypatch):
    path = saved(tmp_path / "a.png", Image.fromarray(skin()))
    header = '{"rows": 40, "cols": 60, "channels": 3}'
    decoder(monkeypatch, tmp_path, f"print('{header}'); print('{header}'); print('0' * 100)")
    assert "cut short" in complaint(path)
