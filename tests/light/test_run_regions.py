"""Tally regions: boxes, layers as one, the wall of a pore."""

import math
from dataclasses import replace

import numba
import numpy as np
import pytest

from porelight.errors import ParameterError
from porelight.grid import Grid
from porelight.laser.beam import Beam
from porelight.light._bodies import bodies_of, media_of, medium_at
from porelight.light.follicle import AIR, Follicle, Gland, Hair, Medium, Plug
from porelight.light.run import begun, growing
from porelight.light.stopping import Precision, Stop, until
from porelight.light.tally_regions import LayerGroup, PoreWall, wall_shares
from porelight.light.transport import scene_of, transport
from porelight.tissue.optics import LayeredOptics

compiled = pytest.mark.skipif(
    bool(numba.config.DISABLE_JIT), reason="too many photons for the uncompiled kernel"
)

MM, UM = 1e-3, 1e-6
SKIN = Medium(60.0, 1e4, 0.9, 1.4)
LAYERS = LayeredOptics(
    np.array([0.1, 3.0]) * MM,
    np.array([SKIN.mu_a, SKIN.mu_a]),
    np.full(2, SKIN.mu_s),
    np.full(2, SKIN.anisotropy),
    np.full(2, SKIN.refractive_index),
    index_below=1.0,
)
# a straight pore of 75 um, so that a ring of the grid shows what it should hold
STRAIGHT = Follicle(75 * UM, 0.2 * MM, 75 * UM, 0.6 * MM, lumen=AIR, duct=SKIN)
BEAM = Beam("flat-top", 0.6 * MM)
# (i_z, i_r) of 50 um, cut by funnel, wall, plug, hair, gland, layers or mirror
CUT_CELLS = ((0, 0), (0, 2), (0, 3), (2, 2), (3, 1), (4, 1), (4, 2), (5, 2), (5, 1), (6, 2))


def grid_of(cell, radius=0.4 * MM, depth=0.4 * MM):
    return Grid(*(np.arange(round(extent / cell) + 1) * cell for extent in (radius, depth)))


def scene_with(follicle, cell=100 * UM, *, optics=LAYERS, **settings):
    return scene_of(optics, BEAM, grid_of(cell), follicle=follicle, **settings)


def test_air_in_a_cell_takes_nothing_from_the_wall_beside_it():
    shares = wall_shares(scene_with(STRAIGHT), STRAIGHT, 50 * UM)

    # rings 0 to 100 and 100 to 200 um, wall 75 to 125 um: all that the first absorbs is the wall's
    np.testing.assert_allclose(shares[:2, 0], 1.0, rtol=1e-12)
    np.testing.assert_allclose(shares[:2, 1], (125**2 - 100**2) / (200**2 - 100**2), rtol=1e-12)
    # below the funnel there is no wall
    np.testing.assert_array_equal(shares[2:], 0.0)


def test_what_fills_the_pore_takes_its_share_of_the_absorption():
    sebum = replace(SKIN, mu_a=0.5 * SKIN.mu_a)
    filled = replace(STRAIGHT, lumen=sebum)

    shares = wall_shares(scene_with(filled), filled, 50 * UM)

    skin, inside = 100**2 - 75**2, 0.5 * 75**2
    np.testing.assert_allclose(shares[:2, 0], skin / (skin + inside), rtol=1e-12)


@pytest.mark.verification
def test_wall_of_even_skin_is_the_volume_between_two_cones():
    funnel = Follicle(0.15 * MM, 0.2 * MM, 0.06 * MM, 0.6 * MM, lumen=SKIN, duct=SKIN)
    t, top, bottom, depth = 50 * UM, 0.15 * MM, 0.06 * MM, 0.2 * MM

    scene = scene_with(funnel, 20 * UM)
    found = (wall_shares(scene, funnel, t) * scene.grid.volume).sum()

    # pi t integral of (2 R + t) dz
    np.testing.assert_allclose(found, math.pi * t * (top + bottom + t) * depth, rtol=1e-4)


