"""One person's optics from what a spectrometer measured of them."""

import numpy as np
import pytest

import porelight as pl
from porelight.data.library import document
from porelight.errors import ParameterError
from porelight.inference.measured_reflectance import one_person, skin_at
from porelight.inference.reflectance import reflectance_of
from porelight.tissue.own_optics import NAMES, OwnOptics, prior_of_person, skin_values
from porelight.tissue.people import person
from porelight.units import mm, nm

BANDS = np.array([450.0, 500.0, 540.0, 575.0, 650.0, 750.0, 940.0]) * nm


def spectrum_of(x, site="forearm", bands=BANDS, error=0.002):
    """Return what an integrating sphere would read of a person at such coordinates."""
    values = person(prior_of_person(site).values(np.atleast_2d(x)), 0)
    shown = reflectance_of(skin_at(site), skin_values(values), bands)
    shown = shown * np.exp(np.interp(bands, one_person().wavelength, one_person().bias))
    return pl.MeasuredSpectrum(bands, shown, error * shown), values


def test_the_numbers_are_those_in_which_people_differ():
    names = document("tissue", "people")["optics"]["names"]

    assert {"melanosome_multiplier" if n == "melanosome_fraction" else n for n in NAMES} == {*names}


@pytest.mark.slow
def test_the_intervals_hold_the_numbers_of_people_who_are_known():
    generator = np.random.default_rng(11)
    z = []
    for _ in range(5):
        x = generator.standard_normal(len(NAMES))
        spectrum, _ = spectrum_of(x)
        table = one_person()
        root = np.linalg.cholesky(table.covariance(BANDS) + 1e-9 * np.eye(BANDS.size))
        seen = spectrum.reflectance * np.exp(root @ generator.standard_normal(BANDS.size))
        found = pl.fit_reflectance(pl.MeasuredSpectrum(BANDS, seen, spectrum.standard_error))
        prior = prior_of_person("forearm")
        truth = person(prior.values(x[None]), 0)
        for name in NAMES[:4]:  # in the logarithm, as they spread
            draws = np.log(found.values[name])
            z.append((np.log(truth[name]) - draws.mean()) / draws.std())
    # 20 normal numbers: chi squared between its 0.1 and 99.9 %
    assert 5.9 < np.sum(np.square(z)) < 45.3


def test_a_spectrum_narrows_what_it_sees_and_leaves_the_rest_to_people():
    spectrum, truth = spectrum_of(np.array([-0.8, 0.9, *np.zeros(9)]))

    found = pl.fit_reflectance(spectrum, source="a test")

    for name, factor in (("melanosome_fraction", 5.0), ("blood_multiplier", 3.0)):
        (low, high), (least, most) = found.interval(name), found.people[name]
        assert low < truth[name] < high
        assert np.log(most / least) > factor * np.log(high / low)
    (low, high), (least, most) = (
        found.interval("lipid_fraction_dermis"),
        found.people["lipid_fraction_dermis"],
    )
    assert np.log(most / least) < 2.0 * np.log(high / low)  # by its correlations alone
    assert found.is_plausible
    assert not found.warnings
    skin = found.skin("cheek", 3, 40.0)
    assert skin.optics.site == "cheek"
    assert "a test" in repr(skin)
    assert "melanosome_fraction" in repr(found)


def test_what_is_no_skin_is_told_and_makes_no_skin():
    grey = pl.fit_reflectance(pl.MeasuredSpectrum(BANDS, np.full(BANDS.size, 0.5)))

    assert not grey.is_plausible
    assert "No person of the population reflects like this" in grey.warnings[0]
    with pytest.raises(ParameterError, match="No person"):
        grey.skin("cheek", 3, 40.0)


