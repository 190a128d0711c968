"""The orifice's fit against the elements it was fitted to, and what it must never do."""

import warnings
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from porelight.data.priors import draws, member, uncertain
from porelight.errors import DataFileError, ExtrapolationWarning, ParameterError
from porelight.mechanics.mixture import RingEquilibrium
from porelight.mechanics.orifice import (
    UNIT_CHANGES,
    DermisDepth,
    OrificeResponse,
    basis,
    near_profile,
    orifice_fit,
    parsed_fit,
)
from porelight.mechanics.reference import DermisShape, ReferencePore, TissueChange
from porelight.mechanics.ring import RestingRing, RingMechanics, ring_mesh

MESH = ring_mesh()
DEPTH = DermisDepth(7.0, 1.8)
MECHANICS = uncertain(["mechanics"])


def balance(mechanics, n_draw=1, *, modulus=1.0, radial=0.0, hoop=0.0, pressure=1.0):
    """Return the ring in balance with profiles (n_element,) or numbers."""
    full = np.ones((MESH.n_element, n_draw))

    def spread(profile):
        return np.reshape(profile, (-1, 1)) * full

    strain, stiffer = (spread(radial), spread(hoop)), spread(modulus)
    plug = np.full(n_draw, pressure)
    ratio, *moved = RestingRing.of(MESH, mechanics, n_draw).changed(stiffer, strain, plug)
    return RingEquilibrium(ratio, (moved[0], moved[1]), strain, stiffer, plug)


@settings(max_examples=15, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6))
def test_nothing_changed_is_exactly_no_change_for_any_draw(seed):
    mechanics = RingMechanics.from_values(draws(MECHANICS, 5, seed))
    response = OrificeResponse.of(MESH, mechanics, DEPTH)
    np.testing.assert_array_equal(response.ratio(balance(mechanics, 5)), 1.0)


@settings(max_examples=15, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6), less=st.floats(0.0, 1.0), lost=st.floats(0.0, 1.0))
def test_less_plug_pressure_never_opens_the_orifice(seed, less, lost):
    mechanics = RingMechanics.from_values(
        {**draws(MECHANICS, 20, seed), "orifice_model_error": 0.0}
    )
    response = OrificeResponse.of(MESH, mechanics, DEPTH)
    full, emptied = (
        response.ratio(balance(mechanics, 20, pressure=one)) for one in (less, less * lost)
    )
    assert (emptied <= full + 1e-12).all()


@pytest.mark.verification
def test_a_profile_is_split_into_what_is_near_and_what_is_far():
    mechanics = RingMechanics.typical()
    response = OrificeResponse.of(MESH, mechanics, DEPTH)
    profile = 0.3 * near_profile(MESH, mechanics, 1) - 0.02
    np.testing.assert_allclose(response._near_and_far(profile), [[0.3], [-0.02]], rtol=1e-12)


@pytest.mark.verification
def test_terms_are_as_many_as_a_polynomial_of_third_degree_has():
    # (n + 3 choose 3), and Legendre polynomials are 1 at 1
    terms = basis(np.ones((12, 2)))
    assert terms.shape == (455, 2)
    np.testing.assert_allclose(terms, 1.0)


def reference_of(mechanics):
    shape = DermisShape(
        DEPTH.thickness,
        DEPTH.upper_thickness,
        float(mechanics.funnel_depth_ratio),
        float(mechanics.duct_ratio),
    )
    return ReferencePore.of(mechanics, shape, float(mechanics.upper_dermis_modulus))


@pytest.fixture(scope="module")
def typical():
    return RingMechanics.typical(), reference_of(RingMechanics.typical())


@pytest.mark.verification
@pytest.mark.parametrize("name", list(UNIT_CHANGES))
def test_each_response_of_the_typical_pore_is_that_of_the_elements(typical, name):
    mechanics, body = typical
    amplitude = UNIT_CHANGES[name]
    what, _, where = name.partition(" ")

    def profile(r):
        fade = np.exp(-(r - 1.0) / mechanics.pore_dose_reach)
        return amplitude * (fade if where == "near" else np.ones_like(r))

    if what == "pressure":
        change = TissueChange(relative_pressure=1.0 + amplitude)
    elif what == "modulus":
        change = TissueChange(relative_modulus=lambda r: np.exp(profile(r)))
    else:
        change = TissueChange(**{f"{what}_eigenstrain": profile})
    expected = body.changed(change) / amplitude
    response = OrificeResponse.of(MESH, mechanics, DEPTH).response
    found = response[list(UNIT_CHANGES).index(name), 0]
    # the fit's rms error over all of the ranges is 0.01 to 0.05 (docs/theory/mechanics.md); the
    # typical pore sits in their middle. Numbers are changes of ln d per unit of strain.
    np.testing.assert_allclose(found, expected, atol=0.04)


