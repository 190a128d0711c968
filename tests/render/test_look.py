import numpy as np
import pytest

from porelight.errors import ParameterError
from porelight.render.distractors import Distractors
from porelight.render.look import SkinLook, pore_shapes
from porelight.render.placement import PoreShapes

SIZE = (0.02, 0.02)


def drawn(
    n: int = 300, ratio: float = 1.0, look: SkinLook | None = None, seed: int = 3
) -> PoreShapes:
    seeds = np.random.SeedSequence(seed)
    return pore_shapes(np.full(n, 4e-4), ratio, look or SkinLook(), SIZE, seeds)


def test_only_the_diameters_follow_the_ratio() -> None:
    before, after = drawn(), drawn(ratio=0.8)
    np.testing.assert_allclose(after.diameter, 0.8 * before.diameter)
    for name in ("row", "col", "elongation", "angle", "taper", "slant", "depth_ratio", "plug"):
        np.testing.assert_array_equal(getattr(after, name), getattr(before, name))


def test_shapes_centre_on_what_the_look_says() -> None:
    look = SkinLook(elongation=1.6, pore_angle=0.4, pore_depth=0.3, plug=0.2)
    pores = drawn(look=look, n=300)
    np.testing.assert_allclose(np.median(pores.elongation), 1.6, rtol=0.05)
    np.testing.assert_allclose(np.median(pores.angle), 0.4, atol=0.1)
    np.testing.assert_allclose(np.median(pores.depth_ratio), 0.3, rtol=0.2)
    np.testing.assert_allclose(np.median(pores.plug), 0.2, rtol=0.1)


@pytest.mark.parametrize("seed", range(5))
def test_the_most_varied_look_still_draws_possible_pores(seed: int) -> None:
    look = SkinLook(elongation=2.0, pore_depth=0.6, pore_depth_spread=0.6, plug=1.0)
    assert len(drawn(look=look, seed=seed)) == 300


def test_regular_skin_keeps_pores_apart() -> None:
    look = SkinLook(pore_regularity=0.7)
    points = np.stack([drawn(look=look).row, drawn(look=look).col], axis=-1)
    gap = np.hypot(*(points[:, None] - points[None]).T)
    assert gap[gap > 0].min() >= 0.7 * 0.02 / np.sqrt(300)


def test_ratio_of_another_length_is_refused() -> None:
    with pytest.raises(ParameterError, match=r"ratio has shape \(2,\) but diameter has shape"):
        pore_shapes(np.full(3, 4e-4), np.ones(2), SkinLook(), SIZE, np.random.SeedSequence(1))


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("fitzpatrick", 0, "fitzpatrick is 0; expected a whole number from 1 to 6"),
        ("pore_depth", 2.0, "pore_depth is 2"),
        ("pore_depth_spread", 1.0, "pore_depth_spread is 1"),
        ("plug", 3.0, "plug is 3"),
        ("elongation", 0.5, "elongation is 0.5"),
        ("pore_angle", 90.0, "pore_angle is 90 rad.*math.radians"),
        ("pore_distance", 3.0, "pore_distance is 3 m.*units.mm"),
        ("pore_regularity", 0.9, "pore_regularity is 0.9"),
        ("curvature_radius", 0.001, "curvature_radius is 0.001 m"),
        ("melanin_mottling", -0.1, "melanin_mottling is -0.1"),
        ("blood_mottling", 1.1, "blood_mottling is 1.1"),
        ("oil", 2.0, "oil is 2"),
        ("oil_roughness", 0.0, "oil_roughness is 0"),
    ],
)
def test_look_refuses_what_no_skin_has(field: str, value: float, message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        SkinLook(**{field: value})  # type: ignore[arg-type]


def test_looks_are_equal_by_value() -> None:
    assert SkinLook(distractors=Distractors(n_hairs=2)) == SkinLook(
        distractors=Distractors(n_hairs=2)
    )
