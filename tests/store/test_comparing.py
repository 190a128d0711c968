"""Claims about comparing visits of a study: which pairs, once each, and one change of a zone."""

import math

import numpy as np
import pytest

from porelight.errors import DecoderMissingError, StoreError
from porelight.files.comparisons import comparison_summary
from porelight.photo.photograph import Photograph
from porelight.render.skin import render_skin
from porelight.store import comparing, measuring
from porelight.store.changes import baselines, change_table, comparison_table
from porelight.store.comparing import KIND, ask_for_comparisons
from porelight.store.job_kinds import JOB_KINDS
from porelight.store.jobs import JobQueue
from porelight.store.measuring import ask_for_measurements, settings_of
from porelight.store.photograph_records import (
    PhotographPlace,
    ScaleGiven,
    add_photograph,
    photograph_rows,
)
from porelight.store.results import StoredResult, key_of, save_comparison_of, save_measurement_of
from porelight.store.work import work
from porelight.workflows.compare import compare

MEASURED = {"photograph": {"px_per_mm": 12.5, "scale_error_percent": 1.0}, "warnings": []}


@pytest.fixture
def take(store, photograph):
    """Keep a photograph and say that it was measured, or refused, or neither."""
    taken = iter(range(1, 99))

    def took(visit, number="1", *, state="done", zone="nose", date="", arm=""):
        place = PhotographPlace("S01", visit, zone, number, date, arm=arm)
        scale = ScaleGiven("known", 12.5, 0.01)
        with store.writing() as transaction:
            number = add_photograph(transaction, place, scale, photograph(next(taken)))
            if state:
                (row,) = photograph_rows(transaction, number)
                reason = "blurred" if state == "refused" else ""
                summary = None if reason else MEASURED
                result = StoredResult(settings_of(row, None), state, reason, summary)
                save_measurement_of(transaction, number, result, None if reason else (b"", b""))
        return number

    return took


@pytest.fixture
def answer(store):
    """Keep what came of each pair that waits: a change in per cent, or a reason."""

    def answered(changes):
        def kind(_store, payload, _progress):
            before, after = payload["photographs"]
            came = changes[before, after]
            if isinstance(came, str):
                result = StoredResult(payload["settings"], "refused", came)
            else:
                value, error = came
                ends = {"value": 0.0, "low": -1.959964, "high": 1.959964}
                percent = {key: 100.0 * math.expm1(value + k * error) for key, k in ends.items()}
                summary = {"diameter_change_percent": percent}
                result = StoredResult(payload["settings"], "done", summary=summary)
            return lambda transaction: save_comparison_of(transaction, before, after, result)

        return work(store, "w", kinds={KIND: kind})

    return answered


def asked_pairs(store):
    return [tuple(map(int, row.key.split()[:2])) for row in JobQueue(store).rows(KIND)]


def test_every_take_meets_every_take_of_the_baseline_that_shows_the_same_skin(store, take):
    first = take("v1", "1"), take("v1", "2")
    later = take("v2", "1"), take("v3", "a")
    asked = ask_for_comparisons(store, "v1")
    assert (asked.n_new, asked.n_known, asked.n_unmeasured) == (4, 0, 0)
    assert asked_pairs(store) == [(before, after) for after in later for before in first]


def test_what_is_earlier_of_another_arm_or_zone_refused_or_unmeasured_is_no_pair(store, take):
    first = take("v1", date="2027-03-01", arm="laser")
    take("screening", date="2027-02-01")
    take("v2", "1", date="2027-04-01", arm="sham")
    take("v2", "2", state="refused", date="2027-04-01")
    take("v2", "3", state="", date="2027-04-01")
    good = take("v2", "4", date="2027-04-01")
    asked = ask_for_comparisons(store, "v1")
    assert (asked.n_new, asked.n_unmeasured) == (1, 1)
    assert asked_pairs(store) == [(first, good)]


def test_a_baseline_that_does_not_exist_is_told_with_one_that_does(store, take):
    take("week6")
    with pytest.raises(StoreError, match="no visit is named 'weak6'; did you mean 'week6'"):
        ask_for_comparisons(store, "weak6")
    with pytest.raises(StoreError, match="did you mean"):
        change_table(store, "test", "weak6")


def test_a_pair_is_compared_once_and_again_when_it_was_measured_anew(store, take, answer):
    before, after = take("v1"), take("v2")
    assert ask_for_comparisons(store, "v1").n_new == 1
    known = ask_for_comparisons(store, "v1")
    assert (known.n_new, known.n_known) == (0, 1)
    answer({(before, after): (-0.1, 0.03)})
    known = ask_for_comparisons(store, "v1", again=True)
    assert (known.n_new, known.n_known) == (0, 1)
    with store.writing() as transaction:
        (row,) = photograph_rows(transaction, after)
        newer = StoredResult(settings_of(row, None), "done", summary=MEASURED, version="9.9")
        save_measurement_of(transaction, after, newer, (b"", b""))
    assert ask_for_comparisons(store, "v1").n_new == 1


