"""A person whose optics were measured is simulated with these, and with nobody else's spread."""

from dataclasses import replace

import numpy as np
import pytest

from porelight.course.codec import skin_document, skin_of
from porelight.course.documents import json_document, json_text
from porelight.course.draws import physics_members
from porelight.course.settings import EnsembleSettings
from porelight.course.simulation import begin
from porelight.course.treatment import physics_ensemble
from porelight.course.vocabulary import SKIN
from porelight.errors import ParameterError
from porelight.inference.measured_reflectance import MeasuredSpectrum, skin_at
from porelight.inference.reflectance import reflectance_of
from porelight.light.layered_reflectance import reflectances
from porelight.tissue.optics import skin_optics
from porelight.tissue.own_optics import NAMES, OwnOptics, prior_of_person, skin_values
from porelight.tissue.people import optics_of_people, spread_of_people
from porelight.tissue.skin import Skin
from porelight.units import nm
from porelight.workflows.fit_reflectance import fit_reflectance
from porelight.workflows.threshold import threshold


@pytest.fixture
def optics():
    prior = prior_of_person("cheek")
    middle = np.linspace(-1.0, 1.0, len(NAMES))
    values = prior.values(middle + 0.1 * np.random.default_rng(4).standard_normal((60, len(NAMES))))
    return OwnOptics(source="a spectrum", site="cheek", **values)


@pytest.fixture
def skin(optics):
    return Skin.typical("cheek", 3, 40.0, optics=optics)


def test_the_skin_of_a_measured_person_reflects_as_their_middle_does(skin, optics):
    at = [500 * nm, 1064 * nm, 1500 * nm]
    own = [skin_optics(skin, one) for one in at]
    values = {name: float(np.median(column)) for name, column in optics.values.items()}

    expected = reflectance_of(skin_at("cheek"), skin_values(values), np.array(at))
    typical = reflectance_of(lambda _: Skin.typical("cheek", 3, 40.0), {}, np.array(at))

    np.testing.assert_allclose(reflectances(own), expected, rtol=1e-9)
    assert (np.abs(np.log(expected / typical)) > 0.01).all()
    # an explicit value still wins, as of a member of an ensemble
    more = skin_optics(skin, 500 * nm, {"blood_multiplier": 2.0})
    assert (more.mu_a[1:] > own[0].mu_a[1:]).all()


def test_members_are_draws_of_the_person_and_of_nobody_else(skin, optics):
    typical, *others = physics_members(8, 1, skin.optics)

    assert typical == {}
    for one in others:
        assert one["blood_multiplier"] in optics.blood_multiplier
        assert one["melanosome_fraction_3"] in optics.melanosome_fraction
        assert "melanosome_multiplier" not in one
    assert len({one["blood_multiplier"] for one in others}) == 7
    # narrower than people of a type, about the person's own middle
    people = optics_of_people(200, 1)["blood_multiplier"]
    own = optics.people(200, 1)["blood_multiplier"]
    assert np.log(own).std() < 0.3 * np.log(people).std()


def test_each_member_has_layers_of_its_own_draw(skin):
    ensemble = physics_ensemble(skin, EnsembleSettings(members=4, photons=1000))

    for one, values in zip(ensemble.skins[1:], ensemble.members[1:], strict=True):
        assert one.layer("epidermis").melanosome_fraction == values["melanosome_fraction_3"]
        assert one.layer("reticular dermis").water_fraction == values["water_fraction_dermis"]
    assert ensemble.skins[0].layers == skin.layers
    # so have people of a type; layers that were stated stay as they are
    plain = Skin.typical("cheek", 3, 40.0)
    people = physics_ensemble(plain, EnsembleSettings(members=3, photons=1000))
    assert people.skins[0].layers == plain.layers
    for one, values in zip(people.skins[1:], people.members[1:], strict=True):
        assert one.layer("reticular dermis").water_fraction == values["water_fraction_dermis"]
    stated = replace(skin, layers=plain.layers)
    assert stated.with_draw({"water_fraction_dermis": 0.6}) is stated


def test_a_measured_person_survives_as_a_document(skin, optics):
    document = json_document(json_text(skin_document(skin)))
    again = skin_of(document)

    assert "layer" not in document
    assert again.layers == skin.layers
    for name in NAMES:
        np.testing.assert_array_equal(getattr(again.optics, name), getattr(optics, name))
    plain = Skin.typical("cheek", 3, 40.0)
    assert SKIN.identity(again) == SKIN.identity(skin) != SKIN.identity(plain)
    assert "own_optics" not in skin_document(plain)


def test_the_outcome_says_whose_optics_they_are(skin):
    told = begin(skin, EnsembleSettings(draws=8, people=1)).outcome.dataset.attrs["notes"]

    assert "this person's own, from a spectrum" in told
    with pytest.raises(ParameterError, match=r"carry them there by optics\.at\('nose'\)"):
        replace(skin, zone="nose")


def test_a_threshold_is_that_of_the_persons_own_melanin(optics):
    darker = replace(optics, melanosome_fraction=3.0 * optics.melanosome_fraction)
    asked = {"wavelength": 755 * nm, "spot_diameter": 10e-3, "duration": 3e-3, "photons": 4000}

    found, burnt_sooner = (threshold(optics=one, **asked) for one in (optics, darker))

    assert burnt_sooner.radiant_exposure < 0.7 * found.radiant_exposure
    with pytest.raises(ParameterError, match="optics of a person are given and skin is 'pig'"):
        threshold(skin="pig", optics=optics, **asked)
    with pytest.raises(ParameterError, match="melanosome_fraction is given"):
        threshold(melanosome_fraction=0.03, optics=optics, **asked)


@pytest.mark.parametrize("name", spread_of_people().names)
def test_every_number_in_which_people_differ_reaches_the_light_of_a_member(name):
    # water, lipid, oxygen and thickness of the dermis once stayed those of the type
    spread = spread_of_people()
    most = float(spread.high[spread.names.index(name)])
    skin = Skin.typical("cheek", 2, 40.0)
    usual, other = (
        skin_optics(skin.with_draw(values), 700e-9, values) for values in ({}, {name: most})
    )
    moved = [
        not np.array_equal(getattr(usual, field), getattr(other, field))
        for field in ("thickness", "mu_a", "mu_s", "refractive_index")
    ]
    assert any(moved)


def test_a_skin_is_made_from_a_spectrum_by_one_call():
    bands = np.array([500, 540, 650, 750, 940]) * nm
    spectrum = MeasuredSpectrum(bands, np.array([0.326, 0.315, 0.556, 0.600, 0.529]))
    skin = Skin.from_reflectance(spectrum, "nose", 3, 35.0, specular="excluded")
    same = fit_reflectance(spectrum, specular="excluded").skin("nose", 3, 35.0)
    assert SKIN.identity(skin) == SKIN.identity(same)
    assert skin.optics is not None
    # on the face the typical thickness is that of the person
    of_cheek = reflectance_of(lambda _: Skin.typical("cheek", 3, 70.0, "male"), {}, bands)
    cheek = MeasuredSpectrum(bands, of_cheek)
    on_face = Skin.from_reflectance(cheek, "nose", 3, 70.0, "male", site="cheek")
    face = fit_reflectance(cheek, site="cheek", age=70.0, sex="male")
    assert on_face.layers == face.skin("nose", 3, 70.0, "male").layers
