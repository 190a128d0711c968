import re
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from PIL import Image

from porelight.course.outcome import Outcome
from porelight.course.outcome_variables import Anchor, Evidence, OutcomeVariable
from porelight.errors import InputFileError
from porelight.inference.sensitivity import Sensitivity
from porelight.photo.measure import measure as measure_pores
from porelight.photo.photograph import Photograph
from porelight.photo.scale import Scale
from porelight.planning.plan import Plan, Refusal
from porelight.report.page import report_page, write_report
from porelight.report.pictures import sizes_picture
from porelight.tissue.skin import Skin
from porelight.workflows.measure import MeasuredPhotograph

pytestmark = pytest.mark.slow

HOSTILE = '<script>alert("x")</script><img src=http://example.com/a.png>'
VOID = {"meta", "link", "img", "br", "circle", "path"}


class Reader(HTMLParser):
    """What a browser would load and show."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.without_alt = 0
        self.open: list[str] = []
        self.unbalanced: list[str] = []
        self.words: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):  # noqa: D102
        given = dict(attrs)
        self.tags.append(tag)
        self.links += [given[key] for key in ("src", "href", "srcset", "data") if key in given]
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "img" and not given.get("alt"):
            self.without_alt += 1
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):  # noqa: D102
        if not self.open or self.open.pop() != tag:
            self.unbalanced.append(tag)

    def handle_startendtag(self, tag, attrs):  # noqa: D102
        self.tags.append(tag)

    def handle_data(self, data):  # noqa: D102
        if not self.open or self.open[-1] not in ("style", "title"):
            self.words.append(data)

    @property
    def text(self) -> str:
        """All words that are shown, with single spaces."""
        return " ".join(" ".join(self.words).split())


@pytest.fixture
def undrawn(monkeypatch):
    """Leave the pictures out: what the words say does not depend on them."""
    monkeypatch.setattr("porelight.report.pictures.data_uri", lambda _: "data:,")


@pytest.fixture(scope="module")
def page(outcome) -> str:
    return report_page(outcome)


def test_page_loads_nothing_from_anywhere(page):
    reader = Reader(page)
    assert reader.links
    assert all(link.startswith(("data:", "#")) for link in reader.links)
    assert "url(" not in page
    assert "@import" not in page
    assert "default-src 'none'" in page


def test_page_needs_no_script_and_is_small(page):
    assert "script" not in Reader(page).tags
    assert len(page) < 5_000_000


def test_page_is_well_formed_and_can_be_read_aloud(page):
    reader = Reader(page)
    assert reader.unbalanced == []
    assert reader.open == []
    assert reader.without_alt == 0
    assert '<html lang="en">' in page
    assert reader.tags.count("h1") == 1
    targets = {link[1:] for link in reader.links if link.startswith("#")}
    assert targets <= set(reader.ids)


def test_page_says_what_it_is_not_and_what_has_no_data(page):
    text = Reader(page).text
    assert "no medical device" in text
    assert "No published trial gives the pore diameter after" in text
    assert re.search(r"of 10 [^.]*such people would measure", text)


def test_page_shows_provenance(page):
    text = Reader(page).text
    for fact in ("porelight 0.1.0", "0123456789abcdef", "8 members", "100 draws"):
        assert fact in text


def test_equal_sessions_are_drawn_once(page):
    assert "Laser Genesis: sessions 1, 2 (days 0, 14)" in page
    assert "Pearl: session 3 (day 42)" in page


@pytest.mark.usefixtures("undrawn")
def test_hostile_text_stays_text(make_outcome, genesis_settings, plan_document):
    session = {**genesis_settings, "device": HOSTILE}
    strange = OutcomeVariable(
        "strange",
        "1",
        HOSTILE,
        label=HOSTILE,
        group="effects",
        is_change=True,
        evidence=Evidence(grade=HOSTILE, note=HOSTILE, anchor=(Anchor(*4 * (HOSTILE,)),)),
    )
    course = make_outcome(((0.0, session),), notes=(HOSTILE,), extra=(strange,))
    course.attrs["seed"] = HOSTILE
    plan_document["verdict"] = HOSTILE
    plan_document["refused"][0]["reason"] = HOSTILE
    plan_document["plans"][0]["label"] = HOSTILE
    reader = Reader(report_page(course, plan=plan_document))
    assert "script" not in reader.tags
    assert all(link.startswith(("data:", "#")) for link in reader.links)
    assert reader.text.count('alert("x")') > 12


@pytest.mark.usefixtures("undrawn")
def test_zero_dose_says_that_nothing_changes(untreated):
    text = Reader(report_page(untreated)).text
    assert "Nothing changes" in text
    assert "This course holds no session." in text
    assert "No data." not in text


def test_one_session_of_either_device_makes_a_page(genesis_only, pearl_only):
    assert "The surface after resurfacing" not in report_page(genesis_only)
    page = report_page(pearl_only)
    assert "The surface after resurfacing" in page
    assert "after Pearl alone" in page


@pytest.mark.usefixtures("undrawn")
def test_plan_shows_margins_and_refusals(untreated, plan_document):
    text = Reader(report_page(untreated, plan=plan_document)).text
    assert "Limits of the first" in text
    assert "0.79 %" in text
    assert "surface between pulses would be 44.8" in text


@pytest.mark.usefixtures("undrawn")
def test_a_plan_without_a_safe_course_shows_its_refusals(untreated, plan_document):
    plan_document["plans"] = []
    text = Reader(report_page(untreated, plan=plan_document)).text
    assert "Limits of the first" not in text
    assert "Refused" in text


@pytest.mark.usefixtures("undrawn")
def test_a_page_takes_what_the_calls_return(untreated):
    share = np.zeros((150, 150), np.float32)
    for row, col in np.argwhere(np.ones((5, 5))) * 24 + 15:
        cv2.circle(share, (int(col), int(row)), 2, 1.0, -1, cv2.LINE_AA)
    share = cv2.GaussianBlur(share, (0, 0), 0.8)[..., None]
    grain = np.random.default_rng(1).standard_normal((150, 150, 3))
    pixels = np.array([190.0, 150.0, 130.0]) - 25.0 * share * np.array([0.5, 1.0, 1.0]) + grain
    photograph = Photograph(pixels.astype(np.uint8), 12.5e3, name="discs.png")
    found = measure_pores(photograph, zone="nose")
    scale = Scale(12.5e3, 0.0, "known")
    measured = MeasuredPhotograph(photograph, scale, found, (), None)
    skin = Skin.typical("cheek", 3, 35.0)
    refused = (Refusal("5 x laser-genesis", "too hot by 3 K"),)
    plan = Plan(skin, untreated.variable("pore area"), (), refused, 1, 1)
    shares = np.array([0.6, 0.2])
    known = Sensitivity(
        "texture", 84.0, ("collagen_loss", "mmp_gain"), ("assumed", "seen"), *4 * (shares,),
        np.zeros(4),
    )  # fmt: skip
    page = report_page(untreated, measured=measured, plan=plan, sensitivity=known)
    text = Reader(page).text
    assert "is for typical pores, not for those of this photograph" in text
    assert "too hot by 3 K" in text
    assert "collagen loss" in page


def test_a_damaged_plan_is_refused(outcome, plan_document):
    del plan_document["plans"][0]["checks"]
    with pytest.raises(InputFileError, match="plan lacks"):
        report_page(outcome, plan=plan_document)


@pytest.mark.usefixtures("undrawn")
def test_photograph_and_its_numbers_stand_on_the_page(untreated, tmp_path, measured_summary):
    overlay = tmp_path / "overlay.png"
    Image.new("RGB", (60, 40), (200, 150, 130)).save(overlay)
    measured = SimpleNamespace(overlay=overlay, summary=measured_summary)
    page = report_page(untreated, measured=measured)
    text = Reader(page).text
    assert "data:image/jpeg;base64," in page
    assert "140 to 163" in text
    assert "only 7" in text
    assert "Warning. only 7" in text
    # this course was simulated without it
    assert "Note. The forecast below is for typical pores, not for those of this" in text


def test_an_incomplete_outcome_is_refused_by_name(outcome):
    with pytest.raises(InputFileError, match="lacks killed; simulate"):
        report_page(Outcome(outcome.dataset.drop_vars("killed")))


@pytest.mark.usefixtures("undrawn")
def test_report_is_written_whole_to_the_path_given(untreated, tmp_path):
    target = tmp_path / "report.html"
    target.write_text("somebody's own page")
    with pytest.raises(InputFileError, match="is not a report that porelight wrote"):
        write_report(untreated, target)
    target.unlink()
    write_report(untreated, target)
    assert write_report(untreated, str(target)) == target
    page = target.read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert page.rstrip().endswith("</html>")
    assert list(tmp_path.iterdir()) == [target]


def test_a_folder_that_does_not_exist_is_named(untreated):
    with pytest.raises(InputFileError, match="folder does not exist"):
        write_report(untreated, Path("/nowhere/at/all/report.html"))


def test_equal_outcomes_make_equal_pages(untreated):
    assert report_page(untreated) == report_page(untreated)


def test_the_picture_of_sizes_says_whether_pores_can_become_invisible(untreated):
    diameter = 0.0 * untreated["pore_diameter"] + 4e-4
    large = Outcome(untreated.dataset.assign(pore_diameter=diameter))
    assert "their number hardly changes" in sizes_picture(large).caption
    assert "moves many across that line" in sizes_picture(untreated).caption


def test_people_are_counted_only_where_trials_did(page):
    # pigment, texture and fine lines
    assert len(re.findall(r"of 10[^.<]* by more than", page)) == 3
