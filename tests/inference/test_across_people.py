"""Learning across people: a study of many narrows what nobody knows, and no more than it may."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import chisquare, norm

from porelight.errors import ConvergenceError, ParameterError
from porelight.inference.across_people import FollowedSubject, study_worlds
from porelight.inference.reweighting import Visit, reweighted

N = 4000
KNOWN, PEOPLE, CAMERA = 0.03, 0.02, 0.03  # standard deviations of a change of the logarithm


def subject(name, change, deviation=CAMERA, treatment="laser", day=84.0):
    visits = (Visit(0.0, 1.0, deviation), Visit(day, float(np.exp(change)), deviation))
    return FollowedSubject(name, treatment, visits)


def drawn(n_subjects, seed=1, n=N):
    """Return knowledge, and what each of n_subjects does in each world: a straight model."""
    generator = np.random.default_rng(seed)
    knowledge = KNOWN * norm.ppf((generator.permutation(n) + generator.random(n)) / n)
    people = PEOPLE * generator.standard_normal((n_subjects, 2 * n, 1))
    return knowledge, np.repeat(knowledge, 2)[:, None] + people


def study(changes, seed=1, n=N):
    """Return knowledge and the worlds of a study that measured these changes."""
    knowledge, true = drawn(len(changes), seed, n)
    subjects = [subject(f"s{i:02d}", change) for i, change in enumerate(changes)]
    predicted = {one.name: each for one, each in zip(subjects, true, strict=True)}
    return knowledge, study_worlds(subjects, predicted, n, seed)


def test_no_subject_leaves_the_prior_as_it_is():
    known = study_worlds([], {}, 500, 1).learned()
    np.testing.assert_array_equal(known.weights, np.full(500, 1.0 / 500))
    assert sorted(known.chosen(500, 1)) == list(range(500))


@pytest.mark.verification
def test_a_study_of_normal_people_gives_the_known_posterior():
    """Normal knowledge, people and cameras: mean and spread in closed form.

    Without the camera's error the spread would be 0.0060, were knowledge drawn for each subject
    alone it would be 0.0299.
    """
    changes = np.full(10, 0.04)
    knowledge, worlds = study(changes, n=20_000)
    known = worlds.learned()
    variance = (PEOPLE**2 + 2.0 * CAMERA**2) / changes.size
    spread = (1.0 / KNOWN**2 + 1.0 / variance) ** -0.5
    mean = spread**2 / variance * 0.04
    found = known.weights @ knowledge
    assert found == pytest.approx(mean, abs=0.002)
    assert np.sqrt(known.weights @ (knowledge - found) ** 2) == pytest.approx(spread, rel=0.06)
    assert known.blur < 0.3


@pytest.mark.verification
def test_one_subject_is_what_its_follow_up_tells():
    knowledge, worlds = study([-0.08])
    known = worlds.learned()
    _, true = drawn(1)
    one = reweighted(np.array([-0.08]), true[0], np.array([[2.0 * CAMERA**2]]))
    alone = one.weights.reshape(-1, 2).sum(axis=1)
    error = KNOWN / np.sqrt(known.effective_draws)
    assert abs(known.weights @ knowledge - alone @ knowledge) < 3.0 * error
    spread = [np.sqrt(w @ (knowledge - w @ knowledge) ** 2) for w in (known.weights, alone)]
    assert spread[0] == pytest.approx(spread[1], rel=0.05)


def test_the_order_of_subjects_does_not_matter():
    _, worlds = study([-0.02, 0.03, -0.05])
    _, true = drawn(3)
    predicted = {one.name: each for one, each in zip(worlds.subjects, true, strict=True)}
    other = study_worlds(worlds.subjects[::-1], predicted, N, 1)
    np.testing.assert_array_equal(other.learned().weights, worlds.learned().weights)


@pytest.mark.verification
def test_ranks_of_the_truth_are_uniform_and_intervals_hold_new_people():
    """Simulation-based calibration of 300 studies of 20 people."""
    knowledge, worlds = study(np.zeros(20))
    generator = np.random.default_rng(5)
    ranks, held, widths = [], [], []
    for _ in range(300):
        truth = KNOWN * generator.standard_normal()
        error = CAMERA * generator.standard_normal((20, 2)) @ [1.0, -1.0]
        people = truth + PEOPLE * generator.standard_normal(21)
        known = worlds.learned(list((people[:20] + error)[:, None]))
        ranks.append(known.weights @ (knowledge < truth))
        mean = known.weights @ knowledge
        spread = np.sqrt(known.weights @ (knowledge - mean) ** 2 + PEOPLE**2)
        held.append(abs(people[20] - mean) < 1.645 * spread)
        widths.append(spread)
    assert chisquare(np.histogram(ranks, 10, (0.0, 1.0))[0]).pvalue > 0.01
    assert 0.85 < np.mean(held) < 0.95
    assert np.mean(widths) < 0.7 * np.hypot(KNOWN, PEOPLE)


def test_a_study_that_no_world_explains_is_refused_in_one_line():
    _, worlds = study(np.full(20, 0.5))
    with pytest.raises(ConvergenceError, match=r"no draw of what nobody knows explains") as refusal:
        worlds.learned()
    assert "standard deviations" in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_more_subjects_than_draws_can_tell_are_blurred_and_it_is_said():
    generator = np.random.default_rng(1)
    _, worlds = study(0.02 + 0.001 * generator.standard_normal(300), n=500)
    known = worlds.learned()
    assert known.effective_draws >= 200.0
    assert known.blur > 1.0


def test_treatments_are_compared_apart():
    """Two lasers of which one has twice the effect, given one of them each."""
    knowledge, true = drawn(2)
    one, two = subject("a", -0.05), replace(subject("b", -0.05), treatment="other laser")
    worlds = study_worlds([one, two], {"a": true[0], "b": 2.0 * true[1]}, N, 1)
    assert worlds.learned().weights @ knowledge < -0.01
    share, n = worlds.inside(worlds.learned())
    assert (share, n) == (1.0, 2)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: FollowedSubject("a", "x", (Visit(0.0, 1.0, 0.1),)),
            "subject a: visits are on days",
        ),
        (
            lambda: study_worlds([subject("a", 0.0)] * 2, {"a": np.zeros((8, 1))}, 4, 1),
            "two subjects are called a",
        ),
        (lambda: study_worlds([subject("a", 0.0)], {}, 4, 1), "subject a: predictions are missing"),
        (study([0.0], n=100)[1].learned, "100 draws of knowledge; expected 400"),
    ],
)
def test_mistakes_are_one_line(make, message):
    with pytest.raises(ParameterError, match=message):
        make()
