"""Phase functions by a table: what is drawn, and light in layers that scatter by them."""

from dataclasses import replace

import numba
import numpy as np
import pytest

from porelight.errors import ParameterError
from porelight.grid import Grid
from porelight.laser.beam import Beam
from porelight.light._kernel import drawn_cosine
from porelight.light._phase import phase_tables_of
from porelight.light._random import stream
from porelight.light.adding_doubling import layered_totals
from porelight.light.run import begun
from porelight.light.sweep import sweep
from porelight.light.transport import scene_of, transport
from porelight.tissue.mie import Sphere, mie_scattering
from porelight.tissue.optics import LayeredOptics
from porelight.tissue.phase_functions import PhaseFunction
from porelight.validation.code.light import slab

compiled = pytest.mark.skipif(
    bool(numba.config.DISABLE_JIT), reason="too many photons for the uncompiled kernel"
)
PENCIL = Beam("pencil", 0.0)
GRID = Grid(np.linspace(0.0, 10e-3, 11), np.linspace(0.0, 1.5e-3, 6))
COSINE = np.linspace(-1.0, 1.0, 11)
DENSITY = PhaseFunction.of_density(COSINE, 0.3 + (COSINE - 0.2) ** 2)
QUANTILES = PhaseFunction.of_quantiles(np.array([-1.0, -0.2, 0.5, 0.9, 1.0]))
SPHERES = mie_scattering(Sphere(2.03e-6, 1.59, 1.33, 632.8e-9)).phase
EMPTY_MIDDLE = PhaseFunction.of_density(
    np.array([-1.0, -0.5, -0.4, 0.8, 0.9, 1.0]), np.array([1.0, 1.0, 0.0, 0.0, 5.0, 9.0])
)


def two_layers(*phase):
    """Two layers of 0.5 and 1 mm that match nothing around them."""
    columns = ((0.5e-3, 1e-3), (100.0, 50.0), (6e3, 3e3), (0.8, 0.3), (1.33, 1.45))
    return LayeredOptics(*(np.array(x) for x in columns), 1.0, 1.0, phase)


def of_henyey_and_greenstein(g):
    cosine = np.maximum(-1.0, 1.0 - np.linspace(0.0, np.sqrt(2.0), 4000)[::-1] ** 2)
    return PhaseFunction.of_density(cosine, (1.0 + g * g - 2.0 * g * cosine) ** -1.5)


THIN = replace(slab(0.05, 0.01, 10.0, 0.0, 1.0), phase=(EMPTY_MIDDLE,))


@pytest.mark.parametrize("phase", [DENSITY, QUANTILES, SPHERES, EMPTY_MIDDLE])
def test_cosines_are_drawn_as_often_as_the_table_says(phase):
    tables, words = phase_tables_of((phase,), 1), stream(np.random.SeedSequence(5))
    with np.errstate(over="ignore"):
        drawn = [drawn_cosine(tables, 0, np.zeros(1), words) for _ in range(20_000)]
    edges = np.quantile(phase.cosine, np.linspace(0.0, 1.0, 21))
    expected = np.diff(np.interp(edges, phase.cosine, phase.share)) * len(drawn)
    found = np.histogram(drawn, edges)[0]

    assert (found[expected == 0.0] == 0).all()
    lit = expected > 0.0
    chi_squared = ((found - expected)[lit] ** 2 / expected[lit]).sum()
    assert chi_squared < 50.0  # 19 degrees of freedom, 1e-4 above 49


def test_moments_of_a_fine_table_are_those_of_its_formula():
    moments = of_henyey_and_greenstein(0.8).moments(20)

    np.testing.assert_allclose(moments, 0.8 ** np.arange(20), atol=2e-6)


def test_moments_of_one_angle_are_its_polynomials():
    # half of the light by 90 degrees, the rest even from there to straight on
    phase = PhaseFunction(np.array([0.0, 0.0, 1.0]), np.array([0.0, 0.5, 1.0]))

    np.testing.assert_allclose(phase.moments(3), [1.0, 0.25, 0.5 * -0.5 + 0.5 * 0.0], atol=1e-15)
    assert phase.anisotropy == 0.25


