"""An outcome declared outside of porelight appears where its declaration says, and only there."""

from dataclasses import replace

import numpy as np
import pytest

from porelight.course.outcome_variables import (
    Anchor,
    Drawing,
    Evidence,
    Headline,
    Healed,
    OutcomeVariable,
    Trial,
)
from porelight.files.outcomes import load_outcome, save_outcome
from porelight.report.cards import cards
from porelight.report.drawing import data_uri
from porelight.report.page import report_page
from porelight.report.pictures import effects_picture
from porelight.report.plausibility import plausibility_rows
from porelight.report.session_figures import session_figure
from porelight.report.tables import forecast_rows, habit_rows, healing_rows, learned_rows
from porelight.report.week_figures import (
    collagen_figure,
    effects_figure,
    healing_figure,
    weeks_figure,
)
from porelight.report.what_if_figure import what_if_figure

TRIAL = Trial(
    "H1", "by corneometer", "laser-genesis", 3, 0.12, 0.05, 0.2, "A trial (2020), n=12", "seen"
)
PLAIN = OutcomeVariable(
    "hydration",
    "1",
    "water of the horny layer over its start",
    label="water of the horny layer",
    group="effects",
    written="share",
)


def _labels(rows):
    return [next(iter(row.values())) for row in rows]


def test_an_effect_stands_in_the_tables_in_clinic_units(make_outcome):
    rows = forecast_rows(make_outcome(extra=[PLAIN]))
    row = next(row for row in rows if row["outcome"] == PLAIN.label)
    # 126 of 224 days of an even growth by a tenth
    assert (row["now"], row["day 126"], row["change"]) == ("100 %", "106 %", "+5.6 %")
    assert row["evidence"] == "state of the model, not observed"
    assert _labels(rows).index(PLAIN.label) == _labels(rows).index("depth of acne scars") + 1
    outcome = make_outcome(extra=[PLAIN])
    assert PLAIN.label in _labels(learned_rows(outcome, outcome))


def test_a_plain_number_is_shown_with_its_unit(make_outcome):
    loss = replace(PLAIN, name="water_loss", unit="g/(m2 h)", written="number")
    row = next(r for r in forecast_rows(make_outcome(extra=[loss])) if r["outcome"] == loss.label)
    assert row["now"] == "1.00 g/(m2 h)"


def test_an_effect_is_drawn_beside_the_others_and_only_its_own_trials_beside_it(make_outcome):
    tried = replace(PLAIN, trial=(TRIAL, replace(TRIAL, target="H2", device="opal", value=0.06)))
    (axes,) = effects_figure(make_outcome(extra=[tried])).axes
    assert [text.get_text() for text in axes.get_yticklabels()][-1] == PLAIN.label
    diamonds = [line for line in axes.lines if line.get_marker() == "D" and len(line.get_xdata())]
    assert [line.get_xdata()[0] for line in diamonds] == pytest.approx([-2.5, -29.4, 12.0])
    assert diamonds[-1].get_ydata()[0] == pytest.approx(7.27)
    caption = effects_picture(make_outcome(extra=[tried])).caption
    assert "4 sessions for redness and 8 for acne scars and 3 for water of the" in caption


def test_a_trial_is_held_against_the_course(make_outcome):
    rows = plausibility_rows(make_outcome(extra=[replace(PLAIN, trial=(TRIAL,))]))
    row = next(row for row in rows if row["target"] == "H1")
    assert row["quantity"] == "by corneometer (Laser Genesis)"
    assert row["published"] == "+12 % (+5.0 to +20 %)"
    assert row["predicted"] == "+5.6 % (+5.6 to +5.6 %)"
    assert row["verdict"] == "inside the published range (another course)"
    assert row["difference to the trial"] == "2 sessions here, 3 there; Pearl as well here"
    assert row["source"] == "A trial (2020), n=12"


def test_a_fourth_pore_gets_a_row_of_its_own_only_if_it_has_an_axis(make_outcome):
    deep = replace(
        PLAIN, name="depth", label="depth of a pore", group="pores", unit="m", written="length"
    )
    deep = replace(deep, name="pore_depth")
    assert len(weeks_figure(make_outcome(extra=[deep])).axes) == 3
    drawn = replace(deep, drawing=Drawing("depth [mm of {start}]", "purple", "--"))
    axes = weeks_figure(make_outcome(extra=[drawn])).axes
    assert len(axes) == 6
    assert axes[3].get_ylabel() == "depth [mm of start]"
    median = max(axes[3].lines, key=lambda line: len(line.get_xdata()))
    np.testing.assert_allclose(median.get_ydata()[[0, -1]], [1000.0, 1100.0])
    assert (median.get_color(), median.get_linestyle()) == ("#cc79a7", "--")
    assert not any(one.axison for one in axes[4:])


