"""What joins a session to the weeks: each dose is what it claims to be."""

from dataclasses import replace

import numpy as np
import pytest

from porelight.course.healing_weeks import session_doses
from porelight.course.regimen import plug_of_sebum
from porelight.data.library import parameter
from porelight.data.priors import draws, uncertain
from porelight.healing.plug import PlugParameters
from porelight.healing.stimulus import dermal_mean
from porelight.laser.devices import laser_genesis, pearl
from porelight.session.result import DEPTH, at_plexus
from porelight.tissue.subjects import sebum_output


@pytest.mark.parametrize("exposure", [laser_genesis(), pearl()], ids=["genesis", "pearl"])
def test_each_dose_is_that_of_the_member_that_treated_the_draw(skin, treated, exposure):
    results = treated(exposure)
    member = np.array([0, 1, 1, 0, 1])
    doses = session_doses(skin, [results], member)
    for draw, index in enumerate(member):
        one = results[index]
        expected = {
            "heat_shocked": float(dermal_mean(DEPTH, one.field.heat_shocked)),
            "denatured": float(dermal_mean(DEPTH, one.field.denatured)),
            "coagulated": one.vessel_coagulated,
            "plexus_shocked": at_plexus(skin, one.field.heat_shocked),
            "ablated": one.ablated_depth,
            # dead tissue is what is left of the wound below what was removed
            "dead": one.wound_depth - one.ablated_depth,
            "surface_rise": one.surface_reading - one.resting[0],
        }
        for name, value in expected.items():
            assert getattr(doses, name)[0, draw] == value, name
    # draws of the same member are the same, and the members differ
    assert doses.heat_shocked[0, 0] != doses.heat_shocked[0, 1]


def test_pearl_leaves_dead_tissue_below_what_it_removes(skin, treated):
    doses = session_doses(skin, [treated(pearl())], np.zeros(1, np.int64))
    assert 0.0 < doses.ablated[0, 0] < doses.dead[0, 0] + doses.ablated[0, 0]
    wound = treated(pearl())[0].wound_depth
    assert doses.dead[0, 0] + doses.ablated[0, 0] == pytest.approx(wound, rel=1e-12)


def test_more_draws_than_members_go_round(skin, treated):
    results = treated(laser_genesis())
    doses = session_doses(skin, [results], np.arange(5))
    np.testing.assert_array_equal(doses.heat_shocked[0, [0, 2, 4]], doses.heat_shocked[0, 0])
    assert doses.heat_shocked[0, 1] == doses.heat_shocked[0, 3] != doses.heat_shocked[0, 0]


def test_sebum_presses_harder_but_never_beyond_the_range_of_all_people(skin):
    values = draws(uncertain(("healing", "mechanics")), 64, 1)
    rest = values["plug_pressure_at_rest"]
    highest = parameter("tissue", "mechanics", "plug_pressure_at_rest").high
    for sebum in (-3.0, 0.0, 2.0, 6.0):
        greasy = replace(skin, sebum=sebum)
        strength = PlugParameters.from_values(values).strength(sebum_output(greasy))
        found = plug_of_sebum(greasy, values)
        # a person moves inside the range by odds: p / (h - p) grows in proportion to the strength
        # near 0 and saturates at h
        expected = rest * strength / (1.0 + (strength - 1.0) * rest / highest)
        np.testing.assert_allclose(found["plug_pressure_at_rest"], expected, rtol=1e-12)
        np.testing.assert_allclose(
            found["sebum_refill_time"], values["sebum_refill_time"] / strength, rtol=1e-12
        )
        assert (found["plug_pressure_at_rest"] <= np.maximum(highest, rest)).all()
    most = plug_of_sebum(replace(skin, sebum=6.0), values)["plug_pressure_at_rest"]
    # strong enough that without saturation many would lie beyond the range
    strength = PlugParameters.from_values(values).strength(sebum_output(replace(skin, sebum=6.0)))
    assert (rest * strength > 1.5 * highest).any()
    assert (most > rest).all()