def test_a_table_of_henyey_and_greenstein_gives_their_totals():
    optics = slab(1.0, 0.1, 10.0, 0.8, 1.4)
    by_table = replace(optics, phase=(of_henyey_and_greenstein(0.8),))
    by_formula = layered_totals(optics)
    by_moments = layered_totals(by_table)

    assert abs(by_moments.reflectance - by_formula.reflectance) < 2e-6
    assert abs(by_moments.transmittance - by_formula.transmittance) < 2e-6


@compiled
@pytest.mark.slow
@pytest.mark.verification
@pytest.mark.parametrize("kernel", ["fast", "reference"])
@pytest.mark.parametrize(
    "optics", [THIN, two_layers(SPHERES, None), two_layers(QUANTILES, DENSITY)]
)
def test_totals_agree_with_adding_doubling(optics, kernel):
    exact = layered_totals(optics)
    many = 40_000 if kernel == "fast" else 15_000
    field = transport(optics, PENCIL, GRID, n_photons=many, seed=11, kernel=kernel)

    assert field.kernel == kernel
    scores = [
        (field.reflectance - exact.reflectance) / field.reflectance_error,
        (field.transmittance - exact.transmittance) / field.transmittance_error,
        *((field.by_layer - exact.by_layer) / field.by_layer_error),
    ]
    assert np.abs(scores).max() < 4.0
    assert field.reflectance_error < 6e-3
    assert abs(field.balance - 1.0) < 1e-12


def test_the_same_anisotropy_gives_other_totals_by_another_phase_function():
    # what the agreement above would miss if the table were passed over
    plain = replace(THIN, phase=())
    apart = layered_totals(THIN).reflectance / layered_totals(plain).reflectance - 1.0

    assert plain.anisotropy == THIN.anisotropy
    assert apart > 0.1


@compiled
@pytest.mark.slow
def test_a_sweep_scatters_by_the_table():
    tones = [replace(two_layers(SPHERES, DENSITY), mu_a=np.array([mu, 50.0])) for mu in (50, 400)]
    fields = sweep(tones, PENCIL, GRID, n_photons=30_000, seed=3)

    for tone, field in zip(tones, fields, strict=True):
        exact = layered_totals(tone)
        assert abs(field.reflectance - exact.reflectance) < 4.0 * field.reflectance_error


@compiled
def test_a_table_that_float32_would_draw_too_coarsely_takes_the_reference_kernel():
    sharp = PhaseFunction.of_density(np.array([0.9995, 1.0]), np.array([1.0, 1.0]))
    scene = scene_of(two_layers(sharp, None), PENCIL, GRID)

    assert begun(scene, seed=1).kernel == "reference"


def test_a_layer_with_a_table_has_its_anisotropy_and_a_hash_of_its_own():
    plain, tabled = two_layers(), two_layers(QUANTILES, None)
    runs = [begun(scene_of(optics, PENCIL, GRID), seed=1) for optics in (plain, tabled)]

    np.testing.assert_allclose(tabled.anisotropy, [0.3, 0.3], atol=1e-12)
    assert runs[0].fingerprint != runs[1].fingerprint


@pytest.mark.parametrize(
    ("cosine", "density", "told"),
    [
        ([-1.0, 1.0], [1.0, -1.0], "must be 0 or larger"),
        ([-1.0, 1.0], [0.0, 0.0], "one above 0"),
        ([0.5, -0.5], [1.0, 1.0], "must rise within -1 to 1"),
        ([-1.0, 2.0], [1.0, 1.0], "must rise within -1 to 1"),
        ([0.0, 0.0, 1.0], [1.0, 1.0, 1.0], "must increase strictly"),
        ([0.0, 1.0], [1.0], "2 cosines and 1 densities"),
        ([-1.0, float("nan")], [1.0, 1.0], "must rise within -1 to 1"),
    ],
)
def test_an_impossible_table_is_refused(cosine, density, told):
    with pytest.raises(ParameterError, match=told):
        PhaseFunction.of_density(np.array(cosine), np.array(density))


def test_phase_functions_for_other_layers_are_refused():
    with pytest.raises(ParameterError, match="1 phase functions for 2 layers"):
        two_layers(QUANTILES)
