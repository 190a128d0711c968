"""What a virtual trial loses by following photons once for a type, and not for each subject.

    python benchmarks/trial_sharing.py

Four descriptions at the ends of a trial's ages, types and oiliness are treated on their own skins,
and on that of their type in the middle of the ages; the mean change of the logarithm is compared.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from dataclasses import replace
from itertools import product

import numpy as np

from porelight.course.course import Course
from porelight.course.draws import member_of
from porelight.course.settings import EnsembleSettings
from porelight.course.simulation import advance, begin
from porelight.course.treatment import treated
from porelight.laser.devices import laser_genesis, pearl
from porelight.tissue.skin import Skin

AGES, TYPES, OILINESS, DAY = (30.0, 50.0), (2, 5), ("dry", "oily"), 112.0
SETTINGS = EnsembleSettings(draws=240, people=4, members=9)


def main() -> None:
    """Print a line for each description."""
    sessions = (laser_genesis().on_day(0.0), pearl().on_day(28.0))
    middle = 0.5 * sum(AGES)
    worst = 0.0
    for fitzpatrick in TYPES:
        shared = treated(Skin.typical("cheek", fitzpatrick, middle), sessions, SETTINGS)
        for age, oiliness in product(AGES, OILINESS):
            if (age == AGES[0]) == (oiliness == OILINESS[0]):
                continue  # the two of each type that differ in both
            skin = Skin.typical("cheek", fitzpatrick, age, "female", oiliness)
            course = Course(skin, sessions)
            change = []
            for results in (treated(skin, sessions, SETTINGS), shared):
                state = advance(
                    begin(skin, replace(SETTINGS, seed=2)),
                    course,
                    [DAY],
                    results=results,
                    member=member_of(SETTINGS),
                )
                relative = np.maximum(state.outcome.changes("area_fraction", DAY), -0.99)
                change.append(float(np.log1p(relative).mean()))
            worst = max(worst, abs(change[1] - change[0]))
            print(
                f"type {fitzpatrick}, {age:g} years, {oiliness}: own {change[0]:+.4f}, shared "
                f"{change[1]:+.4f}, apart {change[1] - change[0]:+.4f}"
            )
    print(f"largest error of the mean change of the logarithm: {worst:.4f}")


if __name__ == "__main__":
    main()
