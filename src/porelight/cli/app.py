"""The commands under their names, and the one place where a mistake becomes an exit code.

Exit codes: 0 done, 1 a check failed, 2 bad input or a place that cannot be written to, 128 and the
number of the signal when stopped by one (130 for Ctrl-C).
"""

import gc
import os
import signal
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from cyclopts import App, CycloptsError, UnusedCliTokensError

from porelight import __version__
from porelight.cli.agreement import agreement
from porelight.cli.cache import cache
from porelight.cli.compare import compare
from porelight.cli.config import example, schema
from porelight.cli.console import complain, show_what_the_terminal_cannot, warning_in_a_line
from porelight.cli.credibility import credibility
from porelight.cli.demo import demo
from porelight.cli.export import export
from porelight.cli.follow_up import follow_up
from porelight.cli.learn import learn
from porelight.cli.light import light
from porelight.cli.marker import marker
from porelight.cli.measure import measure
from porelight.cli.models import fetch
from porelight.cli.paths import paths_of
from porelight.cli.plan import plan
from porelight.cli.preview import preview
from porelight.cli.reflectance import reflectance
from porelight.cli.report import report
from porelight.cli.rerun import rerun
from porelight.cli.sensitivity import sensitivity
from porelight.cli.session import session
from porelight.cli.simulate import simulate
from porelight.cli.stopping import show_all, stopped_as_by_ctrl_c, tell_of_stop, tell_of_system
from porelight.cli.store import store
from porelight.cli.study import study
from porelight.cli.sweep import sweep
from porelight.cli.threshold import threshold
from porelight.cli.trial import trial
from porelight.cli.verify import verify
from porelight.cli.what_if import what_if
from porelight.errors import PorelightError
from porelight.files.writing import read_meanwhile

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
app.command(marker)
app.command(compare)
app.command(preview)
app.command(agreement)
app.command(simulate)
app.command(session)
app.command(plan)
app.command(verify)
app.command(credibility)
app.command(follow_up)
app.command(learn)
app.command(report)
app.command(rerun)
app.command(export)
app.command(sensitivity)
app.command(what_if)
app.command(sweep)
app.command(trial)
app.command(light)
app.command(threshold)
app.command(reflectance)
app.command(study)
app.command(store)
app.command(demo)
app.command(cache)
models = App(name="models", help="About the networks that find the zones of a whole face.")
models.command(fetch)
app.command(models)
config = App(name="config", help="About course files.")
config.command(schema)
config.command(example)
app.command(config)


def main(arguments: "Sequence[str] | None" = None) -> None:
    """Run the command line and leave with its exit code.

    Parameters
    ----------
    arguments : sequence of str, optional
        Words after ``porelight``; those of this process when left out.
    """
    tokens = sys.argv[1:] if arguments is None else list(arguments)
    if sys.stdout is None:  # closed by whoever started this; what is shown goes nowhere
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    # matrices are small here, and work is shared by threads of our own: OpenBLAS's wait for one
    # another, on a busy computer hundreds of times as long as one of them works
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # libraries make a million objects that stay: looking for cycles among them costs 0.2 s
    gc.set_threshold(100_000, 20, 20)
    show_what_the_terminal_cannot()
    written: list[Path] = []
    with stopped_as_by_ctrl_c() as signals:
        try:
            code = _run(tokens, written)
        except PorelightError as problem:
            complain(str(problem))
            code = 2
        except UnusedCliTokensError as problem:
            extra = " ".join(problem.unused_tokens or ())
            complain(
                f"{extra!r} is not understood here; the same command with --help says what is."
            )
            code = 2
        except CycloptsError as problem:
            complain(" ".join(str(problem).split()))
            code = 2
        except KeyboardInterrupt as stop:
            tell_of_stop(written, str(stop))
            code = 128 + (signals[0] if signals else signal.SIGINT)
        except BrokenPipeError:
            code = 0
        except OSError as problem:
            code = tell_of_system(problem)
    sys.exit(show_all() or code)


def _run(tokens: list[str], written: list[Path]) -> int:
    """Run a command and return its exit code; adds to `written` what it has written."""
    with warnings.catch_warnings():
        warnings.showwarning = warning_in_a_line
        command, bound, _ = app.parse_args(tokens, exit_on_error=False, print_error=False)
        with read_meanwhile(*paths_of(bound)) as done:
            try:
                code = command(*bound.args, **bound.kwargs)
            finally:
                written += done
    return code if isinstance(code, int) else 0
