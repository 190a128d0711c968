"""The surface: exact zero, the anchors of 2790 nm trials, redness, pigment."""

import numpy as np
import pytest

from porelight.data.library import table
from porelight.errors import ParameterError
from porelight.healing.epidermis import EpidermisParameters, epidermal_healing, pigment_risk

DAY, UM = 86400.0, 1e-6
TYPICAL = EpidermisParameters.typical()


def surface(days, ablated=10 * UM, dead=60 * UM, rise=0.0, sessions=(0.0,), parameters=TYPICAL):
    shape = (len(sessions), 1)
    return epidermal_healing(
        np.asarray(days, dtype=float) * DAY,
        np.asarray(sessions, dtype=float) * DAY,
        np.full(shape, ablated),
        np.full(shape, dead),
        np.full(shape, rise),
        parameters,
    )


def drawn(n):
    """Return n draws, independent, from the priors of the library."""
    rng = np.random.default_rng(4)
    entries = table("tissue", "healing")
    names = EpidermisParameters.__dataclass_fields__
    return EpidermisParameters.from_values(
        {name: entries[name].quantile(rng.random(n)) for name in names}
    )


def test_no_injury_leaves_the_surface_exactly_as_it_was():
    course = surface(np.linspace(0.0, 60.0, 40), 0.0, 0.0, 0.0, (0.0, 14.0), drawn(50))
    for array in (course.open_wound, course.dressing, course.erythema):
        assert array.shape == (40, 50)
        np.testing.assert_array_equal(array, 0.0)


def test_a_course_without_sessions_is_no_course():
    none = np.zeros((0, 1))
    course = epidermal_healing(np.array([0.0, DAY]), np.zeros(0), none, none, none, TYPICAL)
    np.testing.assert_array_equal(course.erythema, 0.0)
    np.testing.assert_array_equal(course.dressing, 0.0)


@pytest.mark.validation
def test_pearl_closes_on_day_three_to_four_and_sheds_its_dressing_by_day_seven():
    # Ross 2009, Rhie 2015: re-epithelialised on day 3 to 4; clinics: dressing off day 3 to 6, <= 7
    many = drawn(2000)
    depth = np.full(2000, 70 * UM)
    closed, off = many.closed_after(depth) / DAY, many.dressing_off_after(depth) / DAY
    assert closed.min() >= 3.0
    assert closed.max() <= 4.0
    assert off.min() >= 3.0
    assert off.max() <= 7.0
    deepest = many.dressing_off_after(np.full(2000, 80 * UM)) / DAY
    assert deepest.max() <= 7.0


def test_wound_is_open_after_the_session_closes_monotonously_and_stays_closed():
    share = surface(np.linspace(0.0, 8.0, 81)).open_wound[:, 0]
    assert share[0] == 0.0  # the value on the day of a session is the one before it
    assert share[1] > 0.99
    assert np.all(np.diff(share[1:]) <= 0.0)
    np.testing.assert_array_equal(share[36:], 0.0)


def test_deeper_wounds_close_later():
    times = TYPICAL.closed_after(np.array([0.0, 35 * UM, 70 * UM, 140 * UM])) / DAY
    np.testing.assert_allclose(times, [0.0, 1.75, 3.5, 7.0], rtol=1e-12)


def test_ablation_without_residue_leaves_no_dressing():
    course = surface([1.0, 2.0], ablated=50 * UM, dead=0.0)
    np.testing.assert_array_equal(course.dressing, 0.0)
    assert np.all(course.open_wound > 0.0)


def test_a_thin_film_dresses_only_a_share_of_the_surface():
    np.testing.assert_allclose(surface([0.01], dead=5 * UM).dressing, 0.5, rtol=1e-12)


