from dataclasses import replace

import numpy as np
import pytest

from porelight.data.library import parameter
from porelight.errors import ParameterError
from porelight.tissue.optics import (
    LayeredOptics,
    mu_a_blood,
    mu_a_lipid,
    mu_a_melanosome,
    mu_a_water,
    packaging,
    skin_optics,
)
from porelight.tissue.skin import Skin

CHEEK = Skin.typical("cheek", 3, 40.0)
GENESIS, PEARL = 1064e-9, 2790e-9


def slab(**changes: object) -> LayeredOptics:
    fields = {
        "thickness": np.array([1e-4, np.inf]),
        "mu_a": np.array([50.0, 30.0]),
        "mu_s": np.array([2e4, 1e4]),
        "anisotropy": np.array([0.9, 0.9]),
        "refractive_index": np.array([1.42, 1.37]),
    }
    return LayeredOptics(**{**fields, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize("wavelength", [*range(400, 3001, 100), 428, 430, 1064, 1342, 2790, 2940])
def test_skin_has_optics_at_every_wavelength_from_400_to_3000_nm(wavelength):
    optics = skin_optics(CHEEK, wavelength * 1e-9)
    assert optics.mu_a.shape == (5,)
    # every layer absorbs at least what its water does, and no more than its components together
    water = mu_a_water(wavelength * 1e-9)
    assert (optics.mu_a >= 0.15 * water).all()
    lipid, melanin = mu_a_lipid(wavelength * 1e-9), mu_a_melanosome(wavelength * 1e-9)
    most = water + 0.1 * mu_a_blood(wavelength * 1e-9, 0.67) + 0.8 * lipid + 0.1 * melanin + 50.0
    assert (optics.mu_a < most).all()
    assert ((optics.refractive_index > 1.2) & (optics.refractive_index < 1.53)).all()


@pytest.mark.parametrize("wavelength", [399.0, 3001.0])
def test_wavelength_outside_the_mixture_is_refused_with_its_range(wavelength):
    for absorption in (
        lambda at: skin_optics(CHEEK, at),
        lambda at: mu_a_blood(at, 0.7),
        mu_a_lipid,
        mu_a_melanosome,
        mu_a_water,
    ):
        with pytest.raises(ParameterError, match="400 to 3000 nm"):
            absorption(wavelength * 1e-9)


def test_epidermal_absorption_rises_with_skin_type_and_no_other_layer_changes():
    types = [skin_optics(Skin.typical("cheek", f, 40.0), GENESIS).mu_a for f in range(1, 7)]
    assert (np.diff([mu_a[0] for mu_a in types]) > 0.0).all()
    np.testing.assert_array_equal([mu_a[1:] for mu_a in types], [types[0][1:]] * 6)


def test_genesis_pulse_heats_dark_epidermis_by_10_to_30_kelvin_and_fair_by_a_few():
    # before heat diffuses: mu_a times fluence over heat capacity; under a 5 mm spot the fluence in
    # the epidermis is 3.5 times the radiant exposure (layered Monte Carlo, docs/theory/tissue.md)
    fluence, heat_capacity = 3.5 * 14e4, 1109.0 * 3391.0
    rise = {
        f: skin_optics(Skin.typical("cheek", f, 40.0), GENESIS).mu_a[0] * fluence / heat_capacity
        for f in (2, 6)
    }
    assert 10.0 < rise[6] < 30.0
    assert 2.0 < rise[2] < 6.0


@pytest.mark.validation
def test_absorption_at_1064_nm_lies_in_the_published_ranges():
    mu_a = skin_optics(CHEEK, GENESIS).mu_a
    assert 24.0 < mu_a[0] < 230.0  # epidermis: Salomatina 2006 to Shimojo 2020 plus one SD
    assert 10.0 < mu_a[4] < 74.0  # hypodermis: Shimojo 2020 less one SD to Salomatina 2006
    # dermis: what water and blood hold at least; ex vivo spheres (48 to 50) count light lost at
    # their ports
    assert 9.0 < mu_a[3] < 50.0


@pytest.mark.validation
def test_absorption_at_2790_nm_is_that_of_the_water_in_skin():
    # 0.65 to 0.75 of 4.67e5 to 4.86e5 1/m
    mu_a = skin_optics(CHEEK, PEARL).mu_a[:4]
    # the epidermis as a whole holds less than its living part
    assert ((mu_a[1:] > 3.0e5) & (mu_a[1:] < 3.6e5)).all()
    assert 2.6e5 < mu_a[0] < 3.6e5


@pytest.mark.validation
def test_reduced_scattering_follows_the_published_laser_lines():
    # Shimojo 2020: mean and SD at 1064 and 532 nm for epidermis, dermis, hypodermis [1/m]
    for wavelength, mean, sd in (
        (1064e-9, (2850.0, 1340.0, 1110.0), (860.0, 290.0, 160.0)),
        (532e-9, (7040.0, 3960.0, 1890.0), (1480.0, 890.0, 450.0)),
    ):
        optics = skin_optics(CHEEK, wavelength)
        # within twice the spread of those samples: living skin scatters more than excised
        np.testing.assert_array_less(
            np.abs(optics.mu_s_reduced[[0, 3, 4]] - mean), 2.0 * np.array(sd)
        )


def test_reduced_scattering_does_not_change_with_anisotropy():
    narrow = skin_optics(CHEEK, GENESIS, {"anisotropy_skin": 0.95})
    np.testing.assert_allclose(narrow.mu_s_reduced, skin_optics(CHEEK, GENESIS).mu_s_reduced)
    np.testing.assert_allclose(narrow.mu_s, 2.0 * skin_optics(CHEEK, GENESIS).mu_s)


def test_blood_beyond_its_table_is_its_water_and_joins_the_table():
    np.testing.assert_allclose(mu_a_blood(PEARL, 0.7), 0.73 * mu_a_water(PEARL), rtol=1e-12)
    # the table ends at 1995 nm; water itself falls by 1.4 % to the next nanometre
    jump = mu_a_blood(1995.001e-9, 0.7) / mu_a_blood(1995e-9, 0.7)
    np.testing.assert_allclose(jump, 1.0, atol=0.01)


def test_blood_is_the_mean_of_its_two_states():
    np.testing.assert_allclose(mu_a_blood(GENESIS, 0.67), 0.67 * 452.0 + 0.33 * 202.0)


def test_lipid_outside_its_table_is_transparent():
    assert mu_a_lipid(2500e-9) == 0.0
    assert mu_a_lipid(1064e-9) > 5.0


def test_lipid_has_its_published_bands():
    # Sakamoto et al. 2012: peaks at 1210, 1728 and 1760 nm
    for peak, foot in ((1210e-9, 1300e-9), (1728e-9, 1650e-9), (1760e-9, 1850e-9)):
        assert mu_a_lipid(peak) > 10.0 * mu_a_lipid(foot)


def test_melanosome_law_is_519_per_cm_at_500_nm():
    # Jacques 2013, eq. 8
    np.testing.assert_allclose(mu_a_melanosome(500e-9), 51_900.0)


@pytest.mark.verification
@pytest.mark.parametrize("depth", [1e-3, 0.1, 1.0, 30.0])
def test_packaging_is_the_mean_attenuation_across_a_vessel(depth):
    # mean of exp(-mu x) over 0 < x < 2 r, by quadrature
    nodes, weights = np.polynomial.legendre.leggauss(60)
    mean = 0.5 * np.sum(weights * np.exp(-depth * (nodes + 1.0) / 2.0))
    np.testing.assert_allclose(packaging(depth / 20e-6, 10e-6), mean, rtol=1e-10)


def test_packaging_of_clear_or_narrow_vessels_is_one():
    assert packaging(0.0, 1e-5) == packaging(1e5, 0.0) == 1.0


def test_wide_vessels_hide_blood_in_the_violet_but_not_its_water_at_2790_nm():
    layers = [replace(layer, vessel_radius=1e-4) for layer in CHEEK.layers]
    wide = replace(CHEEK, layers=tuple(layers))
    assert skin_optics(wide, 420e-9).mu_a[2] < 0.5 * skin_optics(CHEEK, 420e-9).mu_a[2]
    np.testing.assert_allclose(
        skin_optics(wide, PEARL).mu_a, skin_optics(CHEEK, PEARL).mu_a, rtol=1e-12
    )


def test_each_multiplier_scales_its_own_component():
    base = skin_optics(CHEEK, GENESIS)
    melanin = skin_optics(CHEEK, GENESIS, {"melanosome_multiplier": 2.0})
    added = CHEEK.layers[0].melanosome_fraction * mu_a_melanosome(GENESIS)
    np.testing.assert_allclose(melanin.mu_a - base.mu_a, [added, 0, 0, 0, 0], atol=1e-9)
    blood = skin_optics(CHEEK, GENESIS, {"blood_multiplier": 2.0}).mu_a - base.mu_a
    shares = np.array([layer.blood_fraction for layer in CHEEK.layers[1:4]])
    whole = mu_a_blood(GENESIS, CHEEK.layers[1].oxygen_saturation)
    # packaging takes 1 to 2 % at 1064 nm
    np.testing.assert_allclose(blood[1:4], shares * whole, rtol=0.025)
    usual = parameter("tissue", "optics", "scattering_multiplier").value
    scattering = skin_optics(CHEEK, GENESIS, {"scattering_multiplier": 1.2 * usual})
    np.testing.assert_allclose(scattering.mu_s, 1.2 * base.mu_s)


def test_any_library_number_can_be_overridden_by_name():
    given = {"refractive_index_dermis": 1.40, "reduced_scattering_dermis": 1800.0}
    optics = skin_optics(CHEEK, GENESIS, given)
    assert optics.refractive_index[3] == 1.40
    scale = (
        CHEEK.layers[3].scattering_ratio
        * parameter("tissue", "optics", "scattering_multiplier").value
    )
    np.testing.assert_allclose(optics.mu_s_reduced[3], scale * 1800.0)


def test_names_of_other_files_are_left_alone():
    mixed = skin_optics(CHEEK, GENESIS, {"perfusion_skin": 1.0, "transcription_time": 2.0})
    np.testing.assert_array_equal(mixed.mu_a, skin_optics(CHEEK, GENESIS).mu_a)


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"melanosome_multiplier": float("nan")}, "melanosome_multiplier is nan"),
        ({"melanosome_multiplier": "much"}, "melanosome_multiplier is 'much'"),
        ({"melanosome_multiplier": 200.0}, "melanosome_fraction is 8;"),
        ({"anisotropy_skin": 1.0}, "anisotropy_skin is 1"),
        ({"baseline_absorption_dermis": -1e3}, "mu_a of the papillary dermis"),
        ({"baseline_multiplier": -1.0}, "baseline_multiplier is -1"),
        ({"melanosome_decay_length": 0.0}, "melanosome_decay_length is 0"),
    ],
)
def test_impossible_override_is_refused(values, text):
    with pytest.raises(ParameterError, match=text):
        skin_optics(CHEEK, GENESIS, values)


