"""Claims about the page of a plan."""

import re
from html import unescape

import pytest

from porelight.report.plan_figure import trade_off_figure
from porelight.report.plan_page import front_rows, plan_page


def text_of(document) -> str:
    """Return the page with plain blanks where units are set tight."""
    return re.sub("[\u00a0\u202f\u2009]", " ", unescape(plan_page(document)))


@pytest.fixture
def searched(plan_document):
    document = plan_document
    document["safety"] = ["Eyes: eyewear."]
    document["search"] = {
        "asked": 100,
        "tried": 98,
        "kept": 41,
        "errors": ["laser-genesis: off by felt 0.1 K"],
        "finalists": ["5 x laser-genesis: as the tables said"],
        "relaxations": ["if the chance of people hurt might be 12 %: -2.6 % in place of -1.1 %"],
        "settings": ["laser-genesis: turned from 5 J/cm2; its file gives no range for cooling"],
        "front": [
            {
                "label": f"{n} x laser-genesis 12 J/cm2",
                "change": -0.01 * n,
                "better_share": 0.1 * n,
                "worse_share": 0.0,
                "painful_share": 0.02 * n,
                "darkening_share": 0.0,
                "downtime_days": 0.0,
                "chair_minutes": 9.0 * n,
            }
            for n in (3, 2)
        ],
    }
    return document


def test_the_page_tells_the_answer_the_limit_that_binds_and_what_others_give(searched):
    searched["plans"][0]["neighbours"] = ["on type IV it would be refused"]
    page = text_of(searched)
    for words in (
        "5 x laser-genesis 14 J/cm², 2000 pulses: area of visible pores",
        "79 %",  # of the chance that the nearest limit allows
        "if the chance of people hurt might be 12 %",
        "on type IV it would be refused",
        "98 settings were tried",
        "its file gives no range for cooling",
        "surface between pulses would be 44.8 °C",
    ):
        assert words in page
    assert "data:image/svg+xml" in page or "data:image/png" in page
    assert "<script" not in page


def test_a_plan_of_no_treatment_shows_what_stands_against_the_next(searched):
    none = {**searched["plans"][0], "label": "no treatment", "checks": [], "sessions": []}
    searched["plans"].insert(0, none)
    page = text_of(searched)
    assert "5 x laser-genesis 14 J/cm², 2000 pulses, against every limit" in page
    searched["plans"] = [none]
    assert "No course keeps every limit" in plan_page(searched)


def test_a_plan_of_the_grid_alone_has_a_page_without_a_search(searched):
    del searched["search"]
    page = plan_page(searched)
    assert "The search" not in page
    assert "Courses simulated in full" in page


def test_hostile_words_stay_words(searched):
    searched["plans"][0]["label"] = "<script>alert(1)</script>"
    searched["search"]["front"][0]["label"] = "<img src=x>"
    page = plan_page(searched)
    assert "<script>" not in page
    assert "<img src=x>" not in page


def test_the_front_is_told_as_its_tables_tell_it(searched):
    first, second = front_rows(searched["search"])
    assert first["course"] == "3 x laser-genesis 12 J/cm2"
    assert (first["people hurt"], second["minutes in the chair"]) == ("6.0 %", "18")
    assert front_rows({}) == []


def test_every_cost_has_a_panel_with_the_chosen_course_and_what_is_allowed(searched):
    check = {"limit": "people hurt", "chance": 0.02, "allowed": 0.1, "detail": ""}
    searched["plans"][0]["checks"].append(check)
    figure = trade_off_figure(searched)
    panels = figure.axes
    assert len(panels) == 4
    for axes in panels:
        (star,) = [one for one in axes.lines if one.get_marker() == "*"]
        assert star.get_ydata()[0] == pytest.approx(-9.0)
    assert [one.get_xdata()[0] for one in panels[0].lines if one.get_linestyle() == "--"] == [10.0]
