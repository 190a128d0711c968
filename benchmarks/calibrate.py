"""Make the posterior that ships with porelight: run from the repository, takes half a minute.

python benchmarks/calibrate.py            # prints what calibrates and what checks
python benchmarks/calibrate.py --write    # and writes src/porelight/tissue/data/posterior.csv
python benchmarks/calibrate.py --nuts     # and compares with numpyro's sampler (porelight[bayes])
"""

import sys
from pathlib import Path

import numpy as np

from porelight.inference.calibration import DOSE, calibrate, posterior_text
from porelight.inference.statistics import estimate
from nuts import normal_scores, nuts_posterior

N_DRAWS, SEED, KEPT = 8000, 1, 200
FILE = Path(__file__).parents[1] / "src" / "porelight" / "tissue" / "data" / "posterior.csv"


def percent(values):
    """Return three numbers as 'median % (low to high)'."""
    low, median, high = 100.0 * values
    return f"{median:.0f} % ({low:.0f} to {high:.0f})"


def compare(result):
    """Print means and spreads of normal scores by both roads, apart in standard errors."""
    found, weights = nuts_posterior(result), result.learned.weights
    print(
        f"surface explains {100 * found.surface.explained:.0f} %; divergences {found.divergences}"
    )
    for name, drawn in found.scores.items():
        scores = normal_scores(result.values[name])
        mean = weights @ scores
        variance = weights @ (scores - mean) ** 2
        size = found.effective[name]
        error = np.sqrt(variance / result.learned.effective_draws + drawn.var() / size)
        print(
            f"{name}: weights {mean:.3f} +- {variance**0.5:.3f}, sampler {drawn.mean():.3f} +- "
            f"{drawn.std():.3f}, {(drawn.mean() - mean) / error:+.1f} standard errors"
        )


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
    if "--nuts" in sys.argv[1:]:
        compare(result)
    if "--write" in sys.argv[1:]:
        FILE.write_text(posterior_text(result, KEPT, SEED), encoding="utf-8")
        print(f"wrote {FILE.name}, {FILE.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
