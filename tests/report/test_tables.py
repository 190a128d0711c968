from dataclasses import replace

import numpy as np
import pytest

from porelight.course.outcome import Outcome
from porelight.course.value_text import share
from porelight.data.library import table
from porelight.photo.agreement import agreement
from porelight.report.comparison_table import agreement_rows
from porelight.report.formatting import change
from porelight.report.healed import days_text, days_until_healed
from porelight.report.measured_table import measurement_rows
from porelight.report.parameters import parameter_rows
from porelight.report.tables import (
    check_rows,
    forecast_rows,
    healing_rows,
    plan_rows,
    refusal_rows,
    sensitivity_rows,
    session_rows,
    verification_rows,
)
from porelight.validation.case import CaseResult


def _row(rows, name):
    return next(row for row in rows if next(iter(row.values())) == name)


def _is_table(rows):
    return all(list(row) == list(rows[0]) for row in rows) and all(
        isinstance(text, str) for row in rows for text in row.values()
    )


def test_forecast_states_median_and_interval_of_the_change(outcome):
    row = _row(forecast_rows(outcome), "area of visible pores")
    draws = outcome.changes("area_fraction", 126.0)
    low, middle, high = np.quantile(draws, [0.05, 0.5, 0.95])
    assert row["change"] == change(middle)
    assert row["its 90 % interval"] == f"{change(low).removesuffix(' %')} to {change(high)}"
    start = outcome["area_fraction"].sel(day=0.0).median()
    assert row["now"] == share(float(start))
    assert row["day 126"] == share(float(outcome["area_fraction"].sel(day=126.0).median()))


def test_forecast_gives_changes_no_value_and_names_the_evidence(outcome):
    row = _row(forecast_rows(outcome), "visible small vessels")
    assert row["now"] == row["day 126"] == "-"
    assert row["evidence"] == "no data"
    pore = _row(forecast_rows(outcome), "diameter of each pore")
    assert pore["evidence"] == "no data for Laser Genesis alone or Pearl alone"


def test_forecast_without_a_dose_is_nothing(untreated):
    rows = forecast_rows(untreated)
    assert {row["change"] for row in rows[:-1]} == {"0 %"}
    assert {row["its 90 % interval"] for row in rows} == {"0 to 0 %"}


def test_every_table_has_the_same_headings_in_every_row(outcome, plan_document):
    tables = (
        forecast_rows(outcome),
        session_rows(outcome),
        healing_rows(outcome),
        plan_rows(plan_document),
        refusal_rows(plan_document),
        parameter_rows(),
    )
    assert all(rows and _is_table(rows) for rows in tables)


def test_sessions_show_what_the_members_did(outcome):
    first, _, last = session_rows(outcome)
    reading = outcome["surface_reading"].isel(session=0).to_numpy() - 273.15
    assert first["surface reading"].startswith(f"{np.median(reading):.1f} degC ")
    assert first["removed"] == "nothing"
    assert first["settings"] == "14 J/cm2, 5 mm, 0.3 ms, 7 Hz, 100 cm2, stop at 43.0 degC"
    ablated = outcome["ablated_depth"].isel(session=2).to_numpy() * 1e6
    assert last["removed"].startswith(f"{np.median(ablated):.0f} um (")
    assert last["settings"].endswith("1 pass, overlap 20 %")


def test_a_stopped_session_tells_how_many_pulses_fell(outcome):
    fewer = outcome["pulses_delivered"] * 0.7
    stopped = Outcome(outcome.dataset.assign(pulses_delivered=fewer))
    assert session_rows(stopped)[0]["pulses"] == "1400 of 2000, stopped"
    assert session_rows(outcome)[0]["pulses"] == "2000"


def test_no_session_makes_no_row(untreated):
    assert session_rows(untreated) == []
    assert healing_rows(untreated) == []


def test_healing_counts_days_from_the_session_to_95_percent(outcome):
    epidermis = outcome["epidermis"].isel(draw=0)
    days = epidermis["day"].to_numpy()
    closed = days[(days > 42.0) & (epidermis.to_numpy() >= 0.95)][0] - 42.0
    assert days_until_healed(outcome, "epidermis", 2)[0] == closed
    assert healing_rows(outcome)[0]["session"] == "3 (Pearl, day 42)"


def test_a_wound_open_until_the_end_is_never_called_healed(outcome):
    open_wound = Outcome(outcome.dataset.assign(epidermis=0.0 * outcome["epidermis"]))
    days = days_until_healed(open_wound, "epidermis", 2)
    assert np.isinf(days).all()
    assert days_text(days) == "not within the simulated days"


def test_days_are_order_statistics_that_may_be_later_than_the_simulation():
    some_later = np.array([3.0] * 6 + [4.0] * 3 + [np.inf])
    assert days_text(some_later) == (
        "day 3 (no sooner than day 3; for some after the simulated days)"
    )
    most_later = np.array([5.0] * 3 + [np.inf] * 7)
    assert days_text(most_later) == "not within the simulated days; no sooner than day 5"
    assert days_text(np.array([np.inf] * 3)) == "not within the simulated days"
    assert days_text(np.array([4.0] * 5)) == "day 4"


def test_plan_shows_the_closest_limit_and_the_people(plan_document):
    row = plan_rows(plan_document)[0]
    assert row["course"] == "5 x laser-genesis 14 J/cm2, 2000 pulses"
    assert row["change"] == "-9.0 %"
    assert row["its 90 % interval"] == "-21 to +2.0 %"
    assert row["people better"] == "6 of 10 (1 to 9)"
    assert row["people hurt"] == "fewer than 1 of 10 (fewer than 1 to 3)"
    assert row["on the front"] == "yes"
    assert row["why"].startswith("closest limit a surface too warm between pulses")


