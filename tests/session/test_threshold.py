import warnings

import numpy as np
import pytest

from porelight.errors import ExtrapolationWarning, ParameterError
from porelight.heat.cooling import SurfaceSchedule
from porelight.heat.temporal_profile import TemporalProfile
from porelight.laser.beam import Beam
from porelight.quantities import RADIANT_EXPOSURE
from porelight.session.end_points import END_POINTS
from porelight.session.single_exposure import SingleExposure, heating, room_air
from porelight.session.target import Target
from porelight.session.threshold import exposure_outcome, single_exposure, threshold
from porelight.tissue.pig import PigSkin

PHOTONS = 10_000


def threshold_of(target, *, end_point="basal layer", n_photons=PHOTONS, **numbers):
    return threshold(
        heating(target, single_exposure(target, **numbers), n_photons=n_photons), end_point
    )


@pytest.fixture(scope="module")
def heated():
    target = Target.human()
    exposure = single_exposure(target, wavelength=1.45e-6, spot_diameter=6e-3, duration=0.2)
    return heating(target, exposure, n_photons=PHOTONS)


def test_damage_at_the_threshold_is_one(heated):
    found = threshold(heated, "subcorneal")
    assert found.outcome.burn.max() == pytest.approx(1.0, rel=0.01)
    assert found.depth == heated.depth[found.outcome.burn.argmax()]
    assert found.depth >= heated.target.living_from


def test_below_the_threshold_nothing_dies_and_above_it_something_does(heated):
    strength = threshold(heated, "subcorneal").radiant_exposure
    assert exposure_outcome(heated, 0.98 * strength).killed_depth == 0.0
    weak, strong = (exposure_outcome(heated, factor * strength) for factor in (1.1, 1.5))
    assert 0.0 < weak.killed_depth < strong.killed_depth
    assert (strong.burn >= weak.burn).all()


def test_no_light_does_nothing(heated):
    dark = exposure_outcome(heated, 0.0)
    assert dark.burn.max() == 0.0
    assert dark.coagulation.max() == 0.0
    assert not dark.boils


def test_the_stratum_corneum_cannot_die(heated):
    dead = exposure_outcome(heated, 4.0 * threshold(heated).radiant_exposure)
    assert (dead.burn[heated.depth < heated.target.living_from] == 0.0).all()
    assert dead.boils


def test_vaporisation_is_the_radiant_exposure_that_reaches_100_degc(heated):
    found = threshold(heated, "vaporisation")
    assert found.outcome.peak == pytest.approx(373.15, abs=1e-6)
    assert found.criterion == "100 degC"


def test_collagen_needs_more_than_cells(heated):
    burn, coagulation = threshold(heated), threshold(heated, "dermal denaturation")
    assert coagulation.radiant_exposure > burn.radiant_exposure
    assert coagulation.depth >= heated.target.skin.layers[0].thickness
    more = exposure_outcome(heated, 1.1 * coagulation.radiant_exposure)
    assert more.coagulated_depth > coagulation.depth


def test_published_criteria_can_be_chosen(heated):
    two_channel = threshold(heated).radiant_exposure
    henriques = threshold(heated, criterion="henriques")
    assert henriques.criterion == "henriques"
    # the minute-scale set alone kills sooner in 0.2 s
    assert henriques.radiant_exposure < two_channel


def test_a_gaussian_is_twice_as_strong_on_its_axis(heated):
    assert heated.peak_factor == pytest.approx(1.0)
    target = Target.human()
    exposure = single_exposure(
        target, wavelength=1.45e-6, spot_diameter=6e-3, duration=0.2, profile="gaussian"
    )
    found = threshold(heating(target, exposure, n_photons=PHOTONS))
    # a ring of a tenth of the radius: the mean over it is 2 exp(-2 (1/20)^2)
    assert found.peak_radiant_exposure / found.radiant_exposure == pytest.approx(2.0, rel=6e-3)


