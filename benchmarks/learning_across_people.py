"""A study of fifty narrows everybody's forecast, and by no more than it may.

    python benchmarks/learning_across_people.py [STUDIES] [FIGURE.png]

Simulation-based calibration of `porelight.workflows.learn`. Each of STUDIES (300) has one truth of
what nobody knows, drawn from the priors, the physics among it; 50 subjects of three skin types are
followed under it three times by a camera of 3 %, and the truth's rank among the draws that the
study leaves is uniform if the update is right. Ten people who were not in the study are then
forecast. The worlds that a study is compared with are the same for all studies, as a user's would
be. Prints the chi-square of ten bins for every number, and coverage and width for held-out people.
"""

import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from scipy.special import ndtr
from scipy.stats import chisquare, kstest

from porelight.course.course import Course
from porelight.course.draws import PHYSICS_KNOWLEDGE
from porelight.course.regimen import Care
from porelight.course.settings import EnsembleSettings
from porelight.data.priors import typical_draws, uncertain
from porelight.errors import ConvergenceError
from porelight.inference.across_people import StudyWorlds, study_worlds
from porelight.inference.calibration import BIOLOGY_OF_PORES
from porelight.inference.reweighting import Visit, weighted_quantile
from porelight.laser.devices import laser_genesis, pearl
from porelight.tissue.skin import Skin
from porelight.workflows.learn import FollowedPerson, treated_by_type, true_changes_of

SUBJECTS, HELD_OUT, BINS = 50, 10, 10
CAMERA = 0.03
STUDIES = 300
WORLDS = EnsembleSettings(draws=8000, people=2, photons=10_000)


def people(n, seed=1):
    """Return subjects of a clinic: who they are, when they were treated and seen."""
    rng = np.random.default_rng(seed)
    genesis, peel = laser_genesis(), pearl()
    found = []
    for i in range(n):
        skin = Skin.typical(
            "cheek",
            int(rng.choice([2, 3, 4], p=[0.3, 0.5, 0.2])),
            float(rng.integers(25, 56)),
            ("female", "male")[int(rng.random() < 0.2)],
            ("dry", "normal", "oily")[int(rng.choice(3, p=[0.2, 0.4, 0.4]))],
        )
        sessions = genesis.on_day(0.0), peel.on_day(float(28 + rng.integers(-3, 8)))
        days = [float(day + rng.integers(-4, 8)) for day in (42, 84, 168)]
        visits = tuple(Visit(day, 1.0, CAMERA) for day in (0.0, *days))
        course = Course(skin, sessions, (Care("cleansing"),))
        found.append(FollowedPerson(f"s{i:03d}", course, visits))
    return found