@pytest.mark.verification
def test_shares_are_those_of_points_drawn_in_every_cell():
    dark, sebum = Medium(3e3, 1e4, 0.9, 1.5), Medium(10.0, 1e4, 0.9, 1.45)
    follicle = Follicle(
        opening_radius=0.15 * MM,
        funnel_depth=0.3 * MM,
        duct_radius=0.06 * MM,
        duct_depth=0.9 * MM,
        lumen=AIR,
        duct=sebum,
        plug=Plug(0.15 * MM, sebum),
        # rises to the funnel, so that it lies in its wall
        gland=Gland(0.4 * MM, 0.2 * MM, 0.2 * MM, dark),
        hair=Hair(0.03 * MM, 0.8 * MM, dark),
    )
    optics = replace(LAYERS, mu_a=np.array([900.0, 60.0]))
    # a mirror in the last ring of the wall
    scene = scene_with(follicle, 50 * UM, optics=optics, cell_radius=0.35 * MM)
    bodies, media = bodies_of(optics, follicle, ()), media_of(optics, follicle, ())
    # share of an interaction over its free path
    mu_a = media.absorbed_share / media.mean_free_path
    random = np.random.default_rng(1)
    n = 4000
    shares = wall_shares(scene, follicle, 50 * UM)

    for i_z, i_r in [
        (0, 0),
        (0, 2),
        (0, 3),
        (2, 2),
        (3, 1),
        (4, 1),
        (4, 2),
        (5, 2),
        (5, 1),
        (6, 2),
    ]:
        z = random.uniform(*scene.grid.z_edges[[i_z, i_z + 1]], n)
        r = np.sqrt(random.uniform(*scene.grid.r_edges[[i_r, i_r + 1]] ** 2, n))
        absorbs = np.array([mu_a[medium_at(a, 0.0, b, bodies)] for a, b in zip(r, z, strict=True)])
        start = follicle.wall_radius(z)
        inside = (z < follicle.funnel_depth) & (start <= r) & (r < start + 50 * UM)
        part, whole = absorbs * inside, absorbs
        expected = part.sum() / whole.sum()
        # standard error of a ratio
        error = np.std(part - expected * whole) / math.sqrt(n) / whole.mean()
        assert abs(shares[i_z, i_r] - expected) < 4.0 * error + 0.01


@pytest.mark.slow
@compiled
@pytest.mark.verification
def test_wall_on_coarse_cells_is_that_on_fine_ones():
    funnel = Follicle(0.15 * MM, 0.18 * MM, 0.06 * MM, 0.6 * MM, lumen=AIR, duct=SKIN)
    # the same photons on both grids, so that what differs is the sharing of cut cells
    walls = [
        transport(
            LAYERS, BEAM, grid_of(cell), n_photons=20_000, seed=1, follicle=funnel
        ).tally_shares
        for cell in (5 * UM, 25 * UM)
    ]

    fine, coarse = (wall["pore wall"] for wall in walls)
    assert fine.relative_error < 0.02
    # shares of volume, which give the air its part, are 6 % too small here
    np.testing.assert_allclose(coarse.mean, fine.mean, rtol=0.01)


@compiled
def test_run_with_a_pore_stops_at_a_precision_in_its_wall():
    run = begun(scene_with(STRAIGHT, 25 * UM), seed=1, photons_per_batch=50)

    *_, (run, _) = until(run, Stop(photons=1e5, precision=Precision("pore wall", 0.1)))

    wall = run.share("pore wall")
    assert 0.03 < wall.relative_error <= 0.1
    assert run.names[-1] == "pore wall"
    assert run.field.tally_shares == {"pore wall": wall}


def test_layers_tallied_as_one_are_their_sum():
    scene = scene_with(None)
    run = begun(scene, seed=1, tally_regions=[LayerGroup("both", (0, 1))], photons_per_batch=20)

    run = next(longer for longer in growing(run) if longer.averages.n_batches == 3)

    parts = [run.share(name) for name in ("layer 1", "layer 2")]
    both = run.share("both")
    np.testing.assert_allclose(both.mean, sum(part.mean for part in parts), rtol=1e-12)
    # not the error of independent parts: light absorbed above is missing below
    assert both.standard_error != pytest.approx(math.hypot(*(p.standard_error for p in parts)))


@pytest.mark.parametrize(
    ("fail", "message"),
    [
        (
            lambda: begun(scene_with(None), seed=1).share("pore wall"),
            "there is no 'pore wall' in this skin; expected a follicle",
        ),
        (
            lambda: begun(
                scene_of(LAYERS, BEAM, grid_of(20 * UM, 0.1 * MM), follicle=STRAIGHT), seed=1
            ).share("pore wall"),
            r"'pore wall' reaches 0.0002 m deep and 0.000125 m wide; the grid ends at 0.0004 and "
            r"0.0001 m",
        ),
        (
            lambda: begun(scene_with(None), seed=1, tally_regions=[LayerGroup("deep", (2,))]),
            r"group 'deep' has the layers \[2\]; expected some of 0 to 1",
        ),
        (lambda: PoreWall(thickness=0.0), "thickness of 'pore wall' is 0 m; expected more"),
        (
            lambda: begun(scene_with(STRAIGHT), seed=1, tally_regions=[PoreWall()]),
            "the same name, 'pore wall'; expected another name for each",
        ),
    ],
)
def test_a_region_that_cannot_be_tallied_is_refused(fail, message):
    with pytest.raises(ParameterError, match=message):
        fail()
