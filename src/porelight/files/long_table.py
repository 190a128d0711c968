"""An outcome as one long table in CSV, for R, pandas or a spreadsheet.

Each row is one number: the name of the outcome, its SI unit, the draw, the day, the value. Outcomes
with one value for all days leave the day empty. All outcomes with draws are in the table; profiles
of sessions over depth are in the NetCDF file alone.
"""

import csv
from pathlib import Path

import numpy as np

from porelight.course.outcome import Outcome
from porelight.files.kinds import ResultKind, names_porelight
from porelight.files.writing import replacing

HEADER = ("outcome", "unit", "draw", "day", "value")
LONG_TABLE = ResultKind("a long table", (".csv",), names_porelight(",".join(HEADER) + "\n"))


def write_long_table(outcome: Outcome, path: Path) -> Path:
    """Write every outcome of the draws, a row for each number; draws are counted from 1.

    Parameters
    ----------
    outcome : Outcome
        The outcome of a course.
    path : Path
        CSV file to write, in UTF-8.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    InputFileError
        If the folder does not exist or cannot be written.
    """
    days = [f"{day:.10g}" for day in outcome.days]
    with (
        replacing(path, LONG_TABLE) as temporary,
        temporary.open("w", encoding="utf-8", newline="") as file,
    ):
        table = csv.writer(file, lineterminator="\n")
        table.writerow(HEADER)
        for name, about in outcome.variables.items():
            if not about.is_of_draws:
                continue
            when = days if about.is_history else [""]
            values = outcome[name].to_numpy()
            if values.ndim == 1:
                values = values[:, None]
            # seven digits: what a file of float32 holds
            texts = np.char.mod("%.7g", values.astype(np.float64))
            table.writerows(
                (name, about.unit, draw, day, text)
                for draw, row in enumerate(texts, start=1)
                for day, text in zip(when, row, strict=True)
            )
    return path
