import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from porelight.grid import graded_edges
from porelight.light._bins import axis, cell_of

GRADED = graded_edges(2e-6, 1.15, 0.5e-3, 12e-3)


@settings(deadline=None)
@given(st.floats(min_value=0.0, max_value=13e-3))
def test_cell_is_the_one_that_holds_the_coordinate(coordinate):
    expected = np.searchsorted(GRADED, coordinate, side="right") - 1

    assert cell_of(coordinate, axis(GRADED)) == expected


@pytest.mark.parametrize("edges", [GRADED, np.linspace(0.0, 0.3, 8), np.array([0.0, 1e-6, 1.0])])
def test_an_edge_belongs_to_the_cell_that_it_opens(edges):
    found = [cell_of(edge, axis(edges)) for edge in edges]

    assert found == list(range(edges.size))


def test_just_below_an_edge_lies_the_cell_that_it_closes():
    along = axis(GRADED)

    found = [cell_of(float(np.nextafter(edge, 0.0)), along) for edge in GRADED[1:]]

    assert found == list(range(GRADED.size - 1))
