"""How templates of pages are read and filled: nothing undefined, everything escaped."""

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from porelight.report.formatting import typeset


@cache
def environment() -> Environment:
    """Return the environment of all templates in ``report/templates``."""
    made = Environment(
        loader=PackageLoader("porelight.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["typeset"] = typeset
    return made
