"""K1 for the whole chain: with the laser off nothing changes, from photons to pores."""

import numpy as np

from porelight.course.course import Course
from porelight.laser.devices import laser_genesis, pearl
from porelight.tissue.skin import Skin
from porelight.validation.case import CaseResult

_ROUNDING = 1e-12


def cases(seed: int = 1) -> list[CaseResult]:
    """Run a course of both devices at zero energy and return its largest change.

    Parameters
    ----------
    seed : int
        Seed of photons and draws.

    Returns
    -------
    list of CaseResult
        Largest change of any outcome over any draw and day, and the largest injury.
    """
    skin = Skin.typical("cheek", 3, 35.0, oiliness="oily")
    sessions = (
        laser_genesis(radiant_exposure=0.0, n_pulses=100).on_day(0),
        pearl(radiant_exposure=0.0).on_day(28),
    )
    outcome = Course(skin, sessions).simulate(
        draws=32, members=2, photons=2000, seed=seed, last_day=112.0
    )
    change = max(
        float(np.abs(history - history.isel(day=0)).max())
        for history in outcome.data_vars.values()
        if history.dims == ("draw", "day")
    )
    injury = max(
        float(outcome[name].max())
        for name in ("killed", "heat_shocked", "denatured", "coagulated", "ablated")
    )
    source = "definition: no light, no change"
    return [
        CaseResult("K1", "zero dose", "largest change", "1", 0.0, change, 0.0, _ROUNDING, source),
        CaseResult("K1", "zero dose", "largest injury", "1", 0.0, injury, 0.0, _ROUNDING, source),
    ]
