import numpy as np
import pytest
from scipy import ndimage

from porelight.errors import ParameterError
from porelight.render.camera import Camera
from porelight.render.placement import drawn_diameters
from porelight.render.preview import MARGIN, preview
from porelight.render.skin import RenderedSkin, render_skin

SCALE = 12.5e3
SIZE = (0.016, 0.016)
DIAMETERS = drawn_diameters(60e4, SIZE, median=4.0e-4, spread=0.25, seed=2)
QUIET = Camera(noise=0.0, jpeg_quality=100)


def patch(ratio: float = 1.0) -> RenderedSkin:
    return render_skin(DIAMETERS, ratio=ratio, size=SIZE, seed=4, camera=QUIET)


BEFORE = patch()
DISTANCE = ndimage.distance_transform_edt(BEFORE.labels == 0)


def darkness(pixels: np.ndarray) -> float:
    """Sum over the neighbourhood of pores of green below the level of the skin between them."""
    green = pixels[..., 1].astype(np.float64)
    bare = (DISTANCE > 3.0).astype(np.float64)
    level = ndimage.gaussian_filter(green * bare, 5.0) / ndimage.gaussian_filter(bare, 5.0)
    return float((level - green)[DISTANCE <= 3.0].sum())


def test_ratio_of_one_returns_every_bit() -> None:
    after = preview(BEFORE.pixels, SCALE, BEFORE.labels, 1.0)
    np.testing.assert_array_equal(after, BEFORE.pixels)
    assert after is not BEFORE.pixels
    ones = np.ones(BEFORE.labels.max())
    np.testing.assert_array_equal(preview(BEFORE.pixels, SCALE, BEFORE.labels, ones), after)


@pytest.mark.parametrize("ratio", [0.5, 0.9, 1.3])
def test_skin_beyond_the_margin_is_untouched(ratio: float) -> None:
    after = preview(BEFORE.pixels, SCALE, BEFORE.labels, ratio)
    widest = 0.5 * DIAMETERS.max() * SCALE * np.sqrt(2.0)
    reach = MARGIN * SCALE * max(1.0, ratio) + max(0.0, ratio - 1.0) * widest
    far = reach + 1.0 < DISTANCE
    np.testing.assert_array_equal(after[far], BEFORE.pixels[far])
    assert (after != BEFORE.pixels).any()


@pytest.mark.parametrize("ratio", [0.7, 0.8, 0.9, 1.2])
def test_darkness_of_pores_changes_as_the_square_of_the_ratio(ratio: float) -> None:
    # within 0.06 of the darkness before; what lies beyond the margin stays where it was
    after = preview(BEFORE.pixels, SCALE, BEFORE.labels, ratio)
    share = darkness(after) / darkness(BEFORE.pixels)
    np.testing.assert_allclose(share, ratio**2, atol=0.06)


@pytest.mark.validation
def test_preview_looks_like_the_same_skin_rendered_with_smaller_pores() -> None:
    predicted = preview(BEFORE.pixels, SCALE, BEFORE.labels, 0.7).astype(np.float64)
    truth = patch(0.7).pixels.astype(np.float64)
    near = DISTANCE <= 2.0
    left = np.sqrt(np.mean((predicted - truth)[near] ** 2))
    was = np.sqrt(np.mean((BEFORE.pixels - truth)[near] ** 2))
    assert left < 0.65 * was


def test_small_change_is_a_small_change() -> None:
    after = preview(BEFORE.pixels, SCALE, BEFORE.labels, 0.999)
    assert np.abs(after.astype(int) - BEFORE.pixels).max() <= 1


def test_each_pore_follows_its_own_ratio() -> None:
    ratio = np.ones(BEFORE.labels.max())
    number = int(np.argmax(np.where(BEFORE.visible(), BEFORE.diameter, 0.0)))
    ratio[number] = 0.5
    after = preview(BEFORE.pixels, SCALE, BEFORE.labels, ratio)
    changed = (after != BEFORE.pixels).any(axis=-1)
    own = ndimage.distance_transform_edt(BEFORE.labels != number + 1) <= MARGIN * SCALE
    assert changed[BEFORE.labels == number + 1].mean() > 0.5
    assert not changed[~own].any()


def test_uncovered_skin_keeps_the_texture_of_skin() -> None:
    after = preview(BEFORE.pixels, SCALE, BEFORE.labels, 0.3)[..., 1].astype(np.float64)
    fine = after - ndimage.gaussian_filter(after, 1.5)
    wide = ndimage.binary_erosion(BEFORE.visible_labels(4e-4) > 0)
    assert 0.6 < fine[wide].std() / fine[DISTANCE > 3.0].std() < 1.6


def test_larger_pore_covers_the_texture_around_it() -> None:
    row, col = np.mgrid[-40:41, -40:41]
    distance = np.hypot(row, col)
    rough = np.random.default_rng(1).normal(150.0, 6.0, distance.shape)
    green = np.rint(np.where(distance <= 6.0, 120.0, rough)).astype(np.uint8)
    pixels = np.repeat(green[..., None], 3, axis=-1)
    labels = (distance <= 6.0).astype(np.int32)
    after = preview(pixels, SCALE, labels, 1.6)[..., 1].astype(np.float64)
    covered = (distance > 7.0) & (distance < 9.0)
    assert after[covered].mean() < 135.0
    assert after[covered].std() < 0.6 * green[covered].std()


def test_pore_at_the_border_is_scaled_too() -> None:
    labels = np.zeros((60, 60), np.int32)
    labels[:4, 20:26] = 1
    pixels = np.full((60, 60, 3), 150, np.uint8)
    pixels[:4, 20:26] = 120
    after = preview(pixels, SCALE, labels, 0.6)
    assert after[:4, 20:26].mean() > 128.0


def test_photograph_without_pores_stays() -> None:
    none = np.zeros(BEFORE.labels.shape, np.int32)
    np.testing.assert_array_equal(preview(BEFORE.pixels, SCALE, none, 0.8), BEFORE.pixels)


def test_labels_need_not_be_consecutive() -> None:
    sparse = np.where(BEFORE.labels == 3, 3, 0).astype(np.int32)
    after = preview(BEFORE.pixels, SCALE, sparse, 0.5)
    assert (after != BEFORE.pixels).any()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"ratio": 90.0}, "ratio is 90; expected 0.05 to 3.*0.9"),
        ({"ratio": 0.0}, "ratio is 0"),
        ({"ratio": np.ones(2)}, r"ratio has shape \(2,\) but labels go up to"),
        ({"px_per_metre": 12.5}, "pixels_per_metre is 12.5 px/m"),
        ({"softness": 9.0}, "softness is 9 px"),
        ({"pixels": BEFORE.pixels[..., 0]}, r"pixels have shape \(200, 200\)"),
        ({"pixels": BEFORE.pixels / 255.0}, "type float64"),
        ({"labels": BEFORE.labels[:9]}, r"labels have shape \(9, 200\)"),
        ({"labels": BEFORE.labels * 1.0}, "type float64; expected whole numbers"),
        ({"labels": -BEFORE.labels}, "labels go down to"),
        ({"labels": np.ones_like(BEFORE.labels)}, "without any bare skin"),
    ],
)
def test_slips_are_refused(change: dict[str, object], message: str) -> None:
    good: dict[str, object] = {
        "pixels": BEFORE.pixels,
        "px_per_metre": SCALE,
        "labels": BEFORE.labels,
        "ratio": 0.8,
    }
    with pytest.raises(ParameterError, match=message):
        preview(**{**good, **change})  # type: ignore[arg-type]
