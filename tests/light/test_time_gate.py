"""Light by its time: echoes of a clear slab, Beer and Lambert's law in time, mean paths."""

import math

import numba
import numpy as np
import pytest

from porelight.errors import ParameterError
from porelight.grid import Grid
from porelight.laser.beam import Beam
from porelight.light.follicle import AIR, Follicle, Medium
from porelight.light.path_lengths import path_lengths
from porelight.light.run import begun, growing
from porelight.light.time_gate import SPEED_OF_LIGHT, TimeGate
from porelight.light.transport import scene_of, transport
from porelight.light.weight_window import WeightWindow
from porelight.tissue.optics import LayeredOptics
from porelight.units import ps

compiled = pytest.mark.skipif(
    bool(numba.config.DISABLE_JIT), reason="too many photons for the uncompiled kernel"
)
KERNELS = pytest.mark.parametrize("kernel", ["fast", "reference"])
MM = 1e-3
GRID = Grid(np.linspace(0.0, 5.0, 6) * MM, np.linspace(0.0, 2.0, 5) * MM)
PENCIL = Beam("pencil", MM)
SEBUM = Medium(mu_a=50.0, mu_s=8e3, anisotropy=0.85, refractive_index=1.46)
PORE = Follicle(60e-6, 0.3e-3, 40e-6, 0.7e-3, lumen=AIR, duct=SEBUM)


def layered(*rows, above=1.0, below=1.0):
    """Rows of thickness [mm], mu_a, mu_s [1/mm], anisotropy, index."""
    thickness, mu_a, mu_s, g, n = np.array(rows, dtype=np.float64).T
    return LayeredOptics(thickness * MM, mu_a / MM, mu_s / MM, g, n, above, below)


SKIN = layered((0.5, 0.1, 10.0, 0.9, 1.4), (1.0, 0.05, 5.0, 0.8, 1.37))


def z(found, error, expected):
    return (np.asarray(found) - expected) / np.asarray(error)


@compiled
@pytest.mark.verification
@KERNELS
def test_echoes_of_a_clear_slab_come_in_their_time_and_strength(kernel):
    # one way through takes 1.5 mm / c = 5.0035 ps; each face sends 1/25 back
    slab, tau, back = layered((1.0, 0.3, 0.0, 0.0, 1.5)), 0.3, 0.04
    entered = 1.0 - back
    expected = {
        ("transmittance", 2): entered * math.exp(-tau) * (1.0 - back),
        ("reflectance", 4): entered * math.exp(-2.0 * tau) * back * (1.0 - back),
        ("transmittance", 6): entered * math.exp(-3.0 * tau) * back**2 * (1.0 - back),
    }
    many = 100_000 if kernel == "fast" else 30_000

    gate = TimeGate(20.0 * ps, 8)
    field = transport(slab, PENCIL, GRID, n_photons=many, seed=1, kernel=kernel, time_gate=gate)

    assert field.kernel == kernel
    for name in ("reflectance", "transmittance"):
        found, errors = getattr(field.time, name), getattr(field.time, f"{name}_error")
        for number in range(8):
            share = expected.get((name, number), 0.0)
            if share == 0.0:
                assert found[number] == 0.0
            else:
                assert abs(z(found[number], errors[number], share)) < 4.0
        np.testing.assert_allclose(found.sum(), getattr(field, name), rtol=1e-12)
    assert abs(field.balance - 1.0) < 1e-12


@compiled
@pytest.mark.verification
@KERNELS
def test_absorption_takes_from_each_time_what_beer_and_lambert_say(kernel):
    white, grey = (layered((2.0, mu_a, 10.0, 0.8, 1.4)) for mu_a in (0.0, 0.02))
    gate = TimeGate(60.0 * ps, 60)
    many = 60_000 if kernel == "fast" else 6000

    runs = [
        transport(one, PENCIL, GRID, n_photons=many, seed=seed, kernel=kernel, time_gate=gate)
        for one, seed in ((white, 2), (grey, 3))
    ]

    middle = 0.5 * (gate.edges[1:] + gate.edges[:-1])
    factor = np.exp(-20.0 * SPEED_OF_LIGHT / 1.4 * middle)  # to 1e-6 across a bin
    before, after = (run.time.reflectance for run in runs)
    errors = [run.time.reflectance_error for run in runs]
    seen = before > 8.0 * errors[0]
    deviates = z(after, np.hypot(errors[1], factor * errors[0]), factor * before)[seen]
    assert seen.sum() >= 12
    assert np.abs(deviates).max() < 4.0
    assert 0.3 < (deviates**2).mean() < 2.5


