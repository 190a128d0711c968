import math
from dataclasses import replace

import numpy as np
import pytest

from porelight.errors import ParameterError
from porelight.render._raster import SCENE_SCALE
from porelight.render.camera import Camera, developed, sampled, through_jpeg

SIZE = (0.006, 0.008)
MARGIN = 1e-3
TONE = np.array([0.46, 0.28, 0.19])
PLAIN = Camera(
    blur=0.0,
    exposure=1.0,
    metering=0.0,
    fall_off=0.0,
    noise=0.0,
    colour_blur=0.0,
    sharpening=0.0,
    jpeg_quality=100,
)


def scene(value: float = 0.0) -> np.ndarray:
    rows, cols = (round((n + 2 * MARGIN) * SCENE_SCALE) for n in SIZE)
    return np.full((rows, cols, 3), value, np.float32)


def changed(**settings: object) -> Camera:
    return replace(PLAIN, **settings)


def centre_of_light(picture: np.ndarray) -> np.ndarray:
    weight = picture[..., 1].astype(np.float64)
    row, col = np.mgrid[0 : weight.shape[0], 0 : weight.shape[1]]
    return np.array([(weight * row).sum(), (weight * col).sum()]) / weight.sum()


def test_even_light_becomes_its_srgb_value() -> None:
    pixels = developed(np.full((20, 30, 3), 0.2, np.float32), PLAIN, TONE, np.random.default_rng(0))
    # IEC 61966-2-1: 1.055 * 0.2^(1/2.4) - 0.055 = 0.4845, times 255 = 123.5
    assert set(np.unique(pixels)) <= {123, 124}


def test_dark_light_uses_the_straight_part_of_the_curve() -> None:
    light = np.full((16, 16, 3), 0.002, np.float32)
    pixels = developed(light, PLAIN, TONE, np.random.default_rng(0))
    np.testing.assert_array_equal(pixels, round(255 * 12.92 * 0.002))


@pytest.mark.verification
@pytest.mark.parametrize(
    "pose",
    [
        {},
        {"shift": (4e-4, -3e-4)},
        {"rotation": 0.2},
        {"shift": (-2e-4, 5e-4), "rotation": -0.15, "px_per_metre": 9.3e3},
    ],
)
def test_point_of_skin_lands_where_the_pose_says(pose: dict[str, object]) -> None:
    camera = changed(blur=1.0, **pose)
    light = scene()
    place = np.array([0.0021, 0.0052])
    row, col = ((place + MARGIN) * SCENE_SCALE).astype(int)
    light[row, col] = 1.0
    exact = (np.array([row, col]) + 0.5) / SCENE_SCALE - MARGIN
    seen = centre_of_light(sampled(light, camera, SIZE, MARGIN))
    expected = np.array(camera.to_picture(exact[0], exact[1], SIZE)) * camera.px_per_metre - 0.5
    np.testing.assert_allclose(seen, expected, atol=0.02)


def test_picture_and_patch_are_inverse() -> None:
    camera = changed(shift=(1e-3, -2e-3), rotation=0.3)
    row, col = np.array([1e-3, 4e-3]), np.array([7e-3, 2e-3])
    back = camera.to_patch(*camera.to_picture(row, col, SIZE), SIZE)
    np.testing.assert_allclose(back, (row, col), atol=1e-15)


@pytest.mark.verification
@pytest.mark.parametrize("blur", [0.6, 1.5])
def test_blur_is_that_of_lens_and_pixel(blur: float) -> None:
    light = scene()
    light[160, 200] = 1.0
    picture = sampled(light, changed(blur=blur), SIZE, MARGIN)[..., 1].astype(np.float64)
    col = np.arange(picture.shape[1])
    weight = picture.sum(axis=0) / picture.sum()
    variance = (weight * col**2).sum() - (weight * col).sum() ** 2
    np.testing.assert_allclose(variance, blur**2 + 1.0 / 12.0, rtol=0.03)


def test_picture_spans_the_patch_at_its_scale() -> None:
    assert sampled(scene(), changed(px_per_metre=10e3), SIZE, MARGIN).shape == (60, 80, 3)


