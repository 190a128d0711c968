import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

from porelight.errors import ParameterError
from porelight.render.camera import Camera
from porelight.render.contrast import pore_contrast
from porelight.render.distractors import Distractors
from porelight.render.look import SkinLook
from porelight.render.placement import drawn_diameters
from porelight.render.shading import Illumination
from porelight.render.skin import RenderedSkin, render_skin

SMALL = (0.008, 0.009)
PATCH = (0.016, 0.016)
CHEEK = drawn_diameters(60e4, PATCH, median=4.0e-4, spread=0.27, seed=3)


def skin(**settings: object) -> RenderedSkin:
    diameters = np.linspace(2e-4, 6e-4, 40)
    return render_skin(diameters, **{"size": SMALL, "seed": 5, **settings})  # type: ignore[arg-type]


def green(rendered: RenderedSkin) -> np.ndarray:
    return rendered.pixels[..., 1].astype(np.float64)


def test_same_call_gives_the_same_bits() -> None:
    one, two = skin(), skin()
    np.testing.assert_array_equal(one.pixels, two.pixels)
    np.testing.assert_array_equal(one.labels, two.labels)


def test_another_seed_is_another_skin() -> None:
    assert not np.array_equal(skin().row, skin(seed=6).row)


def test_truth_has_the_area_of_the_pores() -> None:
    rendered = skin(camera=Camera(px_per_metre=38e3))
    area = np.bincount(rendered.labels.ravel(), minlength=41)[1:] / 38e3**2
    rows, cols = (n / 38e3 for n in rendered.labels.shape)
    edge = np.minimum.reduce([rendered.row, rendered.col, rows - rendered.row, cols - rendered.col])
    whole = edge > rendered.diameter
    assert whole.sum() > 20
    np.testing.assert_allclose(area[whole], np.pi * rendered.diameter[whole] ** 2 / 4, rtol=0.06)


def test_truth_lies_where_the_skin_is_dark() -> None:
    rendered = skin()
    inside = green(rendered)[rendered.visible_labels(4e-4) > 0].mean()
    outside = green(rendered)[~rendered.truth_mask].mean()
    assert inside < outside - 3.0


def test_centre_in_pixels_is_the_centre_of_its_label() -> None:
    rendered = skin(camera=Camera(px_per_metre=30e3))
    number = 20 + int(np.argmax(rendered.visible()[20:]))
    at = ndimage.center_of_mass(rendered.labels == number + 1)
    expected = (rendered.row[number] * 30e3 - 0.5, rendered.col[number] * 30e3 - 0.5)
    # a tapered opening has its centroid off its centre by less than a quarter of the half axis
    np.testing.assert_allclose(at, expected, atol=0.2 * rendered.diameter[number] * 30e3)


def test_smaller_pores_leave_the_rest_of_the_skin() -> None:
    quiet = Camera(noise=0.0, jpeg_quality=100)
    before, after = skin(camera=quiet), skin(ratio=0.8, camera=quiet)
    np.testing.assert_array_equal(after.row, before.row)
    np.testing.assert_allclose(after.diameter, 0.8 * before.diameter)
    far = ndimage.distance_transform_edt(before.labels == 0) > 6
    change = np.abs(green(after) - green(before))
    assert np.quantile(change[far], 0.95) <= 2.0
    assert change[before.visible_labels(4e-4) > 0].mean() > 2.0


def test_ratio_may_differ_between_pores() -> None:
    ratio = np.ones(40)
    ratio[7] = 0.5
    np.testing.assert_allclose(skin(ratio=ratio).diameter / skin().diameter, ratio)


def test_other_light_and_tone_show_the_same_pores() -> None:
    low = Illumination(elevation=math.radians(30.0), azimuth=2.0, ambient=0.3)
    base = skin()
    for other in (skin(light=low), skin(look=SkinLook(fitzpatrick=6))):
        np.testing.assert_array_equal(other.labels, base.labels)
        assert not np.array_equal(other.pixels, base.pixels)


