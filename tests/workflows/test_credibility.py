"""The evidence for a use by one call, and the page about it."""

from dataclasses import replace
from html.parser import HTMLParser

import pytest

from porelight.errors import ParameterError
from porelight.report.credibility_page import (
    category_counts,
    category_rows,
    credibility_page,
    goal_rows,
    verdict,
    write_credibility,
)
from porelight.report.formatting import typeset
from porelight.validation import suite
from porelight.validation.case import CaseResult
from porelight.validation.suite import Part
from porelight.workflows.credibility import credibility

GOOD = CaseResult("T1", "good", "one", "1", 1.0, 1.0, 0.01, 0.0, "here", is_factor=True)


@pytest.fixture
def parts(monkeypatch):
    """Stand in for the suite: one part of each kind, the last of another use."""

    def part(title, kind, category, uses, *values, **changes):
        cases = [replace(GOOD, found=one, kind=kind, **changes) for one in values]
        return Part(title, kind, category, frozenset(uses), lambda _: cases)

    skin = {"specimen": "living skin", "expected_error": 0.1, "differs": "a pig"}
    found = (
        part("light", "code verification", "code verification", {"threshold"}, 1.001, 0.998),
        part("a usual threshold", "calculation verification", "calculation verification",
             {"threshold"}, 1.0),
        part("bubbles", "calibration", "model calibration", {"threshold"}, 1.0),
        part("thresholds of burns", "validation", "in vivo", {"threshold"}, 0.9, 1.2, 1.9, **skin),
        part("trials", "validation", "in vivo", {"forecast"}, 9.0),
    )  # fmt: skip
    monkeypatch.setattr(suite, "parts", lambda _: found)
    return found


def test_evidence_of_a_use_is_judged_by_its_goals(parts):
    heard = []
    found = credibility("threshold", progress=heard.append)
    assert heard == [0.25, 0.5, 0.75, 1.0]
    assert [part.title for part, _ in found.parts][-1] == "thresholds of burns"
    # a factor of 1.9 is no spread of 1.4, and none of the one experiment agrees
    assert {one.goal.statistic for one in found.missed} == {
        "geometric mean", "spread", "share of experiments"
    }  # fmt: skip
    assert not found.met
    assert found.scored == 7
    assert found.on_skin == 3
    assert repr(found).startswith("threshold: 3 of 6 goals met\n")


def test_what_a_release_did_not_have_is_drift_and_what_is_of_another_use_is_not(parts):
    told = [one.about for one in credibility("threshold").drifts]
    assert any("T1 good" in one for one in told)
    assert not any("goal of a" in one for one in told)
    assert not any("L1 " in one for one in told)


def test_the_page_says_all_of_it(parts, tmp_path):
    found = credibility("threshold")
    page = write_credibility(found, tmp_path / "page.html").read_text(encoding="utf-8")
    assert page == credibility_page(found)
    assert verdict(found).split(". ")[0] in page
    for row in goal_rows(found.verdicts):
        assert typeset(row["goal"]) in page
    assert [row["verdict"] for row in goal_rows(found.verdicts)].count("NOT MET") == 3
    assert found.context.question in page
    assert "3 of 5" in page  # its risk
    assert "good: a pig" in page
    assert "http" not in page.replace("http-equiv", "").replace("http://www.w3.org", "")
    tags = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, _: tags.append(tag)
    parser.feed(page)
    assert tags.count("details") == 4
    assert tags.count("img") == 2


def test_every_category_is_filled_or_none(parts):
    rows = {row["category"]: row["evidence"] for row in category_rows(credibility("threshold"))}
    assert len(rows) == 8
    assert rows["emergent behaviour"] == "none"
    assert rows["in vivo"].startswith("thresholds of burns: 2 of 3 agree")
    assert "docs/theory/burn.md" in rows["plausibility"]
    assert "recorded" in rows["population"]
    counts = {row["category"]: row["evidence"] for row in category_counts(credibility("threshold"))}
    assert counts["in vivo"] == "2 of 3 agree"
    assert counts["emergent behaviour"] == "none"


def test_a_use_that_nobody_has_is_refused():
    with pytest.raises(ParameterError, match="no use named 'diagnose'"):
        credibility("diagnose")


def test_every_goal_met_is_the_verdict(parts, monkeypatch):
    found = credibility("threshold")
    met = replace(found, verdicts=tuple(one for one in found.verdicts if one.met))
    assert met.met
    assert verdict(met).startswith("All 3 goals for this use are met")
