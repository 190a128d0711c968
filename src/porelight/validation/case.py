"""One comparison of the product with a published or exact value, and its verdict."""

from dataclasses import dataclass

import numpy as np

# one false alarm in 16 000 comparisons if everything is right
_LARGEST_Z = 4.0


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

    @property
    def is_stochastic(self) -> bool:
        """Whether the verdict rests on a standard error."""
        return self.standard_error > 0.0

    @property
    def z(self) -> float:
        """Deviation in standard errors (of both sides); 0 for a deterministic case."""
        if not self.is_stochastic:
            return 0.0
        return (self.found - self.expected) / float(
            np.hypot(self.standard_error, self.expected_error)
        )

    @property
    def passed(self) -> bool:
        """Whether the found value agrees with the expected one."""
        if self.is_stochastic:
            return abs(self.z) < _LARGEST_Z
        return abs(self.found - self.expected) <= self.tolerance
