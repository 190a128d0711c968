"""Which unknown number matters most for a forecast."""

from porelight.course.course import Course
from porelight.course.laws import OWN_LAWS, Laws
from porelight.course.outcome import JUDGED_AFTER
from porelight.course.settings import USUAL_SETTINGS, EnsembleSettings
from porelight.inference.sensitivity import Sensitivity
from porelight.inference.sensitivity import sensitivity as sensitivity_of
from porelight.progress import Progress, unheard


def sensitivity(
    course: Course,
    outcome: str = "area_fraction",
    day: float | None = None,
    settings: EnsembleSettings = USUAL_SETTINGS,
    *,
    base: int = 64,
    laws: Laws = OWN_LAWS,
    progress: Progress = unheard,
) -> Sensitivity:
    """Tell which unknown number matters most for a forecast: total-order sensitivities.

    Parameters
    ----------
    course : Course
        Skin, sessions and care.
    outcome : str
        An outcome over the weeks, by name, label or goal.
    day : float, optional
        Day to judge on; twelve weeks after the last session when left out [d].
    settings : EnsembleSettings
        Members and photons of the physics, its perfusion, and the seed.
    base : int
        Points of the design, a power of 2; the weeks are followed some 50 times as often.
    laws : Laws
        porelight's own when left out.
    progress : callable
        Called with the share of the work done, 0 to 1.

    Raises
    ------
    ParameterError
        If the outcome is not a history, the day is not after 0, or nothing varies.
    """
    last = course.sessions[-1].day if course.sessions else 0.0
    judged = last + JUDGED_AFTER if day is None else day
    return sensitivity_of(
        course, outcome, judged, settings, n_base=base, laws=laws, progress=progress
    )
