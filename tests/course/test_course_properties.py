"""What no draw of the priors and no dose may break, found by trying."""

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from porelight.course.draws import BIOLOGY
from porelight.course.healing_weeks import HealingWeeks
from porelight.course.regimen import Care
from porelight.course.state import SessionDoses
from porelight.data.priors import draws, uncertain
from porelight.healing.plug import Cleansing, PlugParameters, plug_fill
from porelight.units import day

N_DRAW = 6
DAYS = np.array([0.0, 1.0, 7.0, 28.0, 56.0, 120.0])
tried = settings(max_examples=12, deadline=None, derandomize=True)
seeds = st.integers(0, 10**6)
shares = st.floats(0.0, 1.0)
session_days = st.lists(st.integers(0, 100), min_size=1, max_size=4, unique=True).map(sorted)


def biology(seed):
    """Draws over the whole of the priors."""
    return draws(uncertain(BIOLOGY), N_DRAW, seed)


def doses(n_session, **given):
    """Sessions that leave nothing but what is given."""
    shape = (n_session, N_DRAW)
    return SessionDoses(
        *(np.broadcast_to(given.get(one.name, 0.0), shape) for one in fields(SessionDoses))
    )


def followed(skin, values, days, left, care=()):
    weeks, _ = HealingWeeks(skin, values, tuple(care)).weeks(np.asarray(days, float), left, DAYS)
    return weeks


@tried
@given(seed=seeds, days=session_days)
def test_zero_dose_is_zero_change_whatever_the_parameters(skin, seed, days):
    weeks = followed(skin, biology(seed), days, doses(len(days)))
    for name, history in weeks.items():
        if history.shape == (N_DRAW, DAYS.size):
            assert np.abs(history - history[:, :1]).max() <= 1e-12, name
    np.testing.assert_allclose(weeks["diameter_ratio"], 1.0, rtol=0.0, atol=1e-12)


@tried
@given(
    seed=seeds,
    days=session_days,
    shocked=shares,
    denatured=st.floats(0.0, 0.5),
    dead=st.floats(0.0, 3e-4),
    ablated=st.floats(0.0, 1e-4),
    care=st.sampled_from(["cleansing", "unprotected-sun", "picking"]),
)
def test_no_pore_goes_below_its_floor_and_every_outcome_is_finite(  # noqa: PLR0913, PLR0917
    skin, seed, days, shocked, denatured, dead, ablated, care
):
    left = doses(len(days), heat_shocked=shocked, denatured=denatured, dead=dead, ablated=ablated)
    weeks = followed(skin, biology(seed), days, left, [Care(care)])
    for name, history in weeks.items():
        assert np.isfinite(history).all(), name
    assert (weeks["mean_diameter"] >= skin.pores.floor.mean() * (1.0 - 1e-12)).all()
    assert (weeks["diameter_ratio"] > 0.0).all()
    assert (weeks["collagen"] > 0.0).all()


@pytest.mark.slow
@tried
@given(seed=seeds, days=session_days, dose=shares, more=shares)
def test_more_warmth_never_means_less_collagen_or_a_fuller_plug(skin, seed, days, dose, more):
    # warmth alone: nothing denatured, nothing wounded. Signal, young collagen and the emptying of
    # the plug follow the dose on every day of every draw.
    weeks = [
        followed(skin, biology(seed), days, doses(len(days), heat_shocked=shocked))
        for shocked in sorted((dose, dose + (1.0 - dose) * more))
    ]
    assert (weeks[1]["stimulus"] >= weeks[0]["stimulus"] - 1e-12).all()
    assert (weeks[1]["immature_collagen"] >= weeks[0]["immature_collagen"] - 1e-9).all()
    assert (weeks[1]["plug"] <= weeks[0]["plug"] + 1e-12).all()


