"""Courses held against the limits once more, with draws of the physics that chose nothing.

A search takes what looks best to its members, and thirteen members may happen to be cooler than
most skins: what is proposed must keep the limits among as many others, too.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

from porelight.course.laws import Laws
from porelight.course.settings import EnsembleSettings
from porelight.course.treatment import physics_ensemble
from porelight.planning.limits import DARKENED, LimitCheck, binding, hurt, session_checks
from porelight.planning.plan import Candidate, Refusal
from porelight.session.ensemble import PhysicsEnsemble, absorption_dominates
from porelight.tissue.skin import Skin

if TYPE_CHECKING:
    from porelight.course.statistics import ShareOfPeople

_OTHER_SEED = 7_919  # apart from the seeds of members, which follow on the plan's


class FreshDraws:
    """The same skin under as many other draws of the physics.

    Parameters
    ----------
    skin : Skin
        The skin that is planned for.
    physics : PhysicsEnsemble
        The members that the plan was made with.
    settings, laws
        Those of the plan.
    """

    def __init__(
        self, skin: Skin, physics: PhysicsEnsemble, settings: EnsembleSettings, laws: Laws
    ) -> None:
        self._skin, self._physics = skin, physics
        other = replace(settings, seed=settings.seed + _OTHER_SEED)
        self._fresh = physics_ensemble(skin, other, laws)
        # the first member is the typical skin of either
        self._both = replace(settings, members=2 * settings.members - 1)

    def asked(self, course: Candidate) -> Candidate | Refusal:
        """Return a course with chances over all members, or its refusal."""
        checks: list[LimitCheck] = []
        pain: list[ShareOfPeople] = []
        for exposure in dict.fromkeys(one.exposure for one in course.sessions):
            results = (*self._physics.treat(exposure), *self._fresh.treat(exposure)[1:])
            checks += session_checks(self._skin, exposure, results, self._both)
            if not absorption_dominates(self._skin, exposure.wavelength):
                pain.append(hurt(self._skin, results, self._both))
        failed = [one for one in checks if not one.passed]
        if failed:
            reason = (
                f"found good, refused with draws that had no part in it: {binding(failed).reason}"
            )
            return Refusal(course.label, reason)
        checks += [one for one in course.checks if one.limit == DARKENED]
        return replace(
            course,
            checks=tuple(checks),
            hurt=max(pain, key=lambda one: one.chance, default=course.hurt),
        )
