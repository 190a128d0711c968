"""``porelight demo``: the whole way on a virtual face."""

from pathlib import Path

from porelight.cli.choices import AsJson, Output
from porelight.cli.console import print_json
from porelight.cli.numbers import Seed


def demo(*, output: Output = Path("demo-output"), seed: Seed = 1, json: AsJson = False) -> int:
    """Prove porelight on this computer, from a virtual photograph to a report, in a minute.

    Parameters
    ----------
    output
        Folder for what the demo makes.
    """
    from porelight.first_use import SESSIONS, compiled_meanwhile  # noqa: PLC0415

    with compiled_meanwhile(SESSIONS) as sessions_compiled:  # while the libraries load, too
        from porelight.demo.run import DEMONSTRATION, run_demo  # noqa: PLC0415
        from porelight.files.writing import require_output_folder  # noqa: PLC0415
        from porelight.report.terminal import new_console  # noqa: PLC0415

        require_output_folder(output, DEMONSTRATION)
        result = run_demo(
            output, seed=seed, console=new_console(stderr=json), before_sessions=sessions_compiled
        )
    if json:
        print_json(result.document())
    return 0 if result.passed else 1
