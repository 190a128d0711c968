"""Claims about HEIC, AVIF, 16 bits and raw files: the same skin whatever it was saved as."""

import io
import struct

import cv2
import numpy as np
import pytest
import tifffile
from camera_files import avif, dng, heic, linear
from PIL import Image, ImageCms

from porelight.errors import DecoderMissingError, PhotographError
from porelight.files import _decode, photographs
from porelight.files._colours import display_p3
from porelight.files.photographs import picture_of
from porelight.photo.photograph import Photograph
from porelight.render.skin import render_skin
from porelight.workflows.measure import measure

PLAIN, TURNED = heic("plain"), heic("turned")


@pytest.fixture(scope="module")
def skin():
    diameters = 4e-4 * np.exp(0.25 * np.random.default_rng(1).standard_normal(80))
    return render_skin(np.clip(diameters, 2e-4, 8e-4), size=(0.012, 0.012), seed=1).pixels


def saved(image, kind, **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def apart(content, pixels):
    """Return the mean difference of what is read from the truth [of 255]."""
    found = picture_of(content, "photo").pixels.astype(float)
    assert found.shape == pixels.shape
    return float(np.abs(found - pixels).mean())


def test_the_same_skin_is_read_from_every_format(skin):
    assert apart(PLAIN, skin) < 0.2
    assert apart(TURNED, skin) < 1.0
    assert apart(avif(skin), skin) < 1.0
    assert apart(dng(skin, is_mosaic=True), skin) < 0.6
    assert apart(dng(skin, is_mosaic=False), skin) == 0.0


def test_a_raw_file_is_turned_as_the_camera_says(skin):
    turned = dng(skin, is_mosaic=False, extra=[(274, 3, 1, 6, True)])
    assert apart(turned, np.rot90(skin, -1)) == 0.0


@pytest.mark.slow
def test_the_same_pores_are_measured_in_every_format(skin):
    kinds = {
        "png": saved(Image.fromarray(skin), "PNG"),
        "jpeg": saved(Image.fromarray(skin), "JPEG", quality=92),
        "heic": PLAIN,
        "p3": TURNED,
        "avif": avif(skin),
        "tiff": sixteen_bits(257 * skin.astype(np.uint16)),
        "dng": dng(skin, is_mosaic=True),
    }
    found = {}
    for name, content in kinds.items():
        pixels = picture_of(content, name).pixels
        found[name] = measure(Photograph(pixels, 12.5e3, 0.01, name=name), zone="cheek")
    truth = found["png"]
    half = truth.count.high - truth.count.value
    for name, one in found.items():
        # what compressing moves is small beside the interval of one photograph
        assert abs(one.count.value - truth.count.value) < 0.25 * half, name
        assert one.diameter.value == pytest.approx(truth.diameter.value, rel=0.02), name
    assert found["tiff"].count.value == truth.count.value


def sixteen_bits(levels, order="<", **options):
    file = io.BytesIO()
    numbers = levels.astype(f"{order}u2")
    tifffile.imwrite(file, numbers, photometric="rgb", byteorder=order, metadata=None, **options)
    return file.getvalue()


@pytest.mark.parametrize("how", ["<", ">", "deflated", "png", "lzw"])
def test_colours_of_sixteen_bits_are_rounded_and_not_cut_off(how):
    levels = np.random.default_rng(2).integers(0, 65536, (40, 60, 3)).astype(np.uint16)
    levels[0, :3, 0], levels[0, :3, 1] = (255, 128, 65_407), (129, 65_535, 0)
    if how in ("png", "lzw"):
        ending = ".png" if how == "png" else ".tiff"
        content = cv2.imencode(ending, levels[..., ::-1])[1].tobytes()
    elif how == "deflated":
        content = sixteen_bits(levels, compression="zlib")
    else:
        content = sixteen_bits(levels, how)
    expected = np.rint(levels / 257.0)
    assert np.array_equal(picture_of(content, "photo").pixels, expected)


def test_colours_of_sixteen_bits_that_lie_apart_are_refused():
    levels = np.zeros((3, 20, 30), np.uint16)
    with pytest.raises(PhotographError, match=r"planar.*expected them together"):
        picture_of(sixteen_bits(levels, planarconfig="separate"), "photo.tif")


def test_a_tiff_of_floating_point_numbers_is_called_that_and_no_raw_file():
    file = io.BytesIO()
    tifffile.imwrite(file, np.full((8, 8, 3), 0.5, np.float32), photometric="rgb", metadata=None)
    with pytest.raises(PhotographError, match=r"floating-point numbers; expected .* 8 or 16 bits"):
        picture_of(file.getvalue(), "photo.tif")


def with_code(content, primaries, curve):
    at = content.index(b"colrnclx") + 8
    return content[:at] + struct.pack(">HH", primaries, curve) + content[at + 4 :]


@pytest.mark.parametrize("kind", ["heic", "avif"])
def test_colours_that_are_told_by_code_points_are_followed_or_refused(skin, kind):
    content = PLAIN if kind == "heic" else avif(skin)
    file = io.BytesIO(display_p3())
    p3 = ImageCms.ImageCmsProfile(file)
    expected = ImageCms.profileToProfile(Image.fromarray(skin), p3, ImageCms.createProfile("sRGB"))
    moved = np.abs(np.asarray(expected, float) - skin).mean()
    assert moved > 3.0
    assert apart(with_code(content, 12, 13), np.asarray(expected)) < 1.5
    with pytest.raises(
        PhotographError, match=r"states colours of its own .HDR.*sRGB or Display P3"
    ):
        picture_of(with_code(content, 9, 16), "photo")


def test_display_p3_is_that_of_its_primaries():
    to_srgb = np.array([[1.2249, -0.2247, 0.0], [-0.0420, 1.0419, 0.0], [-0.0197, -0.0786, 1.0979]])
    expected = to_srgb @ linear(np.array([200.0, 150.0, 120.0]))
    expected = 255.0 * (1.055 * expected ** (1 / 2.4) - 0.055)
    content = saved(Image.new("RGB", (8, 8), (200, 150, 120)), "PNG", icc_profile=display_p3())
    assert np.abs(picture_of(content, "p3").pixels[4, 4] - expected).max() < 1.0


def test_the_camera_and_the_time_are_told():
    picture = picture_of(TURNED, "photo.heic")
    assert (picture.camera, picture.taken) == ("Apple iPhone 13", "2027-03-01T10:11:12+01:00")
    assert picture.has_camera


def test_the_camera_of_a_raw_file_is_told(skin):
    picture = picture_of(dng(skin, is_mosaic=True), "photo.dng")
    assert (picture.camera, picture.taken, picture.has_camera) == ("Pore One", "", True)


@pytest.mark.parametrize(
    ("library", "make", "line"),
    [
        ("pi_heif", lambda _: PLAIN, "is HEIC, which needs pi-heif; .*porelight.heif."),
        ("rawpy", lambda s: dng(s, is_mosaic=True), "raw file .* needs rawpy; .*porelight.raw."),
    ],
)
def test_a_library_that_is_missing_is_one_line_with_how_to_get_it(
    tmp_path, monkeypatch, skin, library, make, line
):
    program = tmp_path / "without.py"
    program.write_text(
        f"import runpy, sys\nsys.modules[{library!r}] = None\n"
        f"runpy.run_path({_decode.__file__!r}, run_name='__main__')\n",
        encoding="utf-8",
    )
    monkeypatch.setattr(photographs._decode, "__file__", str(program))
    with pytest.raises(DecoderMissingError, match=line) as caught:
        picture_of(make(skin), "photo")
    assert "\n" not in str(caught.value)
