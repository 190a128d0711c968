"""The page about a device of one's own holds: its files are read, its code prints what it says."""

import re
import shutil
from importlib.resources import files
from pathlib import Path

import pytest

from porelight.data import library
from porelight.laser.device_file import SETTING_UNITS
from porelight.laser.devices import device, device_keys, devices

PAGE = Path(__file__).parents[2] / "docs" / "extending" / "device.md"


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE.read_text("utf-8"), re.M | re.S)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Return a folder outside the package with the files of the page, by their first line."""
    monkeypatch.chdir(tmp_path)
    for text in blocks("toml"):
        name = text.splitlines()[0].removeprefix("# ")
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.mark.slow
def test_the_page_runs_from_outside_the_package_and_prints_what_it_says(folder, capsys):
    names: dict[str, object] = {}
    for block in blocks("python"):
        exec(block, names)  # noqa: S102
    assert capsys.readouterr().out == "".join(blocks("text"))
    assert "glass-1540" not in device_keys()


def test_the_table_of_the_page_names_every_setting_with_its_units():
    rows = re.findall(r"^\| `(\w+)` \| ([^|]+) \|", PAGE.read_text("utf-8"), re.M)
    assert {name: tuple(units.split(", ")) for name, units in rows} == dict(SETTING_UNITS)


def test_in_the_folder_of_devices_the_one_file_is_a_device_that_ships(folder, monkeypatch):
    data = folder / "data"
    for room in ("devices", "laser", "tissue"):
        shutil.copytree(Path(str(files("porelight.data").joinpath(room))), data / room)
    shutil.copy(folder / "glass-1540.toml", data / "devices")
    caches = (library.data_files, library.document, library.table, device_keys, devices)
    with monkeypatch.context() as patch:
        patch.setattr(library, "_ROOT", data)
        for one in caches:
            one.cache_clear()
        try:
            assert list(devices()) == ["glass-1540", "laser-genesis", "pearl"]
            assert device("glass-1540").exposure().n_pulses == 25
        finally:
            for one in caches:
                one.cache_clear()
    assert "glass-1540" not in devices()