def test_index_below_is_that_of_the_last_layer_unless_given():
    assert slab().index_below == 1.37
    assert slab(index_below=1.0).index_below == 1.0
    assert replace(slab(index_below=1.0), index_above=1.33).index_below == 1.0


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"mu_a": np.array([1.0])}, r"mu_a has shape \(1,\)"),
        ({"thickness": np.array([np.inf, 1.0])}, "only the last layer"),
        ({"thickness": np.array([0.0, 1.0])}, "must be positive"),
        ({"mu_a": np.array([-1.0, 1.0])}, "mu_a is -1 1/m"),
        ({"anisotropy": np.array([0.9, 1.1])}, "anisotropy is 1.1"),
        ({"index_above": 0.5}, "refractive_index is 0.5"),
        ({"thickness": np.array([[1.0, 1.0]])}, "must be"),
    ],
)
def test_impossible_layers_are_refused(changes, text):
    with pytest.raises(ParameterError, match=text):
        slab(**changes)


def test_lipid_of_fat_adds_its_share():
    fat = CHEEK.layers[4]
    lean = replace(CHEEK, layers=(*CHEEK.layers[:4], replace(fat, lipid_fraction=0.0)))
    added = skin_optics(CHEEK, GENESIS).mu_a[4] - skin_optics(lean, GENESIS).mu_a[4]
    np.testing.assert_allclose(added, 0.75 * mu_a_lipid(GENESIS))


