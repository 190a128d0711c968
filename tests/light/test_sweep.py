import math

import numba
import numpy as np
import pytest

from porelight.errors import ParameterError
from porelight.grid import Grid, graded_edges
from porelight.laser.beam import Beam
from porelight.light.adding_doubling import layered_totals
from porelight.light.follicle import AIR, Follicle, Medium
from porelight.light.sweep import sweep
from porelight.light.transport import transport
from porelight.tissue.optics import LayeredOptics

pytestmark = pytest.mark.skipif(
    bool(numba.config.DISABLE_JIT), reason="a sweep needs the compiled kernel"
)

GRID = Grid(graded_edges(50e-6, 1.2, 1e-3, 4e-3), graded_edges(20e-6, 1.2, 1e-3, 3e-3))
BEAM = Beam("flat-top", 0.5e-3)
EPIDERMIS = (50.0, 400.0, 2000.0)
CELL = 0.25e-3
SEBUM = Medium(mu_a=50.0, mu_s=8e3, anisotropy=0.85, refractive_index=1.46)
PORE = Follicle(60e-6, 0.3e-3, 40e-6, 0.7e-3, lumen=AIR, duct=SEBUM)


def toned(epidermis, dermis=30.0, **changes):
    layers = {
        "thickness": np.array([0.1e-3, 3e-3]),
        "mu_a": np.array([epidermis, dermis]),
        "mu_s": np.array([20e3, 15e3]),
        "anisotropy": np.array([0.9, 0.85]),
        "refractive_index": np.array([1.4, 1.38]),
        **changes,
    }
    return LayeredOptics(**layers, index_below=1.0)


TONES = [toned(mu_a) for mu_a in EPIDERMIS]


@pytest.mark.verification
def test_every_tone_has_the_totals_that_it_has_by_itself():
    fields = sweep(TONES, BEAM, GRID, n_photons=60_000, seed=1)

    for optics, field in zip(TONES, fields, strict=True):
        exact = layered_totals(optics, n_angles=24)
        assert abs(field.reflectance - exact.reflectance) < 4.0 * field.reflectance_error
        assert (np.abs(field.by_layer - exact.by_layer) < 4.0 * field.by_layer_error).all()
        assert field.reflectance_error < 0.005


@pytest.mark.verification
def test_blood_may_differ_as_well_as_melanin():
    tones = [toned(50.0, 20.0), toned(400.0, 20.0), toned(50.0, 200.0)]

    fields = sweep(tones, BEAM, GRID, n_photons=60_000, seed=2)

    for optics, field in zip(tones, fields, strict=True):
        exact = layered_totals(optics, n_angles=24)
        assert (np.abs(field.by_layer - exact.by_layer) < 4.0 * field.by_layer_error).all()


@pytest.mark.slow  # each kind of scene is compiled by itself
@pytest.mark.verification
@pytest.mark.parametrize(
    ("cell_radius", "follicle"), [(math.inf, None), (CELL, None), (CELL, PORE)]
)
def test_darkest_tone_has_light_where_a_run_of_its_own_has_it(cell_radius, follicle):
    settings = {"cell_radius": cell_radius, "follicle": follicle}
    swept = sweep(TONES, BEAM, GRID, n_photons=60_000, seed=3, **settings)[-1]
    alone = transport(TONES[-1], BEAM, GRID, n_photons=60_000, seed=4, **settings)

    known = alone.absorbed_error < 0.2 * alone.absorbed
    apart = (swept.absorbed - alone.absorbed)[known]
    z = apart / np.hypot(swept.absorbed_error, alone.absorbed_error)[known]
    assert known.sum() > 80
    # between two runs of one kernel the mean of z^2 was found between 0.7 and 1.4
    assert 0.6 < np.mean(z**2) < 1.5
    totals = swept.by_region - alone.by_region
    assert (np.abs(totals) <= 4.0 * np.hypot(swept.by_region_error, alone.by_region_error)).all()


@pytest.mark.verification
@pytest.mark.parametrize("cell_radius", [math.inf, CELL])
def test_energy_closes_for_every_tone(cell_radius):
    for field in sweep(TONES, BEAM, GRID, n_photons=2000, seed=5, cell_radius=cell_radius):
        assert abs(field.balance - 1.0) < 1e-12


@pytest.mark.verification
def test_cells_hold_in_the_mean_what_the_layers_lost():
    wide = Grid(np.array([0.0, 1.0]), np.array([0.0, 0.1e-3, 3.1e-3]))

    for field in sweep(TONES, BEAM, wide, n_photons=60_000, seed=6):
        by_cell = (field.absorbed * wide.volume)[:, 0]
        np.testing.assert_allclose(by_cell, field.by_layer, rtol=0.02)


def test_tones_alike_have_the_same_light():
    first, second = sweep([TONES[0], TONES[0]], BEAM, GRID, n_photons=640, seed=1)

    np.testing.assert_array_equal(first.absorbed, second.absorbed)
    assert first.reflectance == second.reflectance


def test_darker_tone_reflects_less_in_every_run():
    # they share their photons, so this holds without error bars
    for seed in range(3):
        fields = sweep(TONES, BEAM, GRID, n_photons=640, seed=seed)
        assert fields[0].reflectance > fields[1].reflectance > fields[2].reflectance


def test_same_bits_on_any_number_of_threads():
    runs = [sweep(TONES, BEAM, GRID, n_photons=640, seed=1, n_threads=n) for n in (1, 3)]

    for one, other in zip(*runs, strict=True):
        np.testing.assert_array_equal(one.absorbed, other.absorbed)
        np.testing.assert_array_equal(one.absorbed_error, other.absorbed_error)


@pytest.mark.parametrize(
    ("tones", "message"),
    [
        ([], "0 tones; expected 1 to 8"),
        ([TONES[0]] * 9, "9 tones; expected 1 to 8"),
        ([TONES[0], toned(50.0, mu_s=np.array([20e3, 16e3]))], "differs from the first in mu_s"),
        (
            [TONES[0], toned(50.0, thickness=np.array([0.2e-3, 3e-3]))],
            "differs from the first in thickness",
        ),
        (
            [toned(x, mu_s=np.array([0.0, 15e3])) for x in (0.0, 50.0)],
            "layer 1 does not scatter and absorbs in some tones only",
        ),
    ],
)
def test_what_cannot_share_photons_is_refused(tones, message):
    with pytest.raises(ParameterError, match=message):
        sweep(tones, BEAM, GRID, n_photons=640, seed=1)