def test_pulses_far_apart_add_less_than_pulses_in_a_row():
    def total(n: int, rate: float) -> float:
        return threshold_of(
            Target.human(), wavelength=1.94e-6, spot_diameter=8e-3, duration=0.01,
            n_pulses=n, rate=rate, n_photons=PHOTONS,
        ).radiant_exposure  # fmt: skip

    one, fast, slow = total(1, 0.0), total(10, 90.0), total(10, 1.0)
    assert one < fast < slow


def test_cooling_before_the_pulse_raises_the_threshold():
    plain = threshold_of(
        Target.pig(), wavelength=1.07e-6, spot_diameter=6e-3, duration=3e-3, n_photons=PHOTONS
    )
    cooled = threshold_of(
        Target.pig(), wavelength=1.07e-6, spot_diameter=6e-3, duration=3e-3, n_photons=PHOTONS,
        cooling="contact", cooling_time=1.0, cooling_lead=1.0,
    )  # fmt: skip
    assert cooled.radiant_exposure > 1.2 * plain.radiant_exposure
    assert cooled.outcome.temperature.min() < 300.0


def test_a_white_pig_stands_more_than_a_black_one():
    black, white = (
        threshold_of(
            Target.pig(breed), wavelength=1.07e-6, spot_diameter=1e-2, duration=0.01,
            n_photons=PHOTONS,
        ).radiant_exposure
        for breed in ("yucatan", "yorkshire")
    )  # fmt: skip
    assert white > 2.0 * black


@pytest.mark.parametrize("wavelength", [400e-9, 755e-9, 1214e-9, 2.79e-6, 2.94e-6, 3e-6])
def test_any_wavelength_from_400_to_3000_nm_has_a_threshold(wavelength):
    for target in (Target.human(fitzpatrick=5), Target.pig()):
        found = threshold_of(
            target, wavelength=wavelength, spot_diameter=5e-3, duration=1e-3, n_photons=2_000,
            end_point="subcorneal",
        )  # fmt: skip
        assert 0.1e4 < found.radiant_exposure < 300e4
        assert 60.0 < found.outcome.peak - 273.15 < 400.0


def test_excised_skin_starts_at_the_temperature_of_the_bench():
    target = Target.pig(state="excised")
    exposure = single_exposure(target, wavelength=1.94e-6, spot_diameter=5e-3, duration=0.1)
    heated = heating(target, exposure, n_photons=2_000)
    np.testing.assert_allclose(heated.unlit, 295.65)
    warm = Target.pig(state="excised", values={"bench_temperature": 308.15})
    found = heating(warm, exposure, n_photons=2_000)
    assert found.unlit[0, 0] == 308.15


def test_nanosecond_pulses_warn_that_heat_is_not_what_injures():
    with pytest.warns(ExtrapolationWarning, match="pressure and plasma"):
        threshold_of(
            Target.pig(), wavelength=1.54e-6, spot_diameter=5e-3, duration=31e-9, n_photons=2_000
        )


def test_temporal_profiles_are_exposures_too():
    curve = TemporalProfile.sampled(np.array([0.0, 0.01, 0.03]), np.array([0.0, 1.0, 0.0]))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = threshold_of(
            Target.human(), wavelength=1.94e-6, spot_diameter=5e-3, duration=curve, n_photons=2_000
        )
    assert found.radiant_exposure > 0.0


@pytest.mark.slow
def test_a_long_train_has_a_threshold_told_by_the_pulse_and_in_all():
    found = threshold_of(
        Target.human(), wavelength=1.064e-6, spot_diameter=5e-3, duration=3e-4, n_pulses=2000,
        rate=10.0, n_photons=2_000,
    )  # fmt: skip
    assert found.is_reached
    # a few watts per square centimetre for minutes, where one pulse takes a hundred joules
    assert 0.1e4 < found.pulse_radiant_exposure < 0.6e4
    assert found.radiant_exposure == pytest.approx(2000 * found.pulse_radiant_exposure)


