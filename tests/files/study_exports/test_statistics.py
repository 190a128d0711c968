"""Claims about tables of a study: read back by others, every number is that of the records."""

import csv
import json

import h5py
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import xarray as xr

from porelight.errors import InputFileError
from porelight.files.study_exports import extra
from porelight.files.study_exports.arrays import STATES, write_arrays
from porelight.files.study_exports.folders import LIST, digest_of
from porelight.files.study_exports.formats import STUDY_FORMATS
from porelight.files.study_exports.quantities import COMPARED, MEASURED
from porelight.files.study_exports.statistics import write_csv_tables, write_parquet

TABLES = {
    "measurements_wide",
    "measurements_long",
    "comparisons_wide",
    "comparisons_long",
    "changes",
    "treatments",
    "forecasts",
    "pores",
    "dictionary",
}


def expected(summary, quantity):
    """Return value and bounds of a quantity by hand; None where there is none."""
    found = summary
    for key in quantity.keys:
        found = None if found is None else found.get(key)
    if quantity.has_interval:
        return [None if found is None else found[key] for key in ("value", "low", "high")]
    return [found]


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_csv_holds_every_number_with_every_digit(content, tmp_path):
    folder = write_csv_tables(content, tmp_path / "out")
    assert {path.name for path in folder.iterdir()} == {LIST, *(f"{one}.csv" for one in TABLES)}
    wide = {row["photograph"]: row for row in rows_of(folder / "measurements_wide.csv")}
    long = {
        (row["photograph"], row["quantity"]): row
        for row in rows_of(folder / "measurements_long.csv")
    }
    assert len(wide) == 6
    n = 0
    for one in content.photographs:
        row = wide[one.sha256]
        assert (row["subject"], row["visit"], row["zone"]) == (
            one.subject,
            one.visit.name,
            one.zone,
        )
        assert (row["state"], row["reason"], row["arm"]) == (one.state, one.reason, one.arm)
        for quantity in MEASURED:
            found = expected(one.summary, quantity)
            cells = [row[name] for name in quantity.columns()]
            assert cells == ["" if value is None else repr(value) for value in found]
            if found[0] is not None:
                told = long.pop((one.sha256, quantity.name))
                assert told["unit"] == quantity.unit
                ends = ("value", "low", "high")[: len(found)]
                assert [float(told[end]) for end in ends] == found
                n += 1
    assert not long
    assert n > 60


def test_comparisons_treatments_and_forecasts_are_tables_too(content, tmp_path):
    folder = write_csv_tables(content, tmp_path / "out")
    done, refused = rows_of(folder / "comparisons_wide.csv")
    assert [done[f"diameter_change_percent{end}"] for end in ("", "_low", "_high")] == [
        "-6.125",
        "-7.625",
        "-3.125",
    ]
    assert (done["change_is_real"], done["visit_before"], done["visit_after"]) == (
        "true",
        "baseline",
        "Week 6",
    )
    assert (refused["state"], refused["reason"]) == ("refused", "no shared skin")
    assert refused["diameter_change_percent"] == ""
    assert len(rows_of(folder / "comparisons_long.csv")) == len(COMPARED)
    (change,) = rows_of(folder / "changes.csv")
    assert (change["baseline"], change["visit"], change["day"]) == ("baseline", "Week 6", "42")
    ends = [float(change[f"diameter_change_percent{end}"]) for end in ("", "_low", "_high")]
    assert ends == [-6.125, -7.5, -3.25]
    (treated,) = rows_of(folder / "treatments.csv")
    assert json.loads(treated["session"]) == content.treatments[0].session
    assert (treated["device"], treated["day"]) == ("laser_genesis", "0")
    (forecast,) = rows_of(folder / "forecasts.csv")
    assert json.loads(forecast["summary"]) == {"pore_area_change_percent": -8.5}
    pores = pd.read_csv(folder / "pores.csv")
    assert pores.groupby(["subject", "visit", "zone", "take"]).size().tolist() == [2] * 4
    assert sorted(set(pores["diameter_mm"])) == [0.4123, 0.5]


def test_every_column_is_in_the_dictionary_with_its_unit(content, tmp_path):
    folder = write_csv_tables(content, tmp_path / "out")
    told = {(row["table"], row["name"]): row for row in rows_of(folder / "dictionary.csv")}
    there = {
        (path.stem, name)
        for path in folder.glob("*.csv")
        if path.stem != "dictionary"
        for name in rows_of(path)[0]
    }
    assert set(told) == there
    assert all(row["meaning"] and row["type"] for row in told.values())
    assert told["measurements_wide", "density_per_cm2_low"]["unit"] == "/cm2"
    assert told["measurements_wide", "density_per_cm2_low"]["source"] == "density_per_cm2"


def test_the_list_has_the_hash_of_every_file(content, tmp_path):
    folder = write_csv_tables(content, tmp_path / "out")
    told = json.loads((folder / LIST).read_text())
    assert told["sha256"] == {
        path.name: digest_of(path) for path in folder.iterdir() if path.name != LIST
    }


