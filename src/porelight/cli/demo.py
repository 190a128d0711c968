"""``porelight demo``: the whole way on a virtual face."""

from pathlib import Path

from rich.console import Console

from porelight.cli.choices import AsJson, Output
from porelight.cli.console import print_json


def demo(*, output: Output = Path("demo-output"), seed: int = 1, json: AsJson = False) -> int:
    """Prove porelight on this computer, from a virtual photograph to a report, in a minute.

    Parameters
    ----------
    output
        Folder for what the demo makes.
    seed
        The same seed gives the same numbers.
    json
        Print the checks as JSON instead of the story.
    """
    from porelight.demo import run_demo  # noqa: PLC0415

    console = Console(stderr=True) if json else Console()
    result = run_demo(output, seed=seed, console=console)
    if json:
        print_json(result.document())
    return 0 if result.passed else 1