@pytest.mark.slow
@tried
@given(seed=seeds, dose=st.floats(0.02, 0.5), more=st.floats(0.1, 1.0))
def test_more_warmth_moves_a_pore_further_the_way_warmth_moves_it(skin, seed, dose, more):
    # whether new collagen closes or opens the orifice depends on numbers nobody has measured;
    # the size of the change does not shrink with the dose. Four weeks after one session, deposition
    # and the pre-strain that it leaves grow with the signal; the plug is kept out of it. A draw in
    # which stiffness and pre-strain all but cancel is allowed a thousandth of the diameter.
    values = {**biology(seed), "sebum_drop": np.zeros(N_DRAW)}
    less, most = (
        np.log(followed(skin, values, [0], doses(1, heat_shocked=shocked))["diameter_ratio"][:, 3])
        for shocked in (dose, dose + (1.0 - dose) * more)
    )
    assert (np.abs(most) >= np.abs(less) - 1e-3).all()
    clear = np.abs(less) > 1e-3
    assert (np.sign(most[clear]) == np.sign(less[clear])).all()


@pytest.mark.slow
@tried
@given(seed=seeds, days=session_days, shocked=shares, dead=st.floats(0.0, 1e-4))
def test_finer_steps_change_nothing_beyond_the_stated_error(skin, seed, days, shocked, dead):
    values = biology(seed)
    left = doses(len(days), heat_shocked=shocked, denatured=0.02, dead=dead)
    usual = followed(skin, values, days, left)["diameter_ratio"]
    # observing every day makes the steps of histories three times as fine
    daily = np.unique(np.concatenate([DAYS, np.arange(0.0, DAYS[-1], 1.0)]))
    weeks, _ = HealingWeeks(skin, values, ()).weeks(np.asarray(days, float), left, daily)
    fine = weeks["diameter_ratio"][:, np.searchsorted(daily, DAYS)]
    # docs/theory/mechanics.md states 2e-3 of the diameter at worst, 2e-4 in the median draw
    np.testing.assert_allclose(usual, fine, rtol=0.0, atol=2e-3)
    assert np.median(np.abs(usual - fine)) < 3e-4


@tried
@given(
    seed=seeds,
    starts=st.lists(st.floats(0.0, 200.0), min_size=1, max_size=3),
    thoroughness=shares,
    emptied=shares,
)
def test_cleansing_never_fills_a_plug(seed, starts, thoroughness, emptied):
    plugs = PlugParameters.from_values(biology(seed))
    times = DAYS * day
    habits = tuple(Cleansing(one * day, (one + 60.0) * day, thoroughness) for one in starts)
    sessions, share = np.array([14.0 * day]), np.full((1, N_DRAW), emptied)
    bare = plug_fill(times, sessions, share, plugs)
    clean = plug_fill(times, sessions, share, plugs, habits)
    assert (clean <= bare + 1e-12).all()


def cleansed_less_bare(skin, seed, care, shocked):
    """How much wider each pore is for being cleansed, relative to its first diameter."""
    left = doses(1, heat_shocked=shocked)
    # level 0 cleans nothing and takes the same steps
    bare, clean = (
        followed(skin, biology(seed), [14.0], left, [Care("cleansing", care[0], level=level)])
        for level in (0.0, care[1])
    )
    return clean["diameter_ratio"] - bare["diameter_ratio"]


@tried
@given(seed=seeds, start=st.floats(0.0, 100.0), level=shares)
def test_cleansing_never_enlarges_an_untreated_pore(skin, seed, start, level):
    assert (cleansed_less_bare(skin, seed, (start, level), 0.0) <= 1e-9).all()


@pytest.mark.slow
@tried
@given(seed=seeds, start=st.floats(0.0, 100.0), level=shares, shocked=shares)
def test_cleansing_hardly_enlarges_a_healing_pore(skin, seed, start, level, shocked):
    # 480 random trials: for some weeks up to 0.011 wider, see docs/theory/healing.md
    assert (cleansed_less_bare(skin, seed, (start, level), shocked) <= 0.02).all()


@pytest.mark.parametrize("name", ["thickening_share", "orifice_model_error"])
def test_what_only_the_orifice_knows_reaches_the_forecast(skin, name):
    # each of them moves the answer, so that its uncertainty is in the interval
    values = biology(1) | {"readiness": np.ones(N_DRAW)}  # of people who answer
    left = doses(2, heat_shocked=0.2)
    low, high = (
        followed(skin, {**values, name: np.full(N_DRAW, value)}, [0.0, 14.0], left)
        for value in ((0.0, 1.0) if name == "thickening_share" else (-0.05, 0.05))
    )
    gap = np.abs(low["diameter_ratio"] - high["diameter_ratio"]).max(axis=1)
    assert (gap > 1e-4).all()
