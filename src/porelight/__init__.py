"""porelight: from a photograph to a prediction and back.

The public names; each room loads when its first name is used, so that ``import porelight`` is
immediate.
"""

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

_HOME = {
    "Care": "porelight.course.course",
    "Course": "porelight.course.course",
    "Exposure": "porelight.laser.exposure",
    "Measurement": "porelight.photo.measure",
    "Photograph": "porelight.photo.photograph",
    "PorelightError": "porelight.errors",
    "PorePopulation": "porelight.tissue.population",
    "Session": "porelight.laser.exposure",
    "Skin": "porelight.tissue.skin",
    "laser_genesis": "porelight.laser.devices",
    "load_outcome": "porelight.files.outcomes",
    "measure": "porelight.photo.measure",
    "pearl": "porelight.laser.devices",
    "propose": "porelight.planning.search",
    "read_photo": "porelight.files.photographs",
    "save_outcome": "porelight.files.outcomes",
    "units": "porelight",
    "write_report": "porelight.report.page",
}

_ORIGINAL = {"read_photo": "read_photograph"}  # the short name for scripts

__all__ = [*sorted(_HOME), "__version__"]  # noqa: PLE0604  the names are strings

if TYPE_CHECKING:
    from porelight import units as units
    from porelight.course.course import Care as Care
    from porelight.course.course import Course as Course
    from porelight.errors import PorelightError as PorelightError
    from porelight.files.outcomes import load_outcome as load_outcome
    from porelight.files.outcomes import save_outcome as save_outcome
    from porelight.files.photographs import read_photograph
    from porelight.laser.devices import laser_genesis as laser_genesis
    from porelight.laser.devices import pearl as pearl
    from porelight.laser.exposure import Exposure as Exposure
    from porelight.laser.exposure import Session as Session
    from porelight.photo.measure import Measurement as Measurement
    from porelight.photo.measure import measure as measure
    from porelight.photo.photograph import Photograph as Photograph
    from porelight.planning.search import propose as propose
    from porelight.report.page import write_report as write_report
    from porelight.tissue.population import PorePopulation as PorePopulation
    from porelight.tissue.skin import Skin as Skin

    read_photo = read_photograph


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'porelight' has no attribute {name!r}")
    if name == "units":
        return import_module("porelight.units")
    return getattr(import_module(_HOME[name]), _ORIGINAL.get(name, name))


def __dir__() -> list[str]:
    return sorted(__all__)
