import numpy as np
import pytest

from porelight.errors import ParameterError
from porelight.tissue.subjects import virtual_subjects

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
