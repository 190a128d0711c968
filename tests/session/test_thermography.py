from dataclasses import replace

import numpy as np
import pytest

from porelight.errors import ParameterError
from porelight.heat.scan import session_rise
from porelight.laser.devices import laser_genesis
from porelight.laser.handpiece import Motion
from porelight.laser.motion import PulsePath
from porelight.session.ensemble import PhysicsEnsemble
from porelight.session.thermography import surface_film, surface_map, warmth_by_skin_type
from porelight.tissue.skin import Skin
from porelight.units import cm2, to_celsius

pytestmark = pytest.mark.slow

SKIN = Skin.typical("cheek", 3, 35.0)
EXPOSURE = laser_genesis(n_pulses=120, area=9.0 * cm2, passes=2, aspect=2.0)


@pytest.fixture(scope="module")
def delivered():
    return PhysicsEnsemble(SKIN, ({},), 5000, seed=1).delivered(EXPOSURE)


@pytest.fixture(scope="module")
def seen(delivered):
    return surface_map(delivered, n=41)


def test_the_map_is_the_sum_of_pulses_at_every_place(delivered, seen):
    path, response = delivered.per_joule.path, delivered.response
    place = np.array([[seen.x[20], seen.y[10]]])
    # the ends of all pulses and the slow looks hold every moment that the map asks for
    times = np.concatenate([path.time + EXPOSURE.pulse_duration, delivered.per_joule.reading_times])
    rise = session_rise(
        response.pulse, path.time, path.position, EXPOSURE.pulse_energy, place, np.sort(times)
    )[:, 0, 0]
    assert seen.peak[10, 20] == pytest.approx(response.resting[0] + rise.max(), abs=0.02)


def test_every_pulse_is_in_the_dose(seen):
    # energy over the map: cells of the lattice times the radiant exposure of the spots on them
    cell = (seen.x[1] - seen.x[0]) * (seen.y[1] - seen.y[0])
    assert seen.dose.sum() * cell == pytest.approx(EXPOSURE.total_energy, rel=0.03)


def test_the_peak_is_nowhere_below_the_end_and_the_rim_stays_cool(delivered, seen):
    assert (seen.peak >= seen.final - 1e-9).all()
    rest = delivered.response.resting[0]
    assert seen.final[0, 0] - rest < 0.2 * (seen.final.max() - rest)
    assert seen.dose[0, 0] == 0.0


def test_the_map_has_the_shape_of_the_area(seen):
    # 42 x 21 mm and a spot of 5 mm around it
    assert seen.x[-1] == pytest.approx(0.5 * np.sqrt(18.0 * cm2) + 5e-3)
    assert seen.y[-1] == pytest.approx(0.5 * np.sqrt(4.5 * cm2) + 5e-3)
    assert seen.peak.shape == seen.dose.shape == (seen.y.size, seen.x.size)


def test_the_film_ends_where_the_map_does_and_follows_the_spot(delivered):
    film = surface_film(delivered, n_frames=5, n=21)
    assert film.temperature.shape == (5, film.y.size, film.x.size)
    np.testing.assert_array_equal(film.spot[-1], delivered.per_joule.path.position[-1])
    hottest = np.unravel_index(film.temperature[0].argmax(), film.temperature[0].shape)
    at = np.array([film.x[hottest[1]], film.y[hottest[0]]])
    assert np.hypot(*(at - film.spot[0])) < 3.5e-3
    assert film.temperature[-1].mean() > film.temperature[0].mean()


@pytest.mark.parametrize(
    ("ask", "text"),
    [
        (lambda one: surface_map(one, n=2), "n is 2"),
        (lambda one: surface_film(one, n_frames=1), "n_frames is 1"),
    ],
)
def test_impossible_pictures_are_refused(delivered, ask, text):
    with pytest.raises(ParameterError, match=text):
        ask(delivered)


@pytest.fixture(scope="module")
def warmth():
    return warmth_by_skin_type(
        SKIN,
        laser_genesis(area=30.0 * cm2),
        densities=(5.0, 20.0),
        skin_types=(1, 6),
        n_photons=5000,
    )


def test_more_pulses_and_darker_skin_are_warmer(warmth):
    of = {(w.fitzpatrick, w.pulses_per_cm2): w for w in warmth if w.perfusion == "constant"}
    assert of[1, 20.0].surface > of[1, 5.0].surface + 3.0
    assert of[6, 20.0].surface > of[1, 20.0].surface
    assert of[6, 20.0].peak > of[1, 20.0].peak + 5.0
    assert of[1, 5.0].n_pulses == 150


def test_both_perfusions_stand_side_by_side(warmth):
    steady, answered = warmth[0::2], warmth[1::2]
    assert {w.perfusion for w in steady} == {"constant"}
    for one, other in zip(steady, answered, strict=True):
        assert (one.fitzpatrick, one.n_pulses) == (other.fitzpatrick, other.n_pulses)
        assert other.surface < one.surface + 0.15


@pytest.mark.validation
def test_twenty_pulses_per_cm2_reach_the_clinical_end_point_on_fair_and_dark_skin():
    # the issue asks for 38 to 44 degC from 2,000 pulses over 100 cm2
    # (the lightest and the darkest; those between lie between, see the benchmark)
    table = warmth_by_skin_type(
        SKIN, laser_genesis(), densities=(20.0,), skin_types=(1, 6), n_photons=5000
    )
    for one in table:
        assert one.n_pulses == 2000
        assert 38.0 < to_celsius(one.surface) < 44.0


def test_the_table_leaves_out_the_stop_and_the_recorded_path():
    path = PulsePath(np.arange(3) / 7.0, np.zeros((3, 2)))
    exposure = replace(
        laser_genesis(area=2.0 * cm2, motion=path), stop_at_surface=306.0, stop_reads="thermometer"
    )
    (one, _) = warmth_by_skin_type(
        SKIN, exposure, densities=(5.0,), skin_types=(2,), n_photons=5000
    )
    assert one.n_pulses == 10
    assert exposure.motion is path
    assert Motion() != path


def test_a_density_without_a_pulse_is_refused():
    with pytest.raises(ParameterError, match=r"0\.001 pulses per cm2 are none on 100 cm2"):
        warmth_by_skin_type(SKIN, laser_genesis(), densities=(0.001,), n_photons=5000)
