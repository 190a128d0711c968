"""Claims about the agreement of a table of repeats."""

import numpy as np
import pytest

import porelight as pl
from porelight.errors import ParameterError
from porelight.photo.agreement import agreement as agreement_of
from porelight.photo.agreement import limits_of_agreement
from porelight.workflows.agreement import agreement


@pytest.fixture(scope="module")
def table() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(1)
    truth = 200.0 + 20.0 * np.arange(12)
    count = truth[:, None] + 4.0 * rng.standard_normal((12, 3))
    return {"count": count, "density_per_cm2": count / 9.0}


def test_each_quantity_has_its_agreement_and_limits(table):
    found = pl.agreement(table)
    assert list(found) == ["count", "density_per_cm2"]
    assert len(found) == 2
    for name, values in table.items():
        assert found[name].repeats == agreement_of(values)
        limits = limits_of_agreement(values[:, 0], values[:, 1])
        assert found[name].first_two.bias == limits.bias
        assert found[name].first_two.lower == limits.lower
    assert found["count"].repeats.within_sd.low < 4.0 < found["count"].repeats.within_sd.high


def test_plain_lists_will_do(table):
    assert agreement({"count": table["count"].tolist()})["count"].repeats == agreement_of(
        table["count"]
    )


def test_it_prints_a_line_for_each_quantity(table):
    lines = repr(agreement(table)).splitlines()
    assert [line.split(":")[0] for line in lines] == list(table)
    count = agreement(table)["count"].repeats
    assert lines[0] == (
        f"count: 12 subjects, 3 repeats, wCV {100 * count.wcv.value:.2g} %, smallest real change "
        f"{count.repeatability.value:.3g}, ICC(2,1) {count.icc_agreement.value:.3f}"
    )


def test_a_quantity_that_is_not_there_is_named(table):
    with pytest.raises(ParameterError, match="no repeats of 'cuont' in the table; did you mean"):
        agreement(table)["cuont"]


def test_a_bad_quantity_is_refused_by_its_name(table):
    bad = table["count"].copy()
    bad[2, 1] = -1.0
    with pytest.raises(ParameterError, match="area: repeat 2 of subject 3 is -1; expected a posi"):
        agreement({"count": table["count"], "area": bad})
    with pytest.raises(ParameterError, match="the table has no quantity"):
        agreement({})