@pytest.mark.verification
@pytest.mark.slow
def test_finite_changes_of_drawn_pores_are_met_within_a_tenth_of_their_parts():
    values = draws(MECHANICS, 6, 5)
    gaps, bare = [], []
    for i in range(6):
        mechanics = RingMechanics.from_values({**member(values, i), "orifice_model_error": 0.0})
        reach, chi = mechanics.pore_dose_reach, mechanics.thickening_share

        def hoop(r, reach=reach):
            return -0.04 * np.exp(-(r - 1.0) / reach) - 0.01

        change = TissueChange(
            relative_modulus=lambda r: 1.08 + 0.0 * r,
            radial_eigenstrain=lambda r, hoop=hoop: 0.25 * hoop(r),
            hoop_eigenstrain=hoop,
            axial_eigenstrain=lambda r, hoop=hoop, chi=chi: -1.25 * chi * hoop(r),
            relative_pressure=0.7,
        )
        expected = reference_of(mechanics).changed(change)
        centre = MESH.centre
        found = balance(
            mechanics, modulus=1.08, radial=0.25 * hoop(centre), hoop=hoop(centre), pressure=0.7
        )
        off = replace(mechanics, orifice_model_error=1.0)
        exact, wide = (
            np.log(OrificeResponse.of(MESH, one, DEPTH).ratio(found)[0]) for one in (mechanics, off)
        )
        gaps.append(abs(exact - expected) / (wide - exact))
        bare.append(abs(np.log(found.ratio[0]) - expected) / (wide - exact))
    assert max(gaps) < 0.1
    # which the bare ring does not reach
    assert np.median(bare) > 2.0 * np.median(gaps)


def test_thickening_tissue_closes_the_orifice_less():
    pore = replace(
        RingMechanics.typical(), thickening_share=np.array([0.0, 0.5, 1.0]), orifice_model_error=0.0
    )
    near = near_profile(MESH, pore, 1)[:, 0]
    found = OrificeResponse.of(MESH, pore, DEPTH).ratio(balance(pore, 3, hoop=-0.05 * near))
    assert found[0] < found[1] < found[2]
    assert found[0] < 0.99


def test_model_error_widens_in_proportion_to_the_parts():
    pore = replace(RingMechanics.typical(), orifice_model_error=np.array([-0.05, 0.0, 0.05]))
    response = OrificeResponse.of(MESH, pore, DEPTH)
    small, large = (
        np.log(response.ratio(balance(pore, 3, hoop=strain))) for strain in (-0.01, -0.02)
    )
    assert small[0] < small[1] < small[2]
    # the error itself is proportional; what finite changes do not add up to is common to all draws
    np.testing.assert_allclose(np.diff(large), 2.0 * np.diff(small), rtol=1e-9)


def test_far_outside_of_the_fit_there_is_a_warning():
    pore = replace(RingMechanics.typical(), plug_pressure_at_rest=0.5)
    with pytest.warns(ExtrapolationWarning, match=r"plug_pressure_at_rest runs from 0.5 to 0.5"):
        OrificeResponse.of(MESH, pore, DEPTH)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        # deeper dermis than the fit's is as good as its deepest
        deep = OrificeResponse.of(MESH, RingMechanics.typical(), DermisDepth(40.0, 2.0))
    edge = OrificeResponse.of(MESH, RingMechanics.typical(), DermisDepth(16.0, 2.0))
    np.testing.assert_array_equal(deep.response, edge.response)


def test_impossible_depths_and_broken_fits_are_refused():
    with pytest.raises(ParameterError, match="thinner than the whole"):
        DermisDepth(2.0, 2.0)
    with pytest.raises(DataFileError, match="make it again"):
        parsed_fit("input,poisson_ratio,linear,0.4,0.5\nterm,1,2\n")
    with pytest.raises(DataFileError, match="make it again"):
        parsed_fit("input,poisson_ratio,linear,low,high\n")
    assert len(orifice_fit().inputs) == 12


def test_shapes_that_no_follicle_has_are_refused():
    with pytest.raises(ParameterError, match="both inside it"):
        DermisShape(funnel_depth=8.0)
    with pytest.raises(ParameterError, match=r"duct's radius is 1.2"):
        DermisShape(duct_radius=1.2)
    two = replace(RingMechanics.typical(), skin_tension=np.array([0.1, 0.2]))
    with pytest.raises(ParameterError, match="2 draws"):
        ReferencePore.of(two, DermisShape())
