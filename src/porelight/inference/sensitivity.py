r"""Which of the uncertain numbers matter for an outcome: first- and total-order sensitivities.

With Y the relative change of an outcome and each uncertain parameter drawn from its prior, the
total-order index of a parameter is the share of the variance of Y that would be left if all the
others were known [1]_ [2]_; what is near 0 could as well be fixed. Variance is that of the ranks of
Y: a few draws in which a clamped pore gapes would otherwise carry nearly all of it [4]_. The
physics of the sessions enters as one factor: which member of the ensemble treated the draw. So does
what a photograph leaves open of measured pores.

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

import math
from dataclasses import dataclass, replace

import numpy as np

from porelight.brief import table_html
from porelight.course.course import Course
from porelight.course.draws import BIOLOGY
from porelight.course.healing_weeks import POPULATION_DRAWS
from porelight.course.laws import OWN_LAWS, Laws
from porelight.course.outcome_registry import outcome_variables
from porelight.course.outcome_variables import OutcomeVariable
from porelight.course.settings import EnsembleSettings
from porelight.course.simulation import Results, advance, begin
from porelight.course.treatment import treated
from porelight.data.priors import uncertain
from porelight.errors import ParameterError
from porelight.progress import Progress
from porelight.quantities import Floats, WholeQuantity
from porelight.tissue.skin import Skin

N_POINTS = WholeQuantity("n_base", 2, 4096, "points of the design, a power of 2")
PHYSICS_FACTOR = "physics of the sessions"
POPULATION_FACTOR = "pores as measured"
_SHOWN = 6  # factors in a printed result
_BATCH = 1000  # draws followed at once: more would fill the memory


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Sensitivity:
    """Sensitivities of one outcome on one day, factors with the largest total order first.

    Attributes
    ----------
    name : str
        Name of the outcome.
    day : float
        Day on which it was taken [d].
    factors : tuple of str
        Library names of the parameters, `POPULATION_FACTOR` and `PHYSICS_FACTOR`.
    evidence : tuple of str
        How each is known: the flag of its number; "seen" for pores measured in a photograph, and
        "many" for the physics, which is many numbers at once.
    first_order, total_order : ndarray of float64, shape (n_factor,)
        Shares of the variance of the ranks [-].
    first_error, total_error : ndarray of float64, shape (n_factor,)
        Half-widths of their 95 % confidence intervals, from resampling [-].
    change : ndarray of float64, shape (n_run,)
        Relative change of the outcome in every run [-].
    seed : int
        Seed of the design and of the physics.
    """

    name: str
    day: float
    factors: tuple[str, ...]
    evidence: tuple[str, ...]
    first_order: Floats
    first_error: Floats
    total_order: Floats
    total_error: Floats
    change: Floats
    seed: int = 1

    def __repr__(self) -> str:
        lines = [self._heading, *(f"  {name}: {share}" for name, share in self._largest(_SHOWN))]
        more = len(self.factors) - _SHOWN
        return "\n".join([*lines, *([f"  and {more} more in .factors"] if more > 0 else [])])

    def _repr_html_(self) -> str:
        """Return a table for notebooks."""
        return table_html(
            self._heading, ("unknown", "share of the variance"), self._largest(2 * _SHOWN)
        )

    @property
    def _heading(self) -> str:
        return (
            f"{self.name} on day {self.day:g}: share of the variance that each unknown is "
            "responsible for, alone and with others (total order, 95 % interval)"
        )

    def _largest(self, n: int) -> list[tuple[str, str]]:
        each = zip(self.factors, self.total_order, self.total_error, strict=True)
        return [(name, f"{share:.2f} ± {error:.2f}") for name, share, error in each][:n]


def sensitivity(  # noqa: PLR0913  each is a choice of the user
    course: Course,
    name: str,
    day: float,
    settings: EnsembleSettings,
    *,
    n_base: int = 64,
    results: Results | None = None,
    laws: Laws = OWN_LAWS,
    progress: Progress | None = None,
) -> Sensitivity:
    """Return how much of an outcome's variance each uncertain parameter is responsible for.

    Parameters
    ----------
    course : Course
        Skin, sessions and care.
    name : str
        An outcome over draws and days, by name, label or goal.
    day : float
        Day on which the outcome is taken, after 0 [d].
    settings : EnsembleSettings
        Members and photons of the physics, its perfusion, and the seed; the number of draws follows
        from the design.
    n_base : int
        Points of the design, a power of 2. The weeks are followed `n_base` x (factors + 2) times,
        about 3,500 for 64; confidence intervals shrink with its root.
    results : sequence of sequence of SessionResult, optional
        Results of each session, one per member, if they are known already.
    laws : Laws
        porelight's own when left out.
    progress : callable, optional
        Called with the share of the work done, 0 to 1.

    Returns
    -------
    Sensitivity
        For every uncertain parameter of the rooms that the outcome depends on, for the physics of
        the sessions, and for what a photograph leaves open of measured pores.

    Raises
    ------
    ParameterError
        If the outcome is not a history, the day is not after 0, or nothing varies.
    """
    variable = _question(name, day, n_base, laws)
    # both take a second to load, and nothing else needs them
    from SALib.analyze import sobol as analysis  # noqa: PLC0415
    from SALib.sample import sobol as design  # noqa: PLC0415

    # a session on that day or later changes nothing on it
    acting = [one for one in course.sessions if one.day < day]
    if results is None:
        course = replace(course, sessions=acting)
        results = treated(
            course.skin, acting, settings, laws=laws, progress=_shared(progress, 0.0, 0.5)
        )
    files = [one for one in BIOLOGY if one != "effects" or variable.name in laws.effects]
    parameters = uncertain(files)
    n_member = len(results[0]) if results else 1
    n_possible = course.skin.pores.diameter_factor.size
    factors = [one.name for one in parameters]
    factors += [POPULATION_FACTOR] * (n_possible > 1) + [PHYSICS_FACTOR] * (n_member > 1)
    problem = {
        "num_vars": len(factors),
        "names": factors,
        "bounds": [[0.0, 1.0]] * len(factors),
    }
    points = design.sample(problem, n_base, calc_second_order=False, seed=settings.seed)
    # the quantile functions of the priors take open probabilities
    points = np.clip(points, 1e-9, 1.0 - 1e-9)
    values = {one.name: one.quantile(points[:, i]) for i, one in enumerate(parameters)}
    if n_possible > 1:
        values |= _possible_pores(course.skin, points[:, factors.index(POPULATION_FACTOR)])
    member = np.floor(points[:, -1] * n_member).astype(np.int64) if n_member > 1 else None
    change = np.empty(len(points))
    weeks_done = _shared(progress, 0.5, 1.0)
    for first in range(0, len(points), _BATCH):
        some = slice(first, first + _BATCH)
        batch = {key: column[some] for key, column in values.items()}
        n = change[some].size
        start = begin(course.skin, replace(settings, draws=n, people=1), batch, laws)
        whose = np.zeros(n, dtype=np.int64) if member is None else member[some]
        then = advance(start, course, [day], results=results, member=whose, laws=laws)
        change[some] = then.outcome.changes(variable.name, day)
        weeks_done((first + n) / len(points))
    if np.ptp(change) == 0.0:
        raise ParameterError(
            f"{variable.name} is the same in every draw on day {day:g}: nothing to tell apart. "
            "Choose another outcome, or a course that changes it: more pulses or sessions."
        )
    from scipy.stats import rankdata  # noqa: PLC0415  pages that only show an index need none

    # runs that differ by rounding alone must share a rank
    ranks = rankdata(change.round(9)) / change.size
    indices = analysis.analyze(problem, ranks, calc_second_order=False, seed=settings.seed)
    order = np.argsort(-indices["ST"], kind="stable")
    flags: dict[str, str] = {one.name: one.flag for one in parameters}
    flags |= {POPULATION_FACTOR: "seen", PHYSICS_FACTOR: "many"}
    return Sensitivity(
        name=variable.name,
        day=day,
        factors=tuple(factors[i] for i in order),
        evidence=tuple(flags[factors[i]] for i in order),
        first_order=np.asarray(indices["S1"])[order],
        first_error=np.asarray(indices["S1_conf"])[order],
        total_order=np.asarray(indices["ST"])[order],
        total_error=np.asarray(indices["ST_conf"])[order],
        change=change,
        seed=settings.seed,
    )


def _shared(progress: Progress | None, begin: float, end: float) -> Progress:
    """Return a progress from 0 to 1 that tells a part of the whole."""

    def tell(share: float) -> None:
        if progress is not None:
            progress(begin + (end - begin) * min(1.0, share))

    return tell


def _possible_pores(skin: Skin, probability: Floats) -> dict[str, Floats]:
    """Return what is possible of the measured pores, in order of their area, by probability."""
    pores = skin.pores
    order = np.argsort(pores.density_factor * pores.diameter_factor**2, kind="stable")
    chosen = order[np.floor(probability * order.size).astype(np.intp)]
    factors = (pores.diameter_factor[chosen], pores.density_factor[chosen])
    return dict(zip(POPULATION_DRAWS, factors, strict=True))


def _question(name: str, day: float, n_base: int, laws: Laws) -> OutcomeVariable:
    known = (*outcome_variables().values(), *(one.variable for one in laws.outcomes))
    variable = next((one for one in known if one.is_history and one.is_called(name)), None)
    if variable is None:
        raise ParameterError(f"{name!r} is no outcome over draws and days; try 'area_fraction'.")
    if not 0.0 < day < math.inf:
        raise ParameterError(f"day is {day:g}; expected a day after 0.")
    whole = N_POINTS.require(n_base)
    if whole & (whole - 1):
        raise ParameterError(f"n_base is {whole}; expected a power of 2, such as 64.")
    return variable
