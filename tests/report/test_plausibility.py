import json

import numpy as np
import pytest

from porelight.course.outcome import Outcome
from porelight.course.statistics import Interval
from porelight.report.plausibility import plausibility_rows, published, verdict


def _of(outcome):
    return {(row["target"], row["quantity"]): row for row in plausibility_rows(outcome)}


def test_targets_follow_the_devices(outcome, genesis_only, pearl_only, untreated):
    assert {key for key, _ in _of(untreated)} == {"V13"}
    assert {key for key, _ in _of(pearl_only)} == {"V8", "V9", "V13"}
    assert {key for key, _ in _of(genesis_only)} == {"V10", "V11", "V12", "V13", "V14"}
    assert {key for key, _ in _of(outcome)} == {f"V{n}" for n in range(8, 15)}


def test_depth_is_held_against_the_biopsies(pearl_only):
    row = _of(pearl_only)["V8", "depth of thermal damage (Pearl)"]
    depth = np.median(pearl_only["coagulated_depth"].to_numpy()) * 1e6
    assert row["published"] == "80 um (30 to 100 um)"
    assert row["predicted"].startswith(f"{depth:.0f} um (")
    assert row["difference to the trial"] == "none known"


def test_what_calibrates_the_model_is_never_a_check_of_it(outcome):
    told = {
        key: "(calibrated on it: no check)" in row["verdict"]
        for (key, _), row in _of(outcome).items()
    }
    assert {key for key, calibrated in told.items() if calibrated} == {"V8", "V9", "V13"}
    # the pores of a photograph are nobody's calibration
    measured = Outcome(outcome.dataset.assign_attrs(pores_measured="true"))
    before = next(row for (key, _), row in _of(measured).items() if key == "V13")
    assert "calibrated" not in before["verdict"]


def test_a_weaker_session_is_told_from_the_trial(make_outcome, pearl_only):
    sessions = pearl_only.attrs["sessions"].replace(
        '"radiant_exposure_j_cm2": 3.5', '"radiant_exposure_j_cm2": 2.0'
    )
    weak = Outcome(pearl_only.dataset.assign_attrs(sessions=sessions))
    row = _of(weak)["V8", "depth of thermal damage (Pearl)"]
    assert row["difference to the trial"] == "2 J/cm2 here, 3 to 3.5 there"
    assert "(another course)" in row["verdict"]


def test_acne_scars_are_held_against_eight_sessions(genesis_only):
    row = _of(genesis_only)["V10", "severity of acne scars (Laser Genesis)"]
    assert row["published"] == "-29 % (-42 to -17 %)"
    assert row["difference to the trial"] == "1 session here, 8 there"


def test_people_moderately_better_are_counted(genesis_only):
    row = _of(genesis_only)["V12", "people with moderately smaller pores or better"]
    area = genesis_only["area_fraction"]
    fall = area.sel(day=84.0) / area.sel(day=0.0) - 1.0
    assert row["predicted"].startswith(f"{100 * float((fall < -0.25).mean()):.0f} % ")


def test_decay_needs_half_a_year_of_simulation(make_outcome, outcome):
    assert not any(key == "V14" for key, _ in _of(make_outcome(last_day=150.0)))
    fine = outcome["fine_lines"]
    kept = float((fine.sel(day=224.0) / fine.sel(day=105.0)).median())
    row = next(row for (key, _), row in _of(outcome).items() if key == "V14")
    assert row["predicted"].startswith(f"{100 * kept:.0f} %")


@pytest.mark.parametrize(
    ("interval", "said"),
    [
        ((-0.5, -0.3, -0.1), "inside the published range"),
        ((-0.2, -0.1, 0.0), "intervals overlap"),
        ((-0.1, -0.05, 0.0), "apart"),
    ],
)
def test_verdict_tells_inside_from_overlap_from_apart(interval, said):
    assert verdict(published("genesis_acne_scars"), Interval(*interval)) == said


def test_a_result_without_spread_is_looked_for_in_the_interval():
    entry = published("genesis_redness")
    assert verdict(entry, Interval(-0.05, -0.01, 0.0)) == "published value inside the interval"


def test_results_stand_in_the_order_of_their_targets_and_the_start_last(outcome):
    targets = [row["target"] for row in plausibility_rows(outcome)]
    assert targets == ["V8", "V9", "V9", "V10", "V11", "V12", "V14", "V13"]


def test_what_is_kept_is_judged_at_six_months_however_long_the_simulation(make_outcome):
    course = make_outcome(last_day=42.0 + 400.0)
    fine = course["fine_lines"]
    kept = float((fine.sel(day=224.0) / fine.sel(day=105.0)).median())
    row = next(row for (key, _), row in _of(course).items() if key == "V14")
    assert row["predicted"].startswith(f"{100 * kept:.0f} %")


def test_the_strongest_session_of_the_device_is_held_against_its_depth(make_outcome, pearl_only):
    strong = json.loads(pearl_only.attrs["sessions"])[0]
    weak = {**strong, "radiant_exposure_j_cm2": 2.0}
    for first, second in ((weak, strong), (strong, weak)):
        course = make_outcome(((0.0, first), (30.0, second)))
        row = _of(course)["V8", "depth of thermal damage (Pearl)"]
        depth = course["coagulated_depth"].isel(session=int(second is strong))
        assert row["predicted"].startswith(f"{1e6 * float(depth.median()):.0f} um (")
        assert row["difference to the trial"] == "none known"


def test_pores_before_treatment_are_called_what_they_are(untreated):
    # the draws leave out finds that may be none, so their median is not what was measured
    measured = Outcome(untreated.dataset.assign_attrs(pores_measured="true"))
    for course, word in ((untreated, "typical skin"), (measured, "what the photograph allows")):
        (predicted,) = (row["predicted"] for (key, _), row in _of(course).items() if key == "V13")
        assert word in predicted
        assert "measured here" not in predicted
