"""A course simulated in parts, with its state carried over, is the course simulated at once."""

import json
from dataclasses import replace

import numpy as np
import pytest

from porelight.cli.app import main
from porelight.course.course import Course
from porelight.course.laws import Laws
from porelight.course.regimen import Care
from porelight.course.settings import EnsembleSettings
from porelight.course.simulation import advance, advance_until, begin
from porelight.course.state import continued_care
from porelight.errors import InputFileError, ParameterError
from porelight.files.course_states import load_course_state, save_course_state
from porelight.files.outcomes import load_outcome
from porelight.inference.sensitivity import sensitivity
from porelight.laser.devices import laser_genesis, pearl
from porelight.laser.motion import Motion
from porelight.mechanics.opening import MixtureState
from porelight.session.ensemble import PhysicsEnsemble
from porelight.session.injury_law import library_injury
from porelight.tissue.population import PorePopulation
from porelight.tissue.skin import Skin
from porelight.units import day
from porelight.workflows.forecast import forecast

SETTINGS = EnsembleSettings(draws=24, members=2, photons=5000, seed=1)
DAYS = [1.0, 3.0, 10.0, 14.0, 28.0, 29.0, 35.0, 42.0, 60.0, 90.0, 120.0, 200.0]
HABITS = (
    Care("cleansing", from_day=5.0),
    Care("unprotected-sun"),
    Care("picking", from_day=20.0),
    Care("sun-protection", from_day=0.0),
)


@pytest.fixture(scope="module")
def mixed(skin):
    """Five sessions of both devices, with everything a person can do between them."""
    genesis, resurfacing = laser_genesis(), pearl()
    exposures = [(0.0, genesis), (14.0, genesis), (28.0, resurfacing), (42.0, genesis)]
    return Course(skin, [one.on_day(day) for day, one in exposures], HABITS)


@pytest.fixture(scope="module")
def at_once(mixed, treated):
    injuries = [treated(session.exposure) for session in mixed.sessions]
    days = [0.0, *DAYS]
    return mixed.follow(injuries, SETTINGS, days=days)


def in_parts(course, treated, cuts, carried=lambda state: state):
    """Run a course up to each cut and on, its sessions becoming known as they come."""
    state = begin(course.skin, SETTINGS)
    for first, last in zip([0.0, *cuts], [*cuts, DAYS[-1]], strict=True):
        sessions = [one for one in course.sessions if one.day < last]
        care = [one for one in course.care if one.from_day < last]
        part = Course(course.skin, sessions, care)
        injuries = [treated(one.exposure) for one in state.new_sessions(part.sessions)]
        days = [day for day in DAYS if first < day <= last]
        state = carried(advance(state, part, results=injuries, days=days))
    return state


def assert_same(found, expected, tolerance):
    assert set(found.data_vars) == set(expected.data_vars)
    for name, array in expected.data_vars.items():
        np.testing.assert_allclose(
            found[name], array, rtol=tolerance, atol=tolerance, err_msg=str(name)
        )
    np.testing.assert_array_equal(found.day, expected.day)
    for name in ("sessions", "skin", "draws", "members"):
        assert json.loads(found.attrs[name]) == json.loads(expected.attrs[name]), name


@pytest.mark.verification
@pytest.mark.parametrize(
    "cuts",
    [
        pytest.param([], id="one part"),
        pytest.param([35.0], id="between sessions"),
        pytest.param([28.0], id="on the day of a session"),
        pytest.param([29.0], id="the day after a wound"),
        pytest.param([10.0, 42.0, 120.0], id="four parts"),
    ],
)
def test_parts_equal_one_run(mixed, treated, at_once, cuts):
    assert_same(in_parts(mixed, treated, cuts).outcome, at_once, 1e-10)


@pytest.mark.slow
@pytest.mark.verification
def test_a_state_written_and_read_again_goes_on_with_the_same_bits(mixed, treated, tmp_path):
    def through_a_file(state):
        return load_course_state(save_course_state(state, tmp_path / "course.nc"))

    kept = in_parts(mixed, treated, [35.0])
    read = in_parts(mixed, treated, [35.0], through_a_file)
    assert read.outcome.dataset.identical(through_a_file(kept).outcome.dataset)
    np.testing.assert_array_equal(read.outcome.diameter_ratio, kept.outcome.diameter_ratio)
    assert read.care == kept.care


