"""Record the figures and goals of a release, from which 'porelight credibility' tells drift.

Run: python benchmarks/record_release.py "0.2.0, 1 March 2027"
Runs every comparison of every use once and writes src/porelight/data/validation/last_release.csv.
"""

import sys
from pathlib import Path

from porelight.validation.drift import figures_of, release_text
from porelight.validation.goals import contexts
from porelight.validation.suite import parts, run
from porelight.workflows.credibility import PHOTONS

TABLE = Path(__file__).parents[1] / "src/porelight/data/validation/last_release.csv"


def main() -> None:
    """Write the table."""
    figures: dict[str, tuple[float, float]] = {}
    everything = parts(PHOTONS)
    for use, context in contexts().items():
        # numbered within a use, as the page of that use counts equal rows
        chosen = [part for part in everything if use in part.uses]
        cases = [case for _, _, _, results in run(chosen) for case in results]
        figures |= figures_of(use, cases, context.goal)
        print(f"{use}: {len(cases)} comparisons", flush=True)
    TABLE.write_text(release_text(sys.argv[1], figures), encoding="utf-8")


if __name__ == "__main__":
    main()
