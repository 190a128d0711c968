"""Published burns, blisters, purpura and boiling of skin, and the depth of light: V1, V3, V4, V6.

Error bars: published models meet such thresholds with a standard deviation of 46 %, at worst by a
factor of 2.6 (Jean & Schulmeister, Biomed. Opt. Express 12, 2586 (2021), abstract); asked here is a
factor of 2. Table and sources: src/porelight/data/session/published_thresholds.toml.
"""

import numpy as np
import pytest

from porelight.grid import Grid, graded_edges
from porelight.laser.beam import Beam
from porelight.light.transport import transport
from porelight.session.published import published_thresholds
from porelight.session.single_exposure import heating
from porelight.session.target import Target
from porelight.session.threshold import single_exposure, threshold
from porelight.tissue.optics import mu_a_water, skin_optics
from porelight.tissue.skin import Skin
from porelight.units import J_per_cm2, mm, ms, nm

pytestmark = pytest.mark.validation

FACTOR = 2.0
# what is run on every test run; benchmarks/heat_thresholds.py prints the whole table
QUICK = ("cain_1314_1300um", "guizhou_1319_1s", "cain_1540_700um", "cain_1540_5mm")


def test_water_absorbs_at_2790_nm_as_two_tables_say():  # V1
    # 4675 1/cm (Hale & Querry 1973) and 4864 1/cm (Segelstein 1981), +- 5 %
    assert mu_a_water(2790 * nm) / 100.0 == pytest.approx(4675.0, rel=0.05)
    assert mu_a_water(2790 * nm) / 100.0 == pytest.approx(4864.0, rel=0.05)


@pytest.mark.parametrize("name", ["vincelette_25ms", "vincelette_10s"])
def test_burn_of_pig_skin_at_1070_nm_is_within_a_factor_of_two(name):  # V4
    case = published_thresholds()[name]
    found = case.predicted(n_photons=60_000).peak_radiant_exposure
    assert 1.0 / FACTOR < found / case.radiant_exposure < FACTOR


@pytest.mark.parametrize("name", ["delisi_bubble_3ms", "delisi_bubble_100ms"])
def test_excised_skin_boils_at_1070_nm_within_a_factor_of_two(name):  # V6
    case = published_thresholds()[name]
    found = case.predicted(n_photons=60_000).peak_radiant_exposure
    assert 1.0 / FACTOR < found / case.radiant_exposure < FACTOR


@pytest.mark.parametrize("name", QUICK)
def test_burns_at_longer_wavelengths_are_within_a_factor_of_two(name):
    case = published_thresholds()[name]
    assert case.role == "prediction"
    found = case.predicted(n_photons=60_000).peak_radiant_exposure
    assert 1.0 / FACTOR < found / case.radiant_exposure < FACTOR


@pytest.mark.slow
def test_blind_thresholds_by_their_own_end_points():
    # goals of issue 13; the visible ones choose their skin by published pigment, not by the type
    ratios = {
        name: case.predicted(n_photons=20_000).peak_radiant_exposure / case.radiant_exposure
        for name, case in published_thresholds().items()
        if case.role == "prediction"
    }
    logs = np.log(list(ratios.values()))
    assert 0.85 < np.exp(logs.mean()) < 1.15
    assert np.exp(logs.std(ddof=1)) < 1.4
    # the worst has 1.97 with many photons: see what is said of it in docs/theory/burn.md
    assert np.exp(np.abs(logs).max()) < 2.1
    blisters = np.log([ratio for name, ratio in ratios.items() if name.startswith("stoll")])
    assert 0.85 < np.exp(blisters.mean()) < 1.15
    assert np.exp(blisters.std(ddof=1)) < 1.1


@pytest.mark.parametrize("seconds", [1, 3, 10, 30])
def test_blisters_of_flames_on_blackened_skin(seconds):
    case = published_thresholds()[f"stoll_{seconds}s"]
    found = case.predicted(n_photons=1_000).peak_radiant_exposure
    assert 0.75 < found / case.radiant_exposure < 1.1


