"""MCX's older input (.inp): the same case as in JSON, as lines of numbers in a fixed order.

What the format cannot say is MCX's usual: indices count at the faces, voxels of the stated size.
"""

from pathlib import Path
from typing import Any

from porelight.errors import InputFileError, ParameterError
from porelight.files.data_lines import DataLines
from porelight.files.imported_case import ImportedCase
from porelight.files.mcx_reader import mcx_cases
from porelight.files.texts import read_text

_FAR = 1e6
_MOST_MEDIA, _MOST_DETECTORS = 1000, 10_000
_AIR = [0.0, 0.0, 1.0, 1.0]  # medium 0: mua, mus, g, n


def read_mcx_inp(path: str | Path) -> list[ImportedCase]:
    """Read an MCX case of layers from its older input.

    Parameters
    ----------
    path : str or Path
        File as MCX reads it; its volume lies beside it.

    Raises
    ------
    InputFileError
        If the file is none, or one that plane layers cannot represent.
    """
    text = read_text(path, "an input file of MCX (.inp)")
    try:
        document = _document(DataLines(text))
    except ParameterError as problem:
        raise InputFileError(f"{path}: {problem}") from None
    return mcx_cases(document, Path(path))


def _document(lines: DataLines) -> dict[str, Any]:
    """Return the case as MCX's JSON would say it."""
    session: dict[str, Any] = {"Photons": lines.numbers("the number of photons", 1, 0, 1e19)[0]}
    session["RNGSeed"] = int(lines.numbers("the seed", 1, -(_FAR**2), _FAR**2)[0])
    place = lines.either("the position of the source, and 1 to count from 0", (3, 4), -_FAR, _FAR)
    origin = int(place[3]) if len(place) == 4 else 0
    source: dict[str, Any] = {"Pos": place[:3]}
    source["Dir"] = lines.either("the direction, and a focal length", (3, 4), -_FAR, _FAR)
    start, end, step = lines.numbers("T0, T1, Dt in s", 3, 0.0, 1.0)
    (volume,) = lines.words("the file of the volume", 1)
    axes = [lines.numbers("voxel, count, first, last", 4, 0.0, 1e5) for _ in range(3)]
    n_media = lines.whole("the number of media", 1, _MOST_MEDIA)
    rows = [lines.numbers("mus, g, mua, n of a medium", 4, -1.0, 1e6) for _ in range(n_media)]
    n_detectors, radius = lines.numbers("the number of detectors, and their radius", 2, 0.0, 1e5)
    if n_detectors > _MOST_DETECTORS:
        raise ParameterError(f"{n_detectors:g} detectors; expected at most {_MOST_DETECTORS}.")
    detectors = [
        lines.either("the position of a detector, and its radius", (3, 4), -_FAR, _FAR)
        for _ in range(int(n_detectors))
    ]
    if not lines.is_at_end:
        (source["Type"],) = lines.words("the type of the source", 1)
        for key in ("Param1", "Param2"):
            source[key] = lines.numbers(f"{key} of the source", 4, -1e9, 1e9)
    if not lines.is_at_end:
        line = lines.take("the end")
        raise ParameterError(
            f"line {line.number} is not read; porelight reads patterns from a case in JSON alone."
        )
    return {
        "Session": session,
        "Forward": {"T0": start, "T1": end, "Dt": step},
        "Domain": {
            "VolumeFile": volume,
            "Dim": [int(axis[1]) for axis in axes],
            "Step": [axis[0] for axis in axes],
            "CacheBoxP0": [axis[2] for axis in axes],
            "CacheBoxP1": [axis[3] for axis in axes],
            "OriginType": origin,
            "Media": [_AIR, *([mua, mus, g, n] for mus, g, mua, n in rows)],
        },
        "Optode": {
            "Source": source,
            "Detector": [
                {"Pos": one[:3], "R": one[3] if len(one) == 4 else radius} for one in detectors
            ],
        },
    }
