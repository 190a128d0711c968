"""Claims about what of a study is exported: the newest of each, nothing that was erased, logged."""

import pytest
from sqlalchemy import func, select

from porelight.errors import StoreError
from porelight.store.erasing import erase_subject
from porelight.store.photograph_records import PhotographPlace, ScaleGiven, correct_photograph
from porelight.store.results import (
    StoredResult,
    add_treatment,
    quantity_table,
    save_comparison_of,
    save_forecast_of,
    save_measurement_of,
)
from porelight.store.schema import LOG
from porelight.store.study_content import study_content
from porelight.store.subjects import find_subject

ESTIMATE = {"value": 0.4, "low": 0.3, "high": 0.6}
SUMMARY = {
    "count": ESTIMATE,
    "density_per_cm2": ESTIMATE,
    "area_fraction": ESTIMATE,
    "diameter_mm": {"p10": ESTIMATE, "p50": ESTIMATE},
}

CHANGED = {
    "diameter_change_percent": {"value": -5.0, "low": -7.0, "high": -3.0},
    "change_is_real": False,
}


def place(subject="S01", visit="v1", date="2027-03-01", take="1") -> PhotographPlace:
    return PhotographPlace(subject, visit, "nose", take, date)


@pytest.fixture
def studied(store, keep):
    """Fill a store: two subjects, a measurement that a newer one replaces, one of everything."""
    first = keep(1, place())
    later = keep(2, place(visit="v0", date="2027-04-12"))  # sorted by day, not by name
    other = keep(3, place("S02"))
    keep(4, place("S02", take="2"))
    with store.writing() as transaction:
        for value in (0.5, 0.25):
            told = {**SUMMARY, "area_fraction": {**ESTIMATE, "value": value}}
            done = StoredResult({"scale": value}, "done", summary=told)
            save_measurement_of(transaction, first, done, (b"pore\n", b""))
        save_measurement_of(transaction, later, StoredResult({}, "done", summary=SUMMARY))
        save_measurement_of(transaction, other, StoredResult({}, "refused", reason="blurred"))
        compared = StoredResult({}, "done", summary=CHANGED)
        save_comparison_of(transaction, first, later, compared)
        subject = find_subject(transaction, "S01")
        save_forecast_of(transaction, subject, StoredResult({"days": 84}, "done"), b"netcdf")
        add_treatment(transaction, subject, {"device": "pearl"}, visit="v1", day="2027-03-02")
    return store


def test_the_newest_of_everything_is_in_it(studied):
    content = study_content(studied, "test")
    assert content.visit_names == ["v1", "v0"]
    assert [(one.subject, one.visit.day, one.state) for one in content.photographs] == [
        ("S01", 0, "measured"),
        ("S01", 42, "measured"),
        ("S02", 0, "refused"),
        ("S02", 0, "waiting"),
    ]
    first = content.photographs[0]
    assert first.summary["area_fraction"]["value"] == 0.25
    assert content.files.pores(first.measurement.number) == (b"pore\n", b"")
    (pair,) = content.comparisons
    assert (pair.before.visit.name, pair.after.visit.name) == ("v1", "v0")
    (change,) = content.changes
    assert (change.visit.name, change.baseline, change.days_between) == ("v0", "v1", 42)
    # symmetric on the logarithm, so near the ends of the one pair and not at them
    assert change.diameter_percent == pytest.approx((-5.0, -6.98, -2.98), abs=2e-3)
    (treated,) = content.treatments
    assert (treated.visit, treated.day, treated.device) == ("v1", 1, "pearl")
    (forecast,) = content.forecasts
    assert content.files.forecast(forecast.number) == b"netcdf"
    numbers = {(row.place.subject, row.quantity): row.value for row in quantity_table(studied, "t")}
    assert numbers["S01", "diameter_mm_p50"] == first.summary["diameter_mm"]["p50"]["value"]


def test_each_subject_has_one_entry_in_the_log_for_an_export(studied):
    def entries():
        with studied.database.reading() as connection:
            told = LOG.c.detail == "all records: for a journal"
            query = select(LOG.c.subject_id, func.count()).where(told).group_by(LOG.c.subject_id)
            return [tuple(row) for row in connection.execute(query)]

    study_content(studied, "for a journal")
    assert sorted(entries()) == [(1, 1), (2, 1)]


def test_an_erased_subject_is_not_in_it(studied):
    content = study_content(studied, "test")
    erase_subject(studied, "S01", "withdrew")
    left = study_content(studied, "test")
    assert {one.pseudonym for one in left.subjects} == {"S02"}
    assert {one.subject for one in left.photographs} == {"S02"}
    assert not (*left.comparisons, *left.treatments, *left.forecasts)
    with pytest.raises(StoreError, match="no longer in the store"):
        content.files.photograph(content.photographs[0].number)
    with pytest.raises(StoreError, match="no longer in the store"):
        content.files.forecast(content.forecasts[0].number)


def test_only_the_visits_asked_for_and_no_dates(studied):
    content = study_content(studied, "test", visits=["v0"], with_dates=False)
    assert [one.visit.name for one in content.photographs] == ["v0"]
    assert [one.pseudonym for one in content.subjects] == ["S01"]
    assert not (*content.comparisons, *content.treatments)
    dated = study_content(studied, "test", with_dates=False)
    shown = (*dated.visits, *(one.visit for one in dated.photographs), *dated.treatments)
    assert {one.date for one in shown} == {""}
    assert dated.comparisons[0].after.visit.day == 42
    with pytest.raises(StoreError, match="no visit of the study is named 'v2'; known: v0, v1"):
        study_content(studied, "test", visits=["v2"])


def test_an_empty_study_is_refused(store):
    with pytest.raises(StoreError, match="no photograph in it; 'porelight study import' first"):
        study_content(store, "test")


def test_the_scale_in_force_is_told(studied):
    before = study_content(studied, "test").photographs[0]
    with studied.writing() as transaction:
        correct_photograph(transaction, place(), ScaleGiven("known", 20.0, 0.01), before.sha256)
    assert study_content(studied, "test").photographs[0].px_per_mm == 20.0