def test_pools_that_forget_their_natural_configuration_would_show(mixed, treated, at_once):
    first = Course(mixed.skin, mixed.sessions[:3], HABITS)
    injuries = [treated(one.exposure) for one in first.sessions]
    early = [day for day in DAYS if day <= 35.0]
    cut = advance(begin(mixed.skin, SETTINGS), first, results=injuries, days=early)
    pore = cut.memory.pore
    shape = pore.mixture.strain[0].shape
    blank = MixtureState.at_rest(pore.mixture.time, pore.mixture.resting, shape)
    memory = replace(cut.memory, pore=replace(pore, mixture=blank))
    later = [treated(one.exposure) for one in cut.new_sessions(mixed.sessions)]
    days = [day for day in DAYS if day > 35.0]
    without = replace(cut, memory=memory)
    found = advance(without, mixed, results=later, days=days).outcome.diameter_ratio
    assert float(np.abs(found - at_once.diameter_ratio).max()) > 1e-3


def test_a_follow_up_treatment_decided_later_is_a_course_of_both(skin, treated):
    genesis = laser_genesis()
    planned = Course(skin, [genesis.on_day(0.0)])
    first = advance(begin(skin, SETTINGS), planned, results=[treated(genesis)], days=[30.0, 90.0])
    both = Course(skin, [genesis.on_day(0.0), genesis.on_day(90.0)])
    later = advance(first, both, results=[treated(genesis)], days=[100.0, 180.0])
    expected = both.follow(
        [treated(genesis)] * 2,
        EnsembleSettings(24, 2, seed=1),
        days=[0.0, 30.0, 90.0, 100.0, 180.0],
    )
    assert_same(later.outcome, expected, 1e-10)
    # and until the second treatment nothing of the first forecast has changed
    before, after = first.outcome.diameter_ratio, later.outcome.diameter_ratio
    np.testing.assert_array_equal(after[:, :2], before[:, :2])
    # the day on which the course stands is computed again from what the skin remembers
    np.testing.assert_allclose(after[:, 2], before[:, 2], rtol=1e-14)


def test_long_after_a_course_a_new_session_finds_the_same_skin(skin, treated):
    # beyond 400 days steps are coarse until the next session; what is not yet known changes nothing
    genesis = laser_genesis()
    days = [100.0, 500.0, 700.0]
    early = Course(skin, [genesis.on_day(0.0)])
    state = advance(begin(skin, SETTINGS), early, results=[treated(genesis)], days=days)
    both = Course(skin, [genesis.on_day(0.0), genesis.on_day(700.0)])
    later = advance(state, both, results=[treated(genesis)], days=[760.0])
    expected = both.follow(
        [treated(genesis)] * 2, EnsembleSettings(24, 2, seed=1), days=[0.0, *days, 760.0]
    )
    assert_same(later.outcome, expected, 1e-10)


@pytest.mark.slow
def test_simulation_in_two_parts_equals_simulation_at_once(skin):
    course = Course(skin, [laser_genesis(n_pulses=50).on_day(day) for day in (0.0, 21.0)])
    small = EnsembleSettings(draws=8, members=2, photons=1000, seed=3)
    half = advance_until(begin(skin, small), course, 14.0)
    assert half.session_days.tolist() == [0.0]
    whole = advance_until(half, course, 49.0)
    expected = course.simulate(draws=8, members=2, photons=1000, seed=3, last_day=49.0)
    assert_same(whole.outcome, expected, 1e-10)


