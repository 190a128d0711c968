"""Each end point looks at its own tissue and depth; pigment in the visible is a measured one."""

import dataclasses
import itertools

import numpy as np
import pytest

from porelight.data.library import document
from porelight.data.values import LibraryValues
from porelight.errors import ParameterError
from porelight.heat.temporal_profile import TemporalProfile
from porelight.session.end_points import DEFAULT, END_POINTS, nearness, require_end_point
from porelight.session.exposed_vessel import vessel_excess
from porelight.session.published import compared_near, published_thresholds
from porelight.session.single_exposure import heating
from porelight.session.target import Target
from porelight.session.threshold import exposure_outcome, single_exposure, threshold
from porelight.session.visible_pigment import melanosomes_of
from porelight.units import J_per_cm2

NUMBER = LibraryValues("end_points", {})


@pytest.fixture(scope="module")
def flame():
    """Return a second of flame on blackened skin: hottest at the surface, cooler below."""
    target = Target.human()
    exposure = single_exposure(
        target, wavelength=2e-6, spot_diameter=2e-2, duration=1.0, blackened=True
    )
    return heating(target, exposure, n_photons=300)


@pytest.fixture(scope="module")
def yellow():
    """Return a millisecond of yellow light on fair skin."""
    return heating(*fair(595e-9, 1e-3), n_photons=5_000)


def fair(wavelength, duration, absorption=400.0, **cooling):
    target = Target.human(values={"melanosome_fraction_2": melanosomes_of(absorption)})
    exposure = single_exposure(
        target, wavelength=wavelength, spot_diameter=1e-2, duration=duration, **cooling
    )
    return target, exposure


def test_the_deeper_an_end_point_lies_the_more_a_flame_must_do(flame):
    order = ("subcorneal", "basal layer", "blister", "80 um", "full epidermis")
    strengths = [threshold(flame, name).radiant_exposure for name in order]
    assert strengths[:3] == sorted(strengths[:3])
    assert strengths[2] < min(strengths[3:])
    epidermis = flame.target.skin.layers[0].thickness
    expected = {
        "basal layer": epidermis - 0.5 * NUMBER("basal_layer_height"),
        "blister": epidermis,
        "80 um": 80e-6,
        "full epidermis": epidermis + NUMBER("rete_ridge_height"),
    }
    for name, depth in expected.items():
        assert threshold(flame, name).depth == pytest.approx(depth)


def test_at_a_blister_the_cells_at_the_lower_edge_of_the_epidermis_have_the_damage_of_one(flame):
    found = threshold(flame, "blister").outcome
    log_damage = np.log(np.maximum(found.burn, 1e-300))
    edge = np.exp(np.interp(flame.target.skin.layers[0].thickness, found.depth, log_damage))
    assert edge == pytest.approx(NUMBER("blister_damage"), rel=0.1)
    first = threshold(flame, "basal layer").outcome
    assert first.radiant_exposure < found.radiant_exposure


def test_a_blackened_surface_takes_up_all_that_falls_on_it(flame):
    # half-space under an even flux q for the time t: 2 q sqrt(t / (pi k rho c)) at the surface
    conductivity, density, heat = 0.37, 1109.0, 3391.0
    flux = 1.0
    expected = 2.0 * flux * np.sqrt(1.0 / (np.pi * conductivity * density * heat))
    at_the_end = np.argmin(np.abs(flame.time - 1.0))
    first, second = flame.rise[at_the_end, :2]
    a, b = flame.depth[:2]
    surface = first + a * (first - second) / (b - a)
    assert surface == pytest.approx(expected, rel=0.03)


def test_the_default_is_the_basal_layer_and_names_may_be_typed_without_blanks(flame):
    assert threshold(flame).end_point == DEFAULT == "basal layer"
    assert require_end_point("Full_Epidermis") == "full epidermis"
    assert [require_end_point(name.replace(" ", "-")) for name in END_POINTS] == list(END_POINTS)
    with pytest.raises(
        ParameterError, match="no end point named 'scald'; known: 80 um, basal layer"
    ):
        nearness(flame, "scald")


def test_a_vessel_needs_less_of_yellow_light_than_the_skin_around_it(yellow):
    vessel = threshold(yellow, "vessel")
    assert vessel.criterion == "vessel wall"
    assert vessel.radiant_exposure < 0.7 * threshold(yellow, "dermal denaturation").radiant_exposure
    top = sum(layer.thickness for layer in yellow.target.skin.layers[:2])
    assert top < vessel.depth < top + yellow.target.skin.layers[2].thickness


