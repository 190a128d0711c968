"""Claims about the page on a study: everything is in it, whatever the study lacks."""

from dataclasses import replace

import pytest

from porelight.report.study_page import study_page
from porelight.report.study_tables import change_text, p_text, robustness_rows
from porelight.report.study_words import StudyReport, answer, cautions, methods
from porelight.statistics.analysis import study_analysis
from porelight.statistics.analysis_plan import PlanStanding
from porelight.statistics.flow import StudyPhotograph, study_flow
from porelight.statistics.virtual_study import VirtualStudy

NO_PLAN = PlanStanding(is_confirmatory=False, words="No plan was given.")


def report_of(study: VirtualStudy, standing=NO_PLAN, **plan) -> StudyReport:
    values = [one for one in study.values(seed=2) if one.zone == "cheek"]
    own = replace(study.plan, zones=("cheek",), **plan)
    photographs = [
        StudyPhotograph(one.subject, one.visit, one.zone, one.take, one.arm, "measured")
        for one in values
    ]
    flow = study_flow(photographs, own, n_subjects=study.n_subjects, n_erased=0)
    return StudyReport("pilot", study_analysis(values, own), flow, standing, ("1.0+a",), 1)


@pytest.fixture(scope="module")
def report() -> StudyReport:
    return report_of(VirtualStudy(5, takes=2, missing=0.2))


def test_repeated_takes_have_their_figure_and_equal_studies_equal_pages(report):
    page = study_page(report)
    # subjects, means, waterfall, takes; one zone needs no forest
    assert page.count("<figure") == 4
    assert "Bland and Altman" in page
    assert "ICC(2,1)" in page
    assert "Exploratory analysis" in page
    assert 'href="#zones"' not in page
    assert study_page(report) == page


def test_what_a_reader_must_know_is_told(report):
    several = replace(report, versions=("1.0+a", "1.1+b"), settings=2)
    told = " ".join(cautions(several))
    assert "measured by 2 versions of porelight (1.0+a, 1.1+b)" in told
    assert "with 2 different settings" in told
    assert not any("versions" in one for one in cautions(report))


def test_differences_are_told_in_the_unit_of_the_quantity():
    found = report_of(VirtualStudy(4, missing=0.0), scale="plain", standard_errors="model")
    assert "%" not in answer(found.analysis.effects[0], found.analysis).split("(")[0]
    assert "standard errors of the model" in methods(found)
    assert "as logarithms" not in methods(found)
    assert "<figure" in study_page(found)


def test_missing_is_told_of_both_arms_and_methods_name_what_is_shown():
    found = report_of(VirtualStudy(6, arms="two arms", missing=0.3), control="control")
    rows = robustness_rows(found.analysis)
    assert all(" % and " in one["missing"] for one in rows)
    shown = {one["assumption"] for one in rows}
    assert ("complete subjects" in shown) == ("complete subjects alone" in methods(found))
    whole = report_of(VirtualStudy(6, arms="two arms", missing=0.0), control="control")
    assert "complete subjects alone, the baseline carried forward." in methods(whole)


def test_what_the_plan_names_and_nobody_photographed_comes_first():
    found = report_of(VirtualStudy(6, missing=0.0))
    assert cautions(replace(found, absent=("NO PHOTOGRAPH is of x.",)))[0].startswith("NO PHOTO")


def test_several_arms_without_a_control_are_not_compared_and_say_so():
    found = report_of(VirtualStudy(6, arms="two arms", missing=0.0), control="")
    assert {one.against for one in found.analysis.effects} == {""}
    assert any("several arms and no control" in one for one in cautions(found))


@pytest.mark.parametrize(
    ("p", "text"), [(0.0004, "<0.001"), (0.0123, "0.012"), (0.0996, "0.10"), (0.5, "0.50")]
)
def test_p_values_are_printed_as_journals_do(p, text):
    assert p_text(p) == text


def test_a_change_has_its_sign_unless_it_is_none():
    assert change_text(-0.00001, "log") == "0.0 %"
    assert change_text(-2.5, "plain") == "-2.50"
    assert change_text(0.0, "plain") == "0"
