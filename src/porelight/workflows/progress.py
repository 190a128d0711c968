"""How a workflow tells how far it is: bars, pages and notebooks listen, and nobody need."""

from collections.abc import Callable

# called with the share of the work done, 0 to 1
Progress = Callable[[float], None]


def unheard(_share: float) -> None:
    """Take the place of a listener where there is none."""