def test_checks_keep_the_tightest_of_each_limit_first(plan_document):
    candidate = plan_document["plans"][0]
    worse = {**candidate["checks"][0], "chance": 0.0095, "detail": "88.0 degC"}
    rows = check_rows({"checks": [*candidate["checks"], worse]})
    limits = [row["limit"] for row in rows]
    assert limits == ["vaporisation", "a surface too warm between pulses"]
    assert (rows[0]["simulated"], rows[0]["chance"]) == ("88.0 degC", "0.95 %")
    assert [row["used"] for row in rows] == ["95 %", "79 %"]


def test_refusals_give_their_reason(plan_document):
    (row,) = refusal_rows(plan_document)
    assert row == {
        "refused": "laser-genesis 16 J/cm2, 2000 pulses",
        "because": "surface between pulses would be 44.8 degC; allowed is 44.0 degC",
    }


def test_verification_tells_stochastic_from_exact_cases():
    photons = CaseResult("L1", "slab", "reflectance", "1", 0.1, 0.1009, 0.0002, 0.0, "vdH")
    hole = CaseResult("M1", "hole", "strain", "", 2.0, 2.001, 0.0, 0.01, "Lam\u00e9")
    first, second = verification_rows([photons, hole])
    assert first["z"] == "+4.50"
    assert first["verdict"] == "FAILED"
    assert (second["z"], second["standard error"], second["verdict"]) == ("-", "exact", "passed")


def test_measurement_shows_every_number_with_its_interval(measured_summary):
    rows = measurement_rows(measured_summary)
    assert _is_table(rows)
    name = "pores of 0.25 mm and more"
    assert _row(rows, name) == {"measured": name, "value": "152", "95 % interval": "140 to 163"}
    assert _row(rows, "of them per cm2")["value"] == "41.2"
    assert _row(rows, "spots outlined, narrower ones too")["value"] == "171"
    assert _row(rows, "of these that human graders would not mark (expected)")["value"] == "21 %"
    assert _row(rows, "share of skin that they cover")["95 % interval"] == "2.80 to 3.40 %"
    assert _row(rows, "median diameter")["95 % interval"] == "0.300 to 0.325 mm"
    assert _row(rows, "diameter that 90 % of them stay below")["value"] == "0.500 mm"
    assert _row(rows, "of these no pores (expected)")["value"] == "9 %"


def test_a_photograph_without_pores_has_no_diameter(measured_summary):
    rows = measurement_rows({**measured_summary, "diameter_mm": {}})
    assert not any("diameter" in row["measured"] for row in rows)


@pytest.mark.parametrize("name", ["injury", "published", "limits"])
def test_every_parameter_of_a_file_is_listed_with_its_source(name):
    rows = [row for row in parameter_rows() if row["file"] == f"tissue/{name}"]
    entries = table("tissue", name)
    assert [row["name"] for row in rows] == [key.replace("_", " ") for key in entries]
    assert [row["source"] for row in rows] == [entry.source for entry in entries.values()]
    assert [row["flag"] for row in rows] == [entry.flag for entry in entries.values()]


def test_parameters_show_the_value_as_its_file_states_it():
    rows = {(row["file"], row["name"]): row for row in parameter_rows()}
    scars = rows["tissue/published", "genesis acne scars"]
    assert (scars["value"], scars["range"]) == ("-29.4 %", "-41.8 to -16.9 %")
    assert rows["tissue/published", "genesis redness"]["range"] == "-"
    water = rows["tissue/spectra", "water"]
    assert water["value"].startswith("table of ")
    assert water["range"] == "400 to 3000 nm"


def test_things_taken_for_no_pores_are_said_in_words(measured_summary):
    measured_summary["rejected"] = {"highlights": 3, "hairs": 0, "folds": 1}
    rows = measurement_rows(measured_summary)
    assert _row(rows, "seen and taken for no pores")["value"] == "3 highlights, 1 fold"


def test_a_pattern_is_told_of_a_scanner_and_not_of_a_hand(make_outcome, genesis_settings):
    hand = {**genesis_settings, "passes": 2, "device": "opal"}
    scanner = {**hand, "overlap": 0.3}
    course = ((0.0, hand), (14.0, scanner), (28.0, {**scanner, "device": "laser-genesis"}))
    first, second, third = (row["settings"] for row in session_rows(make_outcome(course)))
    assert "pass" not in first
    assert "2 passes, overlap 30 %" in second
    assert "pass" not in third


def test_sensitivities_are_told_in_words():
    factor = {
        "name": "patch_constraint",
        "total_order": 0.44,
        "total_order_error": 0.083,
        "first_order": -0.002,
        "first_order_error": 0.09,
    }
    known = ("assumed", "seen", "derived", "recalled", "many")
    document = {"factors": [{**factor, "evidence": evidence} for evidence in known]}
    rows = sensitivity_rows(document)
    assert rows[0] == {
        "uncertain number": "patch constraint",
        "left if all else were known": "44 +- 8 %",
        "caused by it alone": "0 +- 9 %",
        "how it is known": "no source found",
    }
    assert len({row["how it is known"] for row in rows}) == len(known)


def test_an_interval_without_an_upper_end_says_so():
    # few subjects may leave the spread within them hardly known
    found = agreement(np.array([[10.0, 12.0], [20.0, 19.0], [30.0, 33.0]]))
    opened = replace(found, wcv=replace(found.wcv, high=np.inf))
    row = _row(agreement_rows("count", opened), "within-subject variation (wCV)")
    assert row["95 % interval"].endswith(" and more")
