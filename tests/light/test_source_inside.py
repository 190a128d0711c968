"""Sources inside the layers against adding-doubling, in both kernels."""

import math

import numba
import numpy as np
import pytest

from porelight.errors import ParameterError
from porelight.grid import Grid
from porelight.laser.angles import AngularProfile
from porelight.laser.beam import Beam
from porelight.light._entry import apart, entered
from porelight.light._launch import launch_inside
from porelight.light.adding_doubling import layered_totals
from porelight.light.closed_form import normal_reflectance
from porelight.light.follicle import Follicle, Medium
from porelight.light.run import begun
from porelight.light.sweep import sweep
from porelight.light.time_gate import SPEED_OF_LIGHT, TimeGate
from porelight.light.transport import scene_of, transport
from porelight.light.vessels import Vessel
from porelight.light.weight_window import WeightWindow
from porelight.tissue.optics import LayeredOptics

compiled = pytest.mark.skipif(
    bool(numba.config.DISABLE_JIT), reason="too many photons for the uncompiled kernel"
)
KERNELS = pytest.mark.parametrize("kernel", ["fast", "reference"])
MM = 1e-3
GRID = Grid(np.linspace(0.0, 10.0, 11) * MM, np.linspace(0.0, 1.5, 6) * MM)
POINT = Beam("pencil", 0.0, spreading="isotropic")
DOWN = Beam("pencil", 0.0)
SLANT = Beam("pencil", 0.0, tilt=0.6)
DISC = Beam("flat-top", 1.0 * MM, spreading="lambertian")


def layered(*rows, outside=1.0):
    """Rows of thickness [mm], mu_a, mu_s [1/mm], anisotropy, index."""
    thickness, mu_a, mu_s, g, n = np.array(rows, dtype=np.float64).T
    return LayeredOptics(thickness * MM, mu_a / MM, mu_s / MM, g, n, outside, outside)


SKIN = layered((0.5, 0.1, 6.0, 0.8, 1.33), (1.0, 0.05, 3.0, 0.3, 1.45))
CLEAR = layered((1.0, 0.2, 0.0, 0.0, 1.5))


@compiled
@pytest.mark.slow
@pytest.mark.verification
@KERNELS
@pytest.mark.parametrize(
    ("beam", "incidence", "depth"),
    [
        (POINT, "isotropic", 0.0),
        (POINT, "isotropic", 0.2 * MM),
        (POINT, "isotropic", 0.5 * MM),
        (DOWN, 0.0, 0.5 * MM),
        (SLANT, 0.6, 1.2 * MM),
        (DISC, "lambertian", 0.2 * MM),
    ],
)
def test_totals_agree_with_adding_doubling(beam, incidence, depth, kernel):
    exact = layered_totals(SKIN, incidence=incidence, source_depth=depth)
    many = 20_000 if kernel == "fast" else 4_000
    field = transport(SKIN, beam, GRID, n_photons=many, seed=4, kernel=kernel, source_depth=depth)

    assert field.kernel == kernel
    assert field.specular == 0.0
    scores = [
        (field.reflectance - exact.reflectance) / field.reflectance_error,
        (field.transmittance - exact.transmittance) / field.transmittance_error,
        *((field.by_layer - exact.by_layer) / field.by_layer_error),
    ]
    assert np.abs(scores).max() < 4.0
    assert abs(field.balance - 1.0) < 1e-12


def test_a_source_at_the_surface_is_a_beam_that_has_entered():
    # by adding-doubling: what falls straight down, less what is reflected before it enters
    beam, inside = layered_totals(SKIN), layered_totals(SKIN, source_depth=0.0)
    entered = 1.0 - normal_reflectance(1.0, 1.33)

    np.testing.assert_allclose(inside.reflectance * entered, beam.reflectance, rtol=1e-9)
    np.testing.assert_allclose(inside.by_layer * entered, beam.by_layer, rtol=1e-9)


def test_shares_by_adding_doubling_add_to_1():
    for depth in (0.0, 0.3 * MM, 0.5 * MM, 1.4 * MM):
        found = layered_totals(SKIN, incidence="isotropic", source_depth=depth)
        whole = found.reflectance + found.transmittance + found.by_layer.sum()
        assert abs(whole - 1.0) < 1e-12


@compiled
@pytest.mark.slow
@KERNELS
def test_light_from_inside_takes_the_time_of_its_way(kernel):
    # straight down from 0.4 mm deep: 0.6 mm to the bottom, where 4 % turns back
    way = 0.6 * MM * 1.5 / SPEED_OF_LIGHT
    gate = TimeGate(1.25 * way, 5)
    field = transport(
        CLEAR,
        DOWN,
        GRID,
        n_photons=2000,
        seed=1,
        kernel=kernel,
        source_depth=0.4 * MM,
        time_gate=gate,
    )
    expected = math.exp(-0.2 * 0.6) * 0.96

    assert field.time.transmittance[:3].sum() == 0.0
    found, error = field.time.transmittance[3:].sum(), field.transmittance_error
    assert abs(found - expected) < 4.0 * error


