"""Mie's theory against published efficiencies and anisotropies."""

import math

import numpy as np
import pytest

from porelight.errors import ParameterError
from porelight.tissue.mie import Sphere, mie_scattering


def sphere(size, ratio):
    """Return a sphere of this size parameter and relative index, which may be below 1."""
    around = max(1.0, 1.0 / ratio)
    return Sphere(size * 1e-6 / math.pi, ratio * around, around, around * 1e-6)


# size parameter, relative index, scattering efficiency, anisotropy: Wiscombe (1979), NCAR/TN-140,
# test cases of MIEV0; those of index 0.75 and 1.5, which do not absorb
WISCOMBE = [
    (0.101, 0.75, 8.033538e-06, 0.001507),
    (10.0, 0.75, 2.232265, 0.896473),
    (1000.0, 0.75, 1.997908, 0.844944),
    (10.0, 1.5, 2.881999, 0.742913),
    (100.0, 1.5, 2.094388, 0.818246),
    (1000.0, 1.5, 2.013945, 0.827882),
]


@pytest.mark.validation
@pytest.mark.parametrize(("size", "ratio", "efficiency", "anisotropy"), WISCOMBE)
def test_efficiency_and_anisotropy_are_the_published_ones(size, ratio, efficiency, anisotropy):
    found = mie_scattering(sphere(size, ratio))

    np.testing.assert_allclose(found.efficiency, efficiency, rtol=1e-6)
    np.testing.assert_allclose(found.anisotropy, anisotropy, atol=6e-7)
    # the table of angles by the amplitudes, the anisotropy by the coefficients
    np.testing.assert_allclose(found.phase.anisotropy, found.anisotropy, atol=1e-6)


@pytest.mark.validation
def test_the_example_of_bohren_and_huffman():
    # appendix A: a radius of 0.525 um, index 1.55, 0.6328 um
    found = mie_scattering(Sphere(1.05e-6, 1.55, 1.0, 0.6328e-6))

    assert abs(found.efficiency - 3.10543) < 5e-6


def test_tiny_spheres_scatter_as_rayleigh_says():
    found = mie_scattering(sphere(0.01, 1.2))
    polarisability = (1.2**2 - 1.0) / (1.2**2 + 2.0)

    np.testing.assert_allclose(found.efficiency, 8 / 3 * 1e-8 * polarisability**2, rtol=2e-4)
    # 3/4 (1 + cos^2): the second moment is 1/10, the odd ones are 0
    np.testing.assert_allclose(found.phase.moments(5), [1.0, 0.0, 0.1, 0.0, 0.0], atol=2e-5)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"index": 1.33}, "scatter no light"),
        ({"diameter": 0.5e-3, "wavelength": 0.5e-6}, "at most 2000"),
        ({"diameter": 2.0}, "diameter is 2 m"),
    ],
)
def test_an_impossible_sphere_is_refused(changed, told):
    usual = {"diameter": 1e-6, "index": 1.5, "medium_index": 1.33, "wavelength": 0.6e-6}
    with pytest.raises(ParameterError, match=told):
        Sphere(**{**usual, **changed})
