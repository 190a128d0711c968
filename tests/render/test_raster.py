import numpy as np
import pytest

from porelight.render._raster import (
    SCENE_SCALE,
    as_image,
    blurred,
    fractal,
    lattice,
    noise_octave,
    shifted,
)


@pytest.mark.parametrize("sd", [1.5, 5.0, 12.0, 30.0])
def test_blur_of_a_point_has_the_variance_asked_for(sd: float) -> None:
    n = 401
    point = np.zeros((n, n), np.float32)
    point[200, 200] = 1.0
    spread = blurred(point, sd).astype(np.float64)
    rows = np.arange(n) - 200.0
    weight = spread.sum(axis=1) / spread.sum()
    variance = (weight * rows**2).sum() - (weight * rows).sum() ** 2
    np.testing.assert_allclose(np.sqrt(variance), sd, rtol=0.008)


@pytest.mark.parametrize("sd", [2.0, 40.0])
def test_blur_leaves_an_even_image_even(sd: float) -> None:
    np.testing.assert_allclose(blurred(np.full((97, 130), 0.3, np.float32), sd), 0.3, rtol=1e-5)


def test_blur_of_nothing_is_the_image() -> None:
    image = as_image(np.random.default_rng(1).random((20, 30)))
    np.testing.assert_array_equal(blurred(image, 0.0), image)


def test_shift_reads_where_it_says() -> None:
    row, col = np.mgrid[0:40, 0:50].astype(np.float32)
    moved = shifted(as_image(3.0 * row + col), 2.5, -1.0)
    expected = 3.0 * (row + 2.5) + (col - 1.0)
    np.testing.assert_allclose(moved[5:35, 5:45], expected[5:35, 5:45], rtol=1e-5)


def test_fractal_is_standardised_and_repeats() -> None:
    field = fractal((300, 280), 2e-3, 2e-4, np.random.default_rng(3))
    again = fractal((300, 280), 2e-3, 2e-4, np.random.default_rng(3))
    np.testing.assert_array_equal(field, again)
    np.testing.assert_allclose([field.mean(), field.std()], [0.0, 1.0], atol=1e-4)


def test_octave_varies_at_the_length_of_its_cells() -> None:
    field = noise_octave((800, 800), 20.0, np.random.default_rng(5))
    near = float((field[:, :-5] * field[:, 5:]).mean())
    far = float((field[:, :-40] * field[:, 40:]).mean())
    assert near > 0.8
    assert abs(far) < 0.2


def test_octave_finer_than_the_lattice_is_white() -> None:
    field = noise_octave((200, 200), 0.5, np.random.default_rng(5))
    assert abs(float((field[:, :-1] * field[:, 1:]).mean())) < 4.0 / 200.0


def test_lattice_points_are_the_centres_of_its_cells() -> None:
    row, col = lattice((4, 3), (-1e-3, 2e-3))
    np.testing.assert_allclose(row[0], -1e-3 + 0.5 / SCENE_SCALE)
    np.testing.assert_allclose(np.diff(col), 1.0 / SCENE_SCALE)
