import numpy as np
import pytest

from porelight.heat._rational import N_STAGES, POLE, step_coefficients


def amplification(z: np.ndarray, share: float = 1.0) -> np.ndarray:
    """Factor by which a step multiplies a mode with y' = A y, z = h A."""
    c = step_coefficients(share)
    return 1.0 + z * sum(c[i] * (1.0 - POLE * z) ** -(i + 1.0) for i in range(N_STAGES))


@pytest.mark.verification
def test_stiff_modes_are_removed_by_one_step():
    # R(-inf) = 1 - c_1 / gamma
    assert abs(step_coefficients(1.0)[0] - POLE) < 1e-13


@pytest.mark.verification
def test_no_mode_on_the_negative_axis_grows_or_changes_sign():
    factor = amplification(-np.logspace(-6, 8, 5000))
    assert factor.min() > -1e-7
    assert factor.max() <= 1.0


@pytest.mark.verification
@pytest.mark.parametrize("share", [0.3, 0.7, 1.0])
def test_error_of_a_step_falls_with_the_sixth_power_of_its_length(share):
    z = np.array([-0.2, -0.1])
    error = np.abs(amplification(z, share) - np.exp(share * z))
    assert np.log2(error[0] / error[1]) == pytest.approx(6.0, abs=0.25)


def test_share_zero_of_a_step_changes_nothing():
    np.testing.assert_allclose(step_coefficients(0.0), 0.0, atol=1e-15)
