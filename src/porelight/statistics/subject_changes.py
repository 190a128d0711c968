"""What changed in each subject, against the error of measuring alone."""

import math
from dataclasses import dataclass

import numpy as np
from scipy import stats

from porelight.statistics.repeats import MeasuringError
from porelight.statistics.study_values import EndpointTable


@dataclass(frozen=True, slots=True)
class SubjectChange:
    """Change of one subject from baseline, on the scale of the analysis.

    Attributes
    ----------
    subject, arm, visit : str
        Who and when; a subject with two arms has a change of each.
    n_zones : int
        Zones that both visits show; their mean is taken.
    start, end : float
        Means of these zones at the two visits.
    low, high : float
        Interval of the change, of measuring alone.
    detectable : float
        Change of these takes below which nothing may have changed (95 %).
    """

    subject: str
    arm: str
    visit: str
    n_zones: int
    start: float
    end: float
    low: float
    high: float
    detectable: float

    @property
    def change(self) -> float:
        """End less start."""
        return self.end - self.start

    @property
    def is_real(self) -> bool:
        """Whether it is larger than the smallest detectable change."""
        return abs(self.change) > self.detectable


def subject_changes(
    table: EndpointTable, error: MeasuringError, confidence: float
) -> list[SubjectChange]:
    """Return the change of each subject, arm and visit that shares a zone with the baseline.

    Parameters
    ----------
    table : EndpointTable
        The means over takes.
    error : MeasuringError
        Error of one take.
    confidence : float
        Confidence of the intervals [-].
    """
    rows = {
        (s, a, z, v): i
        for i, (s, a, z, v) in enumerate(
            zip(table.i_subject, table.i_arm, table.i_zone, table.i_visit, strict=True)
        )
    }
    t = float(stats.t.ppf(0.5 + 0.5 * confidence, error.freedom))
    # the smallest detectable change is one of 95 % whatever the confidence of intervals is
    t95 = float(stats.t.ppf(0.975, error.freedom))
    found = []
    for s, subject in enumerate(table.subjects):
        for a, arm in enumerate(table.arms):
            for v, visit in enumerate(table.visits[1:], start=1):
                pairs = [
                    (rows[s, a, z, 0], rows[s, a, z, v])
                    for z in range(len(table.zones))
                    if (s, a, z, 0) in rows and (s, a, z, v) in rows
                ]
                if not pairs:
                    continue
                start, end = (
                    float(np.mean([table.value[pair[k]] for pair in pairs])) for k in (0, 1)
                )
                inverse = sum(1.0 / table.takes[i].size for pair in pairs for i in pair)
                sd = error.error * math.sqrt(inverse) / len(pairs)
                found.append(
                    SubjectChange(
                        subject, arm, visit, len(pairs), start, end,
                        end - start - t * sd, end - start + t * sd, t95 * sd,
                    )
                )  # fmt: skip
    return found
