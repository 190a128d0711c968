"""The monotone cubic midway between points, against SciPy's."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.interpolate import PchipInterpolator

from porelight.heat._midpoints import with_midpoints

values = st.floats(-1e3, 1e3, allow_subnormal=False).map(lambda one: round(one, 3))


@settings(deadline=None)  # the kernel is compiled by the first example
@given(st.lists(st.tuples(st.floats(0.01, 10.0), values), min_size=3, max_size=12))
def test_midpoints_are_those_of_scipy(points):
    width, y = np.array(points).T
    x = np.cumsum(width)
    finer = np.sort(np.concatenate([x, 0.5 * (x[1:] + x[:-1])]))
    found = with_midpoints(x, y)
    # SciPy sums powers, so what cancels is right to the rounding of the largest value alone
    rounding = 1e-10 * np.abs(y).max()
    np.testing.assert_allclose(found, PchipInterpolator(x, y)(finer), rtol=1e-9, atol=rounding)
    np.testing.assert_array_equal(found[::2], y)


def test_many_curves_keep_their_shape():
    x = np.array([0.0, 1.0, 3.0, 4.0])
    curves = np.random.default_rng(1).normal(size=(2, 5, 4))
    found = with_midpoints(x, curves)
    assert found.shape == (2, 5, 7)
    np.testing.assert_allclose(found[1, 3], with_midpoints(x, curves[1, 3]))
    assert found[0, 0, 1] == pytest.approx(PchipInterpolator(x, curves[0, 0])(0.5))
