"""Output files of MCML (.mco): the case that was run, and where its light went.

References
----------
.. [1] L. Wang, S. L. Jacques, L. Zheng, "MCML: Monte Carlo modeling of light transport in
   multi-layered tissues," Comput. Methods Programs Biomed. 47, 131-146 (1995).
   doi:10.1016/0169-2607(95)01640-F
"""

import math
from dataclasses import dataclass
from pathlib import Path

from porelight.errors import InputFileError, ParameterError
from porelight.files.data_lines import DataLines
from porelight.files.imported_case import ImportedCase
from porelight.files.mcml_input import (
    media_of_version_2,
    run_of_version_1,
    run_of_version_2,
)
from porelight.files.texts import read_text
from porelight.light.tally_regions import Share


@dataclass(frozen=True, slots=True)
class McmlOutput:
    """One output file of MCML.

    Attributes
    ----------
    imported : ImportedCase
        The case that was run.
    shares : dict of Share
        Shares of the delivered light by porelight's names. Version 1 states no errors; they are
        bounds then, those of photons that each go one way whole.
    """

    imported: ImportedCase
    shares: dict[str, Share]


def read_mco(path: str | Path) -> McmlOutput:
    """Read an output file of MCML, version 1 or 2, in text.

    Raises
    ------
    InputFileError
        If the file is none, or damaged.
    """
    try:
        return _output(DataLines(read_text(path, "an output file of MCML (.mco)")))
    except ParameterError as problem:
        raise InputFileError(f"{path}: {problem}") from None


def read_mco_case(path: str | Path) -> list[ImportedCase]:
    """Read the case of an output file of MCML."""
    return [read_mco(path).imported]


def _output(lines: DataLines) -> McmlOutput:
    version = lines.take("the version of the format, A1 or mcmloA2.0").words[0]
    if version == "A1":
        return _version_1(lines)
    if version == "mcmloA2.0":
        return _version_2(lines)
    raise ParameterError(
        f"the first line holds {version[:40]!r}; expected an output file of MCML in text, A1 or "
        "mcmloA2.0."
    )


def _version_1(lines: DataLines) -> McmlOutput:
    _go_to(lines, "InParm")
    imported = run_of_version_1(lines)
    _go_to(lines, "RAT")
    specular, diffuse, absorbed, transmitted = (
        lines.numbers(f"the {name}", 1, 0.0, 1.0)[0]
        for name in ("specular reflectance", "diffuse reflectance", "absorbed", "transmittance")
    )
    _go_to(lines, "A_l")
    by_layer = [
        lines.numbers("the share absorbed in a layer", 1, 0.0, 1.0)[0] for _ in imported.case.layer
    ]
    found = {"reflectance": diffuse, "transmittance": transmitted, "absorbed": absorbed}
    found |= {f"layer {i}": share for i, share in enumerate(by_layer, start=1)}
    shares = {"specular": Share(specular, 0.0)}
    for name, mean in found.items():
        shares[name] = Share(mean, math.sqrt(mean * (1.0 - mean) / imported.photons))
    return McmlOutput(imported, shares)


def _version_2(lines: DataLines) -> McmlOutput:
    _go_to(lines, "mcmli2.0")
    imported = run_of_version_2(lines, media_of_version_2(lines))
    _go_to(lines, "RAT")
    (specular,) = lines.numbers("the specular reflectance", 1, 0.0, 1.0)
    rows = []
    for name in ("Rb", "Rd", "A", "Tb", "Td"):
        mean, error, _ = lines.words(f"{name}: mean, standard error, relative error", 3)
        rows.append(Share(_share(mean), _share(error)))
    ballistic, diffuse, absorbed, straight, scattered = rows
    return McmlOutput(
        imported,
        {
            "specular": Share(specular, 0.0),
            # what came back unscattered holds the specular share; the rest came from within
            "reflectance": _sum(Share(ballistic.mean - specular, ballistic[1]), diffuse),
            "transmittance": _sum(straight, scattered),
            "absorbed": absorbed,
        },
    )


def _go_to(lines: DataLines, word: str) -> None:
    if not lines.skip_to(word):
        raise ParameterError(f"no line begins with {word!r}; expected an output file of MCML.")


def _share(word: str) -> float:
    try:
        return float(word)
    except ValueError:
        raise ParameterError(f"{word[:40]!r} stands for a share; expected a number.") from None


def _sum(one: Share, other: Share) -> Share:
    return Share(one.mean + other.mean, math.hypot(one.standard_error, other.standard_error))
