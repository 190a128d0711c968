import numpy as np
import pytest

from porelight.errors import ParameterError
from porelight.light.adding_doubling import layered_totals
from porelight.light.layered_reflectance import reflectances
from porelight.tissue.forearm import ForearmSkin
from porelight.tissue.optics import LayeredOptics, skin_optics
from porelight.tissue.skin import Skin

MM = 1e-3


def layered(*rows, index_below=1.0):
    """Rows of thickness [mm], mu_a, mu_s [1/mm], anisotropy, index."""
    thickness, mu_a, mu_s, g, n = np.array(rows, dtype=np.float64).T
    return LayeredOptics(thickness * MM, mu_a / MM, mu_s / MM, g, n, 1.0, index_below)


def by_doubling(medium):
    found = layered_totals(medium, n_angles=24)
    return found.reflectance + found.specular


@pytest.mark.verification
@pytest.mark.parametrize("wavelength", [450, 577, 1064, 1450, 2200])
def test_skin_is_as_by_adding_doubling(wavelength):
    media = [
        skin_optics(skin, wavelength * 1e-9)
        for skin in (ForearmSkin.typical(), Skin.typical("nose", 6, 30.0, "male"))
    ]

    np.testing.assert_allclose(
        reflectances(media), [by_doubling(one) for one in media], rtol=0.0, atol=4e-4
    )


@pytest.mark.verification
def test_half_space_that_refracts_matches_giovanelli():
    # Opt. Acta 2, 153 (1955): albedo 0.9, index 1.5, scattered evenly: 0.2600
    half_space = layered((np.inf, 1.0, 9.0, 0.0, 1.5), index_below=1.5)

    np.testing.assert_allclose(reflectances([half_space]), 0.2600, rtol=0.0, atol=1e-4)


@pytest.mark.verification
def test_a_slab_between_equal_indices_matches_van_de_hulst():
    # Multiple Light Scattering (1980), table 35
    slab = layered((0.2, 1.0, 9.0, 0.75, 1.0))

    np.testing.assert_allclose(reflectances([slab]), 0.09739, rtol=0.0, atol=2e-4)


def test_media_whose_indices_stand_in_different_orders_are_each_right():
    ascending = layered((0.1, 0.1, 5.0, 0.8, 1.35), (2.0, 0.1, 9.0, 0.8, 1.45))
    descending = layered((0.1, 0.1, 5.0, 0.8, 1.45), (2.0, 0.1, 9.0, 0.8, 1.35))
    media = [ascending, descending, ascending]

    np.testing.assert_allclose(
        reflectances(media), [by_doubling(one) for one in media], rtol=0.0, atol=3e-4
    )


@pytest.mark.parametrize("anisotropy", [0.0, 1.0])
def test_a_clear_layer_reflects_at_its_faces_alone(anisotropy):
    clear = layered((1.0, 0.0, 0.0, anisotropy, 1.5))
    face = (0.5 / 2.5) ** 2

    # all reflections between two faces: 2 r / (1 + r)
    np.testing.assert_allclose(reflectances([clear]), 2.0 * face / (1.0 + face), rtol=1e-6)


def test_no_medium_gives_nothing_and_unlike_media_are_refused():
    assert reflectances([]).shape == (0,)
    one = layered((0.1, 0.1, 5.0, 0.8, 1.35))
    two = layered((0.1, 0.1, 5.0, 0.8, 1.35), (0.1, 0.1, 5.0, 0.8, 1.35))
    with pytest.raises(ParameterError, match="number of layers"):
        reflectances([one, two])
    backwards = layered((0.1, 0.1, 5.0, -0.2, 1.35))
    with pytest.raises(ParameterError, match="anisotropy below 0"):
        reflectances([backwards])
