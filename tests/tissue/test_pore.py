import numpy as np
import pytest

from porelight.errors import ParameterError
from porelight.tissue.pore import Pore


def test_typical_pore_at_the_threshold_has_the_visible_depth():
    pore = Pore.typical(250e-6)
    np.testing.assert_allclose(pore.depth, 150e-6)
    np.testing.assert_allclose(pore.area, np.pi * 125e-6**2)


def test_a_larger_pore_is_deeper_in_proportion():
    np.testing.assert_allclose(Pore.typical(500e-6).depth, 2.0 * Pore.typical(250e-6).depth)


@pytest.mark.verification
def test_funnel_volume_is_the_integral_of_its_cross_section():
    pore = Pore.typical(400e-6)
    # midpoint rule on a wall that is linear in depth
    edges = np.linspace(0.0, pore.depth, 20_001)
    radius = pore.radius_at(0.5 * (edges[1:] + edges[:-1]))
    np.testing.assert_allclose(
        pore.funnel_volume, np.sum(np.pi * radius**2) * (edges[1] - edges[0]), rtol=1e-8
    )


def test_wall_narrows_to_the_duct_and_ends_with_the_follicle():
    pore = Pore.typical(400e-6)
    depths = np.array([0.0, pore.depth, 0.9e-3, 1.1e-3])
    np.testing.assert_allclose(pore.radius_at(depths), [200e-6, 80e-6, 80e-6, 0.0])


def test_follicle_without_depth_ends_with_the_funnel():
    pore = Pore(diameter=3e-4, depth=2e-4)
    np.testing.assert_allclose(pore.radius_at(np.array([1e-4, 3e-4])), [0.75e-4, 0.0])


def test_tiny_pore_keeps_its_hair_inside_its_duct():
    pore = Pore.typical(40e-6)
    assert pore.hair_diameter == pore.duct_diameter == pytest.approx(16e-6)


def test_numbers_can_be_overridden_by_name():
    assert Pore.typical(250e-6, values={"plug_fill": 0.0}).plug_fill == 0.0


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"diameter": 0.3}, "Millimetres need"),
        ({"depth": 0.0}, "depth of the pore is 0 m"),
        ({"depth": -1e-4}, "depth is -0.0001 m"),
        ({"duct_diameter": 4e-4}, "duct_diameter is 0.0004 m"),
        ({"hair_diameter": 1e-4}, "hair_diameter is 0.0001 m"),
        ({"follicle_depth": 1e-4}, "follicle_depth is 0.0001 m"),
        ({"plug_fill": 1.5}, "plug_fill is 1.5"),
    ],
)
def test_impossible_pore_is_refused(changes, text):
    with pytest.raises(ParameterError, match=text):
        Pore(**{"diameter": 3e-4, "depth": 2e-4, **changes})
