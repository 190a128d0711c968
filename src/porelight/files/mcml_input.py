"""Input files of MCML (.mci): layers under a pencil beam, as many runs as the file holds.

A file is lines of numbers in a fixed order; ``#`` begins a comment. Lengths are in cm, coefficients
in 1/cm. Version 1 is the commonest input of layered Monte Carlo codes (CUDAMCML, GPUMCML read it
too); version 2 names its media and writes ``end`` below each list.

References
----------
.. [1] L. Wang, S. L. Jacques, L. Zheng, "MCML: Monte Carlo modeling of light transport in
   multi-layered tissues," Comput. Methods Programs Biomed. 47, 131-146 (1995).
   doi:10.1016/0169-2607(95)01640-F
"""

from pathlib import Path
from typing import Any

from pydantic import ValidationError

from porelight.errors import InputFileError, ParameterError
from porelight.files.data_lines import DataLines
from porelight.files.imported_case import ImportedCase
from porelight.files.light_case import LightCase
from porelight.files.texts import read_text
from porelight.files.toml_tables import mistakes_of

_MOST_RUNS, _MOST_LAYERS = 1000, 1000
_MM = 10.0  # in a centimetre
# a last layer thicker than this has no end, [cm]; MCML's manual writes 1E8
_ENDLESS = 100.0


def read_mci(path: str | Path) -> list[ImportedCase]:
    """Read an input file of MCML, version 1 or 2: one case for each run.

    Parameters
    ----------
    path : str or Path
        File that MCML reads.

    Returns
    -------
    list of ImportedCase
        Named after the output files of the runs.

    Raises
    ------
    InputFileError
        If the file is none, or asks for what layers under a beam have not.
    """
    try:
        return _runs(DataLines(read_text(path, "an input file of MCML (.mci)")))
    except ParameterError as problem:
        raise InputFileError(f"{path}: {problem}") from None


def _runs(lines: DataLines) -> list[ImportedCase]:
    version = lines.take("the version of the format, 1.0 or mcmli2.0").words[0]
    if version == "mcmli2.0":
        media = media_of_version_2(lines)
        found = []
        while lines.upcoming not in {"", "end"}:
            found.append(run_of_version_2(lines, media))
    elif version in {"1.0", "1"}:
        count = lines.whole("the number of runs", 1, _MOST_RUNS)
        found = [run_of_version_1(lines) for _ in range(count)]
    else:
        raise ParameterError(
            f"the first line holds {version[:40]!r}; expected the version of an input file of "
            "MCML, 1.0 or mcmli2.0."
        )
    if not found:
        raise ParameterError("the file holds no run; expected one at least.")
    if not lines.is_at_end and lines.upcoming != "end":
        line = lines.take("the end")
        raise ParameterError(
            f"line {line.number} is not read: the file says that it holds {len(found)} runs."
        )
    return found


def run_of_version_1(lines: DataLines) -> ImportedCase:
    """Return the next run of a file of version 1."""
    name, _ = lines.words("a name of the output file, and A or B", 2)
    photons = lines.whole("the number of photons", 1, 10**18)
    steps = lines.numbers("dz and dr in cm", 2, 1e-7, 1e3)
    counts = lines.numbers("the numbers of dz, dr and da", 3, 1, 1e5)
    n_layers = lines.whole("the number of layers", 1, _MOST_LAYERS)
    (above,) = lines.numbers("the index above", 1, 1.0, 4.0)
    rows = [lines.numbers("n, mua, mus, g, d of a layer", 5, -1.0, 1e9) for _ in range(n_layers)]
    (below,) = lines.numbers("the index below", 1, 1.0, 4.0)
    idle = "A or B, and the number of da: what MCML saves"
    return _case(name, photons, (steps, counts), (above, rows, below), idle)


def media_of_version_2(lines: DataLines) -> dict[str, list[float]]:
    """Return the media that a file of version 2 lists, as n, mua, mus, g by name."""
    media: dict[str, list[float]] = {}
    while (line := lines.take("a medium, or 'end'")).words[0] != "end":
        name, *given = line.words
        try:
            media[name] = [float(word) for word in given]
        except ValueError:
            media[name] = []
        if len(media[name]) != 4:
            raise ParameterError(
                f"line {line.number} holds {' '.join(line.words)[:60]!r}; expected a medium: its "
                "name, n, mua, mus, g."
            )
    return media


