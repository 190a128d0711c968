import pytest

from porelight.errors import ParameterError
from porelight.laser.thermometer import Thermometer


def test_a_typical_thermometer_sees_more_than_the_spot():
    typical = Thermometer.typical()
    assert typical.field_of_view > 5e-3
    assert typical.lag == 0.5
    assert typical.emissivity_setting == 0.98


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ((15.0, 0.5, 0.98), "field_of_view is 15 m"),
        ((0.0, 0.5, 0.98), "field_of_view is 0 m"),
        ((0.015, -1.0, 0.98), "lag is -1 s"),
        ((0.015, 0.5, 98.0), "emissivity_setting is 98"),
    ],
)
def test_an_impossible_thermometer_is_refused(settings, text):
    with pytest.raises(ParameterError, match=text):
        Thermometer(*settings)
