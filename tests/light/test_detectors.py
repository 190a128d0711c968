"""Detectors against solid angles, rings of the same run, and positions in place of arcs."""

import math

import numba
import numpy as np
import pytest
from scipy import integrate

from porelight.errors import ParameterError
from porelight.grid import Grid
from porelight.laser.beam import Beam
from porelight.light.closed_form import fresnel_reflectance
from porelight.light.detectors import Detector, arc_within
from porelight.light.run import begun, growing
from porelight.light.time_gate import TimeGate
from porelight.light.transport import scene_of, transport
from porelight.tissue.optics import LayeredOptics
from porelight.units import ps

compiled = pytest.mark.skipif(
    bool(numba.config.DISABLE_JIT), reason="too many photons for the uncompiled kernel"
)
KERNELS = pytest.mark.parametrize("kernel", ["fast", "reference"])
MM = 1e-3
GRID = Grid(np.linspace(0.0, 5.0, 501) * MM, np.linspace(0.0, 2.0, 3) * MM)


def layered(*rows, above=1.0, below=1.0):
    """Rows of thickness [mm], mu_a, mu_s [1/mm], anisotropy, index."""
    thickness, mu_a, mu_s, g, n = np.array(rows, dtype=np.float64).T
    return LayeredOptics(thickness * MM, mu_a / MM, mu_s / MM, g, n, above, below)


SKIN = layered((0.5, 0.1, 10.0, 0.8, 1.4), (1.0, 0.05, 5.0, 0.8, 1.37))
POINT = Beam("pencil", 0.0, spreading="isotropic")


def z(share, expected):
    return (share.mean - expected) / share.standard_error


@pytest.mark.parametrize(
    ("distance", "middle", "radius", "share"),
    [
        (1.0, 0.0, 2.0, 1.0),
        (3.0, 0.0, 2.0, 0.0),
        (1.0, 5.0, 2.0, 0.0),
        # circle and disc of one size, a radius apart: they meet at 60 degrees to either side
        (1.0, 1.0, 1.0, 1.0 / 3.0),
        (0.0, 1.0, 2.0, 1.0),
    ],
)
def test_arc_of_a_circle_within_a_disc(distance, middle, radius, share):
    np.testing.assert_allclose(arc_within(distance, middle, radius), share, rtol=1e-12)


@compiled
@pytest.mark.verification
@KERNELS
def test_light_of_a_point_is_taken_in_by_solid_angle(kernel):
    # clear, without refraction: the detectors are 1 mm behind a point that lights a half space
    clear = layered((1.0, 0.0, 0.0, 0.0, 1.0))
    on_axis, narrow, beside = (
        Detector("on the axis", 0.0, 2.0 * MM, side="bottom"),
        Detector("narrow", 0.0, 50.0 * MM, half_angle=0.3, side="bottom"),
        Detector("beside", 2.0 * MM, 1.0 * MM, y=1.0 * MM, side="bottom"),
    )

    def falls(y, x):
        return 1.0 / (2.0 * math.pi * (1.0 + x * x + y * y) ** 1.5)

    exact = {
        "on the axis": 1.0 - math.cos(math.atan(1.0)),
        "narrow": 1.0 - math.cos(0.3),
        "beside": integrate.dblquad(
            falls,
            1.5,
            2.5,
            lambda x: 1.0 - math.sqrt(max(0.0, 0.25 - (x - 2.0) ** 2)),
            lambda x: 1.0 + math.sqrt(max(0.0, 0.25 - (x - 2.0) ** 2)),
        )[0],
    }

    field = transport(
        clear,
        POINT,
        GRID,
        n_photons=100_000,
        seed=1,
        kernel=kernel,
        detectors=[on_axis, narrow, beside],
    )

    assert list(field.detected) == list(exact)
    for name, share in field.detected.items():
        assert abs(z(share, exact[name])) < 4.0, name
        assert share.standard_error < 0.02 * share.mean


@compiled
@pytest.mark.verification
@KERNELS
def test_detector_on_the_axis_takes_in_its_rings(kernel):
    detector = Detector("middle", 0.0, 2.0 * MM)

    field = transport(
        SKIN, Beam("pencil", MM), GRID, n_photons=3000, seed=2, kernel=kernel, detectors=[detector]
    )

    rings = GRID.r_edges[1:] <= 1.0 * MM * (1.0 + 1e-9)
    within = float((field.radial_reflectance * GRID.ring_area)[rings].sum())
    np.testing.assert_allclose(field.detected["middle"].mean, within, rtol=1e-9)


