"""Does learning from a person keep its promise? 200 virtual persons, known truth, noisy cameras.

Each person is a draw from the same priors, seen by the camera at a baseline and at follow-ups. The
90 % interval of the forecast should hold the truth for 85 to 95 % of them, and its error fall with
every visit. Prints one line per number of follow-ups.
"""

from dataclasses import dataclass

import numpy as np

from porelight.course.course import Course
from porelight.course.draws import physics_members
from porelight.course.settings import EnsembleSettings
from porelight.course.statistics import estimate
from porelight.errors import ConvergenceError
from porelight.inference.reweighting import Visit, learned
from porelight.laser.devices import laser_genesis
from porelight.session.ensemble import PhysicsEnsemble
from porelight.tissue.skin import Skin

VISITS = (28.0, 56.0, 84.0, 140.0)
TARGET = 238.0  # d, half a year after the last of five sessions
NAME = "mean_diameter"
N_PERSONS = 200
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


def coverage(course, injuries, *, visits=VISITS, target=TARGET, n_draws=4000, seed=1):
    """Return one row per number of follow-ups, from none on.

    Errors and widths are over the persons who were never refused, so that rows can be compared.
    """
    days = (0.0, *visits, target)
    ensemble = course.follow(
        injuries, EnsembleSettings(n_draws, len(injuries[0]), seed=seed), days=days
    )
    persons = course.follow(
        injuries, EnsembleSettings(N_PERSONS, len(injuries[0]), seed=seed + 1), days=days
    )
    truth = persons.changes(NAME, target)
    prior = estimate(ensemble.changes(NAME, target))
    noise = np.random.default_rng(seed).normal(0.0, DEVIATION, (N_PERSONS, len(visits) + 1))
    seen = persons[NAME].sel(day=[0.0, *visits]).to_numpy() * np.exp(noise)
    # (follow-ups, person): low, median, high, effective draws; nan where refused
    told = np.full((len(visits) + 1, N_PERSONS, 4), np.nan)
    told[0] = prior.low, prior.median, prior.high, n_draws
    for number in range(1, len(visits) + 1):
        for person in range(N_PERSONS):
            when = zip((0.0, *visits[:number]), seen[person], strict=False)
            measured = [Visit(day, float(value), DEVIATION) for day, value in when]
            try:
                known = learned(ensemble, NAME, measured)
            except ConvergenceError:
                continue
            forecast = known.forecast(ensemble, NAME, target)
            told[number, person] = (
                *(forecast.low, forecast.median, forecast.high),
                known.effective_draws,
            )
    answered = ~np.isnan(told[:, :, 0])
    always = answered.all(axis=0)
    rows = []
    for number, (low, median, high, size) in enumerate(np.moveaxis(told, 2, 1)):
        one = answered[number]
        hit = (low[one] <= truth[one]) & (truth[one] <= high[one])
        rows.append(
            Row(
                number,
                float(hit.mean()),
                float(np.sqrt(np.mean((median - truth)[always] ** 2))),
                float(np.mean((high - low)[always])),
                float(np.median(size[one])),
                int((~one).sum()),
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