def test_a_zone_has_the_mean_of_its_pairs_and_no_narrower_interval(store, take, answer):
    first = take("v1", "1", date="2027-03-01"), take("v1", "2", date="2027-03-01")
    later = take("v2", "1", date="2027-04-12"), take("v2", "2", date="2027-04-12")
    ask_for_comparisons(store, "v1")
    answer(
        {
            (first[0], later[0]): (-0.10, 0.03),
            (first[1], later[0]): (-0.06, 0.05),
            (first[0], later[1]): (-0.02, 0.04),
            (first[1], later[1]): "too dark",
        }
    )
    (one,) = change_table(store, "test", "v1")
    assert (one.state, one.n_pairs, one.n_refused) == ("compared", 3, 1)
    assert (one.day, one.days_between) == (42, 42)
    assert one.log_ratio == pytest.approx(-0.06)
    assert one.error == pytest.approx(math.sqrt((0.03**2 + 0.05**2 + 0.04**2) / 3))
    assert one.spread == pytest.approx(0.04)
    low = 100.0 * math.expm1(-0.06 - 1.959964 * one.error)
    assert one.change_percent["low"] == pytest.approx(low)
    rows = comparison_table(store, "test", baseline="v1")
    assert [(row.before.id, row.after.id) for row in rows] == [
        (before, after) for after in later for before in first
    ]
    assert rows[3].reason == "too dark"
    assert comparison_table(store, "test", baseline="v2") == []
    assert baselines(store) == ["v1"]


def test_a_zone_without_a_change_says_why(store, take, answer):
    first = take("v1", zone="nose")
    take("v1", zone="chin", state="refused")
    take("v1", zone="glabella")
    later = take("v2", zone="nose")
    take("v2", zone="chin")
    take("v2", zone="forehead")
    take("v2", zone="glabella", state="")
    told = {one.place.zone: one for one in change_table(store, "test", "v1")}
    assert (told["nose"].state, told["nose"].reason) == ("waiting", "not compared yet")
    ask_for_comparisons(store, "v1")
    answer({(first, later): "the light differs"})
    told = {one.place.zone: (one.state, one.reason) for one in change_table(store, "test", "v1")}
    assert told == {
        "nose": ("refused", "the light differs"),
        "chin": ("refused", "blurred"),
        "forehead": ("refused", "v1 has no photograph of this zone"),
        "glabella": ("waiting", "not all photographs have been measured"),
    }


@pytest.mark.parametrize("module", [measuring, comparing])
@pytest.mark.parametrize("server", ["sqlite"], indirect=True)
def test_a_library_that_is_missing_is_no_verdict_on_a_photograph(store, take, monkeypatch, module):
    def no_decoder(*_, **__):
        raise DecoderMissingError("is HEIC, which needs pi-heif")

    monkeypatch.setattr(module, "picture_of", no_decoder)
    measured = module is measuring
    take("v1", state="" if measured else "done")
    take("v2", state="" if measured else "done")

    def ask():
        return (ask_for_measurements(store) if measured else ask_for_comparisons(store, "v1")).n_new

    n = ask()
    assert n == (2 if measured else 1)
    assert work(store, "w").n_failed == n
    assert {row.reason for row in JobQueue(store).rows(module.KIND)} == {
        "is HEIC, which needs pi-heif"
    }
    assert comparison_table(store, "test") == []
    assert ask() == n  # once it is installed, all is taken up again


@pytest.mark.slow
@pytest.mark.parametrize("server", ["sqlite"], indirect=True)
def test_a_pair_of_a_study_gives_what_two_photographs_give(store, tmp_path):
    from PIL import Image  # noqa: PLC0415

    diameters = 4e-4 * np.exp(0.25 * np.random.default_rng(1).standard_normal(80))
    skins = [
        render_skin(np.clip(share * diameters, 2e-4, 8e-4), size=(0.012, 0.012), seed=1)
        for share in (1.0, 0.9)
    ]
    other = render_skin(np.clip(diameters, 2e-4, 8e-4), size=(0.012, 0.012), seed=7)
    scale = ScaleGiven("known", 12.5, 0.01)
    with store.writing() as transaction:
        for skin, visit in zip((*skins, other), ("v1", "v2", "v3"), strict=True):
            Image.fromarray(skin.pixels).save(tmp_path / "a.png")
            place = PhotographPlace("S01", visit, "left cheek")
            add_photograph(transaction, place, scale, (tmp_path / "a.png").read_bytes())
    ask_for_measurements(store)
    work(store, "w")
    assert ask_for_comparisons(store, "v1").n_new == 2
    assert work(store, "w").n_done == 2
    alike, unlike = comparison_table(store, "test")
    pictures = [Photograph(one.pixels, 12.5e3, 0.01) for one in skins]
    alone = comparison_summary(compare(*pictures, zone="cheek"))
    assert alike.summary.keys() == alone.keys()
    for key, value in alone["diameter_change_percent"].items():
        assert alike.summary["diameter_change_percent"][key] == pytest.approx(value, abs=1e-3)
    for key in ("pores_in_both", "pores_in_first_only", "pores_in_second_only"):
        assert alike.summary[key] == alone[key]
    assert alike.summary["before"] == "S01/v1/left cheek 1"
    assert (unlike.state, unlike.summary) == ("refused", None)
    assert "same skin" in unlike.reason
    assert set(JOB_KINDS) == {"measure", "compare"}
    (first, second) = change_table(store, "test", "v1")
    assert first.change_percent["low"] < 100.0 * (0.9 - 1.0) < first.change_percent["high"]
    assert second.reason == unlike.reason
    assert key_of(alike.settings)["version"] == alike.version
