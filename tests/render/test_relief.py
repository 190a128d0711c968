import numpy as np
import pytest

from porelight.errors import ParameterError
from porelight.render._raster import SCENE_SCALE
from porelight.render.placement import PoreShapes
from porelight.render.relief import (
    Microrelief,
    carved,
    microrelief_height,
    opening_coordinate,
)

CENTRE = 1.5e-3  # m
SHAPE = (120, 120)


def one_pore(**change: float) -> PoreShapes:
    values = {
        "row": CENTRE,
        "col": CENTRE,
        "diameter": 6e-4,
        "elongation": 1.5,
        "angle": 0.7,
        "taper": 0.0,
        "slant": 0.0,
        "depth_ratio": 0.4,
        "plug": 0.2,
        "profile": 3.0,
    }
    values.update(change)
    return PoreShapes(**{name: np.array([value]) for name, value in values.items()})


@pytest.mark.verification
@pytest.mark.parametrize("taper", [0.0, 0.3, -0.5])
@pytest.mark.parametrize("elongation", [1.0, 1.9])
def test_opening_has_the_area_of_its_circle(taper: float, elongation: float) -> None:
    pore = one_pore(taper=taper, elongation=elongation)
    step = 2e-6
    axis = np.arange(-6e-4, 6e-4, step) + step / 2.0
    s = opening_coordinate(pore, 0, axis[:, None] + 0.0 * axis, axis + 0.0 * axis[:, None])
    area = np.count_nonzero(s < 1.0) * step**2
    np.testing.assert_allclose(area, np.pi * 6e-4**2 / 4.0, rtol=2e-3)


def test_opening_is_long_along_its_angle() -> None:
    pore = one_pore(angle=0.5 * np.pi, elongation=1.6)
    half = np.array([3e-4])
    along_rows = opening_coordinate(pore, 0, half, 0.0 * half)
    along_cols = opening_coordinate(pore, 0, 0.0 * half, half)
    np.testing.assert_allclose(along_rows, 1.0 / np.sqrt(1.6))
    np.testing.assert_allclose(along_cols, np.sqrt(1.6))


@pytest.mark.verification
@pytest.mark.parametrize("profile", [0.5, 1.0, 3.0])
def test_plug_fills_the_share_of_the_opening_that_its_profile_says(profile: float) -> None:
    # the mean of (1 - s^2)^p over the disc is 1 / (p + 1)
    pore = one_pore(profile=profile, elongation=1.0)
    _, plug = carved(np.zeros(SHAPE, np.float32), pore, (0.0, 0.0))
    mean = plug.sum() / SCENE_SCALE**2 / (0.25 * np.pi * 6e-4**2)
    np.testing.assert_allclose(mean, 0.2 / (profile + 1.0), rtol=0.02)


@pytest.mark.parametrize("slant", [0.0, 0.4])
def test_pore_is_as_deep_as_its_ratio_says(slant: float) -> None:
    height, plug = carved(np.zeros(SHAPE, np.float32), one_pore(slant=slant), (0.0, 0.0))
    np.testing.assert_allclose(height.min(), -0.4 * 6e-4, rtol=0.03)
    np.testing.assert_allclose(plug.max(), 0.2, rtol=0.03)


def test_slant_moves_the_deepest_point_along_the_long_axis() -> None:
    height, _ = carved(np.zeros(SHAPE, np.float32), one_pore(slant=0.4, angle=0.0), (0.0, 0.0))
    row, col = np.unravel_index(int(height.argmin()), SHAPE)
    at = (np.array([row, col]) + 0.5) / SCENE_SCALE - CENTRE
    assert abs(at[0]) < 2.5e-5
    # the point u = slant (1 - s) with s = u, on the axis: u = slant / (1 + slant)
    np.testing.assert_allclose(at[1], 0.4 / 1.4 * 3e-4 * np.sqrt(1.5), atol=2.5e-5)


def test_skin_beyond_the_rim_is_untouched() -> None:
    ground = microrelief_height(SHAPE, Microrelief(), np.random.default_rng(1))
    height, plug = carved(ground, one_pore(elongation=1.0), (0.0, 0.0))
    axis = (np.arange(120) + 0.5) / SCENE_SCALE - CENTRE
    far = np.hypot(axis[:, None], axis) > 1.5 * 3e-4
    np.testing.assert_array_equal(height[far], ground[far])
    assert plug[far].max() == 0.0


def test_rim_stands_above_the_skin() -> None:
    height, _ = carved(np.zeros(SHAPE, np.float32), one_pore(), (0.0, 0.0))
    np.testing.assert_allclose(height.max(), 0.05 * 0.4 * 6e-4, rtol=0.1)


def test_pore_off_the_lattice_leaves_no_trace() -> None:
    height, _ = carved(np.zeros(SHAPE, np.float32), one_pore(row=0.5), (0.0, 0.0))
    assert not height.any()


def test_microrelief_is_rougher_when_asked() -> None:
    low, high = (
        microrelief_height((200, 200), Microrelief(roughness=r), np.random.default_rng(2)).std()
        for r in (1e-5, 4e-5)
    )
    np.testing.assert_allclose(high, 4e-5, rtol=0.2)
    assert low < 0.5 * high


def test_furrows_are_as_deep_and_as_dense_as_asked() -> None:
    relief = Microrelief(roughness=0.0, furrow_depth=2e-5, furrow_spacing=4e-4)
    height = microrelief_height((600, 600), relief, np.random.default_rng(2)).astype(np.float64)
    depth = height.max() - np.quantile(height, 0.01)
    assert 1e-5 < depth < 6e-5
    # borders of random cells have length 2 / spacing per area, and a furrow of half width w is
    # deeper than a tenth over about 3 w: the share of the skin is about 2 * 3 * 40 / 400
    share = np.mean(height < height.max() - 0.1 * 0.6 * 2e-5)
    np.testing.assert_allclose(share, 0.6, atol=0.15)


def test_microrelief_refuses_millimetres() -> None:
    with pytest.raises(ParameterError, match="roughness is 20 m"):
        Microrelief(roughness=20.0)