def test_the_search_stays_inside_the_range_of_the_radiant_exposure():
    # of one pulse; 5 kJ/cm2 would burn, so nothing above it needs to be tried
    found = threshold_of(
        Target.human(), wavelength=1.064e-6, spot_diameter=5e-3, duration=60.0, n_photons=2_000
    )
    assert found.is_reached
    assert 1e4 < found.radiant_exposure < RADIANT_EXPOSURE.high


def test_where_nothing_burns_the_answer_is_that_there_is_no_threshold():
    target = Target.pig("yorkshire")
    exposure = single_exposure(target, wavelength=0.8e-6, spot_diameter=2e-5, duration=90.0)
    heated = heating(target, exposure, n_photons=2_000)
    for end_point in END_POINTS:
        found = threshold(heated, end_point)
        assert not found.is_reached
        assert found.radiant_exposure == np.inf
        assert found.outcome.radiant_exposure == pytest.approx(RADIANT_EXPOSURE.high)
        assert found.outcome.killed_depth == 0.0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"spot_diameter": 0.0}, "spot_diameter is 0 m"),
        ({"wavelength": 10.6e-6}, "hold from 400 to 3000 nm"),
        ({"n_pulses": 3, "rate": 10.0}, "longer than its period"),
        ({"n_pulses": 3}, "need a rate above 0 Hz"),
        ({"duration": 700.0}, "pulse_duration is 700 s"),
        ({"profile": "pencil"}, "pencil beam has no radiant exposure"),
        ({"end_point": "blistre"}, "did you mean 'blister'"),
        ({"cooling": "cryogen", "cooling_time": 3.0, "cooling_lead": 3.0}, "freezes living skin"),
    ],
)
def test_bad_input_gets_one_line(change, message):
    usual = {"wavelength": 1.94e-6, "spot_diameter": 5e-3, "duration": 0.2}
    with pytest.raises(ParameterError, match=message) as problem:
        threshold_of(Target.human(), **{**usual, **change}, n_photons=1_000)
    assert "\n" not in str(problem.value)


def test_unknown_names_say_what_was_meant(heated):
    with pytest.raises(ParameterError, match="did you mean 'henriques'"):
        threshold(heated, criterion="henrique")
    with pytest.raises(ParameterError, match="did you mean 'excised'"):
        Target.pig(state="excise")
    with pytest.raises(ParameterError, match="did you mean 'yucatan'"):
        PigSkin.typical("yukatan")
    with pytest.raises(ParameterError, match="the exposure lasts"):
        SingleExposure(
            1e-6, Beam("flat-top", 5e-3), TemporalProfile.rectangle(90.0).repeated(300.0, 3),
            SurfaceSchedule.of(room_air(Target.human())),
        )  # fmt: skip


def test_a_basal_layer_thicker_than_the_epidermis_is_refused():
    with pytest.raises(ParameterError, match="basal layer"):
        PigSkin.typical(values={"basal_layer_thickness_pig": 1e-4})
    with pytest.raises(ParameterError, match="dermis is"):
        PigSkin.typical(values={"dermis_thickness_pig": 1e-4})


def test_the_times_are_dense_while_the_light_is_on_and_after_it(heated):
    pulse = heated.time[heated.time <= 0.2 * (1.0 + 1e-9)]
    assert pulse.size == 25
    np.testing.assert_allclose(pulse, 0.2 * np.linspace(0.0, 1.0, 25) ** 2, rtol=1e-9)
    after = heated.time[heated.time > 0.2 * (1.0 + 1e-9)] - 0.2
    # ten a decade, from a fiftieth of the pulse on
    assert after[0] == pytest.approx(0.02 * 0.2)
    assert (np.diff(np.log10(after)) <= 0.1 + 1e-9).all()