def test_other_camera_sees_the_same_skin() -> None:
    fine = skin(camera=Camera(px_per_metre=25e3, noise=0.0, fall_off=0.0))
    coarse = skin(camera=Camera(px_per_metre=12.5e3, noise=0.0, fall_off=0.0))
    np.testing.assert_array_equal(fine.row, coarse.row)
    rows, cols = coarse.labels.shape
    averaged = green(fine)[: 2 * rows, : 2 * cols - 2].reshape(rows, 2, -1, 2).mean(axis=(1, 3))
    ours = ndimage.gaussian_filter(green(coarse), 1.0)[10:-10, 10:100]
    theirs = ndimage.gaussian_filter(averaged, 1.0)[10:-10, 10:100]
    assert np.corrcoef(ours.ravel(), theirs.ravel())[0, 1] > 0.9


def test_another_frame_differs_by_its_noise_alone() -> None:
    one, two = skin(), skin(camera=Camera(frame=1))
    change = green(one) - green(two)
    assert 0.3 < change.std() < 3.0
    assert abs(change.mean()) < 0.2


def test_moved_camera_moves_truth_and_picture_together() -> None:
    quiet = Camera(noise=0.0, fall_off=0.0, jpeg_quality=100)
    still = skin(camera=quiet)
    moved = skin(camera=replace(quiet, shift=(10 / 12.5e3, -5 / 12.5e3)))
    np.testing.assert_allclose(moved.row, still.row - 10 / 12.5e3)
    np.testing.assert_array_equal(moved.labels[:-10, 5:], still.labels[10:, :-5])
    np.testing.assert_allclose(green(moved)[5:-15, 10:-5], green(still)[15:-5, 5:-10], atol=3.0)


def test_visible_counts_wide_pores_in_the_picture() -> None:
    rendered = skin(camera=Camera(shift=(0.004, 0.0)))
    shown = rendered.visible(3e-4)
    assert 0 < shown.sum() < (rendered.diameter >= 3e-4).sum()
    assert rendered.row[shown].min() >= 0.0
    assert set(np.unique(rendered.visible_labels(3e-4))) - {0} <= set(
        np.flatnonzero(rendered.diameter >= 3e-4) + 1
    )


def test_distractors_are_marked_and_leave_the_pores() -> None:
    look = SkinLook(distractors=Distractors(n_hairs=6, n_moles=2, n_glints=5))
    plain, cluttered = skin(), skin(look=look)
    assert not plain.distractor_mask.any()
    assert cluttered.distractor_mask.any()
    np.testing.assert_array_equal(cluttered.labels, plain.labels)
    change = np.abs(green(cluttered) - green(plain))
    assert (
        change[cluttered.distractor_mask].mean()
        > 10.0 * change[~ndimage.binary_dilation(cluttered.distractor_mask, iterations=10)].mean()
    )


def test_skin_without_pores_is_skin() -> None:
    bare = render_skin(np.array([]), size=SMALL, seed=5)
    assert not bare.truth_mask.any()
    assert bare.row.size == 0


@pytest.mark.validation
@pytest.mark.parametrize("seed", [1, 2])
def test_contrast_is_that_of_the_labelled_photographs(seed: int) -> None:
    # the same statistic on the three labelled zones (12.5 px/mm): depth p10 4.4 to 4.9, p50 10.7 to
    # 12.1, p90 18.4 to 22.4 grey levels; texture 3.5 on the cheek (docs/theory/render.md)
    rendered = render_skin(CHEEK, size=PATCH, seed=seed)
    whole = np.ones(rendered.labels.shape, np.bool_)
    found = pore_contrast(rendered.pixels, rendered.px_per_metre, rendered.labels, whole)
    low, middle, high = found.deciles
    assert 3.5 < low < 6.5
    assert 9.5 < middle < 13.5
    assert 17.0 < high < 24.0
    assert 3.2 < found.texture < 4.2


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"size": (22.0, 22.0)}, r"size is 22 m x 22 m; expected 0.002 to 0.06 m.*units.mm"),
        ({"seed": -1}, "seed is -1"),
        ({"ratio": np.ones(3)}, r"ratio has shape \(3,\)"),
        ({"ratio": 0.001}, "diameter is 2e-07 m"),
    ],
)
def test_slips_are_refused(settings: dict[str, object], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        skin(**settings)
