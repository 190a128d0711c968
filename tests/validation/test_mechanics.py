"""The product's own mechanics benchmarks hold, and would fail if the mechanics were wrong."""

import numpy as np
import pytest

from porelight.validation.code import mechanics
from porelight.validation.code.mechanics import cases


@pytest.mark.verification
def test_every_mechanics_case_passes():
    results = cases()
    assert [case.key for case in results] == ["M1"] * 8 + ["K1"]
    failed = [case for case in results if not case.passed]
    assert not failed
    assert not any(case.is_stochastic for case in results)


def test_cases_fail_when_the_ring_is_wrong(monkeypatch):
    right = mechanics.opening
    monkeypatch.setattr(mechanics, "opening", lambda *given: np.sqrt(right(*given)))
    failed = [case.quantity for case in cases() if not case.passed]
    assert failed == [
        "pore strain per eigenstrain, free",
        "pore strain per eigenstrain, clamped",
        "order of convergence in ring width",
    ]
