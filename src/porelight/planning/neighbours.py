"""What a course would do to skin one type off: nobody reads a type to better than one."""

from collections.abc import Sequence
from dataclasses import replace

from porelight.course.laws import Laws
from porelight.course.outcome_variables import OutcomeVariable
from porelight.course.settings import EnsembleSettings
from porelight.course.simulation import begin
from porelight.course.state import CourseState
from porelight.course.treatment import physics_ensemble
from porelight.course.value_text import chance
from porelight.laser.device import Device
from porelight.planning.judged import JudgedSession, candidate
from porelight.planning.limits import binding, session_checks
from porelight.planning.plan import Candidate
from porelight.session.ensemble import PhysicsEnsemble
from porelight.tissue.person import roman
from porelight.tissue.skin import Skin

_LIGHTEST, _DARKEST = 1, 6


class Neighbours:
    """The same person with skin one type lighter and one darker.

    Skin whose optics were measured on the person has none: its type decides nothing but what a
    device may treat.

    Parameters
    ----------
    skin : Skin
        The skin that is planned for.
    devices : sequence of Device
        Devices at hand.
    settings, aim, laws
        Those of the plan.
    """

    def __init__(
        self,
        skin: Skin,
        devices: Sequence[Device],
        settings: EnsembleSettings,
        aim: OutcomeVariable,
        laws: Laws,
    ) -> None:
        self._devices = {one.key: one for one in devices}
        self._settings, self._aim, self._laws = settings, aim, laws
        self._skins: list[tuple[Skin, PhysicsEnsemble, CourseState]] = []
        types = () if skin.optics is not None else (skin.fitzpatrick - 1, skin.fitzpatrick + 1)
        for one in types:
            if _LIGHTEST <= one <= _DARKEST:
                other = Skin.typical(
                    skin.zone, one, skin.age, skin.sex, skin.oiliness, pores=skin.pores
                )
                physics = physics_ensemble(other, settings, laws)
                self._skins.append((other, physics, begin(other, settings, laws=laws)))

    def asked(self, course: Candidate) -> Candidate:
        """Return a course with what it would do to the neighbours."""
        lines, robust = [], True
        for skin, physics, start in self._skins:
            refusal, words = self._judged(course, skin, physics, start)
            lines.append(f"on type {roman(skin.fitzpatrick)} {words}")
            robust = robust and not refusal
        return replace(course, neighbours=tuple(lines), robust=robust)

    def _judged(
        self, course: Candidate, skin: Skin, physics: PhysicsEnsemble, start: CourseState
    ) -> tuple[bool, str]:
        steps = []
        for session in course.sessions:
            exposure = session.exposure
            device = self._devices[exposure.device]
            breaches = device.breaches(exposure, skin.fitzpatrick)
            if breaches:
                return True, f"it would be refused ({breaches[0].rstrip('.')})"
            results = physics.treat(exposure)
            checks = session_checks(skin, exposure, results, self._settings)
            steps.append((session.day, JudgedSession(device, exposure, checks, results)))
        found = candidate(skin, course.label, tuple(steps), self._aim, start, self._laws)
        failed = [one for one in found.checks if not one.passed]
        if failed:
            return True, f"it would be refused ({binding(failed).reason})"
        return False, (
            f"it keeps every limit ({100 * found.benefit.median:+.1f} %, "
            f"{chance(found.better.chance)} better, {chance(found.hurt.chance)} hurt)"
        )
