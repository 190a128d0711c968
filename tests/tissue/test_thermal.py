import numpy as np
import pytest

from porelight.errors import ParameterError
from porelight.tissue.skin import Skin
from porelight.tissue.thermal import LayeredThermal, skin_thermal

CHEEK = Skin.typical("cheek", 3, 40.0)


def two_layers(**changes: object) -> LayeredThermal:
    fields = {
        "thickness": np.array([1e-3, np.inf]),
        "density": np.array([1100.0, 900.0]),
        "specific_heat": np.array([3400.0, 2300.0]),
        "thermal_conductivity": np.array([0.4, 0.2]),
        "perfusion_rate": np.array([0.0, 1e-3]),
        "arterial_temperature": 310.0,
        "blood_heat_capacity": 3.8e6,
    }
    return LayeredThermal(**{**fields, **changes})  # type: ignore[arg-type]


def test_blood_flows_everywhere_but_in_the_epidermis():
    thermal = skin_thermal(CHEEK)
    # 106 mL/min/kg at 1109 kg/m3; 33 at 911
    expected = [0.0, *[106e-6 / 60 * 1109] * 3, 33e-6 / 60 * 911]
    np.testing.assert_allclose(thermal.perfusion_rate, expected, rtol=0.01)


def test_blood_has_its_heat_capacity_and_body_temperature():
    thermal = skin_thermal(CHEEK)
    np.testing.assert_allclose(thermal.blood_heat_capacity, 1050.0 * 3617.0)
    np.testing.assert_allclose(thermal.arterial_temperature, 310.15)


def test_any_library_number_can_be_overridden_by_name():
    thermal = skin_thermal(CHEEK, {"perfusion_skin": 4e-3, "thermal_conductivity_fat": 0.18})
    np.testing.assert_allclose(thermal.perfusion_rate[1:4], 4e-3)
    assert thermal.thermal_conductivity[4] == 0.18


def test_depths_take_the_properties_of_their_layer():
    cells = two_layers().on(np.array([0.0, 0.5e-3, 1e-3, 5e-3]))
    np.testing.assert_array_equal(cells.density, [1100.0, 1100.0, 900.0, 900.0])
    np.testing.assert_array_equal(cells.perfusion_rate, [0.0, 0.0, 1e-3, 1e-3])


def test_below_a_finite_last_layer_its_properties_go_on():
    thermal = skin_thermal(CHEEK)
    np.testing.assert_array_equal(thermal.on(np.array([0.1])).density, [911.0])


def test_cells_know_their_diffusivity():
    cells = two_layers().on(np.array([0.5e-3]))
    np.testing.assert_allclose(cells.diffusivity, 0.4 / (1100.0 * 3400.0))


def test_depths_keep_their_shape():
    assert two_layers().on(np.full((3, 2), 1e-4)).specific_heat.shape == (3, 2)


def test_negative_depth_is_refused():
    with pytest.raises(ParameterError, match=r"z is -0\.001 m"):
        two_layers().on(np.array([-1e-3]))


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"density": np.array([1100.0])}, r"density has shape \(1,\)"),
        ({"thickness": np.array([np.inf, 1e-3])}, "only the last layer"),
        ({"thickness": np.array([0.0, 1e-3])}, "must be positive"),
        ({"density": np.array([1.1, 0.9])}, "density is 1.1 kg/m3"),
        ({"arterial_temperature": 37.0}, "Celsius readings need"),
        ({"blood_heat_capacity": 3617.0}, "density times specific heat"),
        ({"perfusion_rate": np.array([0.0, -1.0])}, "perfusion_rate is -1"),
    ],
)
def test_impossible_properties_are_refused(changes, text):
    with pytest.raises(ParameterError, match=text):
        two_layers(**changes)
