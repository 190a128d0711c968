"""The finite-strain reference against closed forms: Lamé, inflation, constraints, patch, energy."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import kv

from porelight.errors import ConvergenceError, ParameterError
from porelight.mechanics._assembly import Loads, out_of_balance, tangent
from porelight.mechanics._hyperelastic import Tissue
from porelight.mechanics._sheet import TensedSheet
from porelight.mechanics.finite_element import (
    Pool,
    PoreGeometry,
    PoreProblem,
    deformed,
    potential_energy,
)

NU = 0.45
EXTENT = 10.0
SMALL = 1e-6  # a load so small that strain is linear in it to rounding


def one(r, z):
    return np.ones_like(r + z)


def body(n_r, z_edges, extent=EXTENT, wall=None):
    return PoreGeometry.of(extent ** (np.arange(n_r + 1) / n_r), z_edges, wall)


def equal_skin(geometry, **changes):
    """Return a pore of uniform tissue in infinite equal skin."""
    problem = PoreProblem(geometry, (Pool(one),), NU, far_stiffness=1.0 / (1.0 + NU))
    return replace(problem, **changes)


@pytest.mark.verification
def test_small_loads_converge_to_lame_with_the_order_of_the_elements():
    tension, pressure = 0.1 * SMALL, 0.025 * SMALL
    exact = (2.0 * tension + (1.0 + NU) * pressure) / SMALL
    errors = []
    for n_r in (5, 10, 20):
        problem = equal_skin(
            body(n_r, np.linspace(0.0, 0.5, 3)),
            wall_pressure=pressure,
            far_stress=2.0 * tension / (1.0 + NU),
        )
        errors.append(abs(deformed(problem).mean / SMALL - exact))
    assert errors[1] < 2e-5
    assert np.log2(errors[0] / errors[1]) > 3.5


def inflation_pressure(stretch, extent, shear):
    """Return the closed form, r^2 = R^2 + c, of an incompressible cylinder in plane strain."""
    outer = np.sqrt(1.0 + (stretch**2 - 1.0) / extent**2)
    return shear * (np.log(stretch / outer) + 0.5 * (outer**-2 - stretch**-2))


@pytest.mark.verification
@pytest.mark.parametrize("stretch", [1.1, 1.5, 2.0])
def test_finite_inflation_of_a_thick_cylinder_meets_its_closed_form_to_fourth_order(stretch):
    pressure = inflation_pressure(stretch, 3.0, 1.0 / 3.0)
    errors = []
    for n_r in (4, 8):
        problem = PoreProblem(
            body(n_r, np.array([0.0, 0.3]), extent=3.0),
            (Pool(one),),
            0.5,
            wall_pressure=pressure,
            is_plane_strain=True,
        )
        found = deformed(problem)
        errors.append(abs(1.0 + found.orifice - stretch))
        # incompressible: the outer wall follows from the volume
        outer = np.sqrt(9.0 + stretch**2 - 1.0) - 3.0
        np.testing.assert_allclose(found.far_displacement, outer, rtol=2e-4)
    assert errors[1] < 1e-5 * stretch
    assert np.log2(errors[0] / errors[1]) > 3.5


@pytest.mark.verification
def test_nothing_locks_as_the_tissue_becomes_incompressible():
    # coarse elements, a thick body and a steep load: a locking element would stiffen by orders
    def moved(nu):
        problem = equal_skin(body(6, np.linspace(0.0, 4.0, 5)), poisson_ratio=nu)
        shrink = Pool(one, hoop=lambda r, z: 1.0 - 0.02 * np.exp(-(r - 1.0)) + 0.0 * z)
        return deformed(replace(problem, pools=(shrink,))).orifice

    limit = moved(0.5)
    gaps = [abs(moved(nu) - limit) for nu in (0.49, 0.499, 0.4999)]
    assert gaps[1] < 0.15 * gaps[0]
    assert gaps[2] < 0.15 * gaps[1]
    assert gaps[2] < 1e-3 * abs(limit)


@pytest.mark.verification
@pytest.mark.parametrize(("stiffness", "slope"), [(0.0, 1.0), (1.0 / 1.5, 0.0), (1e7, -3.0)])
def test_contraction_moves_the_pore_by_one_nought_or_minus_three(stiffness, slope):
    # the patch is 40 radii wide: a clamped finite patch is off by (1 / 40)^2 times 4 x 3 / 2
    strain = 1e-5
    problem = PoreProblem(
        body(24, np.array([0.0, 0.2]), extent=40.0),
        (Pool(one, *(lambda r, z: np.full_like(r + z, 1.0 + strain),) * 2),),
        0.5,
        far_stiffness=stiffness,
    )
    # in-plane natural stretches alone would take volume away; water stays, so depth gives way
    thick = replace(problem.pools[0], axial=lambda r, z: (1.0 + strain) ** -2 * one(r, z))
    found = deformed(replace(problem, pools=(thick,))).mean / strain
    np.testing.assert_allclose(found, slope, atol=1.5e-2)


@pytest.mark.verification
def test_uniform_growth_of_a_free_body_meets_no_resistance():
    # patch test: every point takes on its natural configuration, without any stress
    stretches = (1.07, 1.07, 0.9)
    geometry = body(3, np.array([0.0, 0.4, 1.5]), extent=4.0, wall=lambda z: 1.0 - 0.3 * z)
    pool = Pool(one, *(lambda r, z, g=g: g * one(r, z) for g in stretches))
    found = deformed(PoreProblem(geometry, (pool,), 0.4))
    stored = potential_energy(found.problem, found.displacement, found.pressure)
    assert abs(stored) < 1e-12
    radial = geometry.is_radial
    np.testing.assert_allclose(
        found.displacement[radial], 0.07 * geometry.place[0][radial], rtol=1e-8
    )
    np.testing.assert_allclose(
        found.displacement[~radial], -0.1 * geometry.place[1][~radial], atol=1e-9
    )


@pytest.mark.verification
def test_a_turned_meridian_stores_no_energy_but_that_of_its_hoops():
    # F = R in the section and 1 along the hoop: the only rotation an axisymmetric body can show
    angle = 0.8
    turned = np.array([[np.cos(angle), -np.sin(angle), np.sin(angle), np.cos(angle), 1.0]])
    stiff = np.ones((1, 5))
    tissue = Tissue(stiff, np.ones(1), np.array([0.1]), np.ones(1), np.zeros(1))
    assert abs(tissue.energy(turned, np.zeros(1))[0]) < 1e-15
    stress, volume = tissue.stress(turned, np.zeros(1))
    np.testing.assert_allclose(stress, 0.0, atol=1e-15)
    np.testing.assert_allclose(volume, 0.0, atol=1e-15)


@pytest.fixture(scope="module")
def rich():
    """Return a small problem with everything in it, at a state far from balance."""
    geometry = body(
        3,
        np.array([0.0, 0.5, 1.2, 3.0]),
        extent=4.0,
        wall=lambda z: np.interp(z, [0, 1.2], [1, 0.4]),
    )
    shrinking = Pool(
        one,
        radial=lambda r, z: 1.0 - 0.1 * np.exp(-r) + 0.0 * z,
        hoop=lambda r, z: 1.0 - 0.2 / (1.0 + r + z),
        axial=lambda r, z: 1.0 + 0.05 * z / (1.0 + r),
    )
    problem = PoreProblem(
        geometry,
        (shrinking, Pool(one)),
        0.48,
        wall_pressure=0.1,
        pressure_depth=1.2,
        far_stress=0.1,
        far_stiffness=0.5,
        bed_stiffness=0.1,
    )
    state = 0.02 * np.random.default_rng(0).normal(
        size=geometry.n_displacement + geometry.n_pressure
    )
    return problem, state


def directional(function, at, along, step):
    return (function(at + step * along) - function(at - step * along)) / (2.0 * step)


@pytest.mark.verification
def test_tangent_is_the_derivative_of_the_residual(rich):
    problem, state = rich
    loads = Loads.of(problem)
    along = np.random.default_rng(1).normal(size=state.size)
    exact = tangent(problem.geometry, loads, state) @ along

    def gap(step):
        found = directional(
            lambda x: out_of_balance(problem.geometry, loads, x), state, along, step
        )
        return np.abs(found - exact).max() / np.abs(exact).max()

    # central differences: the gap falls with the square of the step, so nothing is missing
    assert gap(1e-4) < 1e-5
    np.testing.assert_allclose(np.log10(gap(1e-3) / gap(1e-4)), 2.0, atol=0.05)


@pytest.mark.verification
def test_residual_is_the_derivative_of_the_energy(rich):
    problem, state = rich
    still = replace(problem, wall_pressure=0.0)  # a follower pressure has no energy
    n = problem.geometry.n_displacement
    along = np.random.default_rng(2).normal(size=state.size)
    forces = out_of_balance(still.geometry, Loads.of(still), state) @ along

    def energy(x):
        return potential_energy(still, x[:n], x[n:])

    np.testing.assert_allclose(directional(energy, state, along, 1e-5), forces, rtol=1e-7)


@pytest.mark.verification
def test_follower_pressure_presses_with_the_area_of_the_moved_wall():
    # the pressure's total radial force per radian is p times r dz of the moved wall
    geometry = body(3, np.array([0.0, 0.5, 1.0]), extent=4.0)
    problem = equal_skin(geometry, wall_pressure=1.0)
    stretched = np.where(geometry.is_radial, 0.3, 0.0) * geometry.place[0]
    stretched = stretched + np.where(geometry.is_radial, 0.0, 0.2) * geometry.place[1]
    unknown = np.concatenate([stretched, np.zeros(geometry.n_pressure)])
    loaded = out_of_balance(geometry, Loads.of(problem), unknown)
    bare = out_of_balance(geometry, Loads.of(replace(problem, wall_pressure=0.0)), unknown)
    push = -(loaded - bare)[: geometry.n_displacement]
    np.testing.assert_allclose(push[geometry.is_radial].sum(), 1.3 * 1.2, rtol=1e-12)


@pytest.mark.verification
def test_two_pools_are_free_at_the_mean_of_their_natural_strains():
    # small strain: the mixture is free at the stiffness-weighted mean, and its energy there is
    # that of the two pulling against each other
    first, second = 0.004, -0.002
    pools = (
        Pool(lambda r, z: 0.75 * one(r, z), *(lambda r, z: (1.0 + first) * one(r, z),) * 3),
        Pool(lambda r, z: 0.25 * one(r, z), *(lambda r, z: (1.0 + second) * one(r, z),) * 3),
    )
    found = deformed(PoreProblem(body(3, np.array([0.0, 1.0]), extent=4.0), pools, 0.4))
    mean = 0.75 * first + 0.25 * second
    np.testing.assert_allclose(found.orifice, mean, rtol=2e-2)
    assert potential_energy(found.problem, found.displacement, found.pressure) > 1e-6


@pytest.mark.verification
def test_a_tensed_sheet_carries_what_it_was_asked_to():
    # closed form of the incompressible sheet: sigma = (l^2 - l^-4) / 3
    sheet = TensedSheet.of(0.15, 0.5)
    np.testing.assert_allclose((sheet.stretch**2 - sheet.stretch**-4) / 3.0, 0.15, rtol=1e-12)
    # small tension: stretch and stiffness of linear elasticity
    slack = TensedSheet.of(1e-7, NU)
    np.testing.assert_allclose((slack.stretch - 1.0) / 1e-7, 1.0 - NU, rtol=1e-5)
    np.testing.assert_allclose(slack.surround_stiffness, 1.0 / (1.0 + NU), rtol=1e-5)
    with pytest.raises(ParameterError, match="tension is 50 moduli"):
        TensedSheet.of(50.0, NU)


@pytest.mark.verification
def test_the_far_end_stands_for_an_infinite_sheet_also_at_finite_strain():
    def opened(extent):
        sheet = TensedSheet.of(0.15, 0.5)
        stiffness = sheet.surround_stiffness
        problem = PoreProblem(
            body(int(10 * np.log10(extent)) + 6, np.array([0.0, 0.1]), extent=extent),
            (Pool(one),),
            0.5,
            wall_pressure=0.025,
            far_stress=sheet.nominal_stress + stiffness * (sheet.stretch - 1.0),
            far_stiffness=stiffness,
        )
        return deformed(problem).orifice

    near, far = opened(5.0), opened(40.0)
    np.testing.assert_allclose(near, far, rtol=5e-4)
    # and strain is not small: linear theory says 2 x 0.15 + 1.5 x 0.025
    assert near > 1.15 * 0.3375


@pytest.mark.verification
def test_thin_sheet_on_springs_follows_a_bessel_function():
    # u'' + u'/r - u/r^2 = u / reach^2 with reach^2 = E h / [k (1 - nu^2)]: u = C K1(r / reach)
    thickness, reach, pressure = 0.05, 2.0, 0.01 * SMALL
    bed = thickness / (reach**2 * (1.0 - NU**2))
    slope = -kv(0, 1.0 / reach) / reach - kv(1, 1.0 / reach)
    wall_stress = (slope + NU * kv(1, 1.0 / reach)) / (1.0 - NU**2)
    exact = -pressure * kv(1, 1.0 / reach) / wall_stress
    problem = equal_skin(
        body(20, np.array([0.0, thickness])), wall_pressure=pressure, bed_stiffness=bed
    )
    np.testing.assert_allclose(deformed(problem).mean, exact, rtol=5e-3)
    # the springs matter: without them the wall moves further
    assert exact < 0.9 * (1.0 + NU) * pressure


def test_a_start_from_other_loads_reaches_the_same_balance_in_fewer_iterations():
    problem = equal_skin(body(8, np.array([0.0, 0.5, 1.0])), wall_pressure=0.05, far_stress=0.1)
    less = replace(problem, wall_pressure=0.04)
    alone = deformed(less)
    led = deformed(less, deformed(problem))
    np.testing.assert_allclose(led.orifice, alone.orifice, rtol=1e-8)
    assert led.iterations < alone.iterations
    other = equal_skin(body(6, np.array([0.0, 1.0])))
    with pytest.raises(ParameterError, match="another geometry"):
        deformed(less, deformed(other))


def test_loads_beyond_what_tissue_carries_are_an_error_that_says_how_far_it_came():
    # a neo-Hookean cylinder balloons: no balance above the limit pressure, far below 5 moduli
    problem = PoreProblem(
        body(4, np.array([0.0, 0.5]), extent=3.0),
        (Pool(one),),
        0.5,
        wall_pressure=5.0,
        is_plane_strain=True,
    )
    with pytest.raises(ConvergenceError, match=r"no balance of the pore beyond \d+% of its loads"):
        deformed(problem)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: equal_skin(body(4, np.array([0.0, 1.0])), poisson_ratio=0.51), "0.05 to 0.5"),
        (lambda: equal_skin(body(4, np.array([0.0, 1.0])), pools=()), "at least one pool"),
        (lambda: PoreGeometry.of(np.array([0.5, 2.0]), np.array([0.0, 1.0])), "expected r = 1"),
        (lambda: body(4, np.array([0.0, 0.0])), "z_edges must increase strictly"),
        (lambda: body(4, np.array([0.0, 1.0]), wall=lambda z: 1.0 - z), "inside the body below"),
        (
            lambda: deformed(
                equal_skin(body(4, np.array([0.0, 1.0])), pools=(Pool(lambda r, z: 0.0 * (r + z)),))
            ),
            "expected above 0",
        ),
    ],
)
def test_impossible_problems_are_refused(make, message):
    with pytest.raises(ParameterError, match=message):
        make()
