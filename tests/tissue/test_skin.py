from dataclasses import replace

import numpy as np
import pytest

from porelight.errors import ParameterError
from porelight.tissue.person import roman
from porelight.tissue.population import PorePopulation
from porelight.tissue.skin import LAYERS, Layer, Skin

# Meng 2022, table 2: dermis [mm] of men and women; the chin takes the submandibular value
DERMIS = {
    "forehead": (1.17, 0.86),
    "glabella": (1.14, 0.90),
    "nose": (1.03, 0.93),
    "cheek": (1.14, 0.87),
    "chin": (1.02, 0.91),
}


@pytest.mark.validation
@pytest.mark.parametrize("zone", sorted(DERMIS))
def test_dermis_at_the_reference_age_is_the_published_mean(zone):
    for sex, expected in zip(("male", "female"), DERMIS[zone], strict=True):
        skin = Skin.typical(zone, 3, 40.0, sex)
        np.testing.assert_allclose(skin.thickness[1:4].sum(), expected * 1e-3, rtol=1e-12)


def test_layers_are_named_from_the_surface_down():
    skin = Skin.typical("cheek", 3, 40.0)
    assert tuple(layer.name for layer in skin.layers) == LAYERS
    np.testing.assert_allclose(skin.interfaces, np.cumsum([57e-6, 150e-6, 80e-6, 640e-6, 5e-3]))


def test_dermis_thins_by_6_per_cent_per_decade():
    dermis = {age: Skin.typical("cheek", 3, age).thickness[1:4].sum() for age in (40.0, 60.0)}
    np.testing.assert_allclose(dermis[60.0] / dermis[40.0], 0.94**2, rtol=1e-12)


def test_thinning_can_be_switched_off_by_name():
    values = {"dermis_thinning_per_decade": 0.0}
    assert Skin.typical("cheek", 3, 80.0, values=values).thickness[3] == pytest.approx(640e-6)


def test_only_the_epidermis_has_melanosomes_and_it_has_no_blood():
    skin = Skin.typical("nose", 6, 40.0)
    assert [layer.melanosome_fraction > 0.0 for layer in skin.layers] == [True] + [False] * 4
    assert [layer.blood_fraction > 0.0 for layer in skin.layers] == [False] + [True] * 4


def test_melanosomes_rise_with_skin_type():
    shares = [Skin.typical("cheek", f, 40.0).layers[0].melanosome_fraction for f in range(1, 7)]
    assert (np.diff(shares) > 0.0).all()


def test_measured_pores_are_kept():
    pores = PorePopulation.measured(np.array([3e-4, 4e-4]), 1e-4)
    assert Skin.typical("nose", 3, 35.0, pores=pores).pores is pores


def test_typical_pores_follow_zone_and_oiliness():
    dry = Skin.typical("cheek", 3, 40.0, oiliness="dry").pores
    oily = Skin.typical("nose", 3, 40.0, oiliness="oily").pores
    assert oily.area_fraction() > 5.0 * dry.area_fraction()


def test_a_layer_is_found_by_name():
    skin = Skin.typical("cheek", 3, 40.0)
    assert skin.layer("upper plexus") is skin.layers[2]
    with pytest.raises(ParameterError, match="did you mean 'upper plexus'"):
        skin.layer("uper plexus")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("noze", 3, 40.0), "no zone named 'noze'; did you mean 'nose'"),
        (("nose", 0, 40.0), "fitzpatrick is 0; expected a skin type from 1"),
        (("nose", 7, 40.0), "fitzpatrick is 7"),
        (("nose", 2.5, 40.0), "fitzpatrick is 2.5"),
        (("nose", True, 40.0), "fitzpatrick is True"),
        (("nose", 3, -1.0), "age is -1 years; expected 12 to 110"),
        (("nose", 3, 40.0, "man"), "no sex named 'man'"),
        (("nose", 3, 40.0, "male", "greasy"), "no oiliness named 'greasy'"),
    ],
)
def test_unknown_person_is_refused_with_what_would_be_right(arguments, text):
    with pytest.raises(ParameterError, match=text):
        Skin.typical(*arguments)


def test_dermis_thinner_than_its_upper_layers_is_refused():
    with pytest.raises(ParameterError, match="expected a thicker dermis"):
        Skin.typical("cheek", 3, 40.0, values={"dermis_thickness_cheek_female": 2e-4})


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"name": "dermiss"}, "no layer named 'dermiss'"),
        ({"thickness": 0.0}, "thickness of the fat is 0 m"),
        ({"thickness": float("nan")}, "thickness of the fat is nan"),
        ({"water_fraction": 1.2}, "water_fraction of the fat is 1.2"),
        ({"water_fraction": 0.5}, "fill 1.25 of it"),
        ({"vessel_radius": -1.0}, "vessel_radius of the fat"),
    ],
)
def test_impossible_layer_is_refused(changes, text):
    fat = Skin.typical("cheek", 3, 40.0).layer("fat")
    with pytest.raises(ParameterError, match=text):
        replace(fat, **changes)


def test_only_the_last_layer_may_be_infinite():
    skin = Skin.typical("cheek", 3, 40.0)
    endless = replace(skin.layers[4], thickness=np.inf)
    assert np.isinf(replace(skin, layers=(*skin.layers[:4], endless)).thickness[-1])
    with pytest.raises(ParameterError, match="only the last may be infinite"):
        replace(skin, layers=(endless, skin.layers[0]))


def test_skin_checks_its_words_when_made_by_hand():
    skin = Skin.typical("cheek", 3, 40.0)
    with pytest.raises(ParameterError, match="no oiliness named 'wet'"):
        replace(skin, oiliness="wet")  # type: ignore[arg-type]
    assert isinstance(skin.layers[0], Layer)


def test_skin_types_are_written_in_roman():
    assert [roman(f) for f in (1, 4, 6)] == ["I", "IV", "VI"]


def test_the_oxygen_of_facial_blood_is_what_is_given_or_a_forearms_moved():
    def oxygen(**values):
        return Skin.typical("cheek", 3, 40.0, values=values).layers[2].oxygen_saturation

    assert oxygen() == pytest.approx(0.80)
    assert oxygen(oxygen_saturation_face=0.7, oxygen_saturation=0.3) == pytest.approx(0.70)
    assert oxygen(oxygen_saturation=0.65) == pytest.approx(0.80)
    moved = [oxygen(oxygen_saturation=one) for one in (0.0, 0.4, 0.9, 1.0)]
    assert moved[0] == 0.0
    assert 0.4 < moved[1] < 0.9 < moved[2] < moved[3] == pytest.approx(1.0)
    with pytest.raises(ParameterError, match=r"oxygen_saturation_face is 1\.2"):
        oxygen(oxygen_saturation_face=1.2)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("melanosme_fraction_3", "did you mean 'melanosome_fraction_3'"),
        ("epidermis_thicknes", "did you mean 'epidermis_thickness'"),
        ("nothing like it", "known: those of porelight/data/tissue"),
        (3, "no parameter named 3"),
    ],
)
def test_values_by_a_name_that_no_file_knows_are_refused(name, told):
    with pytest.raises(ParameterError, match=told):
        Skin.typical("cheek", 3, 40.0, values={name: 0.1})


def test_values_of_other_files_are_left_alone():
    plain = Skin.typical("cheek", 3, 40.0)

    assert Skin.typical("cheek", 3, 40.0, values={"transcription_time": 1.0}).layers == (
        plain.layers
    )
