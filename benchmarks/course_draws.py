"""Time of the weeks: 1,000 draws of a five-session course with ten days of observation, and years.

The targets are 10 s on two cores, and 5 s for ten years of four habits. The sessions themselves are
simulated before, with few photons.
"""

import time

import numpy as np

from porelight.course.course import Course
from porelight.course.draws import physics_members
from porelight.course.settings import EnsembleSettings
from porelight.inference.what_if import what_if
from porelight.laser.devices import laser_genesis
from porelight.session.ensemble import PhysicsEnsemble
from porelight.tissue.skin import Skin


def seconds(draws=1000):
    """Return the seconds that one follow-up of the whole ensemble takes."""
    skin = Skin.typical("cheek", 3, 40.0)
    exposure = laser_genesis()
    injuries = PhysicsEnsemble(skin, physics_members(2, 1), 5000, 1).treat(exposure)
    course = Course(skin, [exposure.on_day(14.0 * i) for i in range(5)])
    days = np.linspace(0.0, 238.0, 10)
    begin = time.perf_counter()
    course.follow([injuries] * 5, EnsembleSettings(draws, 2, seed=1), days=days)
    return time.perf_counter() - begin


def seconds_of_years(draws=100):
    """Return the seconds that ten years without a laser take, under four habits."""
    begin = time.perf_counter()
    what_if(Skin.typical("cheek", 3, 35.0, oiliness="oily"), 10.0, draws=draws)
    return time.perf_counter() - begin


if __name__ == "__main__":
    print(f"five sessions: {seconds():.1f} s; the target is 10 s on two cores")
    print(f"ten years, four habits: {seconds_of_years():.1f} s; the target is 5 s")