@compiled
@pytest.mark.verification
def test_mean_time_is_the_mean_path_over_the_speed():
    # path lengths are a derivative by absorption, which knows nothing of time
    paths = path_lengths(SKIN, PENCIL, GRID, n_photons=100_000, seed=4)
    index = SKIN.refractive_index
    expected = float(paths.reflected @ index) / SPEED_OF_LIGHT
    error = float(np.sqrt((paths.reflected_error * index) ** 2 @ np.ones(2))) / SPEED_OF_LIGHT

    gate = TimeGate(1e-9, 5000)
    field = transport(SKIN, PENCIL, GRID, n_photons=100_000, seed=5, time_gate=gate)

    middle = 0.5 * (gate.edges[1:] + gate.edges[:-1])
    mean = float(field.time.reflectance @ middle) / field.reflectance
    assert field.time.after < 1e-4
    assert error < 0.01 * expected
    # as many photons each, so as large an error each
    assert abs(mean - expected) < 4.0 * math.sqrt(2.0) * error


@compiled
@pytest.mark.parametrize(
    "around",
    [
        {},
        {"cell_radius": 0.3 * MM},
        {"follicle": PORE},
        {"follicle": PORE, "weight_window": WeightWindow(0.5 * MM, 0.1)},
    ],
    ids=["layers", "cell", "pore", "window"],
)
def test_gate_that_nothing_outlasts_changes_nothing(around):
    beam = Beam("flat-top", 0.4 * MM)

    plain, gated = (
        transport(SKIN, beam, GRID, n_photons=500, seed=6, time_gate=gate, **around)
        for gate in (None, TimeGate(1e-6))
    )

    np.testing.assert_array_equal(gated.by_region, plain.by_region)
    np.testing.assert_array_equal(gated.absorbed, plain.absorbed)
    assert gated.reflectance == plain.reflectance
    assert gated.time.after == 0.0
    np.testing.assert_allclose(gated.time.reflectance.sum(), plain.reflectance, rtol=1e-12)


@compiled
@pytest.mark.verification
@KERNELS
@pytest.mark.parametrize("cell_radius", [math.inf, 0.3 * MM])
def test_energy_closes_at_the_end_of_the_gate(kernel, cell_radius):
    # 1.5 mm at an index of 1.37 or more take 6.9 ps at least
    field = transport(
        SKIN,
        Beam("flat-top", 0.4 * MM),
        GRID,
        n_photons=2000,
        seed=7,
        kernel=kernel,
        cell_radius=cell_radius,
        time_gate=TimeGate(6.8 * ps),
    )

    assert field.transmittance == 0.0
    assert field.time.after > 0.3
    assert abs(field.balance - 1.0) < 1e-12


@compiled
def test_gate_makes_cell_and_beam_agree_on_what_was_absorbed_in_time():
    # a cell full of light is skin under an endless beam, at any time: reflections in its mirror
    # take no time of their own
    gate = TimeGate(15.0 * ps)
    cell = 0.25 * MM

    wide = transport(SKIN, PENCIL, GRID, n_photons=40_000, seed=8, time_gate=gate)
    narrow = transport(
        SKIN,
        Beam("flat-top", 2.0 * cell),
        GRID,
        n_photons=40_000,
        seed=9,
        cell_radius=cell,
        time_gate=gate,
    )

    for name in ("reflectance", "by_layer"):
        one, other = (np.atleast_1d(getattr(field, name)) for field in (wide, narrow))
        errors = [np.atleast_1d(getattr(field, f"{name}_error")) for field in (wide, narrow)]
        assert (np.abs(z(one, np.hypot(*errors), other)) < 4.0).all()


def test_run_names_what_was_inside_at_the_end():
    scene = scene_of(SKIN, PENCIL, GRID, time_gate=TimeGate(5.0 * ps))
    run = begun(scene, seed=1, photons_per_batch=20)

    run = next(longer for longer in growing(run, 1) if longer.averages.n_batches == 3)

    assert "after the time gate" in run.names
    assert run.share("after the time gate").mean == run.field.time.after > 0.0


@pytest.mark.parametrize(
    ("end", "n_bins", "message"),
    [
        (20.0, 1, "end of the time gate is 20 s; expected 1e-14 to 1e-06 s"),
        (1e-12, 0, "n_bins is 0; expected 1 to 10000"),
        (1e-12, 1.5, "n_bins is 1.5; expected a whole number"),
    ],
)
def test_impossible_gate_is_refused(end, n_bins, message):
    with pytest.raises(ParameterError, match=message):
        TimeGate(end, n_bins)
