"""A study of fifty narrows everybody's forecast, and by no more than it may.

    python benchmarks/learning_across_people.py [STUDIES] [FIGURE.png] [TRUTHS]

Simulation-based calibration of `porelight.workflows.learn`: 50 subjects of three skin types are
treated with Laser Genesis and Pearl and followed three times by a camera of 3 %. Each of STUDIES
(1000) is one of the worlds that a study is compared with, left out of them with its twin: its
truth of what nobody knows, the physics among it, is a draw from the priors like those that are
left, so its rank among the draws that its study leaves is uniform if the update is right. Ten
people who were not in the study are then forecast. With TRUTHS, as many studies more have truths
drawn on their own, all compared with one and the same set of worlds, so that what is luck of that
set is counted against the update. Prints the chi-square of ten bins for every number, and coverage
and width for held-out people.
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
STUDIES = 1000
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


def simulated(n_truths):
    """Return what everybody does in every world, and in studies with truths of their own."""
    everyone = people(SUBJECTS + HELD_OUT)
    results = treated_by_type(everyone, WORLDS, lambda _: None)
    known = typical_draws(uncertain(BIOLOGY_OF_PORES), WORLDS.knowledge_draws, WORLDS.seed)
    true = truths(max(n_truths, 8), 77)
    studies = replace(WORLDS, draws=2 * max(n_truths, 8), seed=10_000)
    ensemble, outcome = {}, {}
    for i, one in enumerate(everyone):
        of = [results[one.key][session.exposure] for session in one.course.sessions]
        own = replace(WORLDS, seed=WORLDS.seed + 1 + i)
        ensemble[one.name] = true_changes_of(one, own, known, of)
        own = replace(studies, seed=studies.seed + i)
        outcome[one.name] = true_changes_of(one, own, true, of)
        print(f"{i + 1} of {len(everyone)} people", file=sys.stderr, flush=True)
    subjects = [one.subject for one in everyone[:SUBJECTS]]
    held = [one.name for one in everyone[SUBJECTS:]]
    worlds = study_worlds(subjects, ensemble, WORLDS.knowledge_draws, WORLDS.seed)
    drawn = study_worlds(subjects, outcome, max(n_truths, 8), studies.seed)
    return (
        (worlds, known, [ensemble[name][:, -1] for name in held]),
        (drawn, true, [outcome[name][:, -1] for name in held]),
    )


def left_out(reference, n, rng):
    """Yield studies that are worlds of the reference: measured, truth, held out, what is left."""
    worlds, known, held = reference
    for k in rng.permutation(worlds.n_knowledge)[:n]:
        world = 2 * k + int(rng.integers(2))
        keep = np.delete(np.arange(2 * worlds.n_knowledge), [2 * k, 2 * k + 1])
        rest = StudyWorlds(
            worlds.subjects, tuple(one[keep] for one in worlds.simulated), worlds.n_knowledge - 1
        )
        yield (
            [one[world] for one in worlds.simulated],
            {name: values[k] for name, values in known.items()},
            np.array([one[world] for one in held]),
            (rest, {n: np.delete(v, k) for n, v in known.items()}, [one[keep] for one in held]),
        )


def drawn_anew(reference, studies, n, rng):
    """Yield studies with truths of their own, all compared with the whole reference."""
    worlds, true, held = studies
    for k in range(n):
        world = 2 * k + int(rng.integers(2))
        yield (
            [one[world] for one in worlds.simulated],
            {name: values[k] for name, values in true.items()},
            np.array([one[world] for one in held]),
            reference,
        )


def calibrated(studies):
    """Return ranks by number, a row for each study (coverage, widths, ...), and refusals."""
    tails = np.array([0.05, 0.95])
    ranks, rows, refused = {}, [], []
    for measured, truth, held, (worlds, known, held_worlds) in studies:
        even = np.full(held_worlds[0].size, 1.0 / held_worlds[0].size)
        try:
            found = worlds.learned(measured)
        except ConvergenceError as problem:
            refused.append(str(problem))
            continue
        for name, values in known.items():
            if np.ptp(values) > 0.0:
                rank = float(found.weights @ (values < truth[name]))
                ranks.setdefault(name, []).append(rank)
        spans = [
            np.array([weighted_quantile(one, weights, tails) for one in held_worlds])
            for weights in (even, found.of_worlds)
        ]
        inside = [((one[:, 0] <= held) & (held <= one[:, 1])).mean() for one in spans]
        widths = [np.diff(one, axis=1).mean() for one in spans]
        rows.append(
            (
                *(*inside, *widths, found.effective_draws),
                *(found.pareto_k, found.blur, found.conflict),
            )
        )
    return ranks, np.array(rows), refused


def figure(ranks, tests, rows, path):
    """Draw ranks of the numbers that are learned most, and the widths of held-out people."""
    shown = sorted(tests, key=tests.get)[:9]
    page = Figure((9.0, 9.5), layout="constrained")
    grid = page.subplots(4, 3)
    n = len(rows)
    for axes, name in zip(grid.flat, shown, strict=False):
        axes.hist(ranks[name], BINS, range=(0.0, 1.0), color="#0072B2")
        deviation = np.sqrt(n / BINS * (1.0 - 1.0 / BINS))
        axes.axhspan(n / BINS - 2 * deviation, n / BINS + 2 * deviation, color="#ddd", zorder=0)
        axes.set_title(f"{name.replace('_', ' ')}, p = {tests[name]:.2f}", fontsize=8)
    low, middle, right = grid[3]
    low.plot(np.sort(list(tests.values())), np.linspace(0, 1, len(tests)), "o", ms=3)
    low.plot([0, 1], [0, 1], "k", lw=0.7)
    low.set_xlabel("p of the numbers, sorted")
    middle.hist(1.0 - rows[:, 3] / rows[:, 2], 20, color="#0072B2")
    middle.set_xlabel("interval of a new person: narrower by")
    right.hist(rows[:, 1], np.linspace(-0.05, 1.05, 12), color="#0072B2")
    right.set_xlabel("share of ten new people inside 90 %")
    page.savefig(path, dpi=110)


def told(title, ranks, rows, refused):
    """Print the figures of one design and return the p of each number."""
    tests = {
        name: float(chisquare(np.histogram(one, BINS, (0.0, 1.0))[0]).pvalue)
        for name, one in ranks.items()
    }
    was, now, before, after = rows[:, :4].T
    quantiles = (0.0, 0.05, 0.5, 0.95, 1.0)
    names = ("effective draws", "k", "blur", "conflict")
    content = {
        "truths": title,
        "studies": len(rows),
        "refused": len(refused),
        "numbers": len(tests),
        "smallest p": dict(sorted(tests.items(), key=lambda one: one[1])[:5]),
        "p of all p being uniform": float(kstest(list(tests.values()), "uniform").pvalue),
        "coverage before and after": [was.mean(), now.mean()],
        "its standard error": now.std(ddof=1) / np.sqrt(now.size),
        "width before and after": [before.mean(), after.mean()],
        "narrower": 1.0 - after.mean() / before.mean(),
        "narrower in the median study": float(np.median(1.0 - after / before)),
        "studies narrower": float((after < before).mean()),
        **{
            name: np.quantile(column, quantiles).round(2).tolist()
            for name, column in zip(names, rows[:, 4:].T, strict=True)
        },
    }
    print(json.dumps(content, indent=1), flush=True)
    return tests


def main():
    """Print the figures and draw them."""
    n = int(sys.argv[1]) if len(sys.argv) > 1 else STUDIES
    n_truths = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    reference, own = simulated(n_truths)
    rng = np.random.default_rng(79)
    ranks, rows, refused = calibrated(left_out(reference, n, rng))
    tests = told("worlds left out", ranks, rows, refused)
    if len(sys.argv) > 2:
        figure(ranks, tests, rows, Path(sys.argv[2]))
    if n_truths:
        told("drawn on their own", *calibrated(drawn_anew(reference, own, n_truths, rng)))


if __name__ == "__main__":
    main()
