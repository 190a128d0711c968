"""One comparison of the product with a value from elsewhere, and its verdict.

Comparisons are of four kinds, which are never mixed: *code verification* holds the code against
exact values, *calculation verification* a forecast against a finer calculation of the same
forecast, *calibration* lists the measurements that set a number of the model and so check nothing,
and *validation* holds predictions against measurements that set none.

For a measurement the deviation is judged as in ASME V&V 20 [1]_: an error of the model is seen only
where it exceeds twice the uncertainty of measurement, inputs and numerics together.

References
----------
.. [1] ASME V&V 20-2009 (R2021), "Standard for verification and validation in computational fluid
   dynamics and heat transfer."
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

ComparisonKind = Literal[
    "code verification", "calculation verification", "calibration", "validation"
]
Specimen = Literal["", "living skin", "excised skin", "photographs"]

# code: one false alarm in 16 000 comparisons if everything is right; measurements: one in 22
_LARGEST_Z = {
    "code verification": 4.0,
    "calculation verification": 4.0,
    "calibration": 2.0,
    "validation": 2.0,
}


@dataclass(frozen=True, slots=True)
class CaseResult:
    """Expected and found value of one benchmark.

    With a standard error the case is stochastic and judged by z; without one it is deterministic
    and judged by the tolerance.
    """

    key: str  # the benchmark, as in the theory pages ("L1")
    title: str
    quantity: str
    unit: str
    expected: float
    found: float
    standard_error: float  # of `found`; 0 for a deterministic case
    tolerance: float  # largest deviation of a deterministic case; 0 for a stochastic one
    source: str  # where `expected` comes from
    expected_error: float = 0.0  # standard error, rounding or model error of `expected`
    kind: ComparisonKind = "code verification"
    specimen: Specimen = ""  # what was measured; empty where nothing was
    experiment: str = ""  # rows of one experiment share its errors and count once
    is_factor: bool = False  # positive numbers that differ by a factor: logarithms are compared
    is_limit: bool = False  # only the most was measured: what lies below agrees
    differs: str = ""  # how the experiment differs from what a forecast is about

    @property
    def largest_z(self) -> float:
        """Deviation in standard errors up to which the case passes."""
        return _LARGEST_Z[self.kind]

    @property
    def is_stochastic(self) -> bool:
        """Whether the verdict rests on a standard error."""
        return self.standard_error > 0.0

    @property
    def z(self) -> float:
        """Deviation in standard errors (of both sides); 0 for a deterministic case."""
        if not self.is_stochastic:
            return 0.0
        if self.is_factor:
            apart = math.log(self.found / self.expected)
            error = math.hypot(
                self.standard_error / self.found, self.expected_error / self.expected
            )
        else:
            apart = self.found - self.expected
            error = float(np.hypot(self.standard_error, self.expected_error))
        return max(apart, 0.0) / error if self.is_limit else apart / error

    @property
    def passed(self) -> bool:
        """Whether the found value agrees with the expected one."""
        if self.is_stochastic:
            return abs(self.z) < self.largest_z
        return abs(self.found - self.expected) <= self.tolerance

    @property
    def smallest_seen(self) -> float:
        """Smallest deviation, relative to `expected`, that the verdict would notice [-].

        NaN where nothing but 0 was expected.
        """
        if self.expected == 0.0:
            return math.nan
        error = self.tolerance
        if self.is_stochastic:
            error = self.largest_z * float(np.hypot(self.standard_error, self.expected_error))
        return error / abs(self.expected)
