import math

import numpy as np
import pytest

from porelight.light.averages import Average, Averages

BATCHES = ((3.0, 3), (10.0, 5), (8.0, 4))


def averages_of(batches):
    averages = Averages()
    for batch_sum, n_photons in batches:
        averages = averages.plus({"total": np.array(batch_sum)}, n_photons)
    return averages


def test_average_weights_batches_by_their_photons():
    averages = averages_of(BATCHES)

    # per photon 1, 2, 2: mean 21/12, spread 3 (3/4)^2 + 9 (1/4)^2 = 9/4
    np.testing.assert_allclose(averages.mean("total"), 21.0 / 12.0, rtol=1e-15)
    np.testing.assert_allclose(
        averages.standard_error("total"), math.sqrt(2.25 / (2 * 12)), rtol=1e-15
    )


@pytest.mark.parametrize("cut", [1, 2])
def test_merging_equals_adding_all_batches_in_one_run(cut):
    whole = averages_of(BATCHES)

    merged = averages_of(BATCHES[:cut]).merged(averages_of(BATCHES[cut:]))

    assert (merged.n_photons, merged.n_batches) == (whole.n_photons, whole.n_batches)
    np.testing.assert_allclose(merged.mean("total"), whole.mean("total"), rtol=1e-15)
    np.testing.assert_allclose(
        merged.standard_error("total"), whole.standard_error("total"), rtol=1e-15
    )


def test_adding_a_batch_leaves_the_old_average_as_it_was():
    before = averages_of(BATCHES[:2])
    kept = Average(before.mean("total").copy(), before.parts["total"].spread.copy())

    before.plus({"total": np.array(100.0)}, 7)

    assert before.mean("total") == kept.mean
    assert before.parts["total"].spread == kept.spread