def test_baseline_has_its_coefficient_at_1064_nm_in_every_layer_it_is_given_for():
    name = "baseline_absorption_dermis"
    with_it, without = (skin_optics(CHEEK, GENESIS, {name: v}).mu_a[1:4] for v in (20.0, 0.0))
    np.testing.assert_allclose(with_it - without, 20.0, rtol=1e-3)
    doubled = skin_optics(CHEEK, GENESIS, {"baseline_multiplier": 2.0}).mu_a
    once = skin_optics(CHEEK, GENESIS).mu_a
    np.testing.assert_allclose(doubled - once, [3.4, 5.7, 5.7, 5.7, 5.7], rtol=1e-3)


def test_beyond_the_lipids_first_band_people_share_one_baseline():
    def differ(wavelength: float) -> float:
        twice = skin_optics(CHEEK, wavelength, {"baseline_multiplier": 2.0}).mu_a
        return float((twice - skin_optics(CHEEK, wavelength).mu_a)[1])

    assert differ(1150e-9) == pytest.approx(0.5 * 5.7 * 0.4793, rel=1e-3)  # half way
    assert differ(1200e-9) == differ(1540e-9) == 0.0
    none = skin_optics(CHEEK, 1250e-9, {"baseline_absorption_dermis": 0.0}).mu_a
    assert (skin_optics(CHEEK, 1250e-9).mu_a - none)[1] == pytest.approx(5.7 * 1.756, rel=1e-3)


@pytest.mark.parametrize("wavelength", [532e-9, GENESIS, 1550e-9])
def test_a_scattering_ratio_scales_the_scattering_of_its_layer_alone(wavelength):
    twice = [replace(CHEEK.layers[1], scattering_ratio=2.0 * CHEEK.layers[1].scattering_ratio)]
    other = replace(CHEEK, layers=(CHEEK.layers[0], *twice, *CHEEK.layers[2:]))
    ratio = skin_optics(other, wavelength).mu_s / skin_optics(CHEEK, wavelength).mu_s
    np.testing.assert_allclose(ratio, [1.0, 2.0, 1.0, 1.0, 1.0])