def test_wide_short_pulse_burns_at_less_than_a_narrow_long_one():
    # 19 against 432 J/cm2 (V4): spot and time scaling, not only the size of either
    def peak(spot: float, duration: float) -> float:
        target = Target.pig()
        exposure = single_exposure(
            target,
            wavelength=1070 * nm,
            spot_diameter=spot,
            duration=duration,
            profile="gaussian",
        )
        return threshold(heating(target, exposure, n_photons=60_000)).peak_radiant_exposure

    assert peak(6 * mm, 10.0) > 4.0 * peak(24 * mm, 25 * ms)


def test_surface_at_the_threshold_of_ten_seconds_is_ten_kelvin_cooler():
    # "approximately 10 degC lower than those at shorter exposures" (V4, abstract), thermal camera
    cases = published_thresholds()
    short, long = (
        cases[name].predicted(n_photons=60_000).outcome.surface_peak
        for name in ("vincelette_25ms", "vincelette_10s")
    )
    assert short - long == pytest.approx(10.0, abs=5.0)


def test_surface_of_pig_skin_warms_as_a_camera_saw_it_at_1314_nm():
    # 0.37 J in 1.2 mm gave about 43 K at a hot spot, 100 frames a second (Cain et al., Proc. SPIE
    # 5319, 2004, abstract); a hot spot is above the mean beam, so a third below is allowed
    target = Target.pig()
    exposure = single_exposure(
        target, wavelength=1314 * nm, spot_diameter=1.2 * mm, duration=0.35 * ms, profile="gaussian"
    )
    heated = heating(target, exposure, n_photons=100_000)
    surface = 0.37 / exposure.beam.area * heated.rise[:, 0]
    assert 43.0 * 2.0 / 3.0 < np.interp(10 * ms, heated.time, surface) < 43.0 * 1.1


def test_light_of_1342_nm_is_absorbed_as_shallow_as_photothermal_depth_profiles_say():  # V3
    # 50 % within 0.36 mm and 90 % within 0.86 mm of what a profile of limited depth holds: light
    # that falls off exponentially would have ln 10 / ln 2 = 3.3 between the two depths, not 2.4, so
    # the deep tail is cut off. The depth of the cut is that at which 90 % lie within 0.86 mm; the
    # 50 % are then a prediction. Models see deeper than histology by 21 % (Marqa & Mordon 2014).
    skin = Skin.typical("cheek", 2, 30.0)
    grid = Grid(graded_edges(1 * mm, 1.0, 1 * mm, 25 * mm), graded_edges(1e-5, 1.05, 2e-4, 20 * mm))

    def within(wavelength: float) -> np.ndarray:
        light = transport(
            skin_optics(skin, wavelength), Beam("flat-top", 5 * mm), grid, n_photons=60_000, seed=1
        )
        return np.cumsum((light.absorbed * grid.volume)[:, 0])

    depth = grid.z_edges[1:]
    absorbed = within(1342 * nm)
    cut = np.interp(np.interp(0.86 * mm, depth, absorbed) / 0.9, absorbed, depth)
    half = np.interp(0.5 * np.interp(cut, depth, absorbed), absorbed, depth)
    assert half == pytest.approx(0.36 * mm, rel=0.25)
    deeper = within(1064 * nm)
    assert np.interp(0.5 * deeper[-1], deeper, depth) > 1.4 * np.interp(
        0.5 * absorbed[-1], absorbed, depth
    )


def test_every_published_number_has_a_source_and_can_be_run():
    table = published_thresholds()
    assert len(table) >= 13
    for case in table.values():
        assert case.source
        assert 0.0 < case.radiant_exposure < 1000.0 * J_per_cm2
        assert 400 * nm <= case.wavelength <= 3000 * nm
