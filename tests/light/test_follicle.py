import math
from dataclasses import replace

import numpy as np
import pytest

from porelight.errors import ParameterError
from porelight.light._bodies import bodies_of, is_inside, medium_at, medium_names
from porelight.light._fit import require_fit
from porelight.light.follicle import AIR, Follicle, Gland, Hair, Medium, Plug, follicle_of
from porelight.tissue.follicle_optics import follicle_optics
from porelight.tissue.optics import LayeredOptics
from porelight.tissue.pore import Pore

MM = 1e-3
SEBUM = Medium(5.0, 1e4, 0.9, 1.45)
FOLLICLE = Follicle(
    opening_radius=0.15 * MM,
    funnel_depth=0.5 * MM,
    duct_radius=0.06 * MM,
    duct_depth=2.5 * MM,
    lumen=AIR,
    duct=SEBUM,
    plug=Plug(0.3 * MM, SEBUM),
    gland=Gland(1.0 * MM, 0.25 * MM, 0.4 * MM, SEBUM),
    hair=Hair(0.03 * MM, 2.2 * MM, SEBUM),
)
TWO = np.ones(2)
LAYERS = LayeredOptics(np.array([0.4, 10.0]) * MM, TWO * 30.0, TWO * 1e4, TWO * 0.9, TWO * 1.4)


@pytest.mark.parametrize(
    ("r", "z", "expected"),
    [
        (0.0, -0.1, "above"),
        (0.0, 0.1, "hair"),
        (0.029, 2.1, "hair"),
        (0.1, 0.1, "lumen"),
        # the funnel narrows by 0.18 mm a millimetre: 0.132 mm at 0.1 mm
        (0.131, 0.1, "lumen"),
        (0.133, 0.1, "layer 1"),
        (0.05, 0.31, "plug"),
        (0.05, 0.51, "duct"),
        (0.01, 2.3, "duct"),
        (0.01, 2.6, "layer 2"),
        (0.24, 1.0, "gland"),
        (0.26, 1.0, "layer 2"),
        (0.07, 1.38, "gland"),
        (0.07, 1.39, "layer 2"),
        (3.0, 0.3, "layer 1"),
        (3.0, 11.0, "below"),
    ],
)
def test_every_point_lies_in_its_medium(r, z, expected):
    names = (*medium_names(LAYERS, FOLLICLE, ()), "above", "below")
    bodies = bodies_of(LAYERS, FOLLICLE, ())

    for angle in (0.0, 1.0, 4.0):
        x, y = r * MM * math.cos(angle), r * MM * math.sin(angle)
        assert names[medium_at(x, y, z * MM, bodies)] == expected


def test_funnel_that_does_not_taper_is_a_cylinder():
    bodies = bodies_of(LAYERS, replace(FOLLICLE, duct_radius=0.15 * MM), ())

    assert is_inside((0.149 * MM) ** 2, 0.2 * MM, bodies.funnel)
    assert not is_inside((0.151 * MM) ** 2, 0.0, bodies.funnel)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"funnel_depth": -1.0}, "funnel_depth is -1 m"),
        ({"duct_depth": 0.0}, "duct_depth is 0 m; expected more"),
        ({"duct_radius": 0.2 * MM}, "at most the opening's 0.00015 m"),
        ({"duct_depth": 0.4 * MM}, "at least the funnel's 0.0005 m"),
        ({"plug": Plug(0.5 * MM, SEBUM)}, "below the funnel"),
        ({"gland": Gland(0.3 * MM, 0.2 * MM, 0.4 * MM, SEBUM)}, "stand out of the skin"),
        ({"gland": Gland(1.0 * MM, 0.05 * MM, 0.4 * MM, SEBUM)}, "more than the duct's"),
        ({"hair": Hair(0.06 * MM, 1.0 * MM, SEBUM)}, "less than the duct's 6e-05 m"),
        ({"hair": Hair(0.03 * MM, 2.6 * MM, SEBUM)}, "at most the duct's 0.0025 m"),
    ],
)
def test_follicle_that_cannot_be_is_refused_in_one_line(change, message):
    with pytest.raises(ParameterError, match=message) as refusal:
        replace(FOLLICLE, **change)

    assert "\n" not in str(refusal.value)


def test_medium_that_cannot_be_is_refused():
    with pytest.raises(ParameterError, match=r"anisotropy is 1.2"):
        Medium(1.0, 1.0, 1.2, 1.4)


def test_follicle_wider_than_its_cell_is_refused():
    with pytest.raises(ParameterError, match=r"reaches 0\.00025 m from its axis but cell_radius"):
        require_fit(LAYERS, 0.25 * MM, FOLLICLE, ())


def test_follicle_deeper_than_the_skin_is_refused():
    thin = LayeredOptics(np.array([0.4, 2.0]) * MM, TWO, TWO, TWO * 0.9, TWO * 1.4)

    with pytest.raises(ParameterError, match=r"0\.0025 m deep but the layers end at 0\.0024 m"):
        require_fit(thin, math.inf, FOLLICLE, ())


def test_radius_of_the_wall_is_that_of_the_pore():
    z = np.array([0.0, 0.25, 0.5, 2.4, 2.6]) * MM

    np.testing.assert_allclose(
        FOLLICLE.wall_radius(z), np.array([0.15, 0.105, 0.06, 0.06, 0.0]) * MM, rtol=1e-12
    )


@pytest.mark.parametrize("fill", [0.2, 0.7])
def test_plug_fills_its_share_of_the_funnel(fill):
    pore = Pore(3e-4, 2e-4, duct_diameter=1e-4, follicle_depth=1e-3, plug_fill=fill)

    follicle = follicle_of(pore, follicle_optics(1064e-9))

    z = np.linspace(0.0, 2e-4, 100_001)
    area = follicle.wall_radius(z) ** 2
    np.testing.assert_allclose(area[z > follicle.plug.depth].sum() / area.sum(), fill, rtol=1e-4)


def test_measured_pore_keeps_its_sizes():
    pore = Pore.typical(300e-6)

    follicle = follicle_of(pore, follicle_optics(1064e-9))

    assert (2.0 * follicle.opening_radius, follicle.funnel_depth) == (pore.diameter, pore.depth)
    assert 2.0 * follicle.duct_radius == pore.duct_diameter
    assert (follicle.gland.depth, 2.0 * follicle.gland.radius) == (
        pore.gland_depth,
        pore.gland_diameter,
    )


def test_pore_without_parts_gives_a_follicle_without_them():
    pore = Pore(3e-4, 2e-4, duct_diameter=3e-4)

    follicle = follicle_of(pore, follicle_optics(1064e-9), lumen=SEBUM)

    assert (follicle.plug, follicle.gland, follicle.hair) == (None, None, None)
    assert follicle.duct_depth == pore.depth
    assert follicle.lumen is SEBUM


def test_hair_as_thick_as_its_duct_leaves_room_for_a_sheath():
    pore = Pore(3e-4, 2e-4, duct_diameter=3e-5, hair_diameter=3e-5)

    hair = follicle_of(pore, follicle_optics(1064e-9)).hair

    np.testing.assert_allclose(hair.radius, 0.9 * 1.5e-5)


def test_pore_known_by_its_opening_alone_is_refused():
    with pytest.raises(ParameterError, match=r"Pore\.typical"):
        follicle_of(Pore(3e-4, 2e-4), follicle_optics(1064e-9))
