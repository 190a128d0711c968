"""Claims about the one door of NetCDF files."""

import h5py
import numpy as np
import pytest
import xarray as xr

from porelight.errors import InputFileError
from porelight.files import netcdf_reader
from porelight.files.netcdf_reader import read_dataset, read_group

WANTED = "a file of this test"


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "a.nc"
    day = ("day", [0.0, 1.0], {"units": "days since 2026-01-01"})
    whole = xr.Dataset({"x": ("day", [1.5, 2.5])}, coords={"day": day}, attrs={"seed": 7})
    whole.to_netcdf(file, engine="h5netcdf")
    with h5py.File(file, "a") as opened:
        opened.create_dataset("run/a%2Fb/mean", data=np.ones((2, 3), np.float32))
        opened["run"].attrs["state"] = "{}"
        opened["run"].attrs["bytes"] = np.bytes_(b"text")
        opened["run"].attrs["many"] = [1, 2]
    return file


def test_numbers_are_read_as_they_stand_and_never_as_dates(path):
    found = read_dataset(path, WANTED)
    np.testing.assert_array_equal(found["day"], [0.0, 1.0])
    assert found.attrs["seed"] == 7


def test_a_group_gives_attributes_and_arrays_by_path(path):
    found = read_group(path, WANTED, "run")
    assert found.attributes == {"state": "{}", "bytes": "text", "many": "array([1, 2])"}
    np.testing.assert_array_equal(found.arrays["a%2Fb/mean"], np.ones((2, 3)))


def doors(file):
    return (
        lambda: read_dataset(file, WANTED),
        lambda: read_group(file, WANTED, "run"),
        lambda: read_dataset(file, WANTED, group="run"),
    )


@pytest.mark.usefixtures("frozen_heap")
@pytest.mark.parametrize("door", [0, 1, 2])
def test_damage_anywhere_is_read_or_refused_in_one_line(path, tmp_path, door):
    data, generator = path.read_bytes(), np.random.default_rng(5)
    damaged = tmp_path / "b.nc"
    lines = []
    for _ in range(60):
        bad = bytearray(data)
        for place in generator.integers(0, len(bad), 8):
            bad[place] = generator.integers(256)
        damaged.write_bytes(bytes(bad[: generator.integers(len(bad) // 2, len(bad) + 1)]))
        try:
            doors(damaged)[door]()
        except InputFileError as problem:
            lines.append(str(problem))
    assert len(lines) > 10
    assert all("\n" not in line and line.endswith(f"expected {WANTED}.") for line in lines)


@pytest.mark.parametrize("door", [0, 1])
def test_a_claim_of_too_much_is_refused_before_it_is_read(path, monkeypatch, door):
    monkeypatch.setattr(netcdf_reader, "_MOST_VALUES", 1)
    with pytest.raises(InputFileError, match="claims more than 1 numbers or 1000 variables"):
        doors(path)[door]()


def test_what_is_missing_is_named(path, tmp_path):
    with pytest.raises(InputFileError, match=r"none\.nc: no such file; expected a file of"):
        read_dataset(tmp_path / "none.nc", WANTED)
    with pytest.raises(InputFileError, match="not a readable NetCDF-4 file"):
        read_group(path, WANTED, "walk")
