import json

import numpy as np
import pytest

from porelight.course.course import Course
from porelight.course.draws import knowledge_of_member, member_of, physics_members
from porelight.course.effects import ExtraOutcome
from porelight.course.laws import Laws
from porelight.course.outcome_variables import OutcomeVariable
from porelight.course.regimen import Care
from porelight.course.settings import EnsembleSettings
from porelight.course.simulation import begin
from porelight.errors import ParameterError
from porelight.laser.devices import laser_genesis, pearl

DAYS = (0.0, 1.0, 4.0, 7.0, 28.0, 84.0, 182.0)


def followed(skin, treated, *, exposures, care=(), draws=64, days=DAYS):
    course = Course(skin, [exposure.on_day(day) for day, exposure in exposures], care)
    injuries = [treated(session.exposure) for session in course.sessions]
    return course.follow(injuries, EnsembleSettings(draws, 2, seed=1), days=days)


@pytest.mark.slow
def test_zero_dose_changes_nothing_to_rounding(skin, treated):
    outcome = followed(
        skin,
        treated,
        exposures=[(0, laser_genesis(radiant_exposure=0.0)), (14, pearl(radiant_exposure=0.0))],
    )
    for name, history in outcome.data_vars.items():
        if history.dims == ("draw", "day"):
            change = np.abs(history - history.isel(day=0)).max()
            assert change <= 1e-12, name


def test_a_course_without_sessions_changes_nothing(skin):
    outcome = Course(skin).simulate(draws=8, members=1, photons=1000)
    np.testing.assert_array_equal(outcome.diameter_ratio, 1.0)
    assert outcome.sizes["session"] == 0


def test_genesis_tightens_the_typical_pore_and_half_of_it_is_lost_in_time(skin, treated):
    outcome = followed(
        skin,
        treated,
        exposures=[(14 * i, laser_genesis()) for i in range(5)],
        days=(0.0, 84.0, 365.0),
    )
    ratio = outcome.diameter_ratio.median("draw")
    assert 0.9 < ratio.sel(day=84.0) < 1.0
    assert ratio.sel(day=365.0) > ratio.sel(day=84.0)


@pytest.mark.slow
def test_pearls_dressing_is_off_by_day_7_and_the_epidermis_closed_by_day_4(skin, treated):
    outcome = followed(skin, treated, exposures=[(0, pearl())])
    dressing = outcome.dressing.median("draw")
    assert dressing.sel(day=1.0) > 0.9
    assert dressing.sel(day=7.0) < 0.01
    assert outcome.epidermis.median("draw").sel(day=4.0) > 0.95


@pytest.mark.slow
def test_no_pore_goes_below_its_floor_and_area_follows_diameter(skin, treated):
    outcome = followed(skin, treated, exposures=[(0, pearl()), (28, pearl(passes=2))])
    floor = float(outcome.pore_floor.mean())
    assert (outcome.mean_diameter >= floor - 1e-15).all()
    shrunk = outcome.diameter_ratio < 1.0
    start = outcome.area_fraction.isel(day=0)
    assert (outcome.area_fraction.where(shrunk, 0.0) <= start).all()


def test_cleansing_never_enlarges_and_picking_never_shrinks(skin, treated):
    exposures = [(0, laser_genesis())]
    bare = followed(skin, treated, exposures=exposures).diameter_ratio
    clean = followed(skin, treated, exposures=exposures, care=[Care("cleansing")]).diameter_ratio
    picked = followed(
        skin, treated, exposures=exposures, care=[Care("picking", from_day=2.0)]
    ).diameter_ratio
    assert (clean <= bare + 1e-12).all()
    assert (clean.isel(day=-1) < bare.isel(day=-1)).any()
    assert (picked >= bare - 1e-12).all()
    assert (picked.isel(day=-1) > bare.isel(day=-1)).all()