def truths(n, seed):
    """Return n independent draws of what nobody knows: no hypercube, whose ranks are too even."""
    rng = np.random.default_rng(seed)
    values = {
        one.name: one.quantile(ndtr(np.sqrt(1.0 - one.people.share) * rng.standard_normal(n)))
        for one in uncertain(BIOLOGY_OF_PORES)
    }
    values[PHYSICS_KNOWLEDGE] = rng.integers(0, WORLDS.members // 2 + 1, n).astype(float)
    return values


def simulated(n_studies):
    """Return the worlds, held-out people in them, knowledge of both, and what studies do."""
    everyone = people(SUBJECTS + HELD_OUT)
    results = treated_by_type(everyone, WORLDS, lambda _: None)
    known = typical_draws(uncertain(BIOLOGY_OF_PORES), WORLDS.knowledge_draws, WORLDS.seed)
    true = truths(n_studies, 77)
    studies = EnsembleSettings(2 * n_studies, photons=10_000, people=2, seed=10_000)
    which = 2 * np.arange(n_studies) + np.random.default_rng(78).integers(0, 2, n_studies)
    ensemble, outcome = {}, {}
    for i, one in enumerate(everyone):
        of = [results[one.key][session.exposure] for session in one.course.sessions]
        ensemble[one.name] = true_changes_of(
            one, replace(WORLDS, seed=WORLDS.seed + 1 + i), known, of
        )
        outcome[one.name] = true_changes_of(one, replace(studies, seed=studies.seed + i), true, of)[
            which
        ]
        print(f"{i + 1} of {len(everyone)} people", file=sys.stderr, flush=True)
    subjects = [one.subject for one in everyone[:SUBJECTS]]
    worlds = study_worlds(subjects, ensemble, WORLDS.knowledge_draws, WORLDS.seed)
    held = [one.name for one in everyone[SUBJECTS:]]
    return (
        worlds,
        known,
        true,
        [outcome[one.name] for one in subjects],
        [ensemble[name][:, -1] for name in held],
        np.array([outcome[name][:, -1] for name in held]).T,
    )


def calibrated(worlds: StudyWorlds, known, true, outcome, held_worlds, held):
    """Return ranks by number, and a row for each study: coverage, widths, blur, conflict."""
    rng = np.random.default_rng(79)
    tails = np.array([0.05, 0.95])
    even = np.full(held_worlds[0].size, 1.0)
    before = np.array([weighted_quantile(one, even / even.sum(), tails) for one in held_worlds])
    names = [name for name, values in known.items() if np.ptp(values) > 0.0]
    ranks = {name: [] for name in names}
    rows, refused = [], []
    for study in range(len(held)):
        measured = []
        for one in outcome:
            error = CAMERA * rng.standard_normal(one.shape[1] + 1)
            measured.append(one[study] + error[1:] - error[0])
        try:
            found = worlds.learned(measured)
        except ConvergenceError as problem:
            refused.append(str(problem))
            continue
        for name in names:
            ranks[name].append(float(found.weights @ (known[name] < true[name][study])))
        after = np.array([weighted_quantile(one, found.of_worlds, tails) for one in held_worlds])
        inside = (after[:, 0] <= held[study]) & (held[study] <= after[:, 1])
        was = (before[:, 0] <= held[study]) & (held[study] <= before[:, 1])
        rows.append(
            (
                inside.mean(),
                was.mean(),
                np.diff(after, axis=1).mean(),
                np.diff(before, axis=1).mean(),
                found.effective_draws,
                found.pareto_k,
                found.blur,
                found.conflict,
            )
        )
    return ranks, np.array(rows), refused


def figure(ranks, tests, rows, path):
    """Draw ranks of the numbers that are learned most, and the widths of held-out people."""
    shown = sorted(tests, key=tests.get)[:9]
    page = Figure((9.0, 8.0), layout="constrained")
    grid = page.subplots(4, 3)
    n = len(rows)
    for axes, name in zip(grid.flat, shown, strict=False):
        axes.hist(ranks[name], BINS, (0.0, 1.0), color="#0072B2")
        deviation = np.sqrt(n / BINS * (1.0 - 1.0 / BINS))
        axes.axhspan(n / BINS - 2 * deviation, n / BINS + 2 * deviation, color="#ddd", zorder=0)
        axes.set_title(f"{name.replace('_', ' ')}, p = {tests[name]:.2f}", fontsize=8)
    low, middle, right = grid[3]
    low.plot(np.sort(list(tests.values())), np.linspace(0, 1, len(tests)), "o", ms=3)
    low.plot([0, 1], [0, 1], "k", lw=0.7)
    low.set_xlabel("p of the numbers, sorted")
    middle.hist(1.0 - rows[:, 2] / rows[:, 3], 20, color="#0072B2")
    middle.set_xlabel("interval of a new person: narrower by")
    right.hist(rows[:, 0], np.linspace(-0.05, 1.05, 12), color="#0072B2")
    right.set_xlabel("share of ten new people inside 90 %")
    page.savefig(path, dpi=110)


def main():
    """Print the figures and draw them."""
    n = int(sys.argv[1]) if len(sys.argv) > 1 else STUDIES
    ranks, rows, refused = calibrated(*simulated(n))
    tests = {
        name: float(chisquare(np.histogram(one, BINS, (0.0, 1.0))[0]).pvalue)
        for name, one in ranks.items()
    }
    quantiles = (0.0, 0.05, 0.5, 0.95, 1.0)
    print(
        json.dumps(
            {
                "studies": n,
                "refused": len(refused),
                "smallest p": dict(sorted(tests.items(), key=lambda one: one[1])[:5]),
                "numbers": len(tests),
                "p of all p being uniform": float(kstest(list(tests.values()), "uniform").pvalue),
                "coverage before": rows[:, 1].mean(),
                "coverage after": rows[:, 0].mean(),
                "its standard error": rows[:, 0].std(ddof=1) / np.sqrt(len(rows)),
                "width before": rows[:, 3].mean(),
                "width after": rows[:, 2].mean(),
                "narrower": 1.0 - rows[:, 2].mean() / rows[:, 3].mean(),
                "narrower in the median study": float(np.median(1.0 - rows[:, 2] / rows[:, 3])),
                "studies narrower": float((rows[:, 2] < rows[:, 3]).mean()),
                "effective draws": np.quantile(rows[:, 4], quantiles).tolist(),
                "k": np.quantile(rows[:, 5], quantiles).tolist(),
                "blur": np.quantile(rows[:, 6], quantiles).tolist(),
                "conflict": np.quantile(rows[:, 7], quantiles).tolist(),
            },
            indent=1,
        )
    )
    if len(sys.argv) > 2:
        figure(ranks, tests, rows, Path(sys.argv[2]))


if __name__ == "__main__":
    main()
