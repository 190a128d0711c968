"""The search for courses of the devices at hand that keep the limits, ranked by whom they help.

No treatment is one of them, and wins where no course helps more people than it harms. First comes
a grid: a doctor sees all neighbouring settings and why some are refused. Then, if asked, a search
of what lies between and beyond (`planning.beyond_grid`), which begins with the grid.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from porelight.course.laws import OWN_LAWS, Laws
from porelight.course.outcome_registry import goal_variable
from porelight.course.settings import EnsembleSettings
from porelight.course.simulation import begin
from porelight.course.treatment import physics_ensemble
from porelight.errors import ParameterError
from porelight.laser.device import Device
from porelight.laser.devices import device as device_of
from porelight.laser.devices import devices as shipped_devices
from porelight.planning.beyond_grid import beyond_grid, proposed
from porelight.planning.fresh_draws import FreshDraws
from porelight.planning.judged import JudgedSession, Steps, candidate, untreated, words_of
from porelight.planning.limits import binding, session_checks
from porelight.planning.neighbours import Neighbours
from porelight.planning.plan import Plan, Refusal, Searched, best_first
from porelight.progress import Progress
from porelight.quantities import WholeQuantity
from porelight.session.ensemble import PhysicsEnsemble
from porelight.tissue.skin import Skin
from porelight.units import J_per_cm2, to_celsius

# many courses are compared, so each is simulated with fewer draws than one alone; with thirteen
# members a chance of 1 % needs 2.8 standard deviations of room, with seven it would need 3.4
N_SETTINGS = WholeQuantity(
    "n_settings", 0, 1_000_000, "courses that a search tries; 0 for the grids alone"
)
PLANNED_WITH = EnsembleSettings(draws=100, members=13, photons=20_000)


_GRID_SHARE = 0.3  # of the work, where there is a search


def propose(
    skin: Skin,
    *,
    goal: str = "pore-area",
    devices: Sequence[str | Device] | None = None,
    settings: EnsembleSettings = PLANNED_WITH,
    laws: Laws = OWN_LAWS,
    n_settings: int = 0,
    progress: Progress | None = None,
) -> Plan:
    """Return all courses of the devices' grids that keep the limits of this skin, best first.

    Parameters
    ----------
    skin : Skin
        The skin that is treated.
    goal : str
        Outcome to improve; see `porelight.course.outcome_registry.goals` for the names.
    devices : sequence of str or Device, optional
        Devices at hand: keys of those that ship with porelight, or your own. All that ship when
        left out. What is tried on each is its `Device.plan`.
    settings : EnsembleSettings
        Draws of the biology per course, members of the physics that chances are taken from,
        photons per member and beam, perfusion. The same seed gives the same plan.
    laws : Laws
        Laws of injury, healing, sessions and outcomes; porelight's own when left out.
    n_settings : int
        Courses to try beyond the grid; 0 for the grid alone.
    progress : callable, optional
        Called with the share of the work done, 0 to 1.

    Returns
    -------
    Plan
        Never contains a course that fails a check, and always no treatment.

    Raises
    ------
    ParameterError
        If the goal or a device is unknown, or none or two of one name are given.
    """
    aim = goal_variable(goal, [one.variable for one in laws.outcomes])
    at_hand = _at_hand(tuple(shipped_devices().values()) if devices is None else devices)
    n_settings = N_SETTINGS.require(n_settings)
    whole = _GRID_SHARE if n_settings else 1.0  # share of the work that is the grid's

    def grid_progress(share: float) -> None:
        _report_progress(progress, whole * share)

    physics = physics_ensemble(skin, settings, laws)
    safe, refused = _judged(skin, at_hand, physics, settings, grid_progress)
    courses = _courses(at_hand, safe)
    start = begin(skin, settings, laws=laws)
    candidates = [untreated(skin, aim, start, laws)]
    try:
        for number, (label, steps) in enumerate(courses, start=1):
            one = candidate(skin, label, steps, aim, start, laws)
            failed = [check for check in one.checks if not check.passed]
            if failed:
                refused.append(Refusal(label, binding(failed).reason))
            else:
                candidates.append(one)
            _report_progress(progress, whole * (0.8 + 0.2 * number / len(courses)))
        _report_progress(progress, whole)
    except KeyboardInterrupt:
        # the courses that were followed are a plan; without one there is nothing to keep
        if len(candidates) == 1:
            raise
        n_settings = 0
    n_courses = len(courses) - sum(one.setting in dict(courses) for one in refused)
    ranked, searched = best_first(candidates), None
    if n_settings:
        try:
            found = beyond_grid(
                skin,
                [
                    (label, steps)
                    for label, steps in courses
                    if label in {c.label for c in candidates}
                ],
                devices=at_hand,
                physics=physics,
                start=start,
                aim=aim,
                laws=laws,
                n_settings=n_settings,
                progress=lambda share: _report_progress(progress, whole + (0.95 - whole) * share),
            )
            refused += found.refused
            n_courses += len(found.candidates)
            searched = found.searched
            candidates += found.candidates
            ranked = best_first(candidates)
            ranked, not_borne_out = proposed(
                candidates,
                FreshDraws(skin, physics, settings, laws),
                Neighbours(skin, at_hand, settings, aim, laws),
            )
            refused += not_borne_out
            n_courses -= len(not_borne_out)
        except KeyboardInterrupt:
            # the grid is a plan
            searched = searched or Searched(n_settings, 0, 0, (), (), (), interrupted=True)
        _report_progress(progress, 1.0)
    return Plan(
        skin, aim, ranked, tuple(refused), settings.seed, n_courses, settings.members, searched
    )


def _at_hand(given: Sequence[str | Device]) -> tuple[Device, ...]:
    """Return the devices that are meant, each once."""
    found: dict[str, Device] = {}
    for one in map(device_of, given):
        if found.setdefault(one.key, one) != one:
            raise ParameterError(
                f"two different devices are called {one.key!r}; give each a key of its own."
            )
    if not found:
        raise ParameterError("no device is given; name at least one, or leave devices out for all.")
    return tuple(found.values())


def _judged(
    skin: Skin,
    at_hand: Sequence[Device],
    physics: PhysicsEnsemble,
    settings: EnsembleSettings,
    progress: Progress | None,
) -> tuple[dict[str, list[JudgedSession]], list[Refusal]]:
    """Return the sessions of each device that keep the limits, by its key, and all refusals."""
    options = [(device, one) for device in at_hand for one in device.plan_exposures()]
    refused: list[Refusal] = []
    tried: list[JudgedSession] = []
    for done, (device, exposure) in enumerate(options, start=1):
        breaches = device.breaches(exposure, skin.fitzpatrick)
        if breaches:
            refused.append(Refusal(words_of(device, exposure), breaches[0]))
        else:
            results = physics.treat(exposure)
            checks = session_checks(skin, exposure, results, settings)
            tried.append(JudgedSession(device, exposure, checks, results))
        _report_progress(progress, 0.8 * done / len(options))
    safe: dict[str, list[JudgedSession]] = {device.key: [] for device in at_hand}
    for one in tried:
        one = replace(one, oddity=_oddity(one, tried))  # noqa: PLW2901  the same, explained
        failed = [check for check in one.checks if not check.passed]
        if failed:
            reason = "; ".join(text for text in (binding(failed).reason, one.oddity) if text)
            refused.append(Refusal(one.words, reason))
        else:
            safe[one.device.key].append(one)
    return safe, refused


def _oddity(one: JudgedSession, tried: Sequence[JudgedSession]) -> str:
    """Return why a setting is hotter than a stronger one, or that its stop ends the session."""
    exposure = one.exposure
    stronger = [
        other
        for other in tried
        if other.device == one.device
        and other.exposure.n_pulses == exposure.n_pulses
        and other.exposure.radiant_exposure > exposure.radiant_exposure
        and other.felt < one.felt
        and other.pulses < one.pulses
    ]
    if stronger:
        cooler = min(stronger, key=lambda other: other.felt)
        return (
            f"hotter than {cooler.exposure.radiant_exposure / J_per_cm2:g} J/cm2, which its stop "
            f"at {to_celsius(exposure.stop_at_surface):.0f} degC ends after {cooler.pulses:.0f} of "
            f"{exposure.n_pulses} pulses"
        )
    if one.pulses < exposure.n_pulses:
        return (
            f"its stop at {to_celsius(exposure.stop_at_surface):.0f} degC ends it after "
            f"{one.pulses:.0f} of {exposure.n_pulses} pulses"
        )
    return ""


def _report_progress(progress: Progress | None, fraction: float) -> None:
    if progress is not None:
        progress(fraction)


def _courses(
    at_hand: Sequence[Device], safe: Mapping[str, Sequence[JudgedSession]]
) -> list[tuple[str, Steps]]:
    """Return every course, with its label: each device alone, then their combinations.

    In a combination one session of a device that goes first is followed, after its own interval, by
    the course of a device that goes after (`PlanGrid.in_combination`). The strongest safe setting
    of each is taken, the one of the most energy: what is combined has passed alone, and the
    epidermis that a first device removed has been whole for weeks when the other begins.
    """
    courses: list[tuple[str, Steps]] = []
    for device in at_hand:
        for one in safe[device.key]:
            for n in device.plan.sessions:
                steps = tuple((device.plan.interval * i, one) for i in range(n))
                courses.append((f"{n} x {one.words}", steps))
    strongest = {
        key: max(found, key=lambda one: one.exposure.total_energy)
        for key, found in safe.items()
        if found
    }
    for opening in strongest.values():
        for then in strongest.values():
            if (opening.device.plan.in_combination, then.device.plan.in_combination) == (
                "first",
                "after",
            ):
                courses += _combined(opening, then)
    return courses


def _combined(opening: JudgedSession, then: JudgedSession) -> list[tuple[str, Steps]]:
    """Return one session of a device followed by every number of sessions of another."""
    start, interval = opening.device.plan.interval, then.device.plan.interval
    return [
        (
            f"1 x {opening.words}, then {n} x {then.words}",
            ((0.0, opening), *((start + interval * i, then) for i in range(n))),
        )
        for n in then.device.plan.sessions
    ]
