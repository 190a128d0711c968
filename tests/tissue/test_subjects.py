from dataclasses import replace

import numpy as np
import pytest

from porelight.errors import ParameterError
from porelight.tissue.subjects import sebum_output, virtual_subjects

PEOPLE = 300


def area(people):
    return np.array([one.pores.area_fraction() for one in people])


@pytest.mark.validation
def test_trial_patients_have_the_published_area_and_spread():
    # Saedi 2013: 2.06 +- 0.8 % of the skin; mean of cheek and nose, normal and oily skin
    faces = [
        area(virtual_subjects(PEOPLE, 1, zone, oiliness=oiliness, n_pores=256))
        for zone in ("cheek", "nose")
        for oiliness in ("normal", "oily")
    ]
    patients = np.mean(faces, axis=0)
    assert patients.mean() == pytest.approx(0.0206, abs=0.0015)
    assert patients.std() == pytest.approx(0.008, rel=0.15)


@pytest.mark.validation
@pytest.mark.parametrize(("sex", "published"), [("male", 0.47), ("female", 0.38)])
def test_pore_size_goes_with_sebum_as_published(sex, published):
    people = virtual_subjects(2000, 2, sex=sex, n_pores=8)
    size = [one.pores.mean_diameter for one in people]
    sebum = [one.sebum for one in people]
    # the standard error of a correlation of 2,000 people is 0.02
    assert np.corrcoef(size, sebum)[0, 1] == pytest.approx(published, abs=0.05)


def test_zone_tone_sex_and_oiliness_go_the_way_of_the_sources():
    usual = area(virtual_subjects(50, 3)).mean()
    assert area(virtual_subjects(50, 3, "nose")).mean() > usual
    assert area(virtual_subjects(50, 3, fitzpatrick=5)).mean() > usual
    assert area(virtual_subjects(50, 3, sex="male")).mean() > usual
    assert area(virtual_subjects(50, 3, oiliness="dry")).mean() < usual


def test_a_person_keeps_their_factor_in_every_zone_and_a_seed_repeats_them():
    cheek, nose = virtual_subjects(5, 4), virtual_subjects(5, 4, "nose")
    again = virtual_subjects(5, 4)
    for one, other, same in zip(cheek, nose, again, strict=True):
        assert one.diameter_factor == other.diameter_factor == same.diameter_factor
        np.testing.assert_array_equal(one.pores.diameter, same.pores.diameter)
    assert virtual_subjects(5, 5)[0].sebum != cheek[0].sebum


def test_nobody_is_refused():
    with pytest.raises(ParameterError, match="expected 1 person"):
        virtual_subjects(0, 1)


@pytest.mark.validation
def test_patients_of_one_trial_lie_where_chance_would_put_the_published_ones():
    # Saedi 2013: 20 patients with 2.06 +- 0.8 %. Means of 20 virtual ones scatter by SD / sqrt(20),
    # standard deviations by SD / sqrt(2 * 19); the published sample must be one such draw.
    faces = [
        area(virtual_subjects(PEOPLE, 6, zone, oiliness=oiliness, n_pores=256))
        for zone in ("cheek", "nose")
        for oiliness in ("normal", "oily")
    ]
    patients = np.mean(faces, axis=0)
    spread = patients.std(ddof=1)
    assert abs(patients.mean() - 0.0206) < 2.0 * spread / np.sqrt(20.0)
    assert abs(spread - 0.008) < 2.0 * spread / np.sqrt(38.0)
    # the virtual mean itself is known ten times better than the trial's
    assert spread / np.sqrt(PEOPLE) < 0.0006


@pytest.mark.validation
@pytest.mark.parametrize(("sex", "published"), [("male", 0.47), ("female", 0.38)])
def test_thirty_virtual_people_scatter_around_the_published_correlation(sex, published):
    people = virtual_subjects(900, 7, sex=sex, n_pores=8)
    size = np.log([one.pores.mean_diameter for one in people])
    sebum = np.array([one.sebum for one in people])
    # Fisher's z of 30 groups of 30: mean within 4 standard errors of the published one
    groups = [np.corrcoef(size[i::30], sebum[i::30])[0, 1] for i in range(30)]
    error = 1.0 / np.sqrt(27.0 * 30.0)
    assert abs(np.arctanh(groups).mean() - np.arctanh(published)) < 4.0 * error
    assert error < 0.04


def test_sebum_sets_the_plug_that_a_person_has():
    people = virtual_subjects(60, 8, oiliness="oily", n_pores=8)
    output = np.array([sebum_output(one.skin) for one in people])
    sebum = np.array([one.sebum for one in people])
    np.testing.assert_allclose(np.corrcoef(np.log(output), sebum)[0, 1], 1.0, rtol=1e-12)
    # within the class the output spreads by ln(180 / 70) / 2, and the class is one step above
    assert np.log(output).std() == pytest.approx(np.log(180.0 / 70.0) / 2.0, rel=0.02)
    assert np.median(output) == pytest.approx(180.0 / 70.0, rel=0.02)


def test_sebum_in_micrograms_is_refused():
    skin = virtual_subjects(1, 1)[0].skin
    with pytest.raises(ParameterError, match="standard deviations"):
        replace(skin, sebum=180.0)
