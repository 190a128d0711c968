"""Does learning from a person keep its promise? 200 virtual persons, known truth, noisy cameras.

Each person is a draw from the same priors, seen by the camera at a baseline and at follow-ups. The
90 % interval of the forecast should hold the truth for 85 to 95 % of them, and its error fall with
every visit. Prints one line per number of follow-ups.
"""

from dataclasses import dataclass

import numpy as np

from porelight.course import Course, physics_members
from porelight.errors import ConvergenceError
from porelight.laser.presets import laser_genesis
from porelight.learning import Visit, learned
from porelight.tissue.skin import Skin
from porelight.treatment import PhysicsEnsemble
from porelight.uncertainty import estimate, relative_change

VISITS = (28.0, 56.0, 84.0, 140.0)
TARGET = 238.0  # d, half a year after the last of five sessions
NAME = "mean_diameter"
DEVIATION = 0.02  # of a measured mean diameter


@dataclass(frozen=True)
class Row:
    """What the forecasts of all persons were worth after a number of follow-ups."""

    follow_ups: int
    coverage: float
    error: float  # root mean square of the median's error
    width: float  # mean width of the 90 % interval
    effective: float  # median effective sample size
    refused: int


def coverage(course, injuries, *, n_draws=4000, n_persons=200, seed=1):
    """Return one row per number of follow-ups, from none on."""
    days = (0.0, *VISITS, TARGET)
    ensemble = course.follow(injuries, draws=n_draws, seed=seed, days=days)
    persons = course.follow(injuries, draws=n_persons, seed=seed + 1, days=days)
    truth = relative_change(persons, NAME, TARGET)
    noise = np.random.default_rng(seed).normal(0.0, DEVIATION, (n_persons, len(VISITS) + 1))
    seen = persons[NAME].sel(day=[0.0, *VISITS]).to_numpy() * np.exp(noise)
    rows = []
    for n_visits in range(len(VISITS) + 1):
        hits, errors, widths, sizes, refused = [], [], [], [], 0
        for person in range(n_persons):
            forecast, size = estimate(relative_change(ensemble, NAME, TARGET)), float(n_draws)
            if n_visits:
                when = (0.0, *VISITS[:n_visits])
                visits = [
                    Visit(day, float(seen[person, i]), DEVIATION) for i, day in enumerate(when)
                ]
                try:
                    known = learned(ensemble, NAME, visits)
                except ConvergenceError:
                    refused += 1
                    continue
                forecast = known.forecast(ensemble, NAME, TARGET)
                size = known.effective_draws
            hits.append(forecast.low <= truth[person] <= forecast.high)
            errors.append(forecast.median - truth[person])
            widths.append(forecast.high - forecast.low)
            sizes.append(size)
        rows.append(
            Row(
                n_visits,
                float(np.mean(hits)),
                float(np.sqrt(np.mean(np.square(errors)))),
                float(np.mean(widths)),
                float(np.median(sizes)),
                refused,
            )
        )
    return rows


def main():
    """Print the table."""
    skin = Skin.typical("cheek", 3, 35.0, oiliness="oily")
    exposure = laser_genesis()
    ensemble = PhysicsEnsemble(skin, physics_members(8, 1), 20_000, 1)
    injuries = ensemble.treat(exposure)
    course = Course(skin, [exposure.on_day(14.0 * i) for i in range(5)])
    print("follow-ups  coverage  rms error  width  effective draws  refused")
    for row in coverage(course, [injuries] * 5):
        print(
            f"{row.follow_ups:10d}  {100 * row.coverage:6.1f} %  {100 * row.error:7.2f} %"
            f"  {100 * row.width:4.1f} %  {row.effective:15.0f}  {row.refused:7d}"
        )


if __name__ == "__main__":
    main()
