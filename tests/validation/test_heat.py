import pytest

from porelight.validation.code.heat import cases


@pytest.mark.slow
@pytest.mark.verification
def test_every_heat_case_passes_and_none_is_missing():
    results = cases()
    assert {case.key for case in results} == {"H1", "H2", "H3", "H4"}
    assert [case.quantity for case in results if not case.passed] == []