def test_parquet_holds_the_same_with_types_and_units(content, tmp_path):
    comma = write_csv_tables(content, tmp_path / "csv")
    folder = write_parquet(content, tmp_path / "parquet")
    assert {path.stem for path in folder.glob("*.parquet")} == TABLES
    for name in TABLES:
        table = pq.read_table(folder / f"{name}.parquet")
        cells = table.to_pylist()
        rows = rows_of(comma / f"{name}.csv")
        assert len(cells) == len(rows)
        for read, row in zip(cells, rows, strict=True):
            for key, text in row.items():
                value = read[key]
                shown = "" if value is None else str(value)
                assert (shown.lower() if isinstance(value, bool) else shown) == text, (name, key)
    schema = pq.read_schema(folder / "measurements_wide.parquet")
    assert str(schema.field("date").type) == "date32[day]"
    assert str(schema.field("found").type) == "int64"
    assert schema.field("diameter_mm_p50").metadata[b"unit"] == b"mm"


def test_a_second_export_is_the_same(content, tmp_path):
    for write in (write_csv_tables, write_parquet):
        one, two = (write(content, tmp_path / f"{write.__name__}{i}") for i in range(2))
        assert (one / LIST).read_bytes() == (two / LIST).read_bytes()


AXES = ("subject", "visit", "zone", "take")


def text_of(file, name, attribute):
    found = file[name].attrs[attribute]
    return found.decode() if isinstance(found, bytes) else str(found)


def test_arrays_hold_every_number_where_it_belongs(content, tmp_path):
    path = write_arrays(content, tmp_path / "study.nc")
    with h5py.File(path) as file:
        axes = [[text.decode() for text in file[name]] for name in AXES]
        assert axes == [["S01", "S02"], ["baseline", "Week 6"], ["left cheek", "nose"], ["1", "2"]]
        filled = np.zeros(file["state"].shape, bool)
        for one in content.photographs:
            keys = one.subject, one.visit.name, one.zone, one.take
            at = tuple(axis.index(key) for axis, key in zip(axes, keys, strict=True))
            filled[at] = True
            assert STATES[int(file["state"][at])] == one.state
            assert file["photograph"][at].decode() == one.sha256
            for quantity in MEASURED:
                for name, value in zip(
                    quantity.columns(), expected(one.summary, quantity), strict=True
                ):
                    read = float(file[name][at])
                    assert (np.isnan(read) and value is None) or read == value
        assert (file["state"][:][~filled] == 0).all()
        assert text_of(file, "density_per_cm2", "units") == "cm-2"
        assert text_of(file, "density_per_cm2", "ancillary_variables") == (
            "density_per_cm2_low density_per_cm2_high"
        )
        assert [axis[0].name for axis in file["count"].dims] == [f"/{name}" for name in AXES]
        assert file["day"][:].tolist() == [[0, 42], [-1, -1]]
        assert int(np.ravel(file["day"].attrs["_FillValue"])[0]) == -1
        assert text_of(file, "state", "flag_meanings") == "none waiting measured refused"
        assert text_of(file, "/", "porelight_study") == "pilot 2027"
    with xr.open_dataset(path) as dataset:
        assert float(dataset["count"].sel(subject="S02").max()) == pytest.approx(
            content.photographs[5].summary["count"]["value"]
        )


def test_a_folder_with_something_else_in_it_stays(content, tmp_path):
    folder = write_csv_tables(content, tmp_path / "out")
    write_csv_tables(content, folder)  # an earlier export is replaced
    (folder / "thesis.txt").write_text("mine")
    with pytest.raises(InputFileError, match=r"'thesis\.txt', which porelight did not write"):
        write_csv_tables(content, folder)
    assert (folder / "thesis.txt").read_text() == "mine"


def test_an_export_that_fails_leaves_the_earlier_one(content, files, tmp_path, monkeypatch):
    folder = write_csv_tables(content, tmp_path / "out")
    before = (folder / LIST).read_bytes()

    def broken(measurement):
        raise InputFileError("the disk is gone")

    monkeypatch.setattr(files, "pores", broken)
    with pytest.raises(InputFileError, match="the disk is gone"):
        write_csv_tables(content, folder)
    assert (folder / LIST).read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize(
    ("key", "library"), [("parquet", "pyarrow"), ("fhir", "fhir.resources"), ("dicom", "highdicom")]
)
def test_a_library_that_is_missing_is_named(tmp_path, monkeypatch, key, library):
    STUDY_FORMATS[key].require(tmp_path / "out.json")
    monkeypatch.setattr(extra, "find_spec", lambda name: None)
    told = f"{library} is not installed; pip install 'porelight.export.' installs it"
    with pytest.raises(InputFileError, match=told):
        STUDY_FORMATS[key].require(tmp_path / "out.json")
    STUDY_FORMATS["csv"].require(tmp_path / "out")
