"""How often the interval of a study's effect holds the truth, and how often chance looks real.

python benchmarks/study_coverage.py 1000         # half an hour on one core; 100 in three minutes

Virtual studies of known effect are drawn and analysed as 'porelight study analyse' does: random
subjects, zones and visits, takes with their error, values that are missing more often in subjects
with many pores. Printed are the share of 95 % intervals that hold the truth (its standard error in
brackets; within two of 95 is right), the share of p values below 0.05 where nothing changes, and
the same for standard errors of the model alone.
"""

import argparse
from dataclasses import replace

import numpy as np

from porelight.statistics.effects import asked
from porelight.statistics.mixed_model import mixed_model
from porelight.statistics.study_values import endpoint_table
from porelight.statistics.virtual_study import QUANTITY, VirtualStudy

STUDIES = {
    "60 subjects, half respond": VirtualStudy(),
    "60 subjects, nobody responds": VirtualStudy(effect=0.0),
    "60 in two arms, all treated respond": VirtualStudy(arms="two arms", responders=1.0),
    "60 in two arms, half of the treated respond": VirtualStudy(arms="two arms", effect=-0.2),
    "60 in two arms, nobody responds": VirtualStudy(arms="two arms", effect=0.0),
    "12 subjects, half respond, 25 % missing": VirtualStudy(12, missing=0.25),
    "12 in two arms, half of the treated respond": VirtualStudy(12, arms="two arms", effect=-0.3),
    "8 subjects, half respond strongly": VirtualStudy(8, effect=-0.4),
}


def trials(study: VirtualStudy, repeats: int, seed: int) -> np.ndarray:
    """Return for each repeat whether robust and model intervals hold the truth, and p values."""
    found = []
    for i in range(repeats):
        values = study.values(seed + i)
        row = []
        model = mixed_model(endpoint_table(values, study.plan, QUANTITY))
        for one in (model, replace(model, _standard_errors="model")):
            last = asked(one, study.plan)[-1]
            if last.contrast is None:
                raise SystemExit(f"seed {seed + i}: {last.why_not}")
            contrast = last.contrast
            row += [contrast.low <= study.true_effect <= contrast.high, contrast.p]
        found.append(row)
    return np.array(found, float)


def main() -> None:
    """Print the shares."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("repeats", type=int)
    parser.add_argument("--seed", type=int, default=20_261_130)
    parser.add_argument("--only", default="", help="studies whose name holds this text")
    options = parser.parse_args()
    for name, study in STUDIES.items():
        if options.only not in name:
            continue
        rows = trials(study, options.repeats, options.seed)
        print(f"{name}: true effect {study.true_effect:+.3f}")
        for kind, k in (("robust", 0), ("model", 2)):
            held, p = rows[:, k].mean(), rows[:, k + 1]
            error = np.sqrt(held * (1.0 - held) / len(rows))
            small = (p < 0.05).mean()
            print(
                f"  {kind}: {100 * held:.1f} % of {len(rows)} hold the truth ({100 * error:.1f}); "
                f"p < 0.05 in {100 * small:.1f} %",
                flush=True,
            )


if __name__ == "__main__":
    main()
