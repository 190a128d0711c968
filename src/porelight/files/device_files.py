"""Devices of one's own: one TOML file each, in the format of those that ship with porelight."""

from pathlib import Path

from porelight.errors import DataFileError, InputFileError
from porelight.files.toml_tables import toml_content
from porelight.laser.device import Device
from porelight.laser.devices import device_keys

_WANTED = "the TOML file of a device, such as those in porelight/data/devices"


def read_device(path: Path | str) -> Device:
    """Read a device of your own.

    Parameters
    ----------
    path : Path or str
        File in the format of those in ``porelight/data/devices``; its name is the device's key.

    Raises
    ------
    InputFileError
        If the file is missing, is no TOML, lacks something, holds something unknown or impossible,
        or has the name of a device that ships with porelight.

    Examples
    --------
    >>> from porelight.errors import InputFileError
    >>> try:
    ...     read_device("pearl.toml")
    ... except InputFileError as problem:
    ...     print(str(problem).split(";")[0])
    pearl.toml: a device named 'pearl' ships with porelight
    """
    where = Path(path)
    if where.stem in device_keys():
        raise InputFileError(
            f"{where}: a device named {where.stem!r} ships with porelight; give the file another "
            "name."
        )
    try:
        return Device.of_content(where.stem, toml_content(where, _WANTED), str(where))
    except DataFileError as problem:
        raise InputFileError(str(problem)) from None
