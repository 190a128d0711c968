import json

import numpy as np
import pytest

import porelight as pl
from porelight.cli.app import main
from porelight.errors import ParameterError
from porelight.inference.reflectance import reflectance_of, reflectance_of_people
from porelight.tissue.forearm import ForearmSkin
from porelight.tissue.people import (
    optics_of_people,
    person,
    spread_of_people,
    standard_people,
)
from porelight.units import nm

# Cooksey, Allen and Tsai (2017), 50 of the 100 forearms, every 50 nm from 450 to 2200 nm
MEAN = [
    0.2500,
    0.3258,
    0.3140,
    0.4447,
    0.5562,
    0.6009,
    0.6000,
    0.6124,
    0.5985,
    0.5652,
    0.5135,
    0.5038,
    0.5515,
    0.5643,
    0.3807,
    0.2986,
    0.3667,
    0.3553,
    0.2283,
    0.0839,
    0.0606,
    0.0705,
    0.0953,
    0.1227,
    0.1394,
    0.1211,
    0.1062,
    0.0986,
    0.0902,
    0.0439,
    0.0421,
    0.0443,
    0.0479,
    0.0541,
    0.0574,
    0.0592,
]
SD = [
    0.0478,
    0.0553,
    0.0506,
    0.0597,
    0.0594,
    0.0510,
    0.0411,
    0.0363,
    0.0332,
    0.0288,
    0.0275,
    0.0270,
    0.0253,
    0.0269,
    0.0154,
    0.0136,
    0.0153,
    0.0213,
    0.0183,
    0.0080,
    0.0064,
    0.0070,
    0.0090,
    0.0115,
    0.0122,
    0.0088,
    0.0084,
    0.0085,
    0.0083,
    0.0054,
    0.0051,
    0.0052,
    0.0051,
    0.0054,
    0.0053,
    0.0054,
]


@pytest.mark.slow
def test_the_forearm_has_the_mean_and_spread_to_which_it_was_fitted():
    # no check of the optics: they were fitted to these people
    found = pl.reflectance([at * nm for at in range(450, 2201, 50)], population="forearm")

    mean, sd = np.array(MEAN), np.array(SD)
    assert np.abs((found.mean - mean) / sd).max() < 0.5
    assert (found.sd / sd).min() > 0.7
    assert (found.sd / sd).max() < 1.5


def test_the_expansion_is_as_the_layers_themselves():
    wavelength = np.array([500.0, 800.0, 1064.0, 1720.0]) * nm
    n = 24
    values = spread_of_people().values(standard_people(n, seed=3))
    people = [reflectance_of(ForearmSkin.typical, person(values, k), wavelength) for k in range(n)]

    found = reflectance_of_people(ForearmSkin.typical, wavelength)

    error = np.std(people, axis=0, ddof=1) / np.sqrt(n)
    assert np.abs((np.mean(people, axis=0) - found.mean) / error).max() < 3.0
    ratio = np.std(people, axis=0, ddof=1) / found.sd
    assert (np.abs(np.log(ratio)) < 3.0 / np.sqrt(2.0 * (n - 1))).all()


def test_dark_skin_is_darker_in_the_visible_and_alike_above_1200_nm():
    wavelength = np.array([550.0, 660.0, 1300.0, 1550.0]) * nm
    fair, dark = (
        pl.reflectance(wavelength, zone="cheek", fitzpatrick=one).mean for one in ("I", "VI")
    )

    assert (fair[:2] > 1.8 * dark[:2]).all()
    np.testing.assert_allclose(fair[2:], dark[2:], rtol=0.0, atol=0.01)


def test_people_of_one_type_differ_less_in_the_visible_than_all_volunteers():
    wavelength = [500.0 * nm, 1550.0 * nm]
    volunteers = pl.reflectance(wavelength, population="forearm")
    of_type = pl.reflectance(wavelength, zone="cheek", fitzpatrick=3)

    assert of_type.sd[0] / of_type.mean[0] < 0.8 * volunteers.sd[0] / volunteers.mean[0]
    assert (of_type.low < of_type.mean).all()
    assert (of_type.mean < of_type.high).all()


def test_people_keep_the_spread_and_correlation_of_the_file():
    spread = spread_of_people()
    people = optics_of_people(4000, seed=1)
    melanin, scattering = (
        np.log(people[name]) for name in ("melanosome_multiplier", "scattering_multiplier")
    )
    water = people["water_fraction_dermis"]

    np.testing.assert_allclose(melanin.std(), 0.25, rtol=0.05)  # within a type
    index = [spread.names.index(one) for one in ("scattering_multiplier", "water_fraction_dermis")]
    np.testing.assert_allclose(
        np.corrcoef(scattering, water)[0, 1], spread.correlation[tuple(index)], atol=0.03
    )
    np.testing.assert_array_equal(water, optics_of_people(4000, seed=1)["water_fraction_dermis"])


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ({}, "expected one of the two"),
        ({"population": "forearm", "zone": "cheek"}, "expected one of the two"),
        ({"population": "leg"}, "no population named 'leg'"),
        ({"population": "forearm", "fitzpatrick": 3}, "of all skin types"),
        ({"population": "forearm", "age": 20.0}, "leave the age out"),
        ({"population": "forearm", "sex": "male"}, "leave the sex out"),
        ({"zone": "cheek"}, "needs a skin type"),
        ({"zone": "cheek", "fitzpatrick": 7}, "fitzpatrick is 7"),
    ],
)
def test_people_who_are_not_described_are_refused(what, text):
    with pytest.raises(ParameterError, match=text):
        pl.reflectance([1064.0 * nm], **what)
    with pytest.raises(ParameterError, match="no wavelength"):
        pl.reflectance([], population="forearm")
    with pytest.raises(ParameterError, match="n is 0"):
        optics_of_people(0, seed=1)


def test_the_command_prints_a_row_for_each_wavelength(capsys):
    with pytest.raises(SystemExit) as ended:
        main(
            [
                "reflectance",
                "--zone",
                "cheek",
                "--fitzpatrick",
                "III",
                "--wavelengths",
                "1000:1100:50",
                "--json",
            ]
        )

    assert ended.value.code == 0
    rows = json.loads(capsys.readouterr().out)["reflectance"]
    assert [row["nm"] for row in rows] == [1000.0, 1050.0, 1100.0]
    assert all(0.4 < row["low"] < row["mean"] < row["high"] < 0.75 for row in rows)
    assert all(0.01 < row["sd"] < 0.05 for row in rows)


@pytest.mark.parametrize("given", ["a", "500:400:10", "500:600:0", "nan", "", "1:2"])
def test_what_is_no_wavelength_gets_one_line(given, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["reflectance", "--population", "forearm", "--wavelengths", given])

    assert ended.value.code == 2
    assert "expected FROM:TO:STEP in nm" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["reflectance", "--population", "forearm", "--wavelengths", "300:500:100"])
    assert "wavelengths from 400 to 3000 nm" in capsys.readouterr().err
