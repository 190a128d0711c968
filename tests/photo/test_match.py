import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from porelight.errors import ParameterError
from porelight.photo.match import matched_pairs


def test_the_nearest_pair_wins_a_contested_point():
    first = np.array([[0.0, 0.0], [0.0, 0.3]])
    second = np.array([[0.0, 0.2]])
    np.testing.assert_array_equal(matched_pairs(first, second, 1.0), [[1, 0]])


def test_points_beyond_the_radius_stay_single():
    first = np.array([[0.0, 0.0]])
    assert matched_pairs(first, first + np.array([0.0, 0.51]), 0.5).shape == (0, 2)
    assert matched_pairs(first, first + np.array([0.0, 0.49]), 0.5).shape == (1, 2)


def test_no_points_give_no_pairs():
    assert matched_pairs(np.empty((0, 2)), np.ones((3, 2)), 1.0).shape == (0, 2)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 40), st.integers(1, 40))
def test_no_point_is_used_twice(seed, n, m):
    generator = np.random.default_rng(seed)
    pairs = matched_pairs(generator.random((n, 2)), generator.random((m, 2)), 0.3)
    assert len(set(pairs[:, 0])) == len(set(pairs[:, 1])) == len(pairs)


@pytest.mark.parametrize(
    ("points", "radius", "text"), [(np.ones(3), 1.0, "shape"), (np.ones((1, 2)), 0.0, "radius")]
)
def test_impossible_requests_are_refused(points, radius, text):
    with pytest.raises(ParameterError, match=text):
        matched_pairs(points, np.ones((1, 2)), radius)


def test_the_best_pairing_of_all_is_taken_and_not_the_nearest_pair_first():
    # 1.0 is nearest to 0.55, but then 0.0 and 1.6 would stay alone
    first = np.array([[0.0, 0.0], [0.0, 1.0]])
    second = np.array([[0.0, 0.55], [0.0, 1.6]])
    np.testing.assert_array_equal(matched_pairs(first, second, 1.0), [[0, 0], [1, 1]])


def test_each_point_may_have_a_radius_of_its_own():
    first = np.array([[0.0, 0.0], [5.0, 0.0]])
    second = first + np.array([0.0, 0.3])
    pairs = matched_pairs(first, second, np.array([0.2, 0.4]))
    np.testing.assert_array_equal(pairs, [[1, 1]])


def test_one_near_pair_is_better_than_two_far_ones():
    # 1 - 0.02^2 against (1 - 0.98^2) + (1 - 0.95^2) = 0.14
    first = np.array([[0.0, 0.0], [0.0, 1.0]])
    second = np.array([[0.0, 0.98], [0.0, 1.95]])
    np.testing.assert_array_equal(matched_pairs(first, second, 1.0), [[1, 0]])
