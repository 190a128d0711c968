"""Acne scars: filled, and lowered at the rim for good."""

import numpy as np
import pytest

from porelight.data.library import table
from porelight.effects.relief import ScarParameters, relief_change

DAY = 86_400.0
TYPICAL = ScarParameters.typical()


def test_no_dose_no_change():
    found = relief_change(
        np.arange(3) * DAY, np.zeros(2), np.zeros((2, 4)), np.ones((3, 4)), TYPICAL.relief
    )
    assert (found == 0.0).all()


def test_rim_stays_low_for_years_but_the_filling_goes_with_the_collagen():
    times = np.array([30.0, 3650.0]) * DAY
    depth = np.full((1, 1), TYPICAL.scar_edge_depth)
    found = relief_change(times, np.zeros(1), depth, np.array([[1.1], [1.0]]), TYPICAL.relief)[:, 0]
    rim = TYPICAL.scar_edge_share * (1.0 - np.exp(-1.0))
    np.testing.assert_allclose(found[1], -rim, rtol=1e-12)
    filled = np.exp(-0.1 * TYPICAL.scar_collagen_gain)
    np.testing.assert_allclose(found[0], (1.0 - rim) * filled - 1.0, rtol=1e-12)


@pytest.mark.validation
def test_prior_holds_the_micro_pulse_trial():
    # 8 sessions, 8 % more collagen: -29.4 % (95 % interval -41.8 to -16.9 %, Lipper 2006)
    gain = table("tissue", "effects")["scar_collagen_gain"]
    values = {"scar_collagen_gain": gain.quantile(np.random.default_rng(2).random(4000))}
    found = relief_change(
        np.zeros(1),
        np.empty(0),
        np.empty((0, 1)),
        np.full((1, 1), 1.08),
        ScarParameters.from_values(values).relief,
    )
    low, middle, high = np.quantile(found, [0.05, 0.5, 0.95])
    assert low < -0.418
    assert high > -0.169
    assert -0.418 < middle < -0.169
