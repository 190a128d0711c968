"""A picked pore stays wider than the plug alone leaves it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from porelight.errors import ParameterError
from porelight.mechanics.mixture import RingCollagen, pore_opening
from porelight.mechanics.ring import RingMechanics, ring_mesh
from porelight.mechanics.scar import scarred_opening

DAY = 86_400.0


@settings(max_examples=30, deadline=None, derandomize=True)
@given(
    events=st.lists(st.floats(0.0, 1.0), min_size=4, max_size=4),
    pressure=st.floats(0.0, 1.0),
)
def test_no_cleansing_undoes_a_scar(events, pressure):
    times = np.arange(4) * 40.0 * DAY
    mesh = ring_mesh(6)
    shape = (times.size, 1, mesh.n_element)
    collagen = RingCollagen(mesh, *(np.full(shape, x) for x in (0.1, 0.9, 0.0, 1e-8, 1e-9)))
    still = np.ones((times.size, 1))
    plug_alone = pore_opening(
        times, collagen, pressure * still, 0.0 * still, RingMechanics.typical()
    )
    widening = np.cumsum(events)[:, np.newaxis]
    found = scarred_opening(plug_alone, widening)
    assert (found >= plug_alone).all()
    np.testing.assert_allclose(found / plug_alone - 1.0, widening, atol=1e-12)


def test_no_scar_changes_nothing():
    ratio = np.array([[1.0, 0.9], [0.8, 0.7]])
    np.testing.assert_array_equal(scarred_opening(ratio, np.zeros((2, 1))), ratio)


@pytest.mark.parametrize("widening", [[[-0.1], [0.0]], [[0.2], [0.1]]])
def test_scars_that_heal_are_refused(widening):
    with pytest.raises(ParameterError, match="never falls"):
        scarred_opening(np.ones((2, 1)), np.array(widening))
