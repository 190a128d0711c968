"""Light from many sides, a focus, and the faces of the layers, against exact values."""

import math

import numba
import numpy as np
import pytest
from scipy import stats

from porelight.errors import ParameterError
from porelight.grid import Grid
from porelight.laser.angles import AngularProfile
from porelight.laser.beam import Beam
from porelight.laser.rays import rays, reach
from porelight.light.adding_doubling import layered_totals
from porelight.light.boundary import Boundary
from porelight.light.closed_form import clear_slab
from porelight.light.transport import transport
from porelight.tissue.optics import LayeredOptics

compiled = pytest.mark.skipif(
    bool(numba.config.DISABLE_JIT), reason="too many photons for the uncompiled kernel"
)
KERNELS = pytest.mark.parametrize("kernel", ["fast", "reference"])
MM = 1e-3
GRID = Grid(np.linspace(0.0, 5.0, 6) * MM, np.linspace(0.0, 2.0, 5) * MM)


def layered(*rows, above=1.0, below=1.0):
    """Rows of thickness [mm], mu_a, mu_s [1/mm], anisotropy, index."""
    thickness, mu_a, mu_s, g, n = np.array(rows, dtype=np.float64).T
    return LayeredOptics(thickness * MM, mu_a / MM, mu_s / MM, g, n, above, below)


SKIN = layered((0.5, 0.1, 10.0, 0.9, 1.4), (0.5, 0.3, 5.0, 0.8, 1.37))


def z(found, error, expected):
    return (np.asarray(found) - expected) / np.asarray(error)


def drawn_cosines(spreading, n=200_000):
    random = np.random.default_rng(3)
    where = np.full(n, 0.5), np.full(n, 0.5)
    beam = Beam("pencil", 0.0, spreading=spreading)
    return rays(beam, where, (random.random(n), random.random(n))).to_z


@pytest.mark.verification
@pytest.mark.parametrize(
    ("spreading", "within"),
    [
        ("isotropic", lambda c: 1.0 - c),
        ("lambertian", lambda c: 1.0 - c * c),
        # power per solid angle in proportion to the cosine, as a table
        (
            AngularProfile.of_intensity(
                np.linspace(0.0, 0.5 * math.pi, 400), np.cos(np.linspace(0.0, 0.5 * math.pi, 400))
            ),
            lambda c: 1.0 - c * c,
        ),
        (AngularProfile.of_quantiles(np.array([0.0, 0.6])), lambda c: np.arccos(c) / 0.6),
    ],
    ids=["isotropic", "lambertian", "table", "quantiles"],
)
def test_directions_follow_their_law(spreading, within):
    share = within(drawn_cosines(spreading))

    assert stats.kstest(share, "uniform").pvalue > 1e-3


@compiled
@pytest.mark.verification
@KERNELS
@pytest.mark.parametrize("spreading", ["isotropic", "lambertian"])
def test_diffuse_light_is_that_of_adding_doubling(spreading, kernel):
    exact = layered_totals(SKIN, incidence=spreading)
    beam = Beam("flat-top", 1.0 * MM, spreading=spreading)
    many = 60_000 if kernel == "fast" else 10_000

    field = transport(SKIN, beam, GRID, n_photons=many, seed=1, kernel=kernel)

    # rays are drawn independently: what they reflect has an error as well
    assert abs(field.specular - exact.specular) < 4.0 * 0.3 / math.sqrt(many)
    assert abs(z(field.reflectance, field.reflectance_error, exact.reflectance)) < 4.0
    assert abs(z(field.transmittance, field.transmittance_error, exact.transmittance)) < 4.0
    assert (np.abs(z(field.by_layer, field.by_layer_error, exact.by_layer)) < 4.0).all()
    assert abs(field.balance - 1.0) < 1e-12


@compiled
@pytest.mark.verification
def test_table_of_one_angle_is_a_tilted_beam():
    angle = math.radians(50.0)
    exact = layered_totals(SKIN, incidence=angle)
    table = AngularProfile.of_quantiles(np.array([angle - 1e-9, angle]))

    field = transport(SKIN, Beam("pencil", MM, spreading=table), GRID, n_photons=60_000, seed=2)

    np.testing.assert_allclose(field.specular, exact.specular, rtol=1e-7)
    assert abs(z(field.reflectance, field.reflectance_error, exact.reflectance)) < 4.0
    assert (np.abs(z(field.by_layer, field.by_layer_error, exact.by_layer)) < 4.0).all()


def test_focused_beam_meets_in_its_focus():
    # 4 mm wide, focus 20 mm on, held 5 mm off: 3 mm wide at the skin, and all rays meet
    beam = Beam("flat-top", 4 * MM, half_angle=-math.atan(2.0 / 20.0), stand_off=5 * MM)
    random = np.random.default_rng(1).random((2, 100))

    fallen = rays(beam, (random[0], random[1]), (random[0], random[1]))

    np.testing.assert_allclose(beam.spot_diameter, 3.0 * MM, rtol=1e-12)
    np.testing.assert_allclose(reach(beam), 1.5 * MM, rtol=1e-9)
    steps = 15.0 * MM / fallen.to_z
    np.testing.assert_allclose(fallen.x + steps * fallen.to_x, 0.0, atol=1e-15)
    np.testing.assert_allclose(fallen.y + steps * fallen.to_y, 0.0, atol=1e-15)


