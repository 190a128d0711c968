"""What the demonstration tells, and what it found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console

from porelight.report.terminal import print_table


@dataclass(frozen=True, slots=True)
class DemoCheck:
    """One claim of the demonstration and whether it held."""

    claim: str
    found: str
    passed: bool


@dataclass(slots=True)
class Demonstration:
    """What the demonstration found."""

    checks: list[DemoCheck] = field(default_factory=list)
    report: Path = Path()
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        """Whether every check held."""
        return bool(self.checks) and all(check.passed for check in self.checks)

    def document(self) -> dict[str, object]:
        """Return the checks as plain data."""
        return {
            "passed": self.passed,
            "seconds": round(self.seconds, 1),
            "report": str(self.report),
            "checks": [
                {"claim": one.claim, "found": one.found, "passed": one.passed}
                for one in self.checks
            ],
        }


@dataclass(frozen=True, slots=True)
class Story:
    """The console and the list of checks, together."""

    console: Console
    result: Demonstration

    def heading(self, text: str) -> None:
        """Begin an act."""
        self.console.rule(text, align="left")

    def say(self, text: str) -> None:
        """Print a line of plain text."""
        self.console.print(text, markup=False, highlight=False, soft_wrap=True)

    def check(self, claim: str, found: str, *, passed: bool) -> None:
        """Note a claim and whether it held."""
        self.result.checks.append(DemoCheck(claim, found, bool(passed)))

    def table(self, title: str, rows: Sequence[Mapping[str, str]]) -> None:
        """Print a table."""
        print_table(self.console, title, rows)
