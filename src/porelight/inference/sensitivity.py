r"""Which of the uncertain numbers matter for an outcome: first- and total-order sensitivities.

With Y the relative change of an outcome and each uncertain parameter drawn from its prior, the
total-order index of a parameter is the share of the variance of Y that would be left if all the
others were known [1]_ [2]_; what is near 0 could as well be fixed. Variance is that of the ranks of
Y: a few draws in which a clamped pore gapes would otherwise carry nearly all of it [4]_. The
physics of the sessions enters as one factor: which member of the ensemble treated the draw.

References
----------
.. [1] I. M. Sobol', "Global sensitivity indices for nonlinear mathematical models and their Monte
   Carlo estimates," Math. Comput. Simul. 55, 271-280 (2001), doi:10.1016/S0378-4754(00)00270-6.
.. [2] A. Saltelli et al., "Variance based sensitivity analysis of model output," Comput. Phys.
   Commun. 181, 259-270 (2010), doi:10.1016/j.cpc.2009.09.018.
.. [3] T. Iwanaga, W. Usher, J. Herman, "Toward SALib 2.0," Socio-Environ. Syst. Model. 4, 18155
   (2022), doi:10.18174/sesmo.18155.
.. [4] A. Saltelli, I. M. Sobol', "About the use of rank transformation in sensitivity analysis of
   model output," Reliab. Eng. Syst. Saf. 50, 225-239 (1995), doi:10.1016/0951-8320(95)00099-2.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata

from porelight.course.course import BIOLOGY, Course
from porelight.course.healing_weeks import followed_weeks
from porelight.course.outcome import RELATIVE, VARIABLES
from porelight.data.priors import uncertain
from porelight.errors import ParameterError
from porelight.quantities import Floats
from porelight.session.result import SessionResult

PHYSICS_FACTOR = "physics of the sessions"
_BATCH = 1000  # draws followed at once: more would fill the memory


@dataclass(frozen=True, slots=True, eq=False)
class Sensitivity:
    """Sensitivities of one outcome on one day, factors with the largest total order first.

    Attributes
    ----------
    name : str
        Outcome.
    day : float
        [d].
    factors : tuple of str
        Library names of the parameters, and `PHYSICS_FACTOR`.
    first_order, total_order : ndarray of float64, shape (n_factor,)
        Shares of the variance of the ranks [-].
    first_error, total_error : ndarray of float64, shape (n_factor,)
        Half-widths of their 95 % confidence intervals, from resampling [-].
    change : ndarray of float64, shape (n_run,)
        Relative change of the outcome in every run [-].
    """

    name: str
    day: float
    factors: tuple[str, ...]
    first_order: Floats
    first_error: Floats
    total_order: Floats
    total_error: Floats
    change: Floats


def sensitivity(
    course: Course,
    injuries: Sequence[Sequence[SessionResult]],
    name: str,
    day: float,
    *,
    n_base: int = 64,
    seed: int = 1,
) -> Sensitivity:
    """Return how much of an outcome's variance each uncertain parameter is responsible for.

    Parameters
    ----------
    course : Course
        Whose sessions.
    injuries : sequence of sequence of SessionResult
        For each session of the course, one per member of the physics.
    name : str
        A variable over (draw, day).
    day : float
        When, after 0 [d].
    n_base : int
        Points of the design, a power of 2. The weeks are followed `n_base` x (factors + 2) times,
        about 3,500 for 64; confidence intervals shrink with its root.
    seed : int
        The same seed gives the same numbers.

    Returns
    -------
    Sensitivity
        For every uncertain parameter of the rooms that the outcome depends on.

    Raises
    ------
    ParameterError
        If the outcome is not a history, the day is not after 0, or nothing varies.
    """
    _require_question(name, day, n_base)
    # both take a second to load, and nothing else needs them
    from SALib.analyze import sobol as analysis  # noqa: PLC0415
    from SALib.sample import sobol as design  # noqa: PLC0415

    files = [one for one in BIOLOGY if one != "effects" or name in RELATIVE]
    parameters = uncertain(files)
    n_member = len(injuries[0]) if injuries else 1
    factors = [one.name for one in parameters] + [PHYSICS_FACTOR] * (n_member > 1)
    problem = {
        "num_vars": len(factors),
        "names": factors,
        "bounds": [[0.0, 1.0]] * len(factors),
    }
    points = design.sample(problem, n_base, calc_second_order=False, seed=seed)
    # the quantile functions of the priors take open probabilities
    points = np.clip(points, 1e-9, 1.0 - 1e-9)
    values = {one.name: one.quantile(points[:, i]) for i, one in enumerate(parameters)}
    member = np.floor(points[:, -1] * n_member).astype(np.int64)
    session_days = np.array([session.day for session in course.sessions])
    change = np.empty(len(points))
    for start in range(0, len(points), _BATCH):
        some = slice(start, start + _BATCH)
        history = followed_weeks(
            course.skin,
            session_days,
            course.care,
            injuries,
            {key: column[some] for key, column in values.items()},
            np.array([0.0, day]),
            member[some],
        )[name]
        later, first = history[:, 1], history[:, 0]
        if name in RELATIVE:
            change[some] = later
        else:
            # what is 0 at the start cannot change relative to it
            change[some] = (
                np.divide(later, first, out=np.ones_like(later), where=first != 0.0) - 1.0
            )
    if np.ptp(change) == 0.0:
        raise ParameterError(
            f"{name} is the same in every draw on day {day:g}: nothing to tell apart. Choose "
            "another outcome or a course with sessions."
        )
    # runs that differ by rounding alone must share a rank
    ranks = rankdata(change.round(9)) / change.size
    indices = analysis.analyze(problem, ranks, calc_second_order=False, seed=seed)
    order = np.argsort(-indices["ST"], kind="stable")
    return Sensitivity(
        name=name,
        day=day,
        factors=tuple(factors[i] for i in order),
        first_order=np.asarray(indices["S1"])[order],
        first_error=np.asarray(indices["S1_conf"])[order],
        total_order=np.asarray(indices["ST"])[order],
        total_error=np.asarray(indices["ST_conf"])[order],
        change=change,
    )


def course_sensitivity(
    course: Course,
    name: str,
    day: float,
    *,
    members: int = 8,
    photons: int = 100_000,
    n_base: int = 64,
    seed: int = 1,
) -> Sensitivity:
    """Return the sensitivities of an outcome of a course, its sessions simulated first.

    Parameters
    ----------
    course : Course
        Whose.
    name, day, n_base, seed
        See `sensitivity`.
    members, photons : int
        Of the physical ensemble, as for `Course.simulate`.
    """
    _require_question(name, day, n_base)
    injuries = course.treat(members=members, photons=photons, seed=seed)
    return sensitivity(course, injuries, name, day, n_base=n_base, seed=seed)


def _require_question(name: str, day: float, n_base: int) -> None:
    if name not in VARIABLES or VARIABLES[name].dims != ("draw", "day"):
        raise ParameterError(f"{name!r} is no outcome over draws and days; try 'area_fraction'.")
    if not day > 0.0:
        raise ParameterError(f"day is {day:g}; expected a day after 0.")
    if n_base < 2 or n_base & (n_base - 1):
        raise ParameterError(f"n_base is {n_base}; expected a power of 2, such as 64.")