@pytest.mark.parametrize(
    ("past", "planned", "expected"),
    [
        # goes on, stops, changes its level, begins, was over before
        ([("cleansing", 0, 99)], [("cleansing", 0, 99)], [("cleansing", 0, 99)]),
        ([("cleansing", 0, 99)], [], [("cleansing", 0, 50)]),
        (
            [("cleansing", 0, 50)],
            [("cleansing", 50, 99)],
            [("cleansing", 0, 50), ("cleansing", 50, 99)],
        ),
        ([], [("cleansing", 0, 99)], [("cleansing", 50, 99)]),
        ([("cleansing", 0, 20)], [], [("cleansing", 0, 20)]),
        ([("picking", 10, 99)], [("picking", 10, 99)], [("picking", 10, 99)]),
        ([("picking", 60, 99)], [], []),
    ],
)
def test_care_goes_on_from_the_day_of_the_state(past, planned, expected):
    def care(entries):
        return tuple(Care(kind, float(start), float(stop)) for kind, start, stop in entries)

    assert continued_care(care(past), care(planned), 50.0) == care(expected)


def test_what_has_happened_cannot_be_changed(skin, treated):
    genesis = laser_genesis()
    course = Course(skin, [genesis.on_day(0.0)])
    state = advance(begin(skin, SETTINGS), course, results=[treated(genesis)], days=[30.0])
    with pytest.raises(ParameterError, match="session of day 10 is not among those simulated"):
        state.new_sessions([genesis.on_day(10.0)])
    stronger = laser_genesis(radiant_exposure=15e4).on_day(0.0)
    with pytest.raises(ParameterError, match="session of day 0 is not among"):
        state.new_sessions([stronger])
    other = Skin.typical("nose", 3, 35.0)
    with pytest.raises(ParameterError, match="state of day 30 is of another skin"):
        advance(state, Course(other), results=[], days=[40.0])
    with pytest.raises(ParameterError, match="begin after day 30"):
        advance(state, Course(skin), results=[], days=[30.0])
    with pytest.raises(ParameterError, match="stands at day 30; expected a later day than 20"):
        advance_until(state, Course(skin), 20.0)
    with pytest.raises(ParameterError, match="results of 1 sessions for 0 new sessions"):
        advance(state, Course(skin), results=[treated(genesis)], days=[40.0])


@pytest.mark.slow
def test_files_that_are_no_state_are_refused_in_one_line(skin, tmp_path, monkeypatch):
    with pytest.raises(InputFileError, match="a state written by"):
        load_course_state(tmp_path / "missing.nc")
    text = tmp_path / "text.nc"
    text.write_text("not a state")
    with pytest.raises(InputFileError, match=r"not a readable (state|NetCDF-4 file)"):
        load_course_state(text)
    state = begin(skin, EnsembleSettings(draws=8, members=1))
    outcome = tmp_path / "outcome.nc"
    state.outcome.dataset.to_netcdf(outcome, engine="h5netcdf")
    with pytest.raises(InputFileError, match="not a state of a course"):
        load_course_state(outcome)
    kept = save_course_state(state, tmp_path / "state.nc")
    monkeypatch.setattr("porelight.files.course_states.fingerprint", lambda: "0" * 16)
    with pytest.raises(InputFileError, match="may not change its numbers halfway"):
        load_course_state(kept)


COURSE = """
[skin]
zone = "cheek"
fitzpatrick = 3
age_years = 35
[[session]]
day = 0
device = "laser-genesis"
pulses = 50
[simulation]
draws = 8
members = 1
photons = 1000
"""
MORE = """
last_day = 63
[[session]]
day = 42
device = "laser-genesis"
pulses = 50
"""


@pytest.mark.slow
def test_the_command_line_keeps_a_course_and_goes_on_with_it(tmp_path, capsys):
    def porelight(*arguments):
        with pytest.raises(SystemExit) as left:
            main([str(one) for one in arguments])
        return left.value.code, capsys.readouterr().err

    first, later, state = tmp_path / "first.toml", tmp_path / "later.toml", tmp_path / "skin.nc"
    first.write_text(COURSE + "last_day = 49")
    later.write_text(COURSE + MORE)
    forecast, resumed, whole = (tmp_path / f"{name}.nc" for name in ("a", "b", "c"))
    kept = ("--state", state, "--state-day", 42)
    assert porelight("simulate", first, "--output", forecast, *kept)[0] == 0
    assert load_outcome(forecast).day[-1] == 49.0
    assert porelight("simulate", later, "--output", resumed, "--continue-from", state)[0] == 0
    assert porelight("simulate", later, "--output", whole)[0] == 0
    found, expected = load_outcome(resumed), load_outcome(whole)
    assert found.sizes["session"] == 2
    # files of outcomes hold float32
    for name, array in expected.data_vars.items():
        np.testing.assert_allclose(found[name], array, rtol=1e-6, atol=1e-7, err_msg=str(name))

    changed = tmp_path / "changed.toml"
    changed.write_text(COURSE.replace("pulses = 50", "pulses = 60"))
    code, complaint = porelight("simulate", changed, "--output", resumed, "--continue-from", state)
    assert code == 2
    assert "what has happened cannot be changed" in complaint


