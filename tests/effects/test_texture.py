"""Roughness: levelled from above, smoothed from below."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from porelight.effects.relief import TextureParameters, relief_change
from porelight.errors import ParameterError

DAY = 86_400.0
TYPICAL = TextureParameters.typical()
TIMES = np.array([0.0, 30.0, 90.0]) * DAY
AT_START = np.zeros(1)


def test_no_dose_no_change():
    assert (
        relief_change(TIMES, AT_START, np.zeros((1, 2)), np.ones((3, 2)), TYPICAL.relief) == 0.0
    ).all()


def test_both_ways_multiply():
    given_values = replace(
        TYPICAL,
        relief_share=0.4,
        relief_depth=50e-6,
        relief_return_time=100.0 * DAY,
        texture_collagen_gain=2.0,
    )
    collagen = np.array([[1.0], [1.05], [1.1]])
    found = relief_change(TIMES, AT_START, np.full((1, 1), 50e-6), collagen, given_values.relief)[
        :, 0
    ]
    levelled = 0.4 * (1.0 - np.exp(-1.0)) * np.exp(-TIMES / (100.0 * DAY))
    levelled[0] = 0.0
    expected = (1.0 - levelled) * np.exp(-2.0 * (collagen[:, 0] - 1.0)) - 1.0
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-15)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(depth=st.floats(0.0, 2e-4), deeper=st.floats(0.0, 2e-4), collagen=st.floats(0.5, 3.0))
def test_deeper_removal_never_leaves_it_rougher_and_never_takes_all(depth, deeper, collagen):
    ratio = np.full((3, 2), collagen)
    found = relief_change(
        TIMES, AT_START, np.array([[depth, depth + deeper]]), ratio, TYPICAL.relief
    )
    assert (found[:, 1] <= found[:, 0] + 1e-15).all()
    assert (found > -1.0).all()


def test_lost_collagen_roughens():
    found = relief_change(TIMES, AT_START, np.zeros((1, 1)), np.full((3, 1), 0.9), TYPICAL.relief)
    assert (found > 0.0).all()


def test_wrong_histories_are_refused():
    with pytest.raises(ParameterError, match=r"collagen_ratio has shape \(2, 1\)"):
        relief_change(TIMES, AT_START, np.zeros((1, 1)), np.ones((2, 1)), TYPICAL.relief)
    with pytest.raises(ParameterError, match="collagen_ratio is -1"):
        relief_change(TIMES, AT_START, np.zeros((1, 1)), -np.ones((3, 1)), TYPICAL.relief)
    with pytest.raises(ParameterError, match="relief_share is 40"):
        replace(TYPICAL, relief_share=40.0)
