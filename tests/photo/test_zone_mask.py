import cv2
import numpy as np
import pytest

from porelight.errors import ParameterError
from porelight.photo.darkness import nearest
from porelight.photo.overlay import overlay
from porelight.photo.photograph import Photograph
from porelight.photo.zone_mask import ZoneMask, where_they_meet
from porelight.photo.zones import zone_pixels
from porelight.render.camera import Camera
from porelight.render.skin import render_skin
from porelight.workflows.measure import measure


@pytest.mark.parametrize("shape", [(1, 1), (7, 13), (40, 64), (33, 8)])
def test_bits_are_the_mask(shape):
    mask = np.random.default_rng(3).random(shape) < 0.4
    mask[0, -1] = True
    zone = ZoneMask(mask)
    assert zone.shape == shape
    np.testing.assert_array_equal(zone[:], mask)
    np.testing.assert_array_equal(zone[2:5], mask[2:5])
    assert zone.sum() == mask.sum()
    assert zone.any()
    assert zone.all() == mask.all()
    rows, cols = np.arange(shape[0])[::-2], np.arange(shape[1])[::3]
    np.testing.assert_array_equal(zone.at(rows, cols), mask[rows[:, None], cols])
    np.testing.assert_array_equal(where_they_meet(mask, rows, cols), zone.at(rows, cols))
    np.testing.assert_array_equal(nearest(zone, (11, 5)), nearest(mask, (11, 5)))


def test_padding_bits_are_no_pixels():
    assert not ZoneMask(np.zeros((3, 5), bool)).any()
    assert ZoneMask(np.ones((3, 5), bool)).all()


def test_a_zone_of_bits_is_checked_as_one_of_bytes():
    with pytest.raises(ParameterError, match=r"shape \(2, 3\); expected bool"):
        zone_pixels(ZoneMask(np.ones((2, 3), bool)), (3, 2))
    with pytest.raises(ParameterError, match="paint the skin"):
        zone_pixels(ZoneMask(np.zeros((2, 3), bool)), (2, 3))


def test_a_drawn_zone_is_measured_alike_from_bits_and_from_bytes():
    skin = render_skin(
        np.full(150, 3.5e-4), camera=Camera(px_per_metre=16e3), size=(0.02, 0.02), seed=5
    )
    photograph = Photograph(skin.pixels, 16e3)
    inside = np.zeros(photograph.shape, np.uint8)
    cv2.circle(inside, (160, 150), 130, 1, -1)
    mask = inside.view(np.bool_)
    plain, packed = (measure(photograph, zone="cheek", zone_mask=m) for m in (mask, ZoneMask(mask)))
    assert plain.measurement.count == packed.measurement.count
    assert plain.measurement.zone_area == packed.measurement.zone_area
    np.testing.assert_array_equal(plain.mask, packed.mask)
    np.testing.assert_array_equal(plain.measurement.diameters, packed.measurement.diameters)
    np.testing.assert_array_equal(
        overlay(photograph, plain.measurement), overlay(photograph, packed.measurement)
    )
