"""Progress of long work, reported to a bar, a page or a notebook, or to nobody."""

from collections.abc import Callable

# called with the share of the work done, 0 to 1
Progress = Callable[[float], None]


def unheard(_share: float) -> None:
    """Take the place of a listener where there is none."""