@pytest.mark.parametrize(
    "change",
    [
        {"wavelength": 1.32e-6},
        {"cooling": "cold air"},
        {"aspect": 4.0},
        {"stop_at_surface": 315.15},
        {"stop_reads": "thermometer"},
        {"motion": Motion.by_hand()},
    ],
)
def test_a_changed_past_is_not_taken_for_the_same(skin, treated, change):
    given = laser_genesis(stop_at_surface=316.15)
    course = Course(skin, [given.on_day(0.0)])
    state = advance(begin(skin, SETTINGS), course, results=[treated(given)], days=[30.0])
    assert state.new_sessions(course.sessions) == ()
    with pytest.raises(ParameterError, match="session of day 0 is not among those simulated"):
        state.new_sessions([replace(given, **change).on_day(0.0)])


def test_a_state_goes_on_with_its_skin_and_its_laws_alone(skin):
    state = begin(skin, SETTINGS)
    with pytest.raises(ParameterError, match="of another skin"):
        advance(state, Course(replace(skin, sebum=1.0)), [30.0])

    def harmless(time, temperature, values, *, resting):
        return library_injury(time, temperature, values, resting=resting)

    with pytest.raises(ParameterError, match="made with porelight's own laws, this course with"):
        advance(state, Course(skin), [30.0], laws=Laws(injury=harmless))


def interrupted_after(monkeypatch, done):
    """Let the physics of a session be interrupted after these members."""
    left = iter(done)

    def treat_member(*_):
        result = next(left, None)
        if result is None:
            raise KeyboardInterrupt
        return result

    monkeypatch.setattr(PhysicsEnsemble, "treat_member", treat_member)


def test_only_a_plain_simulation_keeps_the_members_that_were_finished(skin, treated, monkeypatch):
    genesis = laser_genesis()
    course = Course(skin, [genesis.on_day(0.0)])
    whole = treated(genesis)
    interrupted_after(monkeypatch, whole[:1])
    outcome = course.simulate_with(SETTINGS, last_day=30.0)
    assert outcome.attrs["members"] == "1"
    assert "Interrupted: 1 of 2 members" in outcome.attrs["notes"]
    for road in (
        lambda: sensitivity(course, "diameter_ratio", 20.0, SETTINGS, n_base=2),
        lambda: forecast(course, SETTINGS, last_day=30.0, keep_day=10.0),
    ):
        interrupted_after(monkeypatch, whole[:1])
        with pytest.raises(KeyboardInterrupt):
            road()


def test_a_session_waits_for_the_days_after_it(skin, treated):
    genesis, resurfacing = laser_genesis(), pearl()
    course = Course(skin, [genesis.on_day(0.0), resurfacing.on_day(100.0)])
    results = [treated(genesis), treated(resurfacing)]
    early = course.follow(results, SETTINGS, days=[0.0, 50.0])
    alone = Course(skin, course.sessions[:1]).follow(results[:1], SETTINGS, days=[0.0, 50.0])
    assert_same(early, alone, 0.0)
    assert early.attrs["sessions"] == alone.attrs["sessions"]
    # on its own day it has not acted yet
    days = [20.0, 50.0, 100.0]
    state = advance(begin(skin, SETTINGS), course, days, results=results)
    assert state.session_days.tolist() == [0.0]
    assert state.memory.pore.collagen.time == 100.0 * day
    later = advance(state, course, [150.0], results=results[1:])
    assert later.session_days.tolist() == [0.0, 100.0]
    at_once = course.follow(results, SETTINGS, days=[0.0, *days, 150.0])
    assert_same(later.outcome, at_once, 1e-10)
    # a session in the last minute of a forecast leaves the end where it was asked
    last_minute = Course(skin, [genesis.on_day(50.0 - 1e-4)])
    end = advance(begin(skin, SETTINGS), last_minute, [50.0], results=results[:1])
    assert end.memory.pore.collagen.time == 50.0 * day


