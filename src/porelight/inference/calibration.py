r"""What published trials say about the uncertain numbers: a posterior by importance weights.

No trial reports the heat in the skin, so a device whose heat is not simulated has one number of its
own, the signal dose S of a session. One result calibrates: pore area after six sessions of
fractional 1440 nm [1]_ weighs draws of S and of the biology. Another only checks: after the dose of
fractional CO2 is set by the count after two sessions, the count twelve weeks after the third is
predicted and compared [2]_. It is made twice, with the signal of heat and with that of a wound, as
forecasts of ablation have it, which lasts as new collagen does after ablation [3]_.
Draws are of what nobody knows, as it is in the person in the middle, who stands for the mean
patient of a trial; how people differ about that person no trial publishes.

References
----------
.. [1] N. Saedi et al., "Evaluating facial pores and skin texture after low-energy nonablative
   fractional 1440-nm laser treatments," J. Am. Acad. Dermatol. 68, 113-118 (2013).
.. [2] Kwon et al., three monthly sessions of fractional CO2 for enlarged pores, Dermatol. Surg. 44,
   405-412 (2018), abstract.
.. [3] "Long-term histologic effects of the CO2 laser," Plast. Reconstr. Surg. 104, 2239-2244
   (1999), abstract.
"""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from porelight.course.healing_weeks import fine_times
from porelight.course.pore_remodelling import PoreDoses, pore_over_weeks
from porelight.data.library import Parameter, data_bytes, parameter
from porelight.data.priors import draws, typical_draws, uncertain
from porelight.errors import DataFileError, ParameterError
from porelight.inference.reweighting import Learned, reweighted, weighted_quantile
from porelight.quantities import Floats
from porelight.tissue.population import PorePopulation, observed_pores
from porelight.units import day

BIOLOGY_OF_PORES = ("healing", "mechanics")
DOSE = "session_stimulus"  # of fractional 1440 nm, the calibrated device
_BATCH = 1000  # draws followed at once: more would fill the memory

SAEDI_SESSIONS: Floats = np.asarray(np.arange(6) * 14.0, dtype=np.float64)  # d
SAEDI_DAY = 84.0  # d, two weeks after the sixth
KWON_SESSIONS: Floats = np.asarray(np.arange(3) * 28.0, dtype=np.float64)  # d
KWON_DAYS = np.array([56.0, 140.0])  # d, before the third session and twelve weeks after it


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """Draws in the light of the trial that calibrates, and what they say about the one that checks.

    Attributes
    ----------
    values : dict of ndarray of float64, shape (n_draw,)
        Library names, and the dose, to draws from the priors [SI].
    learned : Learned
        Weight of each draw, and the effective sample size.
    area : ndarray of float64, shape (n_draw,)
        Area over its start in the trial that calibrates, in each draw [-].
    area_before, area_after : ndarray of float64, shape (3,)
        Relative change of area in the trial that calibrates, by the priors and by the posterior:
        5, 50 and 95 % [-].
    check : ndarray of float64, shape (3,)
        Predicted relative change of the count in the trial that checks: 5, 50 and 95 % [-].
    check_lasting : ndarray of float64, shape (3,)
        The same with the signal of a wound, as forecasts of ablation have it [-].
    check_measured : float
        Published change of the trial that checks [-].
    """

    values: Mapping[str, Floats]
    learned: Learned
    area: Floats
    area_before: Floats
    area_after: Floats
    check: Floats
    check_lasting: Floats
    check_measured: float

    def sample(self, n: int, seed: int) -> dict[str, Floats]:
        """Return n equally weighted draws of the posterior (systematic resampling)."""
        if n < 1:
            raise ParameterError(f"n is {n}; expected 1 draw or more.")
        generator = np.random.default_rng(seed)
        places = (np.arange(n) + generator.random()) / n
        total = np.cumsum(self.learned.weights)
        chosen = np.searchsorted(total, places * total[-1], side="right")
        order = generator.permutation(n)
        return {name: column[chosen][order] for name, column in self.values.items()}