def test_sun_costs_collagen_over_years_and_protection_saves_a_part(skin):
    years = (0.0, 3652.5)
    sun = Care("unprotected-sun")
    lost = Course(skin, (), [sun]).follow([], EnsembleSettings(32, 2, seed=1), days=years)
    saved = Course(skin, (), [sun, Care("sun-protection")]).follow(
        [], EnsembleSettings(32, 2, seed=1), days=years
    )
    # surveys: 0.6 to 1 % of the young adult's collagen per year
    left = lost.collagen.isel(day=-1)
    assert ((left > 0.85) & (left < 0.96)).all()
    assert (saved.collagen.isel(day=-1) > left).all()


def test_draws_belong_to_members_in_turn(skin, treated):
    exposure = laser_genesis()
    outcome = followed(skin, treated, exposures=[(0, exposure)], draws=8)
    members = treated(exposure)
    assert outcome.sizes["member"] == len(members) == 2
    np.testing.assert_array_equal(outcome.peak_temperature[0, 1], members[1].peak_temperature)


@pytest.mark.slow
def test_the_same_seed_repeats_a_simulation_bit_for_bit(skin):
    course = Course(skin, [laser_genesis(n_pulses=100).on_day(0)])
    first, second = (
        course.simulate(draws=16, members=2, photons=1000, seed=5, last_day=28.0) for _ in range(2)
    )
    assert first.dataset.identical(second.dataset)


def test_the_first_member_is_the_typical_skin_and_the_others_differ():
    typical, *others = physics_members(4, seed=1)
    assert typical == {}
    assert len({one["perfusion_skin"] for one in others}) == 3


def test_members_stand_in_pairs_of_two_people_under_one_draw_of_knowledge():
    _, *others = physics_members(6, seed=1)
    for first, second in (others[0:2], others[2:4]):
        assert first["heat_transfer_air"] == second["heat_transfer_air"]  # nobody knows it
        assert first["room_temperature"] != second["room_temperature"]  # rooms differ
        assert first["perfusion_skin"] != second["perfusion_skin"]  # and people
    assert len({one["heat_transfer_air"] for one in others}) == 3


@pytest.mark.parametrize(("members", "groups"), [(1, 1), (2, 2), (7, 4), (8, 5)])
def test_people_of_one_draw_of_knowledge_are_treated_in_one_pair(members, groups):
    settings = EnsembleSettings(draws=103, members=members, people=5)
    member, pair = member_of(settings), knowledge_of_member(members)
    assert set(member) == set(range(members))
    assert len(set(pair)) == groups
    for first in range(0, 103, 5):
        assert len(set(pair[member[first : first + 5]])) == 1
    # each draw of knowledge of the physics serves the same number of those of the biology
    counts = np.bincount(pair[member[::5]])
    assert np.ptp(counts) <= 1


def test_without_nesting_draws_take_the_members_in_turn():
    settings = EnsembleSettings(draws=20, members=3, people=1)
    np.testing.assert_array_equal(member_of(settings), np.arange(20) % 3)


def test_people_need_two_draws_of_knowledge():
    with pytest.raises(ParameterError, match="people is 8 and draws is 8; expected fewer people"):
        EnsembleSettings(draws=8, people=8)


def test_people_who_do_not_answer_make_no_collagen_and_the_others_do(skin, treated):
    course = Course(skin, [laser_genesis().on_day(0)])
    settings = EnsembleSettings(60, 2, seed=1)
    asked = {"days": (0.0, 56.0)}
    results = [treated(laser_genesis())]
    ready = np.linspace(0.0, 1.0, 12)  # the middle persons of 12 draws of knowledge
    outcome = course.follow(
        results,
        settings,
        **asked,
        values={"readiness": ready, "no_response_share": 0.4 + 0 * ready},
    )
    answers = begin(skin, settings, {"readiness": ready}).values["readiness"] >= 0.4
    rise = outcome.changes("collagen", 56.0)
    assert 0 < answers.sum() < 60
    assert (rise[answers] > 0.0).all()
    assert (rise[~answers] <= 0.0).all()