def run_of_version_2(lines: DataLines, media: dict[str, list[float]]) -> ImportedCase:
    """Return the next run of a file of version 2."""
    name, _ = lines.words("a name of the output file, and A or B", 2)
    rows: list[list[float]] = []
    while (line := lines.take("a layer, or 'end'")).words[0] != "end":
        medium, *thickness = line.words
        if medium not in media:
            raise ParameterError(f"line {line.number}: no medium is named {medium[:40]!r} above.")
        try:
            rows.append([*media[medium], *(float(word) for word in thickness)])
        except ValueError:
            raise ParameterError(
                f"line {line.number} holds {' '.join(line.words)[:60]!r}; expected a medium and a "
                "thickness in cm."
            ) from None
    if len(rows) < 3 or any(len(row) != 5 for row in rows[1:-1]):
        raise ParameterError(
            f"line {line.number} ends the layers; expected a medium above, layers with their "
            "thicknesses, a medium below."
        )
    (kind,) = lines.words("pencil or isotropic", 1)
    if kind != "pencil":
        raise ParameterError(
            f"the source is {kind[:40]!r}; porelight's light falls as a beam from above, expected "
            "pencil."
        )
    start = lines.take("the depth of the source")
    if len(start.words) > 2 or start.words[0] not in {"0", "0.0", "0."}:
        raise ParameterError(
            f"line {start.number}: the source starts {' '.join(start.words)[:40]!r} cm deep; "
            "expected 0, the surface."
        )
    steps = lines.numbers("dz, dr in cm and dt in ps", 3, 0.0, 1e6)[:2]
    counts = lines.numbers("the numbers of dz, dr, dt and da", 4, 0, 1e5)
    lines.take("what is scored")
    # a number of photons, or a time in hours and minutes, or both
    asked = lines.numbers_before(":", "the number of photons, and the time", 0.0, 1e18)
    photons = asked[0] if asked else 0.0
    lines.numbers("the threshold of the weight", 1, 0.0, 1.0)
    lines.take("the seed")
    idle = "dt, da, what is scored, time, threshold and seed: what MCML saves, or how it runs"
    return _case(name, photons, (steps, counts), (rows[0][0], rows[1:-1], rows[-1][0]), idle)


def _case(
    name: str,
    photons: float,
    grid: tuple[list[float], list[float]],
    layers: tuple[float, list[list[float]], float],
    idle: str,
) -> ImportedCase:
    above, rows, below = layers
    tables: list[dict[str, Any]] = []
    for n, mu_a, mu_s, g, thickness in rows:
        one = {
            "mu_a_per_mm": mu_a / _MM,
            "mu_s_per_mm": 0.0 if g == 1.0 else mu_s / _MM,
            "anisotropy": g if mu_s > 0.0 and g != 1.0 else 0.0,
            "refractive_index": n,
            "thickness_mm": thickness * _MM,
        }
        tables.append(one)
    content: dict[str, Any] = {
        "beam": {"profile": "pencil", "diameter_mm": 0.0},
        "layer": tables,
        "index_above": above,
        "index_below": below,
    }
    notes = []
    if rows[-1][4] >= _ENDLESS:
        del tables[-1]["thickness_mm"], content["index_below"]
        notes.append("the last layer is so thick that it has no end here")
    (dz, dr), counts = grid[0], grid[1]
    if min(dz, dr) <= 0.0 or min(counts[:2]) < 1:
        raise ParameterError("dz, dr and their numbers must be above 0; expected a grid.")
    cell = min(dz, dr)
    if dz != dr:
        notes.append(f"cells are {cell * _MM:g} mm along r and z, where MCML has two sizes")
    content["grid"] = {
        "radius_mm": dr * counts[1] * _MM,
        "depth_mm": dz * counts[0] * _MM,
        "first_um": cell * _MM * 1e3,
    }
    if len(rows) > 1 and rows[0][1] == rows[0][2] == 0.0:
        notes.append(
            "light that a clear first layer sends back counts as specular in MCML, as reflectance "
            "here; their sum is the same"
        )
    notes.append(idle)
    try:
        case = LightCase.model_validate(content)
        case.setup()
    except ValidationError as problem:
        told = mistakes_of(LightCase, problem)[0]
        raise ParameterError(f"run {name}, in the units of a light case: {told}") from None
    except ValueError as problem:  # which a ParameterError is too
        raise ParameterError(f"run {name}: {' '.join(str(problem).split())[:300]}") from None
    return ImportedCase(name, case, tuple(notes), photons)