@compiled
@pytest.mark.verification
@KERNELS
def test_detector_beside_the_axis_takes_in_what_rings_and_points_say(kernel):
    # the same place by arcs of rings, and by points of a beam that is not quite even
    detector = Detector("beside", 1.0 * MM, 1.0 * MM)
    many = 60_000 if kernel == "fast" else 20_000

    even, uneven = (
        transport(
            SKIN,
            Beam("pencil", MM, tilt=tilt),
            GRID,
            n_photons=many,
            seed=seed,
            kernel=kernel,
            detectors=[detector],
        )
        for tilt, seed in ((0.0, 3), (1e-6, 4))
    )

    middles = 0.5 * (GRID.r_edges[1:] + GRID.r_edges[:-1])
    arcs = np.array([arc_within(r, 1.0 * MM, 0.5 * MM) for r in middles])
    by_rings = float(even.radial_reflectance * GRID.ring_area @ arcs)
    one, other = even.detected["beside"], uneven.detected["beside"]
    np.testing.assert_allclose(one.mean, by_rings, rtol=5e-3)
    apart = math.hypot(one.standard_error, other.standard_error)
    assert abs(one.mean - other.mean) < 4.0 * apart
    assert one.standard_error < 0.1 * one.mean


@compiled
@pytest.mark.verification
@KERNELS
def test_acceptance_is_told_outside_the_tissue(kernel):
    # Lambert's light through glass leaves at the angle at which it came, less what the faces send
    # back: (1 - r) / (1 + r) passes, with all the reflections between them
    glass = layered((1.0, 0.0, 0.0, 0.0, 1.5))
    half = math.radians(30.0)

    def passes(angle):
        reflected = fresnel_reflectance(np.array([math.cos(angle)]), 1.0, 1.5)[0][0]
        return math.sin(2.0 * angle) * (1.0 - reflected) / (1.0 + reflected)

    exact = integrate.quad(passes, 0.0, half)[0]
    wide = Detector("wide", 0.0, 99.0 * MM, half_angle=half, side="bottom")
    beam = Beam("pencil", 0.0, spreading="lambertian")

    field = transport(glass, beam, GRID, n_photons=60_000, seed=5, kernel=kernel, detectors=[wide])

    assert abs(z(field.detected["wide"], exact)) < 4.0
    assert field.detected["wide"].standard_error < 0.01 * exact


@compiled
def test_detector_tells_times_and_its_own_share():
    detector = Detector("beside", 1.0 * MM, 1.0 * MM)
    gate = TimeGate(200.0 * ps, 20)

    field = transport(
        SKIN,
        Beam("pencil", MM),
        GRID,
        n_photons=3000,
        seed=6,
        time_gate=gate,
        detectors=[detector],
    )

    assert field.time.detected.shape == (1, 20)
    np.testing.assert_allclose(field.time.detected.sum(), field.detected["beside"].mean, rtol=1e-12)
    assert (field.time.detected[0] <= field.time.reflectance).all()
    # light that comes out a millimetre away has gone further than that
    assert field.time.detected[0, 0] < 0.5 * field.time.reflectance[0]


def test_run_names_its_detectors():
    scene = scene_of(SKIN, Beam("pencil", MM), GRID, detectors=[Detector("eye", 0.0, MM)])
    run = begun(scene, seed=1, photons_per_batch=20)

    run = next(longer for longer in growing(run, 1) if longer.averages.n_batches == 2)

    assert "eye" in run.names
    assert run.share("eye") == run.field.detected["eye"]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"name": ""}, "a detector has no name"),
        ({"diameter": 0.0}, "diameter of detector 'd' is 0 m"),
        ({"half_angle": 2.0}, r"half_angle of detector 'd' is 2 rad; expected above 0 to 1.571"),
        ({"side": "botom"}, "no side named 'botom' for detector 'd'; did you mean 'bottom'"),
    ],
)
def test_impossible_detector_is_refused(settings, message):
    with pytest.raises(ParameterError, match=message):
        Detector(**{"name": "d", "x": 0.0, "diameter": MM, **settings})


def test_detector_in_a_cell_is_refused():
    with pytest.raises(ParameterError, match="in which a detector has no place"):
        scene_of(
            SKIN,
            Beam("flat-top", MM),
            GRID,
            cell_radius=MM,
            detectors=[Detector("d", 0.0, MM)],
        )
