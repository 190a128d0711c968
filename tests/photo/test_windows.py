"""Claims about windows around many points."""

import numpy as np

from porelight.photo import windows as module
from porelight.photo.windows import painted, territory, windows

AT = np.array([[0, 0], [5, 7], [9, 11]], dtype=np.intp)
SHAPE = (10, 12)


def test_window_holds_what_lies_around_its_point():
    image = np.arange(120, dtype=np.float32).reshape(SHAPE) + 1.0
    seen = windows(image, AT, 2)
    assert seen.shape == (3, 5, 5)
    np.testing.assert_array_equal(seen[1], image[3:8, 5:10])


def test_window_is_zero_outside_of_the_image():
    seen = windows(np.ones(SHAPE, np.float32), AT, 2)
    assert seen[0].sum() == 9
    assert seen[2].sum() == 9


def test_points_share_the_plane_between_them_without_overlap():
    at = np.array([[5, 3], [5, 8]], dtype=np.intp)
    owners = sum(painted(territory(at, np.ones(2), SHAPE, 3)[[i]], at[[i]], SHAPE) for i in (0, 1))
    assert owners.max() == 1


def test_larger_radius_reaches_farther():
    at = np.array([[5, 3], [5, 9]], dtype=np.intp)
    own = territory(at, np.array([2.0, 1.0]), SHAPE, 6)
    # column 3 + 4 is 4/2 from the first and 2/1 from the second: both; 3 + 3 is the first's
    assert own[0, 6, 6 + 3]
    assert not own[1, 6, 6 - 3]


def test_points_taken_a_few_at_a_time_share_the_plane_as_all_at_once(monkeypatch):
    draw = np.random.default_rng(4)
    at, radius = draw.integers(0, 60, (50, 2)), draw.uniform(1.0, 4.0, 50)
    whole = territory(at, radius, (60, 60), 5)
    monkeypatch.setattr(module, "_AT_ONCE", 7)
    np.testing.assert_array_equal(territory(at, radius, (60, 60), 5), whole)


def test_painting_puts_windows_back():
    kept = np.zeros((3, 5, 5), dtype=bool)
    kept[:, 2, 2:4] = True
    labels = painted(kept, AT, SHAPE)
    assert labels[0, 0] == labels[0, 1] == 1
    assert labels[5, 7] == labels[5, 8] == 2
    # the second pixel of the last window lies outside of the image
    assert (labels == 3).sum() == 1
