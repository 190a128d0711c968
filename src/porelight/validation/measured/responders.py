"""V12: the share of people who got better in a published trial, beside that of a forecast.

Nothing is tuned to it. The trial counts people by an observer's scale; its cut-off is taken as a
fall of the area of visible pores (`moderate_improvement`), which is an assumption.
"""

import math

from porelight.course.course import Course
from porelight.course.statistics import ShareOfPeople
from porelight.data.library import parameter
from porelight.laser.devices import laser_genesis
from porelight.tissue.skin import Skin
from porelight.validation.case import CaseResult

_DRAWS = 400
_DAY = 140.0  # week 20 after the first session
_PATIENTS = 24  # who were counted: 41.7 % are 10 of them
_NORMAL = 1.645  # standard deviations in half of a 90 % interval


def cases(seed: int = 1) -> list[CaseResult]:
    """Compare five fortnightly sessions on aged skin with Yim et al. 2019.

    Parameters
    ----------
    seed : int
        Seed of photons and draws.

    Returns
    -------
    list of CaseResult
        The share as light makes it, and with what observers see on a side that gets no light. The
        standard error of what is found is what nobody knows and the number of draws, that of the
        trial its few people.
    """
    improved = parameter("tissue", "published", "pores_moderate_share")
    cut_off = parameter("tissue", "published", "moderate_improvement")
    sham = parameter("tissue", "trials", "sham_improved_share")
    sessions = [laser_genesis().on_day(14.0 * i) for i in range(5)]
    outcome = Course(Skin.typical("cheek", 3, 64.0), sessions).simulate(
        draws=_DRAWS, members=8, photons=5000, seed=seed, last_day=_DAY
    )
    light = outcome.share_below("area_fraction", -cut_off.value, _DAY)
    expected = improved.value
    error = math.sqrt(expected * (1.0 - expected) / _PATIENTS)

    def case(quantity: str, found: float, share: ShareOfPeople) -> CaseResult:
        return CaseResult(
            key="V12",
            title="people at least moderately better",
            quantity=quantity,
            unit="1",
            expected=expected,
            found=found,
            standard_error=math.hypot(
                (share.high - share.low) / (2.0 * _NORMAL),
                math.sqrt(share.chance * (1.0 - share.chance) / _DRAWS) or 1.0 / _DRAWS,
            ),
            tolerance=0.0,
            source=improved.source,
            expected_error=error,
            kind="validation",
            specimen="living skin",
            experiment="Yim 2019",
            differs="an observer's scale, whose cut-off is taken as a fall of the visible area",
        )

    fall = f"pore area down by more than {100.0 * cut_off.value:.0f} % at week 20"
    either = 1.0 - (1.0 - light.chance) * (1.0 - sham.value)
    return [
        case(fall, light.chance, light),
        case(f"{fall}, or better without light", either, light),
    ]