def test_meter_makes_up_for_dark_skin_in_part() -> None:
    def level(metering: float, tone: float) -> float:
        light = np.full((16, 16, 3), tone, np.float32)
        camera = changed(metering=metering)
        return float(developed(light, camera, np.full(3, tone), np.random.default_rng(0)).mean())

    assert level(0.0, 0.1) < level(0.5, 0.1) < level(1.0, 0.1)
    np.testing.assert_allclose(level(1.0, 0.1), level(1.0, 0.3), atol=1.0)


@pytest.mark.parametrize("grain", [0.0, 1.0])
def test_noise_has_its_spread_before_smoothing(grain: float) -> None:
    camera = changed(noise=15.0, noise_grain=grain)
    light = np.full((300, 300, 3), 0.2, np.float32)
    pixels = developed(light, camera, TONE, np.random.default_rng(1)).astype(np.float64)
    # white noise smoothed by a Gaussian of SD s keeps 1 / (2 s sqrt(pi)) of its SD
    kept = 1.0 if grain == 0.0 else 1.0 / (2.0 * grain * math.sqrt(math.pi))
    # in the luma that JPEG keeps at full resolution: independent noise of three bands
    luma = np.array([0.299, 0.587, 0.114])
    expected = 15.0 * kept * np.sqrt((luma**2).sum())
    np.testing.assert_allclose((pixels @ luma).std(), expected, rtol=0.07)


def test_colour_blur_leaves_lightness() -> None:
    light = np.full((40, 40, 3), 0.2, np.float32)
    light[:, 20:, 0] = 0.4
    luminance = np.array([0.2126, 0.7152, 0.0722])
    sharp, soft = (
        developed(light, changed(colour_blur=b), TONE, np.random.default_rng(0)).astype(float)
        for b in (0.0, 3.0)
    )
    assert abs(sharp[20, 22, 0] - soft[20, 22, 0]) > 5.0
    np.testing.assert_allclose((sharp @ luminance)[20], (soft @ luminance)[20], atol=2.0)


def test_sharpening_overshoots_an_edge() -> None:
    light = np.full((40, 40, 3), 0.2, np.float32)
    light[:, 20:] = 0.3
    pixels = developed(light, changed(sharpening=1.0), TONE, np.random.default_rng(0))
    assert pixels[20, 19, 1] < pixels[20, 5, 1]
    assert pixels[20, 20, 1] > pixels[20, 35, 1]


def test_corners_fall_off() -> None:
    light = np.full((40, 40, 3), 0.2, np.float32)
    pixels = developed(light, changed(fall_off=0.3), TONE, np.random.default_rng(0))
    assert pixels[0, 0, 1] < pixels[20, 20, 1] - 10


def test_jpeg_of_low_quality_loses_more() -> None:
    pixels = np.random.default_rng(0).integers(100, 140, (64, 64, 3)).astype(np.uint8)
    worse, better = (np.abs(through_jpeg(pixels, q).astype(int) - pixels).mean() for q in (30, 95))
    assert worse > better > 0.0


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("px_per_metre", 12.5, "px_per_metre is 12.5 px/m.*per_mm"),
        ("px_per_metre", 90e3, "px_per_metre is 90000 px/m; the scene"),
        ("blur", -1.0, "blur is -1 px"),
        ("exposure", 0.0, "exposure is 0"),
        ("metering", 1.5, "metering is 1.5"),
        ("fall_off", -0.1, "fall_off is -0.1"),
        ("noise", 90.0, "noise is 90 grey levels"),
        ("colour_gain", (1.0, 9.0, 1.0), "colour_gain is 9"),
        ("colour_gain", (1.0, 1.0), "colour_gain has 2 values"),
        ("sharpening", 8.0, "sharpening is 8"),
        ("jpeg_quality", 0, "jpeg_quality is 0"),
        ("shift", (0.5, 0.0), "shift is 0.5 m"),
        ("rotation", 10.0, "rotation is 10 rad.*math.radians"),
        ("frame", -1, "frame is -1"),
    ],
)
def test_camera_refuses_impossible_settings(field: str, value: object, message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        changed(**{field: value})
