"""``porelight cache``: results of sessions that are kept, to come at once when asked for again."""

from typing import TYPE_CHECKING

from cyclopts import App

from porelight.cli.choices import AsJson
from porelight.cli.console import print_json, say
from porelight.errors import ParameterError

if TYPE_CHECKING:
    from porelight.kept import Kept, Usage

_MB = 1e6  # bytes

cache = App(name="cache", help="Results of sessions that are kept so that they come at once again.")


@cache.command
def info(*, json: AsJson = False) -> int:
    """Show where results of sessions are kept, how many, and how large they may become.

    PORELIGHT_CACHE names another folder, or is "off"; PORELIGHT_CACHE_MB is the limit.
    """
    usage = _opened().usage()
    if json:
        print_json(_document(usage))
        return 0
    say(f"folder   {usage.folder}")
    say(f"results  {usage.n_entries}")
    say(f"size     {usage.bytes / _MB:.1f} of {usage.limit / _MB:.0f} MB (PORELIGHT_CACHE_MB)")
    say("off      PORELIGHT_CACHE=off, or another folder in its place")
    return 0


@cache.command
def clear(*, json: AsJson = False) -> int:
    """Remove all results of sessions that are kept; each is computed again when it is needed."""
    usage = _opened().clear()
    if json:
        print_json(_document(usage))
        return 0
    say(f"removed: {usage.n_entries} results, {usage.bytes / _MB:.1f} MB, from {usage.folder}")
    return 0


def _opened() -> "Kept":
    from porelight.kept import kept_results  # noqa: PLC0415

    kept = kept_results()
    if kept is None:
        raise ParameterError("PORELIGHT_CACHE is off: nothing is kept. Unset it to keep results.")
    return kept


def _document(usage: "Usage") -> dict[str, object]:
    return {
        "folder": str(usage.folder),
        "results": usage.n_entries,
        "mb": usage.bytes / _MB,
        "limit_mb": usage.limit / _MB,
    }
