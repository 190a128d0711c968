"""The commands under their names, and the one place where a mistake becomes an exit code.

Exit codes: 0 done, 1 a check failed, 2 bad input, 130 interrupted.
"""

import sys
from typing import TYPE_CHECKING

from cyclopts import App, CycloptsError

from porelight import __version__
from porelight.cli.config import example, schema
from porelight.cli.console import complain
from porelight.cli.demo import demo
from porelight.cli.measure import measure
from porelight.cli.plan import plan
from porelight.cli.report import report
from porelight.cli.simulate import simulate
from porelight.cli.verify import verify
from porelight.errors import PorelightError

if TYPE_CHECKING:
    from collections.abc import Sequence

app = App(
    name="porelight",
    help="From a photograph of skin to measured pores, a simulated laser treatment, a safe plan "
    "and a checked prediction. A research tool, not a medical device.",
    version=__version__,
    suppress_keyboard_interrupt=False,  # main() tells what was kept
)
app.command(measure)
app.command(simulate)
app.command(plan)
app.command(verify)
app.command(report)
app.command(demo)
config = App(name="config", help="About course files.")
config.command(schema)
config.command(example)
app.command(config)


def main(arguments: "Sequence[str] | None" = None) -> None:
    """Run the command line and leave with its exit code.

    Parameters
    ----------
    arguments : sequence of str, optional
        What was typed after ``porelight``; what this process was started with when left out.
    """
    tokens = sys.argv[1:] if arguments is None else list(arguments)
    try:
        code = app(tokens, exit_on_error=False, print_error=False, result_action="return_value")
    except PorelightError as problem:
        complain(str(problem))
        code = 2
    except CycloptsError as problem:
        complain(" ".join(str(problem).split()))
        code = 2
    except KeyboardInterrupt:
        complain("interrupted; what was finished is shown above, files already written are whole.")
        code = 130
    except BrokenPipeError:
        code = 0
    sys.exit(code if isinstance(code, int) else 0)
