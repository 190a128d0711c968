"""The constrained mixture: zero dose, a flowing sheet in closed form, order in time, mechanisms."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from porelight.errors import ParameterError
from porelight.mechanics.mixture import MECHANISMS, RingCollagen
from porelight.mechanics.opening import RingHistory, pore_opening
from porelight.mechanics.ring import RingMechanics, dose_profile, ring_mesh

DAY = 86_400.0
TYPICAL = RingMechanics.typical()
FORTNIGHTS = np.arange(5) * 14.0 * DAY
MESH = ring_mesh(16)


def diameter(times, collagen, plug_pressure, contraction, pore, **options):
    """Diameter over its resting value."""
    history = RingHistory(times, collagen, plug_pressure, contraction)
    return pore_opening(history, pore, **options).ratio


def resting(times, n_draw=1, mesh=MESH):
    """Skin in which nothing ever happens."""
    shape = (times.size, n_draw, mesh.n_element)
    flux = 0.1 * np.log(2.0) / (60.0 * DAY)
    values = (0.1, 0.9, 0.0, flux, 0.1 * flux)
    return RingCollagen(mesh, *(np.full(shape, value) for value in values))


def treated(two_pools, times, stimulus=1.0, denatured=0.0, *, n_draw=1, mesh=MESH):
    """Five fortnightly sessions, three times stronger at the wall than far away."""
    dose = replace(TYPICAL, pore_dose_ratio=np.full(n_draw, 3.0), pore_dose_reach=1.5)
    profile = dose_profile(mesh, dose)
    return two_pools(mesh, times, FORTNIGHTS, stimulus * profile, denatured * profile)


@pytest.mark.verification
def test_zero_dose_never_moves_a_pore(two_pools):
    rng = np.random.default_rng(3)
    n_draw = 50
    pore = RingMechanics.from_values(
        {
            "skin_tension": rng.uniform(0.02, 0.3, n_draw),
            "poisson_ratio": rng.uniform(0.4, 0.5, n_draw),
            "patch_constraint": rng.uniform(0.0, 10.0, n_draw),
            "soft_ring_modulus": rng.uniform(0.2, 1.0, n_draw),
        }
    )
    times = np.arange(0.0, 400.0, 20.0) * DAY
    nothing = np.zeros((n_draw, MESH.n_element))
    collagen = two_pools(MESH, times, FORTNIGHTS, nothing, nothing, substep=DAY)
    still = np.ones((times.size, n_draw))
    found = diameter(times, collagen, still, 0.0 * still, pore)
    np.testing.assert_allclose(found, 1.0, rtol=0.0, atol=1e-12)
    assert (diameter(times, resting(times, n_draw), still, 0.0 * still, pore) == 1.0).all()


@pytest.mark.verification
def test_sheet_that_only_renews_itself_flows_at_the_rate_of_renewal():
    # one pool laid down at the resting tension is a Maxwell fluid under any change of load: after
    # the pressure drops, the strain of the free patch is the elastic one times 1 + (rate)(time)
    mesh = ring_mesh(60)
    rate = np.log(2.0) / (60.0 * DAY)
    times = np.array([0.0, 10.0, 40.0, 90.0]) * DAY
    full = np.ones((times.size, 1, mesh.n_element))
    collagen = RingCollagen(mesh, full, 0.0 * full, 0.0 * full, rate * full, 0.0 * full)
    pore = replace(TYPICAL, patch_constraint=0.0)
    ratio = diameter(times, collagen, 0.2 * full[:, :, 0], 0.0 * full[:, :, 0], pore)
    found = np.log(ratio)
    elastic = found[0]
    assert elastic < -0.01
    np.testing.assert_allclose(found, elastic * (1.0 + rate * times[:, np.newaxis]), rtol=2e-3)


@pytest.mark.verification
def test_sparse_output_times_converge_with_the_square_of_the_step(two_pools):
    times = np.arange(0.0, 127.0, 14.0) * DAY
    collagen = treated(two_pools, times, denatured=0.02)
    still = np.ones((times.size, 1))
    runs = [
        diameter(times, collagen, 0.8 * still, 0.0 * still, TYPICAL, max_step=step * DAY)
        for step in (3.5, 1.75, 0.875, 0.4375)
    ]
    gaps = [np.abs(a - b).max() for a, b in pairwise(runs)]
    orders = np.log2(np.divide(gaps[:-1], gaps[1:]))
    np.testing.assert_allclose(orders, 2.0, atol=0.15)
    assert gaps[0] < 1e-4


def test_sixteen_rings_are_within_a_thousandth_of_sixty_four(two_pools):
    times = np.arange(0.0, 127.0, 14.0) * DAY
    still = np.ones((times.size, 1))
    coarse, fine = (
        diameter(
            times, treated(two_pools, times, 2.0, 0.05, mesh=mesh), still, 0.0 * still, TYPICAL
        )
        for mesh in (ring_mesh(16), ring_mesh(64))
    )
    np.testing.assert_allclose(coarse, fine, atol=1e-3)


def test_five_unit_sessions_close_a_pore_by_five_per_cent_as_an_independent_code_found(two_pools):
    # linear elements, memory along the hoop only, daily Euler steps: -5.17 % at day 70
    pore = replace(TYPICAL, deposition_isotropy=0.0, shrinkage_isotropy=0.0)
    times = np.arange(0.0, 71.0, 2.0) * DAY
    drop, drops = 0.0, []
    for time in times:
        # each session takes a quarter of the plug's pressure, which comes back over 60 days
        drop = 1.0 - (1.0 - drop) * 0.75 if time in FORTNIGHTS else drop
        drops.append(drop)
        drop *= np.exp(-2.0 / 60.0)
    pressure = 1.0 - np.array(drops)[:, np.newaxis]
    collagen = treated(two_pools, times)
    found = diameter(times, collagen, pressure, 0.0 * pressure, pore)
    np.testing.assert_allclose(np.log(found[-1, 0]), -0.0517, atol=0.002)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(
    lower=st.lists(st.floats(0.0, 1.5), min_size=6, max_size=6),
    extra=st.lists(st.floats(0.0, 1.0), min_size=6, max_size=6),
    constraint=st.floats(0.0, 20.0),
    renewal_days=st.floats(5.0, 500.0),
)
def test_less_plug_pressure_never_enlarges(lower, extra, constraint, renewal_days):
    times = np.arange(6) * 20.0 * DAY
    mesh = ring_mesh(8)
    shape = (6, 2, mesh.n_element)
    rate = 0.1 / (renewal_days * DAY)
    values = (0.1, 0.9, 0.0, rate, 0.2 * rate)
    collagen = RingCollagen(mesh, *(np.full(shape, value) for value in values))
    pressure = np.stack([lower, np.add(lower, extra)], axis=1)
    pore = replace(TYPICAL, patch_constraint=constraint)
    found = diameter(times, collagen, pressure, 0.0 * pressure, pore)
    assert (found[:, 0] <= found[:, 1] + 1e-12).all()


def test_each_mechanism_acts_alone_and_none_leaves_the_pore_alone(two_pools):
    times = np.arange(0.0, 85.0, 7.0) * DAY
    collagen = treated(two_pools, times, denatured=0.02)
    ones = np.ones((times.size, 1))
    at_end = {
        name: diameter(times, collagen, 0.7 * ones, 0.02 * ones, TYPICAL, mechanisms={name})[-1, 0]
        - 1.0
        for name in sorted(MECHANISMS)
    }
    none = diameter(times, collagen, 0.7 * ones, 0.02 * ones, TYPICAL, mechanisms=set())
    assert (none == 1.0).all()
    assert at_end["pre-strain"] < -0.005
    assert at_end["plug"] < -0.005
    assert at_end["shrinkage"] < 0.0
    assert at_end["contraction"] < 0.0
    assert abs(at_end["stiffness"]) < 0.01
    assert at_end["stiffness"] != 0.0


@pytest.mark.parametrize(("constraint", "sign"), [(0.0, -1.0), (5.0, 1.0)])
def test_contraction_closes_a_free_pore_and_opens_a_held_one(constraint, sign):
    times = np.array([0.0, 30.0]) * DAY
    contraction = np.array([[0.0], [0.05]])
    pore = replace(TYPICAL, patch_constraint=constraint)
    found = diameter(times, resting(times), np.ones((2, 1)), contraction, pore)
    assert np.sign(found[1, 0] - 1.0) == sign


def test_pre_strain_along_the_hoop_closes_more_than_in_both_directions(two_pools):
    times = np.arange(0.0, 71.0, 14.0) * DAY
    still = np.ones((times.size, 3))
    pore = replace(TYPICAL, deposition_isotropy=np.array([0.0, 0.5, 1.0]), patch_constraint=3.0)
    collagen = treated(two_pools, times, n_draw=3)
    found = diameter(times, collagen, still, 0.0 * still, pore)[-1]
    assert found[0] < found[1] < found[2]


def test_loss_of_collagen_opens_a_pore():
    times = np.array([0.0, 365.0]) * DAY
    before = resting(times)
    mature = before.mature.copy()
    mature[1] *= 0.8
    still = np.ones((2, 1))
    found = diameter(times, replace(before, mature=mature), still, 0.0 * still, TYPICAL)
    assert found[1, 0] > 1.01


def test_ring_that_lost_all_its_mature_collagen_still_balances():
    times = np.arange(4) * 10.0 * DAY
    before = resting(times)
    mature, denatured = before.mature.copy(), before.denatured.copy()
    mature[0, :, 0], denatured[0, :, 0] = 0.0, 0.9
    mature[1:, :, 0] = np.array([0.0, 0.1, 0.2])[:, np.newaxis]
    still = np.ones((4, 1))
    collagen = replace(before, mature=mature, denatured=denatured)
    found = diameter(times, collagen, still, 0.0 * still, TYPICAL)
    assert np.isfinite(found).all()


def test_heat_of_a_first_session_is_reckoned_from_the_skin_before_it():
    times = np.array([0.0, 100.0]) * DAY
    before = resting(times)
    mature, denatured = before.mature.copy(), before.denatured.copy()
    mature[0], denatured[0] = 0.7, 0.2
    still = np.ones((2, 1))
    found = diameter(
        times,
        replace(before, mature=mature, denatured=denatured),
        still,
        0.0 * still,
        TYPICAL,
        mechanisms={"stiffness"},
    )
    assert found[0, 0] > 1.01
    # once the loss is made good, the pore is where it was
    np.testing.assert_allclose(found[1, 0], 1.0, atol=1e-12)


def test_draws_do_not_touch_one_another(two_pools):
    times = np.arange(0.0, 71.0, 14.0) * DAY
    together = replace(TYPICAL, skin_tension=np.array([0.05, 0.1, 0.2]))
    collagen = treated(two_pools, times, 1.5, 0.03, n_draw=3)
    ones = np.ones((times.size, 3))
    found = diameter(times, collagen, 0.8 * ones, 0.01 * ones, together)
    alone = replace(together, skin_tension=0.2)
    single = RingCollagen(
        MESH,
        *(
            getattr(collagen, name)[:, 2:3].copy()
            for name in ("immature", "mature", "denatured", "production", "maturation")
        ),
    )
    one = np.ones((times.size, 1))
    expected = diameter(times, single, 0.8 * one, 0.01 * one, alone)
    np.testing.assert_array_equal(found[:, 2], expected[:, 0])


def test_one_history_serves_many_draws_of_the_parameters():
    times = np.array([0.0, 10.0]) * DAY
    pore = replace(TYPICAL, skin_tension=np.array([0.05, 0.2]))
    one = np.ones((2, 1))
    found = diameter(times, resting(times), 0.5 * one, 0.0 * one, pore)
    assert found.shape == (2, 2)
    assert found[0, 0] != found[0, 1]


def test_wrong_histories_are_refused():
    times = np.arange(3) * DAY
    collagen = resting(times)
    one = np.ones((3, 1))
    with pytest.raises(ParameterError, match="expected \\(n_time, n_draw, 16\\)"):
        replace(collagen, mature=np.ones((3, 1, 5)))
    with pytest.raises(ParameterError, match="same shape"):
        replace(collagen, mature=np.ones((3, 2, 16)))
    with pytest.raises(ParameterError, match="denatured goes down to -1"):
        replace(collagen, denatured=-np.ones((3, 1, 16)))
    with pytest.raises(ParameterError, match="living skin"):
        replace(collagen, immature=np.zeros((3, 1, 16)))
    with pytest.raises(ParameterError, match="collagen histories hold 3 times"):
        diameter(times[:2], collagen, one, 0.0 * one, TYPICAL)
    with pytest.raises(ParameterError, match="increase strictly"):
        diameter(times[::-1].copy(), collagen, one, 0.0 * one, TYPICAL)
    with pytest.raises(ParameterError, match=r"\(n_time, n_draw\) = \(3, 1\)"):
        diameter(times, collagen, np.ones(3), 0.0 * one, TYPICAL)
    with pytest.raises(ParameterError, match="not pascals"):
        diameter(times, collagen, 2000.0 * one, 0.0 * one, TYPICAL)
    with pytest.raises(ParameterError, match="not per cent"):
        diameter(times, collagen, one, 13.0 * one, TYPICAL)
    with pytest.raises(ParameterError, match="did you mean 'stiffness'"):
        diameter(times, collagen, one, 0.0 * one, TYPICAL, mechanisms={"stifness"})
    with pytest.raises(ParameterError, match="max_step is 0 s"):
        diameter(times, collagen, one, 0.0 * one, TYPICAL, max_step=0.0)


@pytest.mark.verification
@pytest.mark.parametrize("cut", [2, 5, 11])
def test_a_course_cut_in_two_with_its_state_carried_over_is_the_same_to_rounding(two_pools, cut):
    times = np.arange(0.0, 127.0, 7.0) * DAY
    collagen = treated(two_pools, times, 1.5, 0.03)
    pressure = 1.0 - 0.5 * np.exp(-times / (30.0 * DAY))[:, np.newaxis]
    shrunk = 0.02 * (times > 20.0 * DAY)[:, np.newaxis]

    def part(first, last):
        some = slice(first, last)
        arrays = (
            getattr(collagen, name)[some]
            for name in ("immature", "mature", "denatured", "production", "maturation")
        )
        return RingHistory(times[some], RingCollagen(MESH, *arrays), pressure[some], shrunk[some])

    whole = pore_opening(part(0, None), TYPICAL)
    early = pore_opening(part(0, cut + 1), TYPICAL)
    late = pore_opening(part(cut, None), TYPICAL, start=early.end)
    np.testing.assert_allclose(early.ratio, whole.ratio[: cut + 1], rtol=0.0, atol=1e-14)
    np.testing.assert_allclose(late.ratio, whole.ratio[cut:], rtol=0.0, atol=1e-14)
    # the state matters: from rest the second half goes elsewhere
    naive = pore_opening(part(cut, None), TYPICAL)
    assert np.abs(naive.ratio - whole.ratio[cut:]).max() > 1e-3
    with pytest.raises(ParameterError, match="the state of the mechanics is of time"):
        pore_opening(part(0, None), TYPICAL, start=early.end)


def test_times_that_lie_next_to_nothing_apart_change_nothing():
    # over the longest step their distance underflows to 0
    times = np.array([0.0, 5e-324, 14.0 * DAY])
    rising = np.array([1.0, 1.0, 0.5])[:, None]
    found = diameter(times, resting(times), rising, 0.0 * rising, TYPICAL)
    kept = times[[0, 2]]
    plain = diameter(kept, resting(kept), rising[[0, 2]], 0.0 * rising[[0, 2]], TYPICAL)
    assert found[1] == found[0] == 1.0
    np.testing.assert_allclose(found[2], plain[1], rtol=1e-9)
