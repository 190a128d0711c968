"""The pore in the light: exact surfaces, checked against layers, closed forms and the reference."""

import math
from dataclasses import replace

import numba
import numpy as np
import pytest

from porelight.grid import Grid
from porelight.laser.beam import Beam
from porelight.light.closed_form import normal_reflectance
from porelight.light.follicle import AIR, Follicle, Gland, Hair, Medium, Plug
from porelight.light.transport import transport
from porelight.light.weight_window import WeightWindow
from porelight.tissue.optics import LayeredOptics

MM = 1e-3
COMPILED = not numba.config.DISABLE_JIT
KERNELS = ["fast", "reference"] if COMPILED else ["reference"]
compiled_only = pytest.mark.skipif(not COMPILED, reason="the fast kernel exists only compiled")

SEBUM = Medium(100.0, 1e4, 0.8, 1.47)
KERATIN = Medium(2000.0, 2e4, 0.9, 1.55)
FOLLICLE = Follicle(
    opening_radius=0.12 * MM,
    funnel_depth=0.2 * MM,
    duct_radius=0.06 * MM,
    duct_depth=0.6 * MM,
    lumen=SEBUM,
    duct=SEBUM,
    gland=Gland(0.4 * MM, 0.2 * MM, 0.15 * MM, Medium(50.0, 1.5e4, 0.9, 1.41)),
)
OPEN = replace(
    FOLLICLE, lumen=AIR, plug=Plug(0.1 * MM, SEBUM), hair=Hair(0.03 * MM, 0.5 * MM, KERATIN)
)
LAYERS = LayeredOptics(
    np.array([0.1, 0.7]) * MM,
    np.array([500.0, 100.0]),
    np.array([2e4, 1.5e4]),
    np.array([0.8, 0.9]),
    np.array([1.42, 1.37]),
    index_below=1.0,
)
WORLDS = {
    "beam": (Beam("flat-top", 0.4 * MM), math.inf),
    "cell": (Beam("flat-top", 0.6 * MM), 3e-4),
}
GRID = Grid(np.linspace(0.0, 0.3, 7) * MM, np.linspace(0.0, 0.8, 9) * MM)


def light(world, kernel="fast", optics=LAYERS, **given):
    beam, cell_radius = WORLDS[world]
    given = {"n_photons": 60_000, "seed": 1, **given}
    return transport(optics, beam, GRID, cell_radius=cell_radius, kernel=kernel, **given)


def z_scores(one, other, part):
    error = np.hypot(getattr(one, f"{part}_error"), getattr(other, f"{part}_error"))
    off = getattr(one, part) - getattr(other, part)
    return off[error > 0.0] / error[error > 0.0]


@compiled_only
@pytest.mark.verification
@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("follicle", [FOLLICLE, OPEN], ids=["filled", "open"])
def test_fast_kernel_gives_the_light_of_the_reference(world, follicle):
    fast = light(world, follicle=follicle)
    reference = light(world, "reference", n_photons=20_000, seed=2, follicle=follicle)

    assert (fast.kernel, reference.kernel) == ("fast", "reference")
    z = z_scores(fast, reference, "absorbed")
    assert z.size == 48
    assert np.median(reference.absorbed_error / reference.absorbed) < 0.05
    # packets cross many blocks, which therefore move together
    assert 0.5 < (z**2).mean() < 1.7
    assert (np.abs(z_scores(fast, reference, "by_region")) < 4.0).all()
    off = fast.reflectance - reference.reflectance
    assert abs(off) < 4.0 * math.hypot(fast.reflectance_error, reference.reflectance_error)


@pytest.mark.verification
@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("world", WORLDS)
def test_pore_of_the_stuff_of_its_surroundings_changes_nothing(world, kernel):
    stuff = Medium(200.0, 1.5e4, 0.9, 1.4)
    skin = LayeredOptics(*(np.array([x]) for x in (0.8 * MM, 200.0, 1.5e4, 0.9, 1.4)))
    same = Follicle(
        0.12 * MM,
        0.2 * MM,
        0.06 * MM,
        0.6 * MM,
        stuff,
        stuff,
        Plug(0.1 * MM, stuff),
        Gland(0.4 * MM, 0.2 * MM, 0.15 * MM, stuff),
        Hair(0.03 * MM, 0.5 * MM, stuff),
    )
    n = 60_000 if kernel == "fast" else 8_000 if COMPILED else 1_600

    plain = light(world, kernel, skin, n_photons=n)
    pored = light(world, kernel, skin, n_photons=n, seed=2, follicle=same)

    z = z_scores(pored, plain, "absorbed")
    assert (np.abs(z) < 4.0).all()
    assert 0.5 < (z**2).mean() < 1.7
    total, error = pored.by_region.sum() - plain.by_region.sum(), plain.by_region_error.sum()
    assert error < (0.02 if COMPILED else 0.05) * plain.by_region.sum()
    assert abs(total) < 4.0 * math.sqrt(2.0) * error


