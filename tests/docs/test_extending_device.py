"""The page about a device of one's own holds: its files are read, its code prints what it says."""

import re
import shutil
from importlib.resources import files
from pathlib import Path

import pytest

from porelight.data import library
from porelight.laser.device_file import NUMBERS
from porelight.laser.devices import device, device_keys, devices

PAGE = "docs/extending/device.md"


@pytest.mark.slow
def test_the_page_runs_from_outside_the_package_and_prints_what_it_says(page, tmp_path):
    page(PAGE).run(tmp_path)
    assert "glass-1540" not in device_keys()


def test_the_table_of_the_page_names_every_setting_with_its_units(page):
    rows = re.findall(r"^\| `(\w+)` \| ([^|]+) \|", page(PAGE).text, re.M)
    assert {name: tuple(units.split(", ")) for name, units in rows} == {
        name: one.units for name, one in NUMBERS.items()
    }


def test_in_the_folder_of_devices_the_one_file_is_a_device_that_ships(page, tmp_path, monkeypatch):
    for room in ("devices", "laser", "tissue"):
        shutil.copytree(Path(str(files("porelight.data").joinpath(room))), tmp_path / room)
    page(PAGE).write_files(tmp_path / "devices")
    (tmp_path / "devices" / "course.toml").unlink()
    caches = (library.data_files, library.document, library.table, device_keys, devices)
    with monkeypatch.context() as patch:
        patch.setattr(library, "_ROOT", tmp_path)
        for one in caches:
            one.cache_clear()
        try:
            assert list(devices()) == ["glass-1540", "laser-genesis", "pearl"]
            assert device("glass-1540").exposure().n_pulses == 25
        finally:
            for one in caches:
                one.cache_clear()
    assert "glass-1540" not in devices()
