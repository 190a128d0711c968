"""The one loader of data files, and the fingerprint over all of them."""

import pytest

from porelight.data import library
from porelight.data.library import data_bytes, data_files, document, fingerprint, parameter, table
from porelight.errors import DataFileError


@pytest.fixture
def fresh():
    """Forget the fingerprint before and after."""
    fingerprint.cache_clear()
    yield
    fingerprint.cache_clear()


def test_tables_pictures_networks_and_devices_are_all_listed():
    listed = data_files()
    for name in (
        "tissue/posterior.csv",
        "tissue/mechanics_orifice.csv",
        "photo/pores.onnx",
        "photo/change.toml",
        "session/published_thresholds.toml",
        "validation/damage_thresholds.toml",
        "devices/laser-genesis.toml",
        "laser/thermometer.toml",
    ):
        assert name in listed
    assert not [name for name in listed if name.endswith((".py", ".pyc"))]


@pytest.mark.parametrize("changed", data_files())
def test_one_changed_byte_in_any_file_changes_the_fingerprint(changed, fresh, monkeypatch):
    before = fingerprint()
    fingerprint.cache_clear()

    def with_one_more_byte(room, file):
        content = data_bytes(room, file)
        return content + b" " if f"{room}/{file}" == changed else content

    monkeypatch.setattr(library, "data_bytes", with_one_more_byte)
    assert fingerprint() != before


def test_a_byte_moved_from_one_file_to_the_next_changes_the_fingerprint(fresh, monkeypatch):
    monkeypatch.setattr(library, "data_files", lambda: ("a/1", "a/2"))
    found = []
    for contents in ({"1": b"xy", "2": b"z"}, {"1": b"x", "2": b"yz"}):
        monkeypatch.setattr(library, "data_bytes", lambda _, file, held=contents: held[file])
        fingerprint.cache_clear()
        found.append(fingerprint())
    assert found[0] != found[1]


def test_what_is_not_there_is_named():
    with pytest.raises(DataFileError, match=r"no data file data/tissue/bones\.toml"):
        document("tissue", "bones")
    with pytest.raises(DataFileError, match="did you mean 'density_skin'"):
        parameter("tissue", "thermal", "density_skim")


def test_numbers_come_in_si():
    assert table("tissue", "pores")["detection_threshold"].value == pytest.approx(2.5e-4)