@pytest.mark.verification
@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("world", WORLDS)
def test_energy_closes_around_a_pore(world, kernel):
    field = light(world, kernel, n_photons=2_000, follicle=OPEN)

    assert abs(field.balance - 1.0) < 1e-12
    off_grid = field.by_region.sum() - (field.absorbed * GRID.volume).sum()
    np.testing.assert_allclose(off_grid, field.off_grid, rtol=0.0, atol=1e-6)


@pytest.mark.verification
@pytest.mark.parametrize("kernel", KERNELS)
def test_white_pore_in_a_white_cell_returns_all_light(kernel):
    clear = np.zeros(2)
    white = LayeredOptics(LAYERS.thickness, clear, LAYERS.mu_s, LAYERS.anisotropy, np.full(2, 1.4))
    media = {"lumen": AIR, "duct": Medium(0.0, 1e4, 0.8, 1.47)}
    gland = replace(FOLLICLE.gland, medium=Medium(0.0, 1.5e4, 0.9, 1.5))
    follicle = replace(FOLLICLE, gland=gland, **media)

    field = light("cell", kernel, white, n_photons=2_000, follicle=follicle)

    assert field.by_region.sum() < 1e-15
    out = field.specular + field.reflectance + field.transmittance
    np.testing.assert_allclose(out, 1.0, rtol=0.0, atol=1e-12)


@pytest.mark.verification
def test_surface_reflects_what_fresnel_says_of_each_part_of_the_mouth():
    # shares of the beam over hair, over hair and air around it; the rest falls on skin
    hair, mouth = (0.03 / 0.2) ** 2, (0.12 / 0.2) ** 2
    over_skin, over_hair = normal_reflectance(1.0, 1.42), normal_reflectance(1.0, 1.55)

    field = light("beam", "reference", n_photons=3_200, follicle=OPEN)

    expected = (1.0 - mouth) * over_skin + hair * over_hair
    # the rays of a batch are stratified: one in a hundred may be on the wrong side of a rim
    assert abs(field.specular - expected) < 0.02 * over_hair


@compiled_only
def test_same_seed_gives_the_same_bits_on_any_number_of_threads():
    given = {"n_photons": 6_400, "follicle": OPEN, "weight_window": WeightWindow(3e-4, 0.1)}

    one, two = (light("beam", n_threads=n, **given) for n in (1, 2))

    np.testing.assert_array_equal(one.absorbed, two.absorbed)
    np.testing.assert_array_equal(one.by_region, two.by_region)


@compiled_only
@pytest.mark.verification
def test_weight_window_keeps_the_mean_and_sharpens_it_at_the_pore():
    given = {"n_photons": 32_000, "follicle": FOLLICLE}
    wide = Beam("flat-top", 3.0 * MM)
    window = WeightWindow(reach=1.0 * MM, floor=0.05)

    plain = transport(LAYERS, wide, GRID, seed=1, **given)
    sharp = transport(LAYERS, wide, GRID, seed=2, weight_window=window, **given)

    z = z_scores(sharp, plain, "absorbed")
    assert (np.abs(z) < 4.5).all()
    assert 0.5 < (z**2).mean() < 1.7
    assert (np.abs(z_scores(sharp, plain, "by_region")) < 4.0).all()
    assert abs(sharp.balance - 1.0) < 1e-12
    near = np.s_[:2, :4]
    gain = (plain.absorbed_error / sharp.absorbed_error)[near]
    assert gain.mean() > 1.5


def test_air_in_a_pore_lets_light_fall_to_its_bottom():
    # a clear pit over a black plug: all that falls into the mouth is absorbed there
    black = Medium(1e7, 0.0, 0.0, 1.0)
    pit = Follicle(0.1 * MM, 0.2 * MM, 0.1 * MM, 0.6 * MM, AIR, black)

    field = transport(
        LAYERS,
        Beam("flat-top", 0.2 * MM),
        GRID,
        n_photons=320,
        seed=1,
        follicle=pit,
        kernel="reference",
    )

    assert field.specular == 0.0
    shares = dict(zip(field.region_names, field.by_region, strict=True))
    np.testing.assert_allclose(shares["duct"], 1.0, rtol=1e-12)
