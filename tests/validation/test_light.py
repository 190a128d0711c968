"""The cases that `porelight verify light` adds: samplers, both kernels, pores, skin tones."""

import numba
import numpy as np
import pytest

from porelight.grid import Grid
from porelight.laser.beam import Beam
from porelight.light.transport import transport
from porelight.validation.code import light_kernels, light_pores, light_sampling, light_tones
from porelight.validation.code.light import FIVE_LAYER_SKIN
from porelight.validation.suite import light_parts, run

pytestmark = pytest.mark.verification
compiled = pytest.mark.skipif(
    bool(numba.config.DISABLE_JIT), reason="too many photons for the uncompiled kernel"
)


@compiled
@pytest.mark.parametrize("case", light_sampling.CASES, ids=lambda case: case.__name__)
def test_samplers_follow_their_densities(case):
    for result in case(100_000, 2):
        assert result.passed, result


def test_sampler_that_is_off_by_a_little_is_found():
    # 1 % more light in the first half of the classes
    shares = np.linspace(0.0, 1.0, 200_000, endpoint=False)
    uneven = np.where(shares < 0.5, shares / 1.01, shares)

    result = light_sampling._uniform("S", "uneven", uneven, "here")

    assert not result.passed


def test_share_of_henyey_greenstein_ends_at_one():
    for g in (-0.5, 0.0, 0.3, 0.98):
        ends = light_sampling.henyey_greenstein_share(np.array([-1.0, 1.0]), g)
        np.testing.assert_allclose(ends, [0.0, 1.0], atol=1e-12)


@compiled
@pytest.mark.parametrize("case", light_kernels.CASES, ids=lambda case: case.scene)
def test_fast_kernel_has_the_light_where_the_reference_has_it(case):
    (result,) = case(40_000, 5)

    assert result.passed, result


@compiled
def test_field_that_is_off_by_a_tenth_is_found():
    grid = light_kernels.blocks(radius=4e-3, depth=6e-3, n_r=8, n_z=8)
    fields = [
        transport(FIVE_LAYER_SKIN, beam, grid, n_photons=40_000, seed=seed)
        for seed, beam in enumerate((Beam("flat-top", 5.0e-3), Beam("flat-top", 5.5e-3)))
    ]

    assert light_kernels.chi_square(*fields) > 1.6


@pytest.mark.slow  # two kinds of scene are compiled
@compiled
def test_pore_filled_with_its_surroundings_is_not_seen():
    for result in light_pores.invisible_pore(40_000, 3):
        assert result.passed, result


@pytest.mark.slow
@compiled
def test_every_skin_tone_of_a_sweep_is_right():
    for result in light_tones.skin_tones(40_000, 4):
        assert result.passed, result


def test_every_case_has_a_key_of_its_own_kind():
    chosen = light_parts(n_photons=64)
    assert next(run(chosen, seed=1))[1] == len(chosen)

    assert len(chosen) == 9 + 2 + 3 + 5 + 1 + 1 + 3


def test_cells_of_blocks_have_equal_area():
    grid = light_kernels.blocks(radius=1e-3, depth=2e-3, n_r=5, n_z=4)

    assert isinstance(grid, Grid)
    np.testing.assert_allclose(grid.ring_area, grid.ring_area[0], rtol=1e-12)
