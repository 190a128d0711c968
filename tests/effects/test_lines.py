"""Fine lines against the trials."""

import numpy as np
import pytest

from porelight.data.library import table
from porelight.effects.relief import LineParameters, relief_change

DAY = 86_400.0
TIMES = np.array([60.0]) * DAY


def drawn(n_draw=4000):
    """Return line parameters drawn from their priors."""
    entries = table("tissue", "effects")
    rng = np.random.default_rng(1)
    names = ("line_surface_share", "line_depth", "line_return_time", "line_collagen_gain")
    return LineParameters.from_values(
        {name: entries[name].quantile(rng.random(n_draw)) for name in names}
    )


def test_no_dose_no_change():
    none = np.zeros((1, 1))
    found = relief_change(
        TIMES, np.zeros(1), none, np.ones((1, 1)), LineParameters.typical().relief
    )
    assert (found == 0.0).all()


def test_gain_of_collagen_acts_through_its_exponential():
    typical = LineParameters.typical()
    found = relief_change(
        TIMES, np.empty(0), np.empty((0, 1)), np.full((1, 1), 1.1), typical.relief
    )
    np.testing.assert_allclose(found, np.expm1(-0.1 * typical.line_collagen_gain), rtol=1e-12)


@pytest.mark.validation
def test_prior_holds_the_micro_pulse_trial_at_its_edge():
    # 6 % more collagen after three sessions; indices better by 40 to 50 % (Trelles 2005)
    found = relief_change(
        TIMES, np.empty(0), np.empty((0, 1)), np.full((1, 1), 1.06), drawn().relief
    )
    low, middle, high = np.quantile(found, [0.05, 0.5, 0.95])
    assert low < -0.4
    assert -0.3 < middle < high < 0.0


@pytest.mark.validation
def test_prior_holds_the_fractional_2790_nm_trial():
    # Fitzpatrick score 6.6 to 5.1 (Ciocon 2011), which reached deeper than 80 um
    depth = np.full((1, 1), 80e-6)
    found = relief_change(TIMES, np.zeros(1), depth, np.full((1, 1), 1.05), drawn().relief)
    low, high = np.quantile(found, [0.05, 0.95])
    assert low < -1.5 / 6.6 < high
