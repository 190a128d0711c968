import numpy as np

from porelight.data.library import table
from porelight.effects.redness import RednessParameters


def test_every_effect_number_is_uncertain_and_says_so():
    for entry in table("tissue", "effects").values():
        assert entry.prior != "fixed"
        assert entry.high > entry.low


def test_values_replace_library_values_and_other_rooms_names_are_ignored():
    drawn = np.array([0.3, 0.6])
    found = RednessParameters.from_values({"vessel_clearance": drawn, "skin_tension": 0.1})
    np.testing.assert_array_equal(found.vessel_clearance, drawn)
    assert found.vessel_return_time == RednessParameters.typical().vessel_return_time
