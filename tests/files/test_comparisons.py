"""Claims about the documents of a comparison and a preview."""

from types import SimpleNamespace

import numpy as np
import pytest

from porelight.files.comparisons import change_percent, preview_summary
from porelight.photo.change import ZoneChange
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