@compiled
@pytest.mark.slow
def test_a_sweep_starts_inside_too():
    (field,) = sweep([SKIN], POINT, GRID, n_photons=20_000, seed=2, source_depth=0.2 * MM)
    exact = layered_totals(SKIN, incidence="isotropic", source_depth=0.2 * MM)

    assert abs(field.reflectance - exact.reflectance) < 4.0 * field.reflectance_error


def test_light_to_all_sides_is_even_and_that_of_a_table_as_it_says():
    seed = np.random.SeedSequence(3)
    even = launch_inside(POINT, 20_000, seed, 0.5 * MM)
    half = AngularProfile.of_quantiles(np.array([0.0, math.pi]))
    arc = launch_inside(Beam("pencil", 0.0, spreading=half), 20_000, seed, 0.0)
    for cosine, share in (
        (even.to_z, 0.5 * (1.0 - even.to_z)),
        (arc.to_z, np.arccos(arc.to_z) / math.pi),
    ):
        counts = np.histogram(share, np.linspace(0.0, 1.0, 21))[0]
        assert ((counts - 1000.0) ** 2 / 1000.0).sum() < 50.0  # 19 degrees of freedom
        assert np.abs(cosine).max() <= 1.0
    np.testing.assert_allclose(even.to_x**2 + even.to_y**2 + even.to_z**2, 1.0, atol=1e-12)


def test_packets_stay_at_their_depth_whatever_region_they_enter():
    launch = launch_inside(DOWN, 8, np.random.SeedSequence(3), 0.5 * MM)
    region = np.zeros(8, dtype=np.int64)

    assert entered(launch, region, np.array([1.4]), 1.0).depth == launch.depth > 0.0
    assert apart(launch, region)[0].depth == launch.depth


@compiled
@pytest.mark.slow
@KERNELS
@pytest.mark.parametrize("beam", [POINT, DOWN])
def test_a_source_among_vessels_of_what_is_around_them_is_one_in_layers(kernel, beam):
    around = Medium(0.1 / MM, 6.0 / MM, 0.8, 1.33), Medium(0.05 / MM, 3.0 / MM, 0.3, 1.45)
    vessels = (
        Vessel(0.2 * MM, 0.1 * MM, around[0]),
        Vessel(0.8 * MM, 0.1 * MM, around[1], offset=0.1 * MM),
    )
    many = 100_000 if kernel == "fast" else 40_000
    for depth in (0.05 * MM, 0.4 * MM, 1.2 * MM):
        incidence = beam.spreading if beam is POINT else 0.0
        exact = layered_totals(SKIN, incidence=incidence, source_depth=depth)
        field = transport(
            SKIN,
            beam,
            GRID,
            n_photons=many,
            seed=4,
            kernel=kernel,
            source_depth=depth,
            vessels=vessels,
        )
        for name in ("reflectance", "transmittance"):
            apart_by = getattr(field, name) - getattr(exact, name)
            assert abs(apart_by) < 4.0 * getattr(field, f"{name}_error")


def test_a_run_without_a_source_inside_keeps_its_hash():
    plain = begun(scene_of(SKIN, DOWN, GRID), seed=1)
    inside = begun(scene_of(SKIN, DOWN, GRID, source_depth=0.0), seed=1)

    assert plain.fingerprint != inside.fingerprint


PORE = Follicle(
    60e-6, 0.3e-3, 40e-6, 0.7e-3, lumen=Medium(5.0, 0.0, 0.0, 1.0), duct=Medium(5.0, 1e3, 0.9, 1.4)
)
UP = AngularProfile.of_quantiles(np.array([0.0, math.pi]))


@pytest.mark.parametrize(
    ("beam", "given", "told"),
    [
        (DOWN, {"source_depth": 1.5 * MM}, "less than the depth of the layers"),
        (DOWN, {"source_depth": -1e-4}, "source_depth is -0.0001 m"),
        (DOWN, {"source_depth": 0.1 * MM, "follicle": PORE}, "a follicle or a weight window"),
        (DOWN, {"source_depth": 0.1 * MM, "weight_window": WeightWindow(MM, 0.1)}, "weight window"),
        (
            DOWN,
            {"source_depth": 0.8 * MM, "vessels": (Vessel(0.9 * MM, 0.2 * MM, PORE.duct),)},
            "at which vessel 1 lies",
        ),
        (
            Beam("flat-top", MM, stand_off=MM, spreading="isotropic"),
            {"source_depth": 0.1 * MM},
            "stand_off is 0.001 m",
        ),
        (Beam("pencil", 0.0, spreading=UP), {}, "goes to 180 degrees"),
    ],
)
def test_an_impossible_source_is_refused(beam, given, told):
    with pytest.raises(ParameterError, match=told):
        scene_of(SKIN, beam, GRID, **given)