def calibrate(n_draws: int = 8000, seed: int = 1) -> Calibration:
    """Return the posterior of the biology and of the dose of a session.

    Parameters
    ----------
    n_draws : int
        Draws of the priors.
    seed : int
        The same seed gives the same numbers.

    Raises
    ------
    ConvergenceError
        If hardly any draw resembles the trial.
    """
    parameters = (*uncertain(BIOLOGY_OF_PORES), _trial(DOSE))
    values = typical_draws(parameters, n_draws, seed)
    pores = trial_pores()
    area = _seen(pores, SAEDI_SESSIONS, values[DOSE], values, np.array([SAEDI_DAY]))[0]
    posterior = reweighted(saedi_change(), np.log(area), np.array([[saedi_deviation() ** 2]]))
    interval = np.array([0.05, 0.5, 0.95])
    even = np.full(n_draws, 1.0 / n_draws)

    deviation = np.array([[_trial("kwon_deviation").value ** 2]])

    def checked(*, wound: bool) -> Floats:
        dose = _other_dose(n_draws, seed)
        count = _seen(pores, KWON_SESSIONS, dose, values, KWON_DAYS, wound=wound)[1]
        second = np.log1p(np.array([_trial("kwon_count_after_second").value]))
        dosed = reweighted(second, np.log(count[:, :1]), deviation)
        both = posterior.weights * dosed.weights
        return weighted_quantile(count[:, 1] - 1.0, both / both.sum(), interval)

    return Calibration(
        values=values,
        learned=posterior,
        area=area[:, 0],
        area_before=weighted_quantile(area[:, 0] - 1.0, even, interval),
        area_after=weighted_quantile(area[:, 0] - 1.0, posterior.weights, interval),
        check=checked(wound=False),
        check_lasting=checked(wound=True),
        check_measured=_trial("kwon_count_after_third").value,
    )


def trial_pores() -> PorePopulation:
    """Return the pores of the trials' typical patient, 40 years old as theirs were on average."""
    return PorePopulation.typical("cheek", 3, 40.0)


def saedi_change() -> Floats:
    """Return what the trial that calibrates measured: ln of area after over before, shape (1,)."""
    after, before = _trial("saedi_area_fraction_after"), _trial("saedi_area_fraction_before")
    return np.array([np.log(after.value / before.value)])


def saedi_deviation() -> float:
    """Return the standard deviation of that number, of measurement and model together [-]."""
    return _trial("saedi_deviation").value


def posterior_text(result: Calibration, n: int, seed: int) -> str:
    """Return the posterior as a table of comma-separated values, one draw a line [SI]."""
    sample = result.sample(n, seed)
    text = io.StringIO()
    text.write("# Posterior of the calibration, SI units; made by benchmarks/calibrate.py.\n")
    text.write(f"# seed {seed}, effective draws {result.learned.effective_draws:.0f}\n")
    table = csv.writer(text, lineterminator="\n")
    table.writerow(sample)
    table.writerows([f"{value:.6g}" for value in row] for row in zip(*sample.values(), strict=True))
    return text.getvalue()


def posterior() -> dict[str, Floats]:
    """Return the posterior that ships with porelight: library name to equally weighted draws [SI].

    `session_stimulus` is the dose of a session of fractional 1440 nm; the rest is biology, for
    `Course.simulate(values=posterior())`.

    Examples
    --------
    >>> sorted(posterior())[:2]
    ['cleansing_efficacy', 'clearance_time']
    """
    text = data_bytes("tissue", "posterior.csv").decode("utf-8")
    lines = [line for line in text.splitlines() if line[:1] != "#"]
    rows = list(csv.reader(lines))
    try:
        columns = np.array(rows[1:], dtype=np.float64).T
        return dict(zip(rows[0], columns, strict=True))
    except (IndexError, ValueError):
        raise DataFileError(
            "posterior.csv is not a table of numbers; make it again with benchmarks/calibrate.py."
        ) from None


def _seen(
    pores: PorePopulation,
    session_days: Floats,
    dose: Floats,
    values: Mapping[str, Floats],
    days: Floats,
    *,
    wound: bool = False,
) -> tuple[Floats, Floats]:
    """Return area and count over their start, each (n_draw, n_day); of wounds, or of heat."""
    times = fine_times(np.concatenate([[0.0], days]) * day, session_days * day)
    shown = np.searchsorted(times, days * day)
    start = observed_pores(pores.diameter, pores.area)
    area, count = np.empty((2, dose.size, days.size))
    for first in range(0, dose.size, _BATCH):
        some = slice(first, first + _BATCH)
        signal = np.broadcast_to(dose[some], (session_days.size, dose[some].size))
        none = np.zeros_like(signal)
        history = pore_over_weeks(
            times,
            session_days * day,
            PoreDoses(signal, signal, signal if wound else none, none, none),
            {name: column[some] for name, column in values.items()},
        )
        for i, ratio in enumerate(history.ratio[shown].T, start=first):
            diameter = np.maximum(pores.diameter * ratio[:, None], pores.floor)
            seen = observed_pores(diameter, pores.area)
            area[i] = seen.area_fraction / start.area_fraction
            count[i] = seen.visible_density / start.visible_density
    # a population of some hundred pores counts in steps: half a pore is left of none
    least = 0.5 / (start.visible_density * pores.area)
    return np.maximum(area, least), np.maximum(count, least)


def _other_dose(n_draws: int, seed: int) -> Floats:
    """Return doses of a device nearly unknown: 0.5 to 19, twice as wide in the logarithm."""
    return 3.0 * draws((_trial(DOSE),), n_draws, seed + 1)[DOSE] ** 2


def _trial(name: str) -> Parameter:
    return parameter("tissue", "trials", name)
