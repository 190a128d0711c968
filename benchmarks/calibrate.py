"""Make the posterior that ships with porelight: run from the repository, takes half a minute.

uv run python benchmarks/calibrate.py           # prints what calibrates and what checks
uv run python benchmarks/calibrate.py --write   # and writes the posterior.csv of the package
uv run --with numpyro python benchmarks/calibrate.py --nuts   # and compares with another sampler

With --nuts it fails if a mean is more than four standard errors apart or the sampler diverges.
"""

import sys
from pathlib import Path

import numpy as np

from porelight.course.statistics import estimate
from porelight.inference.calibration import DOSE, calibrate, posterior_text

N_DRAWS, SEED, KEPT = 8000, 1, 200
FILE = Path(__file__).parents[1] / "src" / "porelight" / "data" / "tissue" / "posterior.csv"
LARGEST = 4.0  # standard errors between the two means of a parameter


def percent(values):
    """Return three numbers as 'median % (low to high)'."""
    low, median, high = 100.0 * values
    return f"{median:.0f} % ({low:.0f} to {high:.0f})"


def compare(result):
    """Print means and spreads of normal scores by both roads; return whether they agree."""
    try:
        import numpyro  # noqa: F401, PLC0415  not installed with porelight
    except ImportError:
        sys.exit(
            "numpyro is not installed; run "
            "'uv run --with numpyro python benchmarks/calibrate.py --nuts'."
        )
    from nuts import normal_scores, nuts_posterior  # noqa: PLC0415  beside this script

    found, weights = nuts_posterior(result), result.learned.weights
    print(
        f"surface explains {100 * found.surface.explained:.0f} %; divergences {found.divergences}"
    )
    agrees = found.divergences == 0
    for name, drawn in found.scores.items():
        scores = normal_scores(result.values[name])
        mean = weights @ scores
        variance = weights @ (scores - mean) ** 2
        size = found.effective[name]
        error = np.sqrt(variance / result.learned.effective_draws + drawn.var() / size)
        apart = (drawn.mean() - mean) / error
        agrees &= bool(abs(apart) < LARGEST)
        print(
            f"{name}: weights {mean:.3f} +- {variance**0.5:.3f}, sampler {drawn.mean():.3f} +- "
            f"{drawn.std():.3f}, {apart:+.1f} standard errors"
        )
    print("the two roads agree" if agrees else "the two roads do NOT agree")
    return agrees


def main():
    """Calibrate, print and perhaps write."""
    result = calibrate(N_DRAWS, SEED)
    print(f"effective draws {result.learned.effective_draws:.0f} of {N_DRAWS}")
    print(f"area, priors    {percent(result.area_before)}")
    print(f"area, posterior {percent(result.area_after)}; measured -17 %")
    print(f"check, count    {percent(result.check)}; measured {100 * result.check_measured:.0f} %")
    print(f"  signal as after ablation {percent(result.check_lasting)}")
    sample = result.sample(2000, SEED)
    for name in (DOSE, "procollagen_rise", "immature_half_life", "deposition_isotropy"):
        before, after = estimate(result.values[name]), estimate(sample[name])
        print(
            f"{name}: {before.median:.3g} ({before.low:.3g} to {before.high:.3g}) -> "
            f"{after.median:.3g} ({after.low:.3g} to {after.high:.3g})"
        )
    if "--write" in sys.argv[1:]:
        FILE.write_text(posterior_text(result, KEPT, SEED), encoding="utf-8")
        print(f"wrote {FILE.name}, {FILE.stat().st_size / 1000:.0f} kB")
    if "--nuts" in sys.argv[1:] and not compare(result):
        sys.exit(1)


if __name__ == "__main__":
    main()
