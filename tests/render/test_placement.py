import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import cKDTree

from porelight.errors import ParameterError
from porelight.render.placement import PoreShapes, drawn_diameters, hard_core_points, smooth_field

SIDE = (0.02, 0.02)


def nearest(points: np.ndarray) -> np.ndarray:
    return np.asarray(cKDTree(points).query(points, k=2)[0][:, 1])


@settings(max_examples=15, deadline=None)
@given(n=st.integers(2, 200), seed=st.integers(0, 1000), share=st.floats(0.0, 0.75))
def test_points_keep_their_distance_and_stay_inside(n: int, seed: int, share: float) -> None:
    distance = share * np.sqrt(SIDE[0] * SIDE[1] / n)
    points = hard_core_points(n, SIDE, distance, np.random.default_rng(seed))
    assert points.shape == (n, 2)
    assert nearest(points).min() >= distance
    assert points.min() >= 0.0
    assert points.max() <= SIDE[0]


def test_points_without_distance_are_a_poisson_field() -> None:
    # mean nearest distance of n random points: 0.5 / sqrt(density), SD 0.26 / sqrt(n density)
    points = hard_core_points(2000, (1.0, 1.0), 0.0, np.random.default_rng(4))
    inner = np.all((points > 0.05) & (points < 0.95), axis=1)
    mean, expected = nearest(points)[inner].mean(), 0.5 / np.sqrt(2000)
    assert abs(mean - expected) < 4.0 * 0.26 / np.sqrt(inner.sum() * 2000)


def test_distance_makes_points_as_regular_as_the_pores_of_a_dense_cheek() -> None:
    # labelled cheek where pores are dense: mean nearest distance 1.5 times that of random points
    n = 420
    spacing = np.sqrt(SIDE[0] * SIDE[1] / n)
    points = hard_core_points(n, SIDE, 0.62 * spacing, np.random.default_rng(2))
    assert 1.35 < nearest(points).mean() / (0.5 * spacing) < 1.6


def test_no_points_are_no_points() -> None:
    assert hard_core_points(0, SIDE, 1e-3, np.random.default_rng(0)).shape == (0, 2)


def test_points_that_cannot_fit_are_refused_with_the_number_that_fits() -> None:
    with pytest.raises(ParameterError, match=r"900 pores do not fit 1 mm apart .* at most 2"):
        hard_core_points(900, SIDE, 1e-3, np.random.default_rng(0))


def test_points_that_find_no_place_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("porelight.render.placement._TRIES_PER_PORE", 1)
    with pytest.raises(ParameterError, match=r"only \d+ of 200 pores found a place 1 mm"):
        hard_core_points(200, SIDE, 1e-3, np.random.default_rng(0))


def test_smooth_field_has_zero_mean_and_unit_variance_over_seeds() -> None:
    place = np.array([[1e-3, 2e-3]])
    value = np.array([smooth_field(place, 1e-2, np.random.default_rng(s))[0] for s in range(800)])
    assert abs(value.mean()) < 4.0 / np.sqrt(800)
    assert abs(value.var() - 1.0) < 4.0 * np.sqrt(2.0 / 800)


def test_smooth_field_is_the_same_for_neighbours() -> None:
    points = np.array([[1e-3, 2e-3], [1.1e-3, 2e-3], [9e-3, 2e-3]])
    fields = np.array([smooth_field(points, 1e-2, np.random.default_rng(s)) for s in range(200)])
    correlation = np.corrcoef(fields.T)
    assert correlation[0, 1] > 0.98
    assert abs(correlation[0, 2]) < 0.5


def test_drawn_diameters_are_lognormal() -> None:
    drawn = drawn_diameters(50e4, (0.05, 0.05), median=3e-4, spread=0.4, seed=1)
    logs = np.log(drawn / 3e-4)
    assert drawn.size == 1250
    assert abs(logs.mean()) < 4.0 * 0.4 / np.sqrt(1250)
    assert abs(logs.std() - 0.4) < 4.0 * 0.4 / np.sqrt(2500)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"density": -1.0}, "density is -1 1/m2"),
        ({"median": 0.3}, "median is 0.3 m"),
        ({"spread": 2.0}, "spread is 2"),
        ({"size": (22.0, 22.0)}, "size is 22 m"),
    ],
)
def test_drawn_diameters_refuse_slips(change: dict[str, object], message: str) -> None:
    good: dict[str, object] = {"density": 60e4, "size": SIDE, "median": 3e-4, "spread": 0.3}
    with pytest.raises(ParameterError, match=message):
        drawn_diameters(**{**good, **change}, seed=1)  # type: ignore[arg-type]


def shapes(**change: object) -> PoreShapes:
    one = {
        "row": 1e-3,
        "col": 1e-3,
        "diameter": 4e-4,
        "elongation": 1.4,
        "angle": 0.0,
        "taper": 0.0,
        "slant": 0.0,
        "depth_ratio": 0.3,
        "plug": 0.1,
        "profile": 3.0,
    }
    fields = {name: np.array([value]) for name, value in one.items()}
    return PoreShapes(**{**fields, **change})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("diameter", np.array([0.4]), "diameter is 0.4 m"),
        ("elongation", np.array([0.9]), "elongation is 0.9"),
        ("depth_ratio", np.array([-0.1]), "depth_ratio is -0.1"),
        ("plug", np.array([9.0]), "plug is 9"),
        ("profile", np.array([0.0]), "profile is 0"),
        ("row", np.array([1e-3, 2e-3]), r"row has shape \(2,\)"),
    ],
)
def test_shapes_refuse_what_no_pore_has(name: str, value: np.ndarray, message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        shapes(**{name: value})
