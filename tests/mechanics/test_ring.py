"""The ring against Lamé, Kirsch, Eshelby, and closed forms for graded skin."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from porelight.errors import ParameterError
from porelight.mechanics.ring import (
    RestingRing,
    RingMechanics,
    RingMesh,
    dose_profile,
    opening,
    resting_modulus,
    resting_opening,
    ring_mesh,
)

TYPICAL = RingMechanics.typical()
UNIFORM = replace(TYPICAL, soft_ring_modulus=1.0)
UNLOADED = replace(UNIFORM, skin_tension=0.0, plug_pressure_at_rest=0.0)


def change(mesh, pore, *, modulus=1.0, radial=0.0, hoop=0.0, pressure=1.0):
    """Logarithm of the diameter ratio for numbers or arrays (n_element,)."""
    shape = (1, mesh.n_element)
    filled = [np.array(np.broadcast_to(x, shape), dtype=float) for x in (modulus, radial, hoop)]
    return np.log(opening(mesh, pore, *filled, np.array([pressure]))[0])


@pytest.mark.verification
@pytest.mark.parametrize("n_element", [1, 7, 40])
def test_hole_in_uniform_skin_opens_as_kirsch_and_lame_say(n_element):
    pore = replace(UNIFORM, skin_tension=0.1, plug_pressure_at_rest=0.025, poisson_ratio=0.45)
    expected = 2.0 * 0.1 + 1.45 * 0.025
    np.testing.assert_allclose(resting_opening(ring_mesh(n_element), pore), expected, rtol=1e-12)


@pytest.mark.verification
def test_soft_ring_in_infinite_skin_matches_the_bonded_ring():
    nu, soft, tension, pressure, b = 0.45, 0.6, 0.1, 0.025, 2.0
    # u = A r + B / r inside b and A' r + B' / r outside, with A' set by the remote tension
    spread, shear = 1.0 / (1.0 - nu), 1.0 / (1.0 + nu)
    remote = tension * (1.0 - nu)
    matrix = [
        [soft * spread, -soft * shear, 0.0],
        [b, 1.0 / b, -1.0 / b],
        [soft * spread, -soft * shear / b**2, shear / b**2],
    ]
    a, c, _ = np.linalg.solve(matrix, [-pressure, remote * b, remote * spread])
    pore = replace(
        TYPICAL,
        poisson_ratio=nu,
        soft_ring_modulus=soft,
        soft_ring_radius=b,
        skin_tension=tension,
        plug_pressure_at_rest=pressure,
    )
    mesh = RingMesh(np.array([1.0, 2.0, 10.0]))
    np.testing.assert_allclose(resting_opening(mesh, pore), a + c, rtol=1e-12)


@pytest.mark.verification
@pytest.mark.parametrize(
    ("constraint", "poisson_ratio", "expected"),
    [(0.0, 0.5, 1.0), (1.0, 0.5, 0.0), (1e9, 0.5, -3.0)],
)
def test_uniform_eigenstrain_acts_as_the_constraint_says(constraint, poisson_ratio, expected):
    pore = replace(UNLOADED, patch_constraint=constraint, poisson_ratio=poisson_ratio)
    found = change(ring_mesh(20, extent=1e4), pore, radial=0.01, hoop=0.01) / 0.01
    np.testing.assert_allclose(found, expected, atol=1e-6)


@pytest.mark.verification
@pytest.mark.parametrize("constraint", [0.0, 0.3, 1.0, 5.0])
def test_finite_patch_matches_its_closed_form(constraint):
    nu, share = 0.45, 1.0 / 10.0**2
    # annulus of free wall and elastic edge: share is the square of inner over outer radius
    stiff = (1.0 + nu) * (1.0 - share) + constraint * ((1.0 - nu) + share * (1.0 + nu))
    pore = replace(UNLOADED, patch_constraint=constraint, poisson_ratio=nu)
    found = change(ring_mesh(5, extent=10.0), pore, radial=0.01, hoop=0.01) / 0.01
    np.testing.assert_allclose(found, 1.0 - 2.0 * constraint / stiff, atol=1e-11)


def graded_exact(power, nu, extent):
    """Wall displacement of E = r**power under unit pressure, in equal outer skin of modulus 1."""
    roots = np.roots([1.0, power, power * nu - 1.0])
    plane = 1.0 / (1.0 - nu**2)
    wall = plane * (roots + nu)
    outer = plane * extent**power * (roots + nu) * extent ** (roots - 1.0)
    outer = outer + extent ** (roots - 1.0) / (1.0 + nu)
    return np.linalg.solve([wall, outer], [-1.0, 0.0]).sum()


@pytest.mark.verification
def test_smooth_modulus_converges_with_the_square_of_ring_width():
    power, extent, pressure = 0.7, 6.0, 0.01
    pore = replace(UNIFORM, skin_tension=0.0, plug_pressure_at_rest=pressure, patch_constraint=1.0)
    exact = pressure * graded_exact(power, 0.45, extent)
    errors = []
    for n_element in (10, 20, 40):
        mesh = ring_mesh(n_element, extent)
        found = change(mesh, pore, modulus=mesh.centre**power)
        at_rest = resting_opening(mesh, pore)[0]
        errors.append(abs(at_rest + found * (1.0 + at_rest) - exact))
    orders = np.log2(np.divide(errors[:-1], errors[1:]))
    np.testing.assert_allclose(orders, 2.0, atol=0.05)


@pytest.mark.verification
def test_smooth_hoop_eigenstrain_converges_with_the_square_of_ring_width():
    # hoop eigenstrain r^-3 in a free patch: u = A r + B / r + F r^-2 by undetermined coefficients
    nu, extent, size = 0.45, 8.0, 0.01
    plane = 1.0 / (1.0 - nu**2)
    # u'' + u'/r - u/r^2 = d(nu e)/dr - (1 - nu) e / r with e = r^-3, and 3 F r^-4 on the left
    particular = (-3.0 * nu - (1.0 - nu)) / 3.0

    def stress(r):  # coefficients of A and B, and the rest
        rest = particular * (-2.0 + nu) * r**-3 - nu * r**-3
        return [1.0 / (1.0 - nu), -1.0 / ((1.0 + nu) * r**2)], plane * rest

    (wall, wall_rest), (outer, outer_rest) = stress(1.0), stress(extent)
    exact = size * (np.linalg.solve([wall, outer], [-wall_rest, -outer_rest]).sum() + particular)
    pore = replace(UNLOADED, patch_constraint=0.0, poisson_ratio=nu)
    errors = []
    for n_element in (10, 20, 40):
        mesh = ring_mesh(n_element, extent)
        errors.append(abs(change(mesh, pore, hoop=size * mesh.centre**-3.0) - exact))
    orders = np.log2(np.divide(errors[:-1], errors[1:]))
    np.testing.assert_allclose(orders, 2.0, atol=0.05)


@pytest.mark.verification
def test_uniform_stiffening_closes_a_free_pore_a_little_and_a_clamped_one_not_at_all():
    mesh = ring_mesh(20, extent=1e3)
    free = change(mesh, replace(TYPICAL, patch_constraint=0.0, skin_tension=0.1), modulus=1.3)
    assert -0.08 < free < -0.04
    # a clamped incompressible patch keeps its area, so a pore held open by tension alone stays
    clamped = replace(
        UNIFORM,
        patch_constraint=1e9,
        poisson_ratio=0.5,
        plug_pressure_at_rest=0.0,
        skin_tension=0.1,
    )
    np.testing.assert_allclose(change(mesh, clamped, modulus=1.3), 0.0, atol=1e-6)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    tension=st.floats(0.0, 0.5),
    pressure=st.floats(0.0, 0.2),
    soft=st.floats(0.1, 2.0),
    constraint=st.floats(0.0, 100.0),
    poisson_ratio=st.floats(0.3, 0.5),
)
def test_no_change_is_exactly_no_change(tension, pressure, soft, constraint, poisson_ratio):
    pore = replace(
        TYPICAL,
        skin_tension=tension,
        plug_pressure_at_rest=pressure,
        soft_ring_modulus=soft,
        patch_constraint=constraint,
        poisson_ratio=poisson_ratio,
    )
    assert change(ring_mesh(), pore) == 0.0


def test_anchoring_leaves_the_resting_pore_where_equal_skin_put_it():
    clamped = replace(TYPICAL, patch_constraint=40.0)
    np.testing.assert_allclose(
        resting_opening(ring_mesh(), clamped), resting_opening(ring_mesh(), TYPICAL), rtol=1e-12
    )


def test_mean_strains_are_those_of_the_exact_solution():
    mesh = RingMesh(np.array([1.0, 1.5, 4.0]))
    ring = RestingRing.of(mesh, replace(UNLOADED, patch_constraint=0.4))
    free = (np.array([[0.03], [-0.02]]), np.array([[-0.05], [0.01]]))
    modulus, pressure = np.array([[0.7], [1.6]]), np.ones(1)
    ratio, radial, hoop = ring.changed(modulus, free, pressure)
    fine = ring_mesh(4000, extent=4.0)
    inside = fine.centre < 1.5
    spread = [np.where(inside, pair[0, 0], pair[1, 0])[:, np.newaxis] for pair in (modulus, *free)]
    finer = RestingRing.of(fine, replace(UNLOADED, patch_constraint=0.4))
    ratio_fine, radial_fine, hoop_fine = finer.changed(spread[0], (spread[1], spread[2]), pressure)
    area = np.diff(fine.edges**2)
    for coarse, detail in ((radial, radial_fine), (hoop, hoop_fine)):
        for i_ring, where in enumerate((inside, ~inside)):
            mean = np.average(detail[where, 0], weights=area[where])
            np.testing.assert_allclose(coarse[i_ring, 0], mean, rtol=2e-3)
    np.testing.assert_allclose(ratio, ratio_fine, rtol=1e-5)


def test_dose_is_full_at_the_wall_and_a_fraction_far_away():
    mesh = ring_mesh(60, extent=200.0)
    pore = replace(TYPICAL, pore_dose_ratio=np.array([1.0, 4.0]), pore_dose_reach=1.5)
    profile = dose_profile(mesh, pore)
    assert profile.shape == (2, 60)
    np.testing.assert_array_equal(profile[0], 1.0)
    distance = mesh.centre[0] - 1.0
    np.testing.assert_allclose(profile[1, 0], 0.25 + 0.75 * np.exp(-distance / 1.5), rtol=1e-12)
    np.testing.assert_allclose(profile[1, -1], 0.25, rtol=1e-12)
    assert (np.diff(profile[1]) <= 0.0).all()


def test_ring_cut_by_the_soft_edge_gets_the_area_mean():
    mesh = RingMesh(np.array([1.0, 3.0, 5.0]))
    pore = replace(TYPICAL, soft_ring_modulus=0.5, soft_ring_radius=2.0)
    # the soft part of the first ring is (4 - 1) / (9 - 1) of its area
    np.testing.assert_allclose(resting_modulus(mesh, pore), [[1.0 - 0.5 * 3.0 / 8.0, 1.0]])


def test_values_replace_library_values_by_name_and_other_rooms_names_are_ignored():
    tension = np.array([0.05, 0.2])
    pore = RingMechanics.from_values({"skin_tension": tension, "activation_energy": 6e5})
    np.testing.assert_array_equal(pore.skin_tension, tension)
    assert pore.n_draw == 2
    assert pore.poisson_ratio == TYPICAL.poisson_ratio
    assert TYPICAL.n_draw == 1


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("poisson_ratio", 0.6, "poisson_ratio is 0.6; expected 0 to 0.5"),
        ("skin_tension", 8000.0, "skin_tension is 8000; expected 0 to 1"),
        ("soft_ring_modulus", -1.0, "soft_ring_modulus is -1"),
        ("pore_dose_ratio", 0.5, "pore_dose_ratio is 0.5; expected 1 to 1000"),
        ("skin_tension", np.full((2, 2), 0.1), "an array \\(n_draw,\\)"),
    ],
)
def test_impossible_pores_are_refused(field, value, message):
    with pytest.raises(ParameterError, match=message):
        replace(TYPICAL, **{field: value})


def test_parameters_of_different_numbers_of_draws_are_refused():
    with pytest.raises(ParameterError, match="same length"):
        replace(TYPICAL, skin_tension=np.full(2, 0.1), poisson_ratio=np.full(3, 0.45))
    with pytest.raises(ParameterError, match="hold 2 draws but the histories hold 3"):
        RestingRing.of(ring_mesh(), replace(TYPICAL, skin_tension=np.full(2, 0.1)), 3)


def test_bad_meshes_and_changes_are_refused():
    with pytest.raises(ParameterError, match="must start at 1"):
        RingMesh(np.array([0.5, 1.0]))
    with pytest.raises(ParameterError, match="extent above 1"):
        ring_mesh(10, extent=1.0)
    mesh = ring_mesh(4)
    rest = np.ones((1, 4))
    with pytest.raises(ParameterError, match=r"expected \(n_draw, n_element\) = \(1, 4\)"):
        opening(mesh, TYPICAL, np.ones((1, 3)), rest, rest, np.ones(1))
    with pytest.raises(ParameterError, match="relative_modulus is 0"):
        opening(mesh, TYPICAL, 0.0 * rest, 0.0 * rest, 0.0 * rest, np.ones(1))


def test_no_change_however_strong_closes_a_pore():
    mesh = ring_mesh()
    free = replace(TYPICAL, patch_constraint=0.0)
    found = change(mesh, free, radial=-3.0, hoop=-3.0)
    # e over the resting diameter, as a logarithm
    np.testing.assert_allclose(found, -3.0 / (1.0 + resting_opening(mesh, free)[0]), rtol=1e-12)
