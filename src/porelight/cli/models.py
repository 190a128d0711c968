"""``porelight models``: the networks of others that find the zones of a whole face."""

from pathlib import Path

from porelight.cli.choices import AsJson
from porelight.cli.console import print_json, say


def fetch(*, wheel: Path | None = None, json: AsJson = False) -> int:
    """Fetch the networks that find landmarks of a face, check them, and keep them in your cache.

    The only command that uses a network connection. They come out of the published mediapipe wheel,
    under its own licence (Apache 2.0), by your own pip.

    Parameters
    ----------
    wheel
        That wheel, when you downloaded it by hand.
    """
    from porelight.files.models import fetch as fetched  # noqa: PLC0415

    files = fetched(wheel)
    if json:
        print_json({name: str(path) for name, path in files.items()})
        return 0
    for path in files.values():
        say(f"kept: {path}")
    return 0