def test_the_port_and_the_excluded_surface_are_given_back():
    spectrum, truth = spectrum_of(np.zeros(11))
    whole = spectrum.reflectance
    narrow = whole * (1.0 - 0.67 * whole**2)
    matt = whole - ((1.5 - 1.0) / (1.5 + 1.0)) ** 2

    stated = pl.fit_reflectance(pl.MeasuredSpectrum(BANDS, narrow), port=8 * mm)
    without = pl.fit_reflectance(pl.MeasuredSpectrum(BANDS, matt), specular="excluded")
    as_if_all = pl.fit_reflectance(pl.MeasuredSpectrum(BANDS, narrow))

    def off(found, name):
        draws = np.log(found.values[name])
        return abs(np.log(truth[name]) - draws.mean()) / draws.std()

    for name in ("melanosome_fraction", "scattering_multiplier", "blood_multiplier"):
        assert off(stated, name) < 1.0
        assert off(without, name) < 1.0
    assert off(as_if_all, "scattering_multiplier") > 0.6
    # what an instrument leaves open makes intervals wider
    assert (
        np.log(without.values["melanosome_fraction"]).std()
        > np.log(pl.fit_reflectance(spectrum).values["melanosome_fraction"]).std()
    )


def test_a_dense_spectrum_is_fitted_where_the_model_was_held_against_people():
    at = np.arange(400.0, 741.0, 10.0) * nm
    bands = at[at >= 450 * nm]
    spectrum, _ = spectrum_of(np.zeros(11), bands=bands)
    whole = np.interp(at, bands, spectrum.reflectance)

    found = pl.fit_reflectance(pl.MeasuredSpectrum(at, whole))

    table = one_person().wavelength
    np.testing.assert_allclose(found.wavelength, table[table <= 740 * nm])
    assert np.abs(found.fitted - found.measured).max() < 0.01


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ((BANDS, np.full(7, 50.0)), "as a fraction. Percent need"),
        ((BANDS[::-1], np.full(7, 0.5)), "rising order"),
        ((BANDS / nm, np.full(7, 0.5)), "Wavelengths are in metres"),
        ((BANDS[:2], np.full(2, 0.5)), "expected 3 or more"),
        ((BANDS, np.full(6, 0.5)), "equally many"),
        ((BANDS, np.full(7, 0.5), np.full(7, 0.6)), "below the reflectance"),
    ],
)
def test_what_is_no_spectrum_is_refused(given, text):
    with pytest.raises(ParameterError, match=text):
        pl.MeasuredSpectrum(*given)


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ({"site": "leg"}, "no site named 'leg'"),
        ({"age": 30.0}, "leave the age out"),
        ({"port": 8.0}, r"port is 8 m"),
        ({"specular": "out"}, "specular is 'out'"),
    ],
)
def test_what_is_no_measurement_is_refused(what, text):
    with pytest.raises(ParameterError, match=text):
        pl.fit_reflectance(pl.MeasuredSpectrum(BANDS, np.full(7, 0.4)), **what)


def own_optics(site="forearm", n=40, **changed):
    values = prior_of_person(site).values(0.2 * np.random.default_rng(2).standard_normal((n, 11)))
    return OwnOptics(source="a test", site=site, **{**values, **changed})


def test_a_forearm_is_carried_to_the_face_with_how_sites_differ():
    arm = own_optics()

    cheek = arm.at("cheek")

    ratio = np.log(cheek.melanosome_fraction / arm.melanosome_fraction)
    assert ratio.mean() == pytest.approx(np.log(1.6), abs=4 * 0.36 / np.sqrt(40))
    assert 0.2 < ratio.std() < 0.55
    assert np.log(cheek.blood_multiplier / arm.blood_multiplier).std() > 0.25
    np.testing.assert_array_equal(cheek.water_fraction_dermis, arm.water_fraction_dermis)
    assert cheek.at("cheek") is cheek
    assert np.log(cheek.at("nose").melanosome_fraction / cheek.melanosome_fraction).std() < 0.4
    assert cheek.source == "a test, carried from the forearm"


def test_optics_that_no_person_has_are_refused():
    with pytest.raises(ParameterError, match=r"melanosome_fraction is 0\.9; expected"):
        own_optics(melanosome_fraction=np.full(40, 0.9))
    with pytest.raises(ParameterError, match="equally many draws"):
        own_optics(blood_multiplier=np.ones(3))
    with pytest.raises(ParameterError, match="no site named 'hand'"):
        own_optics(site="forearm").at("hand")
    with pytest.raises(ParameterError, match="no number of optics named 'melanin'"):
        own_optics().interval("melanin")
