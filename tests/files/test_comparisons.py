"""Claims about the documents of a comparison and a preview."""

from types import SimpleNamespace

import numpy as np
import pytest

from porelight.files.comparisons import (
    _ALONE,
    _ENLARGED,
    _GREW,
    _SAME,
    _SHRANK,
    change_percent,
    change_picture,
    preview_summary,
)
from porelight.photo.change import ZoneChange
from porelight.photo.compare import SCALE
from porelight.photo.estimate import Estimate
from porelight.workflows.preview import PreviewedPhotograph


@pytest.mark.parametrize(("predicted", "agrees"), [(0.9, True), (0.8, False)])
def test_a_preview_is_told_in_per_cent(predicted, agrees):
    change = ZoneChange(Estimate(0.91, 0.86, 0.96), 0.03, 0.01, 0.027)
    before = SimpleNamespace(warnings=("It is soft.",))
    shown = PreviewedPhotograph(before, np.zeros((1, 1, 3), np.uint8), predicted, change)
    told = preview_summary(shown)
    assert told["drawn_percent"] == pytest.approx(100.0 * (predicted - 1.0))
    assert told["measured_percent"] == pytest.approx({"value": -9.0, "low": -14.0, "high": -4.0})
    assert told["agrees"] is agrees
    assert told["warnings"] == ["It is soft."]


def test_a_ratio_is_a_change_in_per_cent():
    told = change_percent(Estimate(1.1, 1.0, 1.25))
    assert told == pytest.approx({"value": 10.0, "low": 0.0, "high": 25.0})


def test_each_ring_has_the_colour_of_its_change():
    # one pore each: narrower, wider, not surely changed, not its own to judge, seen once alone
    expected = [_SHRANK, _GREW, _SAME, _SAME, _ALONE]
    at = 20 + 40 * np.arange(5)
    pores = SimpleNamespace(
        row=np.full(5, 30.0) / SCALE,
        col=at / SCALE,
        diameter=np.full(5, 10.0) / SCALE,
        log_ratio=np.array([-0.5, 0.5, 0.05, 0.5, 0.5]),
        error=np.full(5, 0.1),
        is_matched=np.array([True, True, True, True, False]),
        is_own=np.array([True, True, True, False, True]),
    )
    shape = (60, 220)
    picture = change_picture(
        SimpleNamespace(
            registration=SimpleNamespace(shared=np.ones(shape, bool)),
            pores=pores,
            diameter=ZoneChange(Estimate(1.0, 0.9, 1.1), 0.03, 0.01, 0.027),
        ),
        SimpleNamespace(pixels=np.full((*shape, 3), 120, np.uint8)),
    )
    assert picture.shape[1] == shape[1] * _ENLARGED
    radius = round(0.75 * 10.0 * _ENLARGED)
    for col, colour in zip(at, expected, strict=True):
        ring = picture[30 * _ENLARGED, col * _ENLARGED - radius]
        np.testing.assert_allclose(ring, colour, atol=40)
    # and the legend says which is which, in the same colours, below the picture
    for i, colour in enumerate((_SHRANK, _GREW, _SAME, _ALONE)):
        column = picture[shape[0] * _ENLARGED :].reshape(-1, 3).astype(int)
        assert (np.abs(column - colour).max(axis=1) < 10).any(), i


def test_a_narrow_picture_makes_room_for_its_legend():
    comparison = SimpleNamespace(
        registration=SimpleNamespace(shared=np.ones((10, 10), bool)),
        pores=SimpleNamespace(row=np.empty(0), log_ratio=np.empty(0), error=np.empty(0)),
        diameter=ZoneChange(Estimate(1.0, 0.9, 1.1), 0.03, 0.01, 0.027),
    )
    before = SimpleNamespace(pixels=np.full((10, 10, 3), 120, np.uint8))
    assert change_picture(comparison, before).shape[1] > 10 * _ENLARGED
