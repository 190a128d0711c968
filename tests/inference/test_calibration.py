import numpy as np
import pytest

from porelight.course.course import Course
from porelight.course.settings import EnsembleSettings
from porelight.data.priors import draws, uncertain
from porelight.errors import ParameterError
from porelight.inference.calibration import (
    DOSE,
    _other_dose,
    _trial,
    calibrate,
    posterior,
    posterior_text,
)
from porelight.laser.devices import laser_genesis


@pytest.fixture(scope="module")
def calibrated():
    return calibrate(800, seed=2)


@pytest.mark.validation
def test_the_posterior_meets_the_trial_that_calibrates(calibrated):
    # Saedi 2013: 2.059 to 1.700 % of area, 17.4 % less
    low, median, high = calibrated.area_after
    assert median == pytest.approx(1.700 / 2.059 - 1.0, abs=0.02)
    assert high - low < 0.5 * (calibrated.area_before[2] - calibrated.area_before[0])


def test_the_check_is_far_from_being_met_and_says_so(calibrated):
    # Kwon 2018: -54.5 % after twelve weeks; a pool that fades cannot go on tightening
    assert calibrated.check_measured < calibrated.check[1] < 0.0


@pytest.mark.validation
def test_the_check_is_met_if_the_answer_to_ablation_lasts_as_histology_shows(calibrated):
    # Plast. Reconstr. Surg. 104, 2239 (1999): new collagen still grows at 6 months and a year
    low, median, high = calibrated.check_lasting
    assert median < calibrated.check[1]
    assert low < calibrated.check_measured < high


def test_the_dose_of_the_calibrated_device_comes_down(calibrated):
    before = np.log(calibrated.values[DOSE])
    assert calibrated.learned.weights @ before < before.mean()
    assert calibrated.learned.effective_draws > 100


def test_resampled_draws_keep_the_mean_and_a_seed_repeats_them(calibrated):
    sample = calibrated.sample(4000, seed=5)
    for name in (DOSE, "immature_half_life"):
        exact = calibrated.learned.weights @ calibrated.values[name]
        assert sample[name].mean() == pytest.approx(exact, rel=0.01)
    again = calibrated.sample(4000, seed=5)
    np.testing.assert_array_equal(sample[DOSE], again[DOSE])
    assert posterior_text(calibrated, 3, 5) == posterior_text(calibrated, 3, 5)
    with pytest.raises(ParameterError, match="expected 1 draw"):
        calibrated.sample(0, 1)


def test_the_shipped_posterior_has_every_number_of_the_pores_inside_its_prior():
    shipped = posterior()
    names = {one.name for one in uncertain(("healing", "mechanics"))}
    assert set(shipped) == names | {DOSE}
    for one in uncertain(("healing", "mechanics")):
        if one.prior == "uniform":
            assert (shipped[one.name] >= one.low * (1.0 - 1e-5)).all()
            assert (shipped[one.name] <= one.high * (1.0 + 1e-5)).all()
        else:
            assert (shipped[one.name] > 0.0).all()


def test_a_course_can_be_followed_with_the_posterior(skin, treated):
    exposure = laser_genesis()
    course = Course(skin, [exposure.on_day(0.0)])
    asked = {"settings": EnsembleSettings(32, 2, seed=1), "days": (0.0, 28.0)}
    wide = course.follow([treated(exposure)], **asked)
    fixed = course.follow(
        [treated(exposure)], **asked, values={"immature_half_life": posterior()["mature_half_life"]}
    )
    assert (wide.diameter_ratio.isel(day=1) != fixed.diameter_ratio.isel(day=1)).any()
    same = course.follow([treated(exposure)], **asked, values={})
    np.testing.assert_array_equal(wide.diameter_ratio, same.diameter_ratio)


def test_the_dose_of_an_unknown_device_spreads_twice_as_wide():
    known = draws((_trial(DOSE),), 4000, 2)[DOSE]  # the seed after that of the calibration
    other = _other_dose(4000, 1)
    np.testing.assert_allclose(other, 3.0 * known**2, rtol=1e-12)
    spread = [np.ptp(np.log(np.quantile(one, [0.05, 0.95]))) for one in (known, other)]
    assert spread[1] == pytest.approx(2.0 * spread[0], rel=1e-5)
    low, high = np.quantile(other, [0.05, 0.95])
    assert (low, high) == pytest.approx((0.5, 19.0), rel=0.15)
