"""A picked pore stays wider than the plug alone leaves it."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from porelight.errors import ParameterError
from porelight.mechanics.mixture import RingCollagen
from porelight.mechanics.opening import RingHistory, pore_opening
from porelight.mechanics.ring import RingMechanics, ring_mesh
from porelight.mechanics.scar import Picking, scar_widening, scarred_opening

DAY = 86_400.0
TYPICAL = RingMechanics.typical()


@settings(max_examples=30, deadline=None, derandomize=True)
@given(
    picked_at=st.lists(st.floats(0.0, 100.0), max_size=4),
    severity=st.floats(0.0, 1.0),
    pressure=st.floats(0.0, 1.0),
)
def test_no_cleansing_undoes_a_scar(picked_at, severity, pressure):
    times = np.arange(4) * 40.0 * DAY
    mesh = ring_mesh(6)
    shape = (times.size, 1, mesh.n_element)
    collagen = RingCollagen(mesh, *(np.full(shape, x) for x in (0.1, 0.9, 0.0, 1e-8, 1e-9)))
    still = np.ones((times.size, 1))
    history = RingHistory(times, collagen, pressure * still, 0.0 * still)
    plug_alone = pore_opening(history, TYPICAL).ratio
    events = [Picking(days * DAY, severity) for days in picked_at]
    widening = scar_widening(times, events, TYPICAL)
    found = scarred_opening(plug_alone, widening)
    assert (found >= plug_alone).all()
    assert (np.diff(widening, axis=0) >= 0.0).all()
    expected = (1.0 + severity * TYPICAL.picking_widening) ** len(events)
    np.testing.assert_allclose(found[-1] / plug_alone[-1], expected, rtol=1e-12)


def test_no_picking_changes_nothing():
    times = np.arange(2) * DAY
    ratio = np.array([[1.0, 0.9], [0.8, 0.7]])
    widening = scar_widening(times, (), TYPICAL)
    np.testing.assert_array_equal(scarred_opening(ratio, widening), ratio)


def test_scar_follows_each_draw_and_starts_after_the_event():
    pore = replace(TYPICAL, picking_widening=np.array([0.1, 0.3]))
    found = scar_widening(np.array([0.0, 1.0, 2.0]), [Picking(1.0)], pore)
    np.testing.assert_allclose(found, [[0.0, 0.0], [0.0, 0.0], [0.1, 0.3]])


@pytest.mark.parametrize("widening", [[[-0.1], [0.0]], [[0.2], [0.1]]])
def test_scars_that_heal_are_refused(widening):
    with pytest.raises(ParameterError, match="never falls"):
        scarred_opening(np.ones((2, 1)), np.array(widening))


def test_impossible_events_are_refused():
    with pytest.raises(ParameterError, match="time of picking is -1 s"):
        Picking(-1.0)
    with pytest.raises(ParameterError, match="severity of picking is 50"):
        Picking(0.0, 50.0)
