"""Time of the weeks: 1,000 draws of a five-session course with ten days of observation.

The target is 10 s on two cores. The sessions themselves are simulated before, with few photons.
"""

import time

import numpy as np

from porelight.course import Course, physics_members
from porelight.laser.presets import laser_genesis
from porelight.tissue.skin import Skin
from porelight.treatment import PhysicsEnsemble


def seconds(draws=1000):
    """Return the seconds that one follow-up of the whole ensemble takes."""
    skin = Skin.typical("cheek", 3, 40.0)
    exposure = laser_genesis()
    injuries = PhysicsEnsemble(skin, physics_members(2, 1), 5000, 1).treat(exposure)
    course = Course(skin, [exposure.on_day(14.0 * i) for i in range(5)])
    days = np.linspace(0.0, 238.0, 10)
    begin = time.perf_counter()
    course.follow([injuries] * 5, draws=draws, seed=1, days=days)
    return time.perf_counter() - begin


if __name__ == "__main__":
    print(f"{seconds():.1f} s; the target is 10 s on two cores")
