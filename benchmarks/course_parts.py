"""Time of single steps of a course: injury, plexus and collagen, each against its target.

They are called for every place of every member, or for every draw, so that they decide how long a
plan takes.
"""

import time
from collections.abc import Callable

import numpy as np

from porelight.course.draws import physics_members
from porelight.healing.collagen import CollagenKinetics, remodelling
from porelight.injury.field import InjuryParameters, injury_field
from porelight.laser.devices import laser_genesis
from porelight.session.ensemble import PhysicsEnsemble
from porelight.tissue.skin import Skin

DAY = 86400.0  # s
REPEATS = 5


def fastest(step: Callable[[], object]) -> float:
    """Return the seconds of the fastest of a few calls; the first one may compile."""
    spent = []
    for _ in range(REPEATS):
        begin = time.perf_counter()
        step()
        spent.append(time.perf_counter() - begin)
    return min(spent)


def injury() -> float:
    """Return the seconds of the injury at 200 places after 3,000 times."""
    times = np.linspace(0.0, 600.0, 3000)
    history = 310.0 + 9.0 * np.abs(np.sin(times))[:, None, None] * np.ones((1, 10, 20))
    typical = InjuryParameters.typical()
    return fastest(lambda: injury_field(times, history, typical))


def plexus() -> float:
    """Return the seconds of the vessels in all places of a session of Laser Genesis."""
    exposure = laser_genesis()
    skin = Skin.typical("cheek", 3, 35.0, oiliness="oily")
    delivered = PhysicsEnsemble(skin, physics_members(1, 1), 5000, 1).delivered(exposure)
    response, rise = delivered.response, delivered.per_joule
    temperature = response.resting + exposure.pulse_energy * rise.rise[0]
    one_place = fastest(
        lambda: response.plexus.coagulated(
            rise.times[0],
            temperature,
            rise.path,
            rise.places[0],
            exposure.pulse_energy,
            response.resting,
            {},
        )
    )
    return one_place * len(rise.times)


def collagen() -> float:
    """Return the seconds of a year of collagen after five sessions, in 1,000 draws."""
    rng = np.random.default_rng(0)
    drawn = CollagenKinetics.from_values({"signal_time": rng.uniform(7.0, 25.0, 1000) * DAY})
    dose, burnt = rng.uniform(0.3, 2.0, (5, 1000, 16)), rng.uniform(0.0, 0.08, (5, 1000, 16))
    weeks, sessions = np.linspace(0.0, 365.0, 53) * DAY, np.arange(5) * 14.0 * DAY
    return fastest(lambda: remodelling(weeks, sessions, dose, burnt, drawn))


if __name__ == "__main__":
    for name, step, target in (
        ("injury at 200 places after 3,000 times", injury, 1.0),
        ("plexus in all places of a session", plexus, 0.05),
        ("collagen over a year in 1,000 draws", collagen, 2.0),
    ):
        spent = step()
        print(f"{name}: {spent:.3f} s; the target is {target:g} s")
