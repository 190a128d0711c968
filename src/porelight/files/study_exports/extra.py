"""Libraries of the extra ``porelight[export]``: one clear line where one is not installed."""

from importlib.util import find_spec

from porelight.errors import InputFileError


def needed(library: str, what: str) -> None:
    """Require a library before the work.

    Parameters
    ----------
    library : str
        Name by which it is imported.
    what : str
        What needs it, as the message begins.

    Raises
    ------
    InputFileError
        If it is not installed.
    """
    top = library.partition(".")[0]
    if find_spec(top) is None:
        raise InputFileError(
            f"{what} {library} is not installed; pip install 'porelight[export]' installs it."
        )
