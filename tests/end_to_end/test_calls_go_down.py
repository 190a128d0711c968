"""A forecast followed call by call: no room ever calls one that stands above it.

What the imports promise (import-linter) a function that is handed down could still break, so the
calls themselves are watched while a course is simulated, from the workflow to the last array.
"""

import sys
import threading
import tomllib
from pathlib import Path

import pytest

from porelight.course.course import Course
from porelight.course.settings import EnsembleSettings
from porelight.laser.devices import laser_genesis, pearl
from porelight.tissue.skin import Skin
from porelight.workflows.forecast import forecast

ROOT = Path(__file__).parents[2]


def floors():
    """Return for each room or module the number of its layer, counted from the bottom."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (layered,) = (
        contract
        for contract in project["tool"]["importlinter"]["contracts"]
        if contract["type"] == "layers"
    )
    return {
        room.strip(): floor
        for floor, line in enumerate(reversed(layered["layers"]))
        for room in line.replace("|", ":").split(":")
    }


class _Climbs:
    """A profiler that notes every call, and those from a lower room into a higher one."""

    def __init__(self):
        self.floors = floors()
        self.calls = set()
        self.upward = set()

    def _room(self, frame):
        name = frame.f_globals.get("__name__", "")
        return name.split(".")[1] if name.startswith("porelight.") else None

    def __call__(self, frame, event, _):
        """Note one event of the interpreter."""
        # a table of numbers is read into the class that its owner hands over
        if event != "call" or frame.f_code.co_name in {"__init__", "__post_init__"}:
            return
        if (callee := self._room(frame)) is None:
            return
        caller = frame.f_back
        while caller is not None and self._room(caller) is None:
            caller = caller.f_back
        if caller is None or (above := self._room(caller)) is None:
            return
        self.calls.add((above, callee))
        if self.floors[above] < self.floors[callee]:
            self.upward.add(
                f"{caller.f_globals['__name__']}.{caller.f_code.co_name} calls "
                f"{frame.f_globals['__name__']}.{frame.f_code.co_name}"
            )


@pytest.mark.slow
def test_a_forecast_never_climbs_back():
    skin = Skin.typical(zone="cheek", fitzpatrick=2, age=40.0)
    sessions = [laser_genesis(n_pulses=2000).on_day(0), pearl().on_day(28)]
    settings = EnsembleSettings(draws=8, members=1, photons=2000)
    climbs = _Climbs()
    threading.setprofile(climbs)
    sys.setprofile(climbs)
    try:
        forecast(Course(skin, sessions), settings)
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    assert climbs.upward == set()
    assert {("workflows", "course"), ("course", "session"), ("session", "heat")} <= climbs.calls