def test_a_past_session_that_is_not_named_again_stays_and_is_told(skin, treated):
    genesis = laser_genesis()
    both = Course(skin, [genesis.on_day(0.0), genesis.on_day(28.0)])
    state = advance(begin(skin, SETTINGS), both, [40.0], results=[treated(genesis)] * 2)
    assert state.outcome.attrs["notes"] == "[]"
    named = advance(state, both, [60.0]).outcome
    left_out = advance(state, Course(skin, both.sessions[:1]), [60.0]).outcome
    assert_same(named, left_out, 0.0)
    assert named.attrs["notes"] == "[]"
    assert "Sessions of day 28 are not among those" in left_out.attrs["notes"]


def test_draws_of_a_number_that_the_biology_does_not_know_are_refused(skin):
    wrong = {"plug_presure_at_rest": np.zeros(3)}
    with pytest.raises(ParameterError, match="did you mean 'plug_pressure_at_rest'"):
        begin(skin, SETTINGS, wrong)


def test_an_incomplete_ensemble_makes_no_state(skin, treated, monkeypatch):
    genesis = laser_genesis()
    course = Course(skin, [genesis.on_day(0.0)])
    whole = treated(genesis)
    assert len(whole) == SETTINGS.members == 2
    interrupted_after(monkeypatch, whole[:1])
    with pytest.raises(KeyboardInterrupt):
        advance(begin(skin, SETTINGS), course, [30.0])
    # and results of other ensembles do not mix
    state = advance(begin(skin, SETTINGS), course, [30.0], results=[whole])
    later = Course(skin, [genesis.on_day(0.0), genesis.on_day(31.0)])
    with pytest.raises(ParameterError, match=r"day 31 has results of 1 members .* expected 2"):
        advance(state, later, [60.0], results=[whole[:1]])
    with pytest.raises(ParameterError, match="day 0 has results of 0 members"):
        advance(begin(skin, SETTINGS), course, [30.0], results=[()])


@pytest.mark.slow
def test_perfusion_goes_on_as_the_state_has_it(skin):
    warm = laser_genesis().on_day(0.0)
    course = Course(skin, [warm])
    asked = {"draws": 8, "members": 1, "photons": 2000}
    readings = []
    for perfusion in ("constant", "thermoregulated"):
        settings = EnsembleSettings(**asked, perfusion=perfusion)
        kept = advance_until(begin(skin, settings), course, 14.0)
        at_once = course.simulate(**asked, perfusion=perfusion, last_day=14.0)
        assert kept.settings.perfusion == perfusion
        reading = float(kept.outcome.surface_reading[0, 0])
        assert reading == float(at_once.surface_reading[0, 0])
        readings.append(reading)
    assert readings[1] < readings[0] - 0.2


def test_a_state_keeps_everything_it_was_made_with(skin, tmp_path):
    measured = replace(
        skin,
        pores=PorePopulation.measured(
            np.array([2e-4, 4e-4]),
            1e-5,
            diameter_factor=np.array([0.9, 1.0, 1.2]),
            density_factor=np.array([1.3, 1.0, 0.8]),
        ),
    )
    settings = EnsembleSettings(8, 1, 1000, 7, "thermoregulated", people=2)
    state = begin(measured, settings)
    read = load_course_state(save_course_state(state, tmp_path / "state.nc"))
    assert (read.settings, read.skin, read.laws) == (settings, state.skin, {})
    for name, column in state.values.items():
        np.testing.assert_array_equal(read.values[name], column)
    assert set(state.values["pore_diameter_factor"]) == {0.9, 1.0, 1.2}
