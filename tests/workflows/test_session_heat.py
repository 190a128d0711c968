"""One treatment seen as heat, by one call."""

import pytest

from porelight.errors import ExtrapolationWarning, ParameterError
from porelight.laser.devices import laser_genesis, pearl
from porelight.session.ensemble import PhysicsEnsemble
from porelight.tissue.skin import Skin
from porelight.units import celsius, cm2, to_celsius
from porelight.workflows import session_heat as workflow
from porelight.workflows.session_heat import session_heat

SKIN = Skin.typical("cheek", 3, 35.0)
EXPOSURE = laser_genesis(n_pulses=60, area=6.0 * cm2, stop_at_surface=celsius(37.0))


@pytest.fixture(scope="module")
def heat():
    return session_heat(SKIN, EXPOSURE, photons=3000, seed=2, perfusion="thermoregulated")


def test_the_session_is_the_one_that_an_ensemble_of_one_delivers(heat):
    ensemble = PhysicsEnsemble(SKIN, ({},), 3000, 2, perfusion="thermoregulated")
    expected = ensemble.delivered(EXPOSURE)
    assert heat.surface_end == float(expected.area_reading[-1])
    assert heat.result.pulses_delivered == expected.per_joule.path.n_pulses < 60
    assert heat.perfusion == "thermoregulated"


def test_temperatures_stand_in_their_order(heat):
    assert heat.surface_resting < heat.surface_end < min(heat.result.surface_felt, heat.peak)
    assert heat.surface_resting < heat.thermometer_highest < heat.result.surface_felt
    assert heat.surface_map().peak.max() > heat.surface_end
    assert heat.surface_film().temperature[0].mean() < heat.surface_end


@pytest.mark.slow
def test_where_the_model_is_left_is_told_as_text_and_warned_of_nowhere():
    hot = laser_genesis(n_pulses=600, area=6.0 * cm2)
    with pytest.warns(ExtrapolationWarning) as warned:
        PhysicsEnsemble(SKIN, ({},), 3000, 1).treat_member(hot, 0)
    found = session_heat(SKIN, hot, photons=3000)  # a warning would be an error here
    assert found.validity_warnings == tuple(str(one.message) for one in warned)
    assert repr(found).splitlines()[-1] == f"  note: {found.validity_warnings[-1]}"


def test_skin_types_are_added_where_they_are_asked_for(heat, monkeypatch):
    assert heat.warmth == ()
    asked, heard = [], []

    def table(*arguments, progress, **settings):
        # the real one follows six skins through four sessions each, which takes a minute
        asked.append((arguments, settings))
        progress(0.5)
        progress(1.0)
        return ("row",)

    monkeypatch.setattr(workflow, "warmth_by_skin_type", table)
    found = session_heat(
        SKIN, EXPOSURE, photons=3000, seed=4, skin_types=True, progress=heard.append
    )
    assert found.warmth == ("row",)
    assert asked == [((SKIN, EXPOSURE), {"n_photons": 3000, "seed": 4})]
    assert heard == pytest.approx([0.3, 0.65, 1.0])


def test_progress_without_skin_types_ends_at_one():
    heard = []
    session_heat(SKIN, EXPOSURE, photons=3000, progress=heard.append)
    assert heard == [1.0]


def test_heat_prints_its_temperatures(heat):
    first, surface, thermometer = repr(heat).splitlines()[:3]
    fell = heat.result.pulses_delivered
    assert first == f"laser-genesis, {fell} of 60 pulses, thermoregulated perfusion"
    assert f"{to_celsius(heat.surface_end):.1f} at the end" in surface
    assert f"up to {to_celsius(heat.trace.reading.max()):.1f} degC" in thermometer


def test_light_that_boils_the_surface_off_is_refused():
    with pytest.raises(ParameterError, match="pearl boils the surface off"):
        session_heat(SKIN, pearl(), photons=3000)
