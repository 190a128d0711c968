"""Make the posterior that ships with porelight: run from the repository, takes half a minute.

python benchmarks/calibrate.py            # prints what calibrates and what checks
python benchmarks/calibrate.py --write    # and writes src/porelight/tissue/data/posterior.csv
"""

import sys
from pathlib import Path

from porelight.calibration import DOSE, calibrate, posterior_text
from porelight.uncertainty import estimate

N_DRAWS, SEED, KEPT = 8000, 1, 200
FILE = Path(__file__).parents[1] / "src" / "porelight" / "tissue" / "data" / "posterior.csv"


def percent(values):
    """Return three numbers as 'median % (low to high)'."""
    low, median, high = 100.0 * values
    return f"{median:.0f} % ({low:.0f} to {high:.0f})"


def main():
    """Calibrate, print and perhaps write."""
    result = calibrate(N_DRAWS, SEED)
    print(f"effective draws {result.learned.effective_draws:.0f} of {N_DRAWS}")
    print(f"area, priors    {percent(result.area_before)}")
    print(f"area, posterior {percent(result.area_after)}; measured -17 %")
    print(f"check, count    {percent(result.check)}; measured {100 * result.check_measured:.0f} %")
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


if __name__ == "__main__":
    main()
