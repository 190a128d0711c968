import numpy as np
import pytest

from porelight.errors import ParameterError
from porelight.heat.temporal_profile import TemporalProfile


def test_a_rectangle_is_one_interval_with_all_energy():
    pulse = TemporalProfile.rectangle(3e-4)
    assert list(pulse.pieces()) == [(0.0, 3e-4, pytest.approx(1.0 / 3e-4))]
    assert pulse.on_time == pulse.duration == pulse.shortest == 3e-4


def test_trains_of_trains_keep_energy_and_order():
    train = TemporalProfile.rectangle(50e-6).repeated(200e-6, 5).repeated(0.1, 3)
    assert train.n_intervals == 15
    assert train.share.sum() == pytest.approx(1.0)
    # last micro-pulse of the last macro-pulse
    assert train.duration == pytest.approx(2 * 0.1 + 4 * 200e-6 + 50e-6)
    assert train.on_time == pytest.approx(15 * 50e-6)
    assert train.shortest == pytest.approx(50e-6)
    assert train.peak == pytest.approx(1.0 / (15 * 50e-6))


def test_dark_stretches_are_told_too():
    pieces = list(TemporalProfile.rectangle(1.0).repeated(3.0, 2).delayed(0.5).pieces())
    assert [(begin, end) for begin, end, _ in pieces] == [
        (0.0, 0.5), (0.5, 1.5), (1.5, 3.5), (3.5, 4.5)
    ]  # fmt: skip
    assert [power for *_, power in pieces] == [0.0, 0.5, 0.0, 0.5]


def test_a_sampled_triangle_has_the_energy_of_its_trapezoids():
    curve = TemporalProfile.sampled(np.array([1.0, 2.0, 4.0, 5.0]), np.array([0.0, 2.0, 0.0, 0.0]))
    np.testing.assert_allclose(curve.begin, [0.0, 1.0])
    np.testing.assert_allclose(curve.share, [1.0 / 3.0, 2.0 / 3.0])
    # two intervals that touch are one stretch of light
    assert curve.shortest == pytest.approx(3.0)


def test_a_pulse_longer_than_its_period_says_what_would_do():
    with pytest.raises(
        ParameterError, match=r"lasts 0.2 s, longer than its period of 0.1 s; lower"
    ):
        TemporalProfile.rectangle(0.2).repeated(0.1, 3)


@pytest.mark.parametrize("count", [0, 2.5, -1, True])
def test_a_train_needs_a_whole_number_of_pulses(count):
    with pytest.raises(ParameterError, match="whole number"):
        TemporalProfile.rectangle(0.01).repeated(0.1, count)


def test_a_session_is_no_temporal_profile():
    with pytest.raises(ParameterError, match=r"heat\.scan"):
        TemporalProfile.rectangle(1e-4).repeated(1e-3, 2).repeated(1.0, 90_000)


@pytest.mark.parametrize(
    ("time", "power", "message"),
    [
        ([0.0, 0.0], [1.0, 1.0], "must rise"),
        ([0.0, 1.0], [1.0, -1.0], "0 or more"),
        ([0.0, 1.0], [0.0, 0.0], "light somewhere"),
        ([0.0], [1.0], "two samples"),
    ],
)
def test_impossible_curves_are_refused(time, power, message):
    with pytest.raises(ParameterError, match=message):
        TemporalProfile.sampled(np.array(time), np.array(power))


def test_overlapping_intervals_and_lost_energy_are_refused():
    with pytest.raises(ParameterError, match="follow one another"):
        TemporalProfile(np.array([0.0, 0.5]), np.array([1.0, 2.0]), np.array([0.5, 0.5]))
    with pytest.raises(ParameterError, match=r"add up to 0\.9"):
        TemporalProfile(np.zeros(1), np.ones(1), np.array([0.9]))
    with pytest.raises(ParameterError, match="expected one shape"):
        TemporalProfile(np.zeros(1), np.ones(2), np.array([1.0]))