def test_diffuse_source_off_the_skin_reaches_everywhere():
    assert reach(Beam("flat-top", MM, spreading="lambertian", stand_off=MM)) == math.inf
    assert reach(Beam("flat-top", MM, spreading="lambertian")) == pytest.approx(0.5 * MM)


@compiled
@pytest.mark.verification
@KERNELS
def test_mirror_below_is_a_slab_twice_as_thick(kernel):
    # reflected in the mirror, the slab goes on below: what would pass comes back
    slab, twice = (layered((d, 0.2, 8.0, 0.8, 1.4)) for d in (0.5, 1.0))
    exact = layered_totals(twice)
    many = 60_000 if kernel == "fast" else 10_000

    field = transport(
        slab,
        Beam("pencil", MM),
        GRID,
        n_photons=many,
        seed=3,
        kernel=kernel,
        boundary=Boundary(bottom="mirror"),
    )

    back = exact.reflectance + exact.transmittance
    assert field.transmittance == 0.0
    assert abs(z(field.reflectance, field.reflectance_error, back)) < 4.0
    assert abs(z(field.by_layer[0], field.by_layer_error[0], exact.by_layer[0])) < 4.0
    assert field.reflectance_error < 0.02 * back


@compiled
@pytest.mark.verification
@KERNELS
def test_mirror_above_sends_all_light_out_below(kernel):
    # clear: each way through takes e^-tau, the lower face reflects 1/25 of what arrives
    slab, tau = layered((1.0, 0.3, 0.0, 0.0, 1.5)), 0.3
    back = 0.04
    passed = 0.96 * math.exp(-tau) * (1.0 - back) / (1.0 - back * math.exp(-2.0 * tau))
    many = 60_000 if kernel == "fast" else 10_000

    field = transport(
        slab,
        Beam("pencil", MM),
        GRID,
        n_photons=many,
        seed=4,
        kernel=kernel,
        boundary=Boundary(top="mirror"),
    )

    np.testing.assert_allclose(field.specular, back, rtol=1e-12)
    assert field.reflectance == 0.0
    assert abs(z(field.transmittance, field.transmittance_error, passed)) < 4.0


@compiled
@pytest.mark.verification
def test_absorbing_faces_let_all_light_through():
    slab = layered((1.0, 0.7, 0.0, 0.0, 1.5))
    exact = clear_slab(700.0, MM, 1.0, 1.0)  # as without refraction

    field = transport(
        slab,
        Beam("pencil", MM),
        GRID,
        n_photons=6_000,
        seed=5,
        boundary=Boundary("absorbing", "absorbing"),
    )

    assert field.specular == 0.0
    assert field.reflectance == 0.0
    # a clear layer absorbs along the way, so nothing is left to chance
    np.testing.assert_allclose(field.transmittance, exact.transmittance, rtol=1e-6)


ENDLESS = layered((math.inf, 1.0, 1.0, 0.0, 1.4))
WHITE = layered((1.0, 0.0, 1.0, 0.0, 1.4))


@pytest.mark.parametrize(
    ("optics", "boundary", "message"),
    [
        (ENDLESS, Boundary(bottom="mirror"), "the last layer has no end; give it a thickness"),
        (WHITE, Boundary("mirror", "mirror"), "light would wander for ever"),
    ],
)
def test_impossible_faces_are_refused(optics, boundary, message):
    with pytest.raises(ParameterError, match=message):
        transport(optics, Beam("pencil", MM), GRID, n_photons=64, seed=1, boundary=boundary)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"spreading": "isotropc"}, "did you mean 'isotropic'"),
        ({"spreading": "lambertian", "tilt": 0.1}, "falls from every side of the skin; expected 0"),
        ({"spreading": "isotropic", "half_angle": 0.1}, "for the spreadings 'beam' and 'fibre'"),
        ({"half_angle": -0.5, "stand_off": 1.0}, "the focus must lie below the surface"),
        ({"spreading": "fibre", "half_angle": -0.1}, "half_angle is -0.1 rad; expected 0 to"),
    ],
)
def test_impossible_directions_are_refused(settings, message):
    with pytest.raises(ParameterError, match=message):
        Beam("flat-top", MM, **settings)


@pytest.mark.parametrize(
    ("angle", "intensity", "message"),
    [
        ([0.0], [1.0], "1 angles and 1 intensities"),
        ([0.0, 4.0], [1.0, 1.0], "to at most 90 degrees"),
        ([0.1, 0.1], [1.0, 1.0], "increase strictly"),
        ([0.0, 1.0], [0.0, 0.0], "one above 0"),
    ],
)
def test_impossible_table_of_angles_is_refused(angle, intensity, message):
    with pytest.raises(ParameterError, match=message):
        AngularProfile.of_intensity(np.array(angle), np.array(intensity))


def test_unknown_face_is_refused():
    with pytest.raises(ParameterError, match="no top face named 'miror'; did you mean 'mirror'"):
        Boundary("miror")
