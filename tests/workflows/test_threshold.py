"""The threshold of one exposure, by one call."""

import pytest

from porelight.errors import ParameterError
from porelight.session.single_exposure import heating
from porelight.session.target import Target
from porelight.session.threshold import exposure_outcome, single_exposure
from porelight.session.threshold import threshold as threshold_of_heating
from porelight.units import J_per_cm2
from porelight.workflows.threshold import threshold

USUAL = {"wavelength": 1.94e-6, "spot_diameter": 5e-3, "duration": 0.1, "photons": 3000}


@pytest.fixture(scope="module")
def burn():
    return threshold(**USUAL)


@pytest.mark.parametrize(
    ("ask", "target"),
    [
        ({}, Target.human("cheek", 2)),
        ({"fitzpatrick": 5, "state": "excised"}, Target.human("cheek", 5, state="excised")),
        (
            {"fitzpatrick": 3, "melanosome_fraction": 0.03},
            Target.human("cheek", 3, values={"melanosome_fraction_3": 0.03}),
        ),
        ({"skin": "pig"}, Target.pig("yucatan")),
        ({"skin": "white-pig", "state": "excised"}, Target.pig("yorkshire", state="excised")),
        ({"skin": Target.human("nose", 4)}, Target.human("nose", 4)),
    ],
)
def test_the_skin_is_the_one_that_is_named(ask, target):
    found = threshold(**USUAL, **ask)
    plain = {key: value for key, value in USUAL.items() if key != "photons"}
    heated = heating(target, single_exposure(target, **plain), n_photons=3000)
    expected = threshold_of_heating(heated)
    assert found.radiant_exposure == expected.radiant_exposure
    assert found.depth == expected.depth


def test_every_number_of_the_exposure_counts(burn):
    exposure = {
        "profile": "gaussian",
        "n_pulses": 3,
        "rate": 2.0,
        "cooling": "contact",
        "cooling_time": 0.05,
        "cooling_lead": 0.02,
    }
    found = threshold(**USUAL, **exposure, end_point="dermal denaturation", seed=7)
    target = Target.human("cheek", 2)
    plain = {key: value for key, value in USUAL.items() if key != "photons"}
    stated = single_exposure(target, **plain, **exposure)
    heated = heating(target, stated, n_photons=3000, seed=7)
    expected = threshold_of_heating(heated, "dermal denaturation")
    assert found.radiant_exposure == expected.radiant_exposure
    assert found.threshold.end_point == "dermal denaturation"


def test_another_strength_is_told_by_the_same_exposure_and_criterion(burn):
    for found in (burn, threshold(**USUAL, criterion="henriques")):
        strength = 1.5 * found.radiant_exposure
        expected = exposure_outcome(found.heated, strength, criterion=found.criterion)
        told = found.outcome(strength)
        assert (told.killed_depth, told.peak) == (expected.killed_depth, expected.peak)
        assert told.killed_depth > found.threshold.outcome.killed_depth
    assert found.radiant_exposure != burn.radiant_exposure


def test_a_threshold_prints_in_clinic_units(burn):
    strength = f"{burn.radiant_exposure / J_per_cm2:.3g} J/cm2"
    depth, warm = 1e6 * burn.depth, burn.threshold.outcome.surface_peak - 273.15
    assert repr(burn) == (
        f"basal layer (two-channel) from {strength} on, at {depth:.3g} um; a 5 mm beam of 1940 nm, "
        f"surface up to {warm:.3g} degC"
    )


def test_impossible_exposures_are_refused():
    with pytest.raises(ParameterError, match=r"no skin named 'pigs' to expose; did you mean 'pig'"):
        threshold(**USUAL, skin="pigs")
    with pytest.raises(ParameterError, match="for a pig, whose breed sets it"):
        threshold(**USUAL, skin="pig", melanosome_fraction=0.03)
    with pytest.raises(ParameterError, match="no criterion named 'henrique'"):
        threshold(**USUAL, criterion="henrique")
    with pytest.raises(ParameterError, match="3 pulses need a rate"):
        threshold(**USUAL, n_pulses=3)
