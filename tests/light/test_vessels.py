import math

import numba
import numpy as np
import pytest

from porelight.errors import ParameterError
from porelight.grid import Grid
from porelight.laser.beam import Beam
from porelight.light._fit import require_fit
from porelight.light.follicle import AIR, Follicle, Medium
from porelight.light.transport import transport
from porelight.light.vessels import Vessel
from porelight.tissue.optics import LayeredOptics

MM = 1e-3
BLOOD = Medium(2e4, 9e3, 0.9, 1.37)
LAYERS = LayeredOptics(
    np.array([0.1, 0.9]) * MM,
    np.array([300.0, 30.0]),
    np.full(2, 1e4),
    np.full(2, 0.9),
    np.array([1.42, 1.37]),
)
FOLLICLE = Follicle(0.1 * MM, 0.2 * MM, 0.05 * MM, 0.4 * MM, AIR, BLOOD)
GRID = Grid(np.linspace(0.0, 0.6, 7) * MM, np.linspace(0.0, 1.0, 11) * MM)


@pytest.mark.parametrize(
    ("vessels", "cell_radius", "message"),
    [
        ([Vessel(0.12 * MM, 0.05 * MM, BLOOD)], math.inf, "touches a plane between layers"),
        ([Vessel(1.5 * MM, 0.05 * MM, BLOOD)], math.inf, "below the layers"),
        ([Vessel(0.5 * MM, 0.05 * MM, BLOOD)], 0.5 * MM, "cannot lie in a cell"),
        (
            [Vessel(0.5 * MM, 0.05 * MM, BLOOD), Vessel(0.58 * MM, 0.04 * MM, BLOOD, 0.3 * MM)],
            math.inf,
            "share a depth",
        ),
        ([Vessel(0.3 * MM, 0.05 * MM, BLOOD, 0.12 * MM)], math.inf, "would touch the follicle"),
        ([Vessel(0.4 * MM, 0.05 * MM, BLOOD, 0.3 * MM)], math.inf, "funnel or duct ends"),
    ],
)
def test_vessel_that_does_not_fit_is_refused_in_one_line(vessels, cell_radius, message):
    with pytest.raises(ParameterError, match=message):
        require_fit(LAYERS, cell_radius, FOLLICLE if cell_radius == math.inf else None, vessels)


@pytest.mark.parametrize(
    ("depth", "radius", "message"),
    [(0.1 * MM, 0.0, "radius of the vessel is 0 m"), (0.1 * MM, 0.2 * MM, "stand out of the skin")],
)
def test_vessel_that_cannot_be_is_refused(depth, radius, message):
    with pytest.raises(ParameterError, match=message):
        Vessel(depth, radius, BLOOD)


@pytest.mark.verification
def test_vessel_in_clear_skin_absorbs_what_crosses_its_chords():
    # straight rays, no refraction: a disc of radius R over a vessel of radius R and absorption a,
    # whose chord at x is 2 sqrt(R^2 - x^2), as long as the beam's own at that x
    radius, mu_a = 0.1 * MM, 8e3
    clear = LayeredOptics(
        np.array([1.0]) * MM, np.zeros(1), np.zeros(1), np.zeros(1), np.ones(1), 1.0, 1.0
    )
    x = (np.arange(20_000) + 0.5) / 20_000
    chord = np.sqrt(1.0 - x * x)
    expected = (chord * -np.expm1(-2.0 * mu_a * radius * chord)).sum() / chord.sum()
    vessel = Vessel(0.5 * MM, radius, Medium(mu_a, 0.0, 0.0, 1.0))
    rays = Beam("flat-top", 2.0 * radius)

    for kernel in ("fast", "reference"):
        field = transport(
            clear, rays, GRID, n_photons=40_000, seed=1, vessels=[vessel], kernel=kernel
        )

        assert field.region_names == ("layer 1", "vessel 1")
        found, error = field.by_region[1], field.by_region_error[1]
        assert error < 0.0025
        assert abs(found - expected) < 4.0 * error
        assert abs(field.balance - 1.0) < 1e-12


@pytest.mark.skipif(numba.config.DISABLE_JIT, reason="the fast kernel exists only compiled")
@pytest.mark.verification
def test_both_kernels_give_the_same_light_around_vessels():
    vessels = [
        Vessel(0.3 * MM, 0.1 * MM, BLOOD, -0.05 * MM),
        Vessel(0.6 * MM, 0.15 * MM, BLOOD, 0.2 * MM),
    ]
    beam = Beam("flat-top", 1.0 * MM)

    fast, reference = (
        transport(LAYERS, beam, GRID, n_photons=n, seed=n, vessels=vessels, kernel=kernel)
        for n, kernel in ((100_000, "fast"), (30_000, "reference"))
    )

    error = np.hypot(fast.by_region_error, reference.by_region_error)
    z = (fast.by_region - reference.by_region) / error
    assert (np.abs(z) < 4.0).all()
    assert (error < 0.05 * reference.by_region).all()
    off = (fast.absorbed - reference.absorbed) / np.hypot(
        fast.absorbed_error, reference.absorbed_error
    )
    assert 0.6 < (off**2).mean() < 1.6
