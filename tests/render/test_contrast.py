import numpy as np
import pytest

from porelight.errors import ParameterError
from porelight.render.contrast import flattened, pore_contrast

SHAPE = (200, 220)
SCALE = 12.5e3
WHOLE = np.ones(SHAPE, np.bool_)


def disc(row: int, col: int, radius: int = 3) -> np.ndarray:
    y, x = np.ogrid[: SHAPE[0], : SHAPE[1]]
    return np.asarray((y - row) ** 2 + (x - col) ** 2 <= radius**2)


def skin(noise: float = 0.0) -> np.ndarray:
    level = 150.0 + noise * np.random.default_rng(1).standard_normal(SHAPE)
    return np.repeat(np.rint(level)[..., None], 3, axis=-1).astype(np.uint8)


def test_depth_is_what_was_taken_from_the_skin() -> None:
    pixels, labels = skin(), np.zeros(SHAPE, np.int32)
    for i, (row, col, depth) in enumerate([(50, 60, 10), (120, 150, 20)], start=1):
        pixels[disc(row, col), 1] -= depth
        labels[disc(row, col)] = i
    found = pore_contrast(pixels, SCALE, labels, WHOLE)
    # flattening takes off the pore's own share of the average, area / (2 pi sd^2) = 2 %
    np.testing.assert_allclose(found.depth, [10.0, 20.0], rtol=0.03)
    assert found.texture < 0.3


def test_texture_is_the_spread_of_bare_skin() -> None:
    pixels, labels = skin(noise=5.0), np.zeros(SHAPE, np.int32)
    pixels[disc(50, 60), 1] = 20
    labels[disc(50, 60)] = 1
    np.testing.assert_allclose(pore_contrast(pixels, SCALE, labels, WHOLE).texture, 5.0, rtol=0.03)


def test_deciles_are_percentiles_of_depth() -> None:
    pixels, labels = skin(), np.zeros(SHAPE, np.int32)
    for i in range(10):
        place = disc(20 + 18 * i, 30 + 18 * i, 2)
        pixels[place, 1] -= 2 * (i + 1)
        labels[place] = i + 1
    found = pore_contrast(pixels, SCALE, labels, WHOLE)
    np.testing.assert_allclose(found.deciles, np.quantile(found.depth, [0.1, 0.5, 0.9]))


def test_flattening_removes_a_slope() -> None:
    slope = np.broadcast_to(np.linspace(100.0, 160.0, SHAPE[1]), SHAPE)
    np.testing.assert_allclose(flattened(slope, SCALE, WHOLE)[:, 70:150], 0.0, atol=0.1)


def test_what_lies_outside_the_zone_does_not_count() -> None:
    zone = WHOLE.copy()
    zone[:, 150:] = False
    pixels, labels = skin(), np.zeros(SHAPE, np.int32)
    for i, col in enumerate((60, 150, 190), start=1):
        pixels[disc(100, col), 1] -= 10
        labels[disc(100, col)] = i
    pixels[:, 155:] = 0
    found = pore_contrast(pixels, SCALE, labels, zone)
    np.testing.assert_allclose(found.depth, [10.0], rtol=0.03)
    assert found.texture < 1.0


def test_zone_without_pores_is_refused() -> None:
    with pytest.raises(ParameterError, match=r"0 pores and .* pixels of skin lie in the zone"):
        pore_contrast(skin(), SCALE, np.zeros(SHAPE, np.int32), WHOLE)


def test_images_that_do_not_match_are_refused() -> None:
    with pytest.raises(ParameterError, match=r"labels \(3, 3\)"):
        pore_contrast(skin(), SCALE, np.zeros((3, 3), np.int32), WHOLE)