def test_provenance_travels_with_the_outcome(skin, treated):
    outcome = followed(skin, treated, exposures=[(3, laser_genesis())])
    assert json.loads(outcome.attrs["skin"])["fitzpatrick"] == 3
    session = json.loads(outcome.attrs["sessions"])[0]
    assert (session["day"], session["radiant_exposure_j_cm2"]) == (3.0, pytest.approx(14.0))
    assert len(outcome.attrs["data_fingerprint"]) == 16


def test_ctrl_c_keeps_the_members_that_are_finished(skin):
    course = Course(skin, [laser_genesis(n_pulses=50).on_day(0)])

    def interrupt(fraction: float) -> None:
        if fraction >= 0.5:
            raise KeyboardInterrupt

    outcome = course.simulate(draws=8, members=4, photons=1000, last_day=14.0, progress=interrupt)
    assert outcome.sizes["member"] == 2
    assert "2 of 4 members" in outcome.attrs["notes"]


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda skin: Course(skin).simulate(last_day=-1.0), "last_day is -1"),
        (
            lambda skin: Course(skin).follow([], EnsembleSettings(8, 2, seed=1), days=(1.0, 2.0)),
            "start at 0",
        ),
        (lambda _: Care("washing"), "no care is called 'washing'"),
        (lambda _: Care("cleansing", from_day=5.0, to_day=5.0), "cleansing runs from day 5"),
        (lambda _: Care("cleansing", level=2.0), "level of cleansing is 2"),
        (lambda _: physics_members(0, seed=1), "members is 0"),
    ],
)
def test_impossible_requests_get_one_line(skin, make, text):
    with pytest.raises(ParameterError, match=text):
        make(skin)


def test_a_surface_wound_tightens_less_than_if_its_signal_reached_all_of_the_pore(
    skin, treated, monkeypatch
):
    usual = followed(skin, treated, exposures=[(0, pearl())]).diameter_ratio
    monkeypatch.setattr("porelight.course.healing_weeks._felt_share", lambda *_: np.ones(1))
    deep = followed(skin, treated, exposures=[(0, pearl())]).diameter_ratio
    assert float(usual.isel(day=-2).median()) > float(deep.isel(day=-2).median())


def test_sunscreen_keeps_spots_away_for_longer(skin, treated):
    exposures = [(0, pearl())]
    bare = followed(skin, treated, exposures=exposures)
    care = [Care("sun-protection")]
    screened = followed(skin, treated, exposures=exposures, care=care)
    assert (screened.pigment.isel(day=-1) < bare.pigment.isel(day=-1)).all()
    half = [Care("unprotected-sun"), Care("unprotected-sun", level=0.5)]
    indoors = followed(skin, treated, exposures=exposures, care=half)
    assert (indoors.pigment.isel(day=-1) < bare.pigment.isel(day=-1)).all()


@pytest.mark.parametrize(
    ("effect", "message"),
    [
        (
            lambda weeks: np.ones((1, weeks.times.size)),
            r"itch has the shape",
        ),
        (
            lambda weeks: np.full((weeks.times.size, 1), np.nan),
            "outcome itch is not a finite number",
        ),
        (lambda weeks: weeks.times[:, None] / 1e6, "itch is 0 on day 0 and not later"),
    ],
)
def test_an_outcome_of_ones_own_that_cannot_be_told_is_refused(skin, effect, message):
    variable = OutcomeVariable(
        "itch", "1", "how much it itches", label="itch", group="effects", written="share"
    )
    laws = Laws(outcomes=[ExtraOutcome(variable, effect)])
    with pytest.raises(ParameterError, match=message):
        Course(skin).follow([], EnsembleSettings(8, 1), days=(0.0, 7.0, 14.0), laws=laws)


def test_an_exposure_without_a_day_is_no_session(skin):
    with pytest.raises(ParameterError, match=r"expected a Session: .*on_day"):
        Course(skin, [laser_genesis()])
