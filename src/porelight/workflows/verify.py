"""The published benchmarks, run by the product itself, and whether all of them were met."""

from dataclasses import dataclass
from typing import get_args

from porelight.errors import ParameterError, did_you_mean
from porelight.progress import Progress, unheard
from porelight.validation import suite
from porelight.validation.case import CaseResult, ComparisonKind


@dataclass(frozen=True, slots=True, repr=False)
class Verification:
    """Every comparison with a published or exact value, in the order in which they were made.

    Attributes
    ----------
    results : tuple of CaseResult
        Expected, found, standard error and verdict of each.
    """

    results: tuple[CaseResult, ...]

    @property
    def failed(self) -> tuple[CaseResult, ...]:
        """The comparisons that were not met."""
        return tuple(one for one in self.results if not one.passed)

    @property
    def passed(self) -> bool:
        """Whether there are comparisons and all of them were met."""
        return bool(self.results) and not self.failed

    def __repr__(self) -> str:
        """Return how many were met, and a line for each that was not."""
        n = len(self.results)
        lines = [f"{n - len(self.failed)} of {n} cases passed"]
        lines += [
            f"  {one.key} {one.title}, {one.quantity}: expected {one.expected:.6g} {one.unit}, "
            f"found {one.found:.6g}"
            for one in self.failed
        ]
        return "\n".join(lines)


class VerificationInterrupted(KeyboardInterrupt):
    """A verification was interrupted; `result` holds the comparisons that were made.

    Parameters
    ----------
    result : Verification
        The comparisons made so far.
    """

    def __init__(self, result: Verification) -> None:
        super().__init__(f"{len(result.results)} comparisons were made; they are in `result`")
        self.result = result


def verify(
    *,
    light_alone: bool = False,
    kind: ComparisonKind = "code verification",
    photons: int = 0,
    seed: int = 1,
    progress: Progress = unheard,
) -> Verification:
    """Run the published benchmarks.

    Parameters
    ----------
    light_alone : bool
        Whether to run the benchmarks of light alone, among them those that need many photons.
    kind : str
        Which list of comparisons to run: "code verification", "calculation verification",
        "calibration" or "validation". Light alone is code verification.
    photons : int
        Photons per light case; 0 takes the usual number.
    seed : int
        The same seed gives the same table.
    progress : callable
        Called with the share of the benchmarks run, 0 to 1.

    Raises
    ------
    ParameterError
        If the number of photons is negative, or there is no such kind.
    VerificationInterrupted
        On an interrupt (Ctrl-C); it carries what was compared so far.
    """
    if kind not in get_args(ComparisonKind):
        raise ParameterError(
            f"no kind named {kind!r}{did_you_mean(kind, get_args(ComparisonKind))}"
        )
    if light_alone:
        chosen = suite.light_parts(photons)
    else:
        chosen = tuple(part for part in suite.parts(photons) if part.kind == kind)
    results: list[CaseResult] = []
    try:
        for done, total, _, batch in suite.run(chosen, seed):
            results.extend(batch)
            progress(done / total)
    except KeyboardInterrupt:
        raise VerificationInterrupted(Verification(tuple(results))) from None
    return Verification(tuple(results))