def test_a_vessel_is_warm_while_the_light_is_on_and_forgets_it(yellow):
    _, excess = vessel_excess(yellow)
    on = yellow.time <= 1e-3 * (1.0 + 1e-9)
    assert (np.diff(excess[on]) > 0.0).all()
    assert (np.diff(excess[~on]) < 0.0).all()
    assert excess[-1] < 1e-3 * excess.max()


def test_a_pulse_in_two_halves_warms_a_vessel_as_the_whole(yellow):
    halves = TemporalProfile(
        np.array([0.0, 0.5e-3]), np.array([0.5e-3, 1e-3]), np.array([0.5, 0.5])
    )
    same = dataclasses.replace(
        yellow, exposure=dataclasses.replace(yellow.exposure, temporal_profile=halves)
    )
    np.testing.assert_allclose(vessel_excess(same)[1], vessel_excess(yellow)[1], atol=1e-18)


def test_a_short_pulse_hurts_a_vessel_more_than_a_long_one():
    short, long = (
        threshold(heating(*fair(595e-9, d), n_photons=3_000), "vessel").radiant_exposure
        for d in (0.5e-3, 40e-3)
    )
    assert 2.0 * short < long


def test_blackened_skin_has_no_vessels_in_the_light(flame):
    with pytest.raises(ParameterError, match="lets no light into the skin"):
        threshold(flame, "vessel")


def test_fair_and_dark_skin_of_clinics_differ_at_755_nm():
    # 3 ms behind 50 ms of cryogen: porelight had 76 J/cm2 for types I to III alike
    cooled = {"cooling": "cryogen", "cooling_time": 0.05, "cooling_lead": 0.05}
    found = [
        threshold(heating(*fair(755e-9, 3e-3, melanin, **cooled), n_photons=3_000)).radiant_exposure
        for melanin in (300.0, 600.0, 1200.0)
    ]
    assert found[0] > 1.5 * found[1] > 2.0 * found[2]
    assert 5.0 * J_per_cm2 < found[2] < found[0] < 60.0 * J_per_cm2


@pytest.mark.parametrize("share", [0.0005, 0.40])
def test_pigment_that_was_never_seen_in_living_skin_is_refused_in_visible_light(share):
    target = Target.human(fitzpatrick=2, values={"melanosome_fraction_2": share})
    usual = {"spot_diameter": 1e-2, "duration": 3e-3}
    visible = single_exposure(target, wavelength=532e-9, **usual)
    with pytest.raises(ParameterError, match=r"1/m at 694 nm where living skin has 300 to 2500"):
        heating(target, visible, n_photons=300)
    infrared = single_exposure(target, wavelength=1540e-9, **usual)
    assert heating(target, infrared, n_photons=300).rise.max() > 0.0
    # soot takes the light in place of the pigment
    heating(target, dataclasses.replace(visible, blackened=True), n_photons=300)


def test_too_much_light_is_told_in_its_own_unit(flame):
    with pytest.raises(ParameterError, match=r"5000 J/cm2 would heat the skin above 627 degC"):
        exposure_outcome(flame, 5000.0 * J_per_cm2)


def test_every_published_threshold_has_an_end_point_of_its_own_and_blind_ones_are_named():
    table = published_thresholds()
    assert {one.end_point for one in table.values()} <= set(END_POINTS)
    assert {one.end_point for name, one in table.items() if name.startswith("stoll")} == {"blister"}
    sets = document("validation", "damage_thresholds")
    assert {one["end_point"] for one in sets.values()} <= set(END_POINTS)
    near = table["guizhou_1319_1s"]
    assert "were compared, within a factor" in compared_near(near.exposure(near.target()))
    far = single_exposure(Target.human(), wavelength=800e-9, spot_diameter=5e-3, duration=1e-3)
    assert "how true this one is, is not known" in compared_near(far)


def test_types_of_the_library_stand_less_of_visible_light_the_darker_they_are():
    # by the usual pigment of each type, behind cryogen as clinics treat
    cooled = {"cooling": "cryogen", "cooling_time": 0.05, "cooling_lead": 0.05}
    found = []
    for fitzpatrick in range(1, 7):
        target = Target.human(fitzpatrick=fitzpatrick)
        exposure = single_exposure(
            target, wavelength=755e-9, spot_diameter=15e-3, duration=3e-3, **cooled
        )
        found.append(threshold(heating(target, exposure, n_photons=2_000)).radiant_exposure)
    assert all(fair > 1.1 * dark for fair, dark in itertools.pairwise(found))
    assert 5.0 * J_per_cm2 < found[-1] < found[0] < 80.0 * J_per_cm2
