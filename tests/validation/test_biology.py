"""The product's own checks of injury and healing."""

import pytest

from porelight.injury import rate_process
from porelight.validation.code.biology import cases


def test_every_case_passes_and_names_its_source():
    results = cases()
    assert [case for case in results if not case.passed] == []
    assert all(case.source and case.quantity for case in results)


def test_every_published_row_and_every_state_is_covered():
    results = cases()
    assert sum(case.title.startswith("threshold") for case in results) == 11
    assert sum(case.key == "K1" for case in results) == 6


def test_a_wrong_gas_constant_is_noticed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(rate_process, "GAS_CONSTANT", 8.4)
    failed = {case.title for case in cases() if not case.passed}
    assert "threshold, henriques" in failed
    assert "held temperature" in failed