def test_dressing_flakes_from_its_share_of_life_on():
    # life 3.5 + 0.5 d, flaking from 60 % of it: day 2.4
    cover = surface([0.0, 2.3, 2.5, 3.2, 4.0, 4.1]).dressing[:, 0]
    assert cover[0] == 0.0  # on the day of the session, before it
    assert cover[1] == 1.0
    np.testing.assert_allclose(cover[2:], [0.9375, 0.5, 0.0, 0.0], rtol=1e-9, atol=1e-12)


@pytest.mark.validation
def test_redness_of_pearl_is_there_on_day_four_and_gone_in_one_to_four_weeks():
    # falls to a tenth between 4 and 28 days (5-95 %)
    days = np.linspace(0.1, 60.0, 600)
    redness = surface(days, parameters=drawn(1000)).erythema
    last = days[(redness > 0.1).sum(axis=0) - 1]
    assert 0.3 < surface([4.0]).erythema[0, 0] < 0.8
    assert 4.0 < np.quantile(last, 0.05) < 10.0
    assert 20.0 < np.quantile(last, 0.95) < 45.0


def test_warmth_alone_flushes_for_hours():
    redness = surface(np.array([0.1, 3.0, 24.0]) / 24.0, 0.0, 0.0, rise=8.0).erythema[:, 0]
    assert redness[0] > 0.7
    np.testing.assert_allclose(redness[1] / redness[0], np.exp(-2.9 / 3.0), rtol=1e-9)
    assert redness[2] < 1e-3


def test_redness_of_wound_and_warmth_fill_up_to_one():
    both = surface([0.01], rise=50.0).erythema[0, 0]
    parts = [surface([0.01]).erythema[0, 0], surface([0.01], 0.0, 0.0, rise=50.0).erythema[0, 0]]
    assert sum(parts) > 1.0
    np.testing.assert_allclose(1.0 - both, (1.0 - parts[0]) * (1.0 - parts[1]), rtol=1e-12)


def test_repeated_redness_never_passes_one():
    redness = surface([0.2], sessions=(0.0, 0.05, 0.1, 0.15), rise=50.0).erythema
    assert 0.99 < redness[0, 0] <= 1.0


def test_pigment_risk_is_zero_without_a_wound_and_grows_with_type_and_depth():
    np.testing.assert_array_equal(pigment_risk(6, np.zeros(3), TYPICAL), 0.0)
    risks = np.array(
        [pigment_risk(kind, np.array([35 * UM, 70 * UM]), TYPICAL) for kind in range(1, 7)]
    )
    assert np.all(np.diff(risks, axis=0) > 0.0)
    assert np.all(np.diff(risks, axis=1) > 0.0)
    assert np.all(risks < 1.0)


@pytest.mark.validation
def test_pigment_risk_respects_what_trials_exclude():
    # 0 of 8 in types I-III at 2790 nm: at most 3/8 by the rule of three
    risks = [pigment_risk(kind, np.array([70 * UM]), TYPICAL)[0] for kind in (1, 2, 3)]
    assert max(risks) < 3.0 / 8.0
    # 38.1 % of 218 in types III-V after Er:YAG about twice as deep: within a factor 2
    assert 0.19 < pigment_risk(4, np.array([150 * UM]), TYPICAL)[0] < 0.76


def test_wrong_inputs_say_what_is_wrong():
    with pytest.raises(ParameterError, match="fitzpatrick is 7"):
        pigment_risk(7, np.zeros(1), TYPICAL)
    with pytest.raises(ParameterError, match="surface_rise is -5 K"):
        surface([1.0], rise=-5.0)
    with pytest.raises(ParameterError, match="ablated is 50 m"):
        surface([1.0], ablated=50.0)
    with pytest.raises(ParameterError, match=r"expected \(n_session, n_draw\)"):
        epidermal_healing(np.zeros(1), np.zeros(1), np.zeros(1), np.zeros(1), np.zeros(1), TYPICAL)
    with pytest.raises(ParameterError, match="flaking_start is 1"):
        EpidermisParameters.from_values({"flaking_start": 1.0})
