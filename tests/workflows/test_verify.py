"""The published benchmarks by one call."""

import pytest

from porelight.errors import ParameterError
from porelight.validation import suite
from porelight.validation.case import CaseResult
from porelight.validation.suite import Part
from porelight.workflows.verify import Verification, VerificationInterrupted, verify

GOOD = CaseResult("T1", "good", "one", "1", 1.0, 1.0, 0.0, 1e-12, "here")
BAD = CaseResult("T2", "bad", "two", "mm", 1.0, 1.1, 0.01, 0.0, "here")


@pytest.fixture
def parts(monkeypatch):
    """Stand in for the parts of both suites, and note what they are asked."""
    asked = []

    def part(title, kind, results):
        def run(seed):
            asked.append((title, seed))
            return results

        return Part(title, kind, kind, frozenset(), run)

    everything = (
        part("first", "code verification", [GOOD]),
        part("fitted", "calibration", [GOOD, GOOD]),
        part("second", "code verification", [BAD]),
    )
    light = (part("light", "code verification", [GOOD]),)
    for name, of in (("parts", everything), ("light_parts", light)):
        monkeypatch.setattr(suite, name, lambda photons, of=of: asked.append(photons) or of)
    return asked


def test_all_comparisons_are_kept_in_order_and_progress_is_told(parts):
    heard = []
    found = verify(photons=500, seed=3, progress=heard.append)
    assert found.results == (GOOD, BAD)
    assert found.failed == (BAD,)
    assert not found.passed
    assert heard == [0.5, 1.0]
    assert parts == [500, ("first", 3), ("second", 3)]


def test_light_alone_runs_the_suite_of_light(parts):
    verify(light_alone=True)
    assert parts == [0, ("light", 1)]


def test_kinds_are_lists_of_their_own(parts):
    assert verify(kind="calibration").results == (GOOD, GOOD)
    assert parts == [0, ("fitted", 1)]
    with pytest.raises(ParameterError, match="no kind named 'calibrations'; did you mean 'calibr"):
        verify(kind="calibrations")


def test_a_verification_prints_what_failed():
    assert repr(Verification((GOOD,))) == "1 of 1 cases passed"
    assert repr(Verification((GOOD, BAD))).splitlines() == [
        "1 of 2 cases passed",
        "  T2 bad, two: expected 1 mm, found 1.1",
    ]


def test_nothing_compared_is_nothing_passed():
    assert not Verification(()).passed
    assert Verification((GOOD,)).passed


def test_an_interrupt_carries_what_was_compared(parts):
    def stop(_):
        raise KeyboardInterrupt

    with pytest.raises(VerificationInterrupted, match="1 comparisons were made") as stopped:
        verify(progress=stop)
    assert stopped.value.result.results == (GOOD,)


def test_a_negative_number_of_photons_is_refused():
    with pytest.raises(ParameterError, match="photons is -1"):
        verify(photons=-1)