def test_what_lies_below_is_drawn_with_the_collagen(make_outcome):
    below = replace(PLAIN, group="below", drawing=Drawing("water [%]"))
    axes = collagen_figure(make_outcome(extra=[below])).axes
    assert axes[3].get_ylabel() == "water [%]"


def test_a_sign_on_the_surface_is_followed_until_it_is_over(make_outcome):
    sign = replace(
        PLAIN,
        group="surface",
        healed=Healed(1.05, rises=True, heading="moist again"),
        drawing=Drawing(colour="sky"),
    )
    outcome = make_outcome(extra=[sign])
    # 1.05 is reached on day 112 of 224, which is 70 days after the session of day 42
    assert healing_rows(outcome)[0]["moist again"] == "day 70"
    (axes,) = healing_figure(outcome, 2).axes
    assert axes.get_legend_handles_labels()[1][-1] == PLAIN.label
    assert PLAIN.label not in _labels(forecast_rows(outcome))


def test_a_risk_stands_last_and_has_no_change(make_outcome):
    risk = replace(PLAIN, name="burn_risk", group="risk", written="chance", dims=("draw",))
    row = forecast_rows(make_outcome(extra=[risk]))[-1]
    assert list(row.values())[:4] == [PLAIN.label, "-", "10 %", "-"]
    assert row["its 90 % interval"] == "10 to 10 %"


def test_an_injury_is_drawn_with_the_session(make_outcome):
    dims = ("session", "member", "depth")
    injury = replace(PLAIN, name="dried", label="cells dried", group="injury", dims=dims)
    panel = session_figure(make_outcome(extra=[injury]), 0).axes[2]
    told = [text.get_text() for text in panel.get_legend().get_texts()]
    assert any(text.startswith("cells dried") for text in told)


def test_a_headline_makes_a_large_number(make_outcome, untreated):
    told = replace(PLAIN, headline=Headline("Water", "never measured"))
    made = cards(make_outcome(extra=[told]))
    assert [card.what for card in made[:3]] == [
        "Area of visible pores",
        "Diameter of a pore",
        "Water",
    ]
    assert (made[2].value, made[2].warning) == ("+5.6 %", "never measured")
    assert cards(make_outcome((), last_day=90.0, extra=[told]))[2].warning == ""
    assert "Water" not in [card.what for card in cards(untreated)]


def test_years_list_and_draw_what_asks_for_it(make_outcome):
    for years, listed, panels in (("", False, 2), ("listed", True, 2), ("drawn", True, 3)):
        one = replace(PLAIN, years=years, drawing=Drawing("water [% of {start}]"))
        habits = {"sun": make_outcome((), last_day=400.0, extra=[one])}
        assert (PLAIN.label in habit_rows(habits)[0]) == listed
        axes = what_if_figure(habits).axes
        assert len(axes) == panels
        if panels == 3:
            assert axes[2].get_ylabel() == "water [% of now]"


@pytest.mark.slow
def test_the_page_of_a_file_from_elsewhere_tells_everything_declared(make_outcome, tmp_path):
    evidence = Evidence(
        grade="trial, n=12",
        note="Not after a bath.",
        counts_subjects=True,
        anchor=(Anchor("A trial (2020)", "a mask", "+12 %", "seen"),),
    )
    risk = replace(
        PLAIN,
        name="burn_risk",
        label="risk of a burn",
        group="risk",
        dims=("draw",),
        written="chance",
    )
    outcome = make_outcome(extra=[replace(PLAIN, evidence=evidence), risk])
    page = report_page(load_outcome(save_outcome(outcome, tmp_path / "run.nc")))
    for words in (
        "water of the horny layer",
        "trial, n=12",
        "Not after a bath.",
        "a mask: +12",
        "fewer than 1 of 10 by more than 25",
        "risk of a burn",
    ):
        assert words in page


def test_words_from_elsewhere_are_drawn_as_words(make_outcome):
    # what looks like mathematics would stop the whole page
    strange = replace(PLAIN, label=r"costs $\frac{$ a week")
    figure = effects_figure(make_outcome(extra=[strange]))
    data_uri(figure)
    assert figure.axes[0].get_yticklabels()[-1].get_text() == strange.label
