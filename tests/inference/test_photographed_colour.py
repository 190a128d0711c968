"""Melanin and blood from the colour of skin beside the printed sheet."""

import numpy as np
import pytest

from porelight.errors import PhotographError
from porelight.inference.measured_reflectance import Instrument, Reader, one_person, skin_at
from porelight.inference.photographed_colour import bands, fit_colour
from porelight.inference.reflectance import reflectance_of
from porelight.photo.photograph import Photograph
from porelight.photo.tone import PAPER, tone
from porelight.tissue.own_optics import prior_of_person, skin_values
from porelight.tissue.people import person

SHAPE = (40, 50)
ALL, NONE = np.ones(SHAPE, np.bool_), np.zeros(SHAPE, np.bool_)


def toned(linear, white=PAPER):
    """Return the tone of even skin of this linear sRGB, photographed beside the sheet."""
    seen = np.asarray(linear) * white / PAPER
    pixels = np.empty((*SHAPE, 3), np.uint8)
    pixels[:] = np.rint(255.0 * (1.055 * seen ** (1.0 / 2.4) - 0.055))
    return tone(Photograph(pixels, 12.5e3), ALL, NONE, {"white": np.full(3, white)})


def colour_of(x):
    """Return the linear sRGB of a cheek at such coordinates, and the person's numbers."""
    values = person(prior_of_person("cheek").values(np.atleast_2d(x)), 0)
    at, table = bands().wavelength, one_person()
    shown = reflectance_of(skin_at("cheek"), skin_values(values), at)
    shown = shown * np.exp(np.interp(at, table.wavelength, table.bias))
    seen = Reader(Instrument(specular="excluded"), "cheek").seen(shown, values)
    return bands().of(seen), values


@pytest.mark.validation
def test_the_bands_are_those_of_the_standard():
    np.testing.assert_allclose(bands().of(np.ones(16)), 1.0)
    # skin of R = 0.2 + 0.4 t, t from 0 at 400 to 1 at 700 nm, by the tables of CIE 1931 and D65 at
    # 1 nm: linear red, green, blue 0.5233, 0.3907, 0.2545
    ramp = 0.2 + 0.4 * (bands().wavelength - 400e-9) / 300e-9
    np.testing.assert_allclose(bands().of(ramp), (0.5233, 0.3907, 0.2545), rtol=0.01)


def test_the_linear_colour_comes_back_from_the_tone():
    for linear in ((0.42, 0.25, 0.17), (0.08, 0.05, 0.03)):
        np.testing.assert_allclose(toned(linear).linear, linear, rtol=0.03)


def test_melanin_and_blood_are_found_within_the_cameras_error():
    linear, values = colour_of(np.array([0.9, 1.0, *np.zeros(9)]))

    found = fit_colour(toned(linear), "cheek", "cheek.jpg")

    for name in ("melanosome_fraction", "blood_multiplier"):
        low, high = found.interval(name)
        assert low < values[name] < high
    prior = prior_of_person("cheek")
    # melanin is narrowed more than twice, what three bands do not tell stays as people have it
    logs = np.log(found.melanosome_fraction)
    assert logs.std() < 0.5 * prior.spread[0]
    assert found.water_fraction_dermis.std() > 0.7 * prior.spread[5]
    assert found.source == "the colour of cheek.jpg"
    assert found.site == "cheek"


def test_darker_and_redder_skin_has_more_melanin_and_blood():
    middle, _ = colour_of(np.zeros(11))
    plain, dark, red = (
        fit_colour(toned(middle * np.array(by)), "cheek", "a.jpg").middle
        for by in ((1.0, 1.0, 1.0), (0.75, 0.66, 0.6), (1.03, 0.9, 0.97))
    )

    # the middle of the prior is where its own colour is found, the surface's reflection left out
    assert plain["melanosome_fraction"] == pytest.approx(0.055, rel=0.12)
    assert dark["melanosome_fraction"] > 1.4 * plain["melanosome_fraction"]
    assert red["blood_multiplier"] > 1.15 * plain["blood_multiplier"]


def test_without_the_sheet_and_with_nobodys_colour_nothing_is_told():
    bare = tone(Photograph(np.full((*SHAPE, 3), 150, np.uint8), 12.5e3), ALL, NONE)
    with pytest.raises(PhotographError, match="need the white of the printed sheet"):
        fit_colour(bare, "cheek", "a.jpg")
    with pytest.raises(PhotographError, match="nobody's skin has the colour"):
        fit_colour(toned((0.2, 0.35, 0.5)), "cheek", "a.jpg")
