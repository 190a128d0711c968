"""Claims about outlines, areas and shapes."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from porelight.photo import segment as segment_module
from porelight.photo.detect import Spots
from porelight.photo.detector_parameters import detector_parameters
from porelight.photo.flatten import WORKING_SCALE
from porelight.photo.pore_probability import PoreProbability
from porelight.photo.segment import parted, segment

N = 81
# the network's diameters are taken as they are; half of a pixel on the outline is pore
AS_READ = PoreProbability((0.0, 1.0, 0.0, 0.0, 0.0, 0.0))
PLAIN = replace(
    detector_parameters(), pore=AS_READ, counted=AS_READ, size_offset=0.0, size_gain=1.0, edge=0.5
)


@dataclass(frozen=True)
class Flat:
    """Flattened skin of a given absorbance."""

    absorbance: np.ndarray
    skin: np.ndarray


def scene(shapes):
    """Draw what a network says of ellipses (row, col, a, b, angle), half axes in px."""
    rows, cols = np.mgrid[:N, :N].astype(np.float64)
    cover, log_diameter = np.zeros((N, N)), np.zeros((N, N))
    for row, col, a, b, angle in shapes:
        u = (cols - col) * np.cos(angle) + (rows - row) * np.sin(angle)
        v = -(cols - col) * np.sin(angle) + (rows - row) * np.cos(angle)
        s = np.hypot(u / a, v / b)
        cover = np.maximum(cover, np.clip(0.5 + (1.0 - s) * np.sqrt(a * b), 0.0, 1.0))
        log_diameter[s < 1.0] = np.log(2.0 * np.sqrt(a * b) / WORKING_SCALE * 1e3)
    whole = np.ones((N, N), dtype=bool)
    flat = Flat(2.0 * cover.astype(np.float32), whole)
    at = np.array([[round(s[0]), round(s[1])] for s in shapes], dtype=np.intp).reshape(-1, 2)
    spots = Spots(at, log_diameter[at[:, 0], at[:, 1]], np.full(len(at), 0.9), 0.1)
    return flat, cover.astype(np.float32), spots


def pores_of(*shapes):
    return segment(*scene(shapes), PLAIN)


@pytest.mark.parametrize("radius", [1.6, 2.0, 2.3, 3.1, 5.7])
def test_area_is_that_of_the_diameter_read(radius):
    pores = pores_of((40.3, 39.8, radius, radius, 0.0))
    assert pores.area[0] == pytest.approx(np.pi * radius**2, rel=1e-5)


@pytest.mark.parametrize("radius", [2.3, 3.1, 5.7])
def test_outline_holds_the_area_to_whole_pixels(radius):
    pores = pores_of((40.0, 40.0, radius, radius, 0.0))
    # whole pixels of a circle about a pixel's centre: within half the circumference of one pixel
    assert abs((pores.labels == 1).sum() - np.pi * radius**2) < np.pi * radius


@pytest.mark.parametrize("angle", [0.0, 0.4, 1.2, -0.7])
def test_ellipse_has_its_axes_and_direction(angle):
    pores = pores_of((40, 40, 6.0, 3.0, angle))
    assert pores.elongation[0] == pytest.approx(2.0, rel=0.06)
    turn = (pores.angle[0] - angle + np.pi / 2) % np.pi - np.pi / 2
    assert turn == pytest.approx(0.0, abs=0.03)


def test_centroid_is_below_the_pixel():
    pores = pores_of((40.3, 39.6, 4.0, 4.0, 0.0))
    assert pores.row[0] == pytest.approx(40.3, abs=0.05)
    assert pores.col[0] == pytest.approx(39.6, abs=0.05)


def test_touching_pores_are_two_with_a_gap():
    pores = pores_of((40, 35, 5.0, 5.0, 0.0), (40, 44, 5.0, 5.0, 0.0))
    assert pores.area.size == 2
    first, second = (np.argwhere(pores.labels == k) for k in (1, 2))
    gap = np.abs(first[:, None] - second[None]).max(axis=2).min()
    assert gap >= 2


def test_wider_pore_takes_more_of_what_lies_between():
    pores = pores_of((40, 34, 6.0, 6.0, 0.0), (40, 42, 3.0, 3.0, 0.0))
    line = pores.labels[40]
    # 8 px shared as 6 to 3: the border lies 5.3 px from the wider
    assert np.flatnonzero(line == 1).max() in (38, 39)
    assert np.flatnonzero(line == 2).min() in (40, 41)


def test_long_pore_is_kept_to_its_limit():
    assert pores_of((40, 40, 6.0, 2.4, 0.3)).area.size == 1
    assert pores_of((40, 40, 8.0, 1.6, 0.3)).area.size == 0


def test_mole_is_no_pore():
    # 17 px at 12.5 px/mm are 1.36 mm
    assert pores_of((40, 40, 8.5, 8.5, 0.0)).area.size == 0


def test_contrast_is_the_mean_absorbance():
    pores = pores_of((40, 40, 5.0, 5.0, 0.0))
    # an absorbance of 2 inside, falling to 0 across the rim
    assert 0.85 * 2.0 < pores.contrast[0] <= 2.0


def test_highlight_belongs_to_no_pore():
    flat, cover, spots = scene([(40, 40, 5.0, 5.0, 0.0)])
    flat.skin[:, 42:] = False
    labels = segment(flat, cover, spots, PLAIN).labels
    assert labels[:, :42].any()
    assert not labels[:, 42:].any()


def test_labels_are_numbered_as_the_arrays():
    pores = pores_of((20, 20, 3.0, 3.0, 0.0), (40, 40, 8.0, 1.6, 0.3), (60, 60, 4.0, 4.0, 0.0))
    assert pores.area.size == 2
    assert np.unique(pores.labels).tolist() == [0, 1, 2]
    for i in range(2):
        rows, cols = np.nonzero(pores.labels == i + 1)
        assert rows.mean() == pytest.approx(pores.row[i], abs=0.3)
        assert cols.mean() == pytest.approx(pores.col[i], abs=0.3)


def test_no_spots_give_no_pores():
    pores = pores_of()
    assert pores.area.shape == (0,)
    assert not pores.labels.any()


def test_parting_keeps_lone_labels():
    labels = np.zeros((9, 9), np.int32)
    labels[2:5, 2:5] = 3
    np.testing.assert_array_equal(parted(labels), labels)


def test_pores_outlined_in_strips_are_those_of_the_whole(monkeypatch):
    draw = np.random.default_rng(4)
    place, size = draw.uniform(3.0, N - 3.0, (70, 2)), draw.uniform(1.5, 6.0, (70, 2))
    shapes = [(*at, *two, turn) for at, two, turn in zip(place, size, size[:, 0], strict=True)]
    flat, cover, spots = scene(shapes)
    whole = segment(flat, cover, spots, PLAIN)
    assert whole.row.size > 20
    for n_rows in (1, 7, 30):
        monkeypatch.setattr(segment_module, "_STRIP", n_rows * N)
        parts = segment(flat, cover, spots, PLAIN)
        np.testing.assert_array_equal(parts.labels, whole.labels)
        # sums over windows are rounded otherwise when fewer are taken at once
        for name in ("row", "col", "area", "elongation", "angle", "contrast"):
            np.testing.assert_allclose(getattr(parts, name), getattr(whole, name), rtol=1e-5)
