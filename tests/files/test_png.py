"""Claims about PNG files written from strips of rows."""

import numpy as np
import pytest
from PIL import Image

from porelight.files.png import write_png


@pytest.mark.parametrize("shape", [(1, 1), (1, 1, 3), (50, 31), (50, 31, 3)])
@pytest.mark.parametrize("n_rows", [1, 7, 64])
def test_picture_comes_back_bit_for_bit(tmp_path, shape, n_rows):
    pixels = np.random.default_rng(1).integers(0, 256, shape).astype(np.uint8)
    strips = (pixels[first : first + n_rows] for first in range(0, shape[0], n_rows))
    write_png(tmp_path / "a.png", shape[:2], strips)
    with Image.open(tmp_path / "a.png") as image:
        image.verify()
    with Image.open(tmp_path / "a.png") as image:
        np.testing.assert_array_equal(np.asarray(image), pixels)


def test_even_picture_is_small(tmp_path):
    write_png(tmp_path / "a.png", (500, 600), [np.full((500, 600, 3), 7, np.uint8)])
    assert (tmp_path / "a.png").stat().st_size < 20_000
