"""The folder that a measurement is saved in: tables, pictures and a summary.

Everything in it is in clinic units, which the names tell. A folder appears complete or not at all:
it is written beside its place under another name and renamed.
"""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from porelight import __version__
from porelight.errors import InputFileError, ParameterError
from porelight.files.acquisition import acquisition_document
from porelight.files.documents import save_document
from porelight.files.kinds import ResultKind, folder_of
from porelight.files.png import write_png
from porelight.files.possible_pores import possible_table, read_possible
from porelight.files.summaries import FORMAT, load_summary
from porelight.files.tables import read_table
from porelight.files.writing import folder_replacing
from porelight.photo.estimate import COVERAGE, SHARES, Estimate
from porelight.photo.overlay import enlarged_times, overlay_strips
from porelight.photo.pore_probability import COUNTED_FROM
from porelight.photo.strips import beside, strips
from porelight.quantities import PORE_DIAMETER, Floats
from porelight.tissue.own_optics import OwnOptics
from porelight.tissue.population import PorePopulation
from porelight.units import cm2, degree, mm, mm2, per_mm
from porelight.workflows.measure import MeasuredPhotograph

FILES = ("pores.csv", "possible.csv", "mask.png", "overlay.png", "summary.json")
OPTICS = "optics.toml"  # there if the sheet was in view
MEASUREMENT = ResultKind(
    "a measurement", (), folder_of((*FILES, OPTICS), "summary.json", FORMAT.rstrip("0123456789"))
)
COLUMNS = (
    "pore",
    "row_mm",
    "col_mm",
    "diameter_mm",
    "area_mm2",
    "elongation",
    "angle_deg",
    "contrast",
    "score",
)
NOTICE = "A research tool: no diagnosis and no medical device."

_SMALLEST_MM = PORE_DIAMETER.low / mm
_LARGEST_MM = PORE_DIAMETER.high / mm


@dataclass(frozen=True, slots=True, eq=False)
class MeasuredFolder:
    """The content of a folder of a measurement.

    Attributes
    ----------
    population : PorePopulation
        The measured pores.
    summary : mapping
        Content of summary.json.
    overlay, mask : Path
        Picture with the outlines of pores, and picture with pores in white.
    optics : OwnOptics or None
        The person's optics as far as the colour told them; None without the sheet in view.
    """

    population: PorePopulation
    summary: Mapping[str, Any]
    overlay: Path
    mask: Path
    optics: OwnOptics | None = None

    @property
    def zone(self) -> str:
        """Zone of the tissue model that was measured."""
        return str(self.summary["zone"])


def summary(measured: MeasuredPhotograph) -> dict[str, object]:
    """Return the numbers of a measured photograph in clinic units, ready for JSON.

    Parameters
    ----------
    measured : MeasuredPhotograph
        The measured photograph.

    Returns
    -------
    dict
        Each estimate as ``{"value", "low", "high"}``. `found` pores are in ``pores.csv``; `count`
        is how many there are of `counted_from_mm` and more; `diameter_mm` is keyed by quantile and
        empty without pores.
    """
    measurement, photograph = measured.measurement, measured.photograph
    names = [f"p{100 * share:.0f}" for share in SHARES]
    return {
        "format": FORMAT,
        "porelight_version": __version__,
        "notice": NOTICE,
        "photograph": {
            "name": photograph.name,
            "cols_px": photograph.shape[1],
            "rows_px": photograph.shape[0],
            "px_per_mm": photograph.px_per_metre / per_mm,
            "scale_error_percent": 100.0 * photograph.scale_error,
            "camera": photograph.camera or None,
            "taken": photograph.taken or None,
        },
        "settings": {"zone": measurement.zone, "false_discovery": measurement.q},
        "zone": measurement.zone,
        "zone_area_cm2": measurement.zone_area / cm2,
        "interval_coverage": COVERAGE,
        "found": measurement.n,
        "counted_from_mm": COUNTED_FROM / mm,
        "count": _in(measurement.count, 1.0),
        "density_per_cm2": _in(measurement.density, 1.0 / cm2),
        "area_fraction": _in(measurement.area_fraction, 1.0),
        "diameter_mm": {
            name: _in(quantile, mm)
            for name, quantile in zip(names, measurement.diameter_quantiles, strict=False)
        },
        "estimated_false_share": measurement.false_share,
        "unlabelled_share": measurement.unlabelled_share,
        "rejected": {
            kind: getattr(measurement.rejected, kind)
            for kind in ("highlights", "hairs", "wrinkles", "folds", "moles")
        },
        **acquisition_document(measured),
        "warnings": list(measured.warnings),
    }


def save_measurement(measured: MeasuredPhotograph, folder: Path | str) -> Path:
    """Write the pores, their uncertainty, pictures and a summary into a folder, all or none.

    Parameters
    ----------
    measured : MeasuredPhotograph
        The measured photograph.
    folder : Path
        Folder to write: new, empty, or that of an earlier measurement, which is replaced.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    InputFileError
        If the folder holds anything else, or cannot be written.
    """
    place = Path(folder).absolute()
    with folder_replacing(place, MEASUREMENT) as new:
        # pictures are packed without the interpreter, which writes the tables meanwhile
        beside(lambda: _save_pictures(measured, new), lambda: _save_tables(measured, new))
        save_document(summary(measured), new / "summary.json")
        if measured.optics is not None:
            # with the vocabulary of courses, which a photograph without the sheet does not need
            from porelight.files.own_optics import save_optics  # noqa: PLC0415

            save_optics(measured.optics, new / OPTICS)
    return place


def _save_tables(measured: MeasuredPhotograph, folder: Path) -> None:
    for name, text in pore_tables(measured).items():
        (folder / name).write_text(text, encoding="utf-8", newline="")


def _save_pictures(measured: MeasuredPhotograph, folder: Path) -> None:
    shape = measured.photograph.shape
    drawn = measured.measurement.drawn
    masks = (drawn[part].view(np.uint8) * np.uint8(255) for part in strips(shape))
    write_png(folder / "mask.png", shape, masks)
    times = enlarged_times(measured.photograph)
    pictures = overlay_strips(measured.photograph, measured.measurement)
    write_png(folder / "overlay.png", (times * shape[0], times * shape[1]), pictures)


def pore_tables(measured: MeasuredPhotograph) -> dict[str, str]:
    """Return the tables of the pores, and of their uncertainty, by the names of their files."""
    measurement = measured.measurement
    columns = (
        measurement.row / mm,
        measurement.col / mm,
        measurement.diameters / mm,
        measurement.area / mm2,
        measurement.elongation,
        measurement.angle / degree,
        measurement.contrast,
        measurement.score,
    )
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for number, row in enumerate(zip(*columns, strict=True), start=1):
        writer.writerow([number, *(f"{value:.6g}" for value in row)])
    possible = possible_table(measurement.estimates.possible)
    return {"pores.csv": text.getvalue(), "possible.csv": possible}


def pores_of(table: bytes) -> dict[str, Floats]:
    """Return the columns of a pores.csv that `pore_tables` made, by name, shape (n,) each."""
    lines = table.decode().splitlines()[1:]
    cells = np.array([line.split(",") for line in lines], np.float64).reshape(-1, len(COLUMNS))
    return dict(zip(COLUMNS, cells.T, strict=True))


def load_measured(folder: Path | str) -> MeasuredFolder:
    """Read a folder that `save_measurement` wrote.

    Parameters
    ----------
    folder : Path
        Folder to read.

    Returns
    -------
    MeasuredFolder
        Its content.

    Raises
    ------
    InputFileError
        If a file is missing or does not hold what it should, or there is no pore.
    """
    place = Path(folder)
    try:
        is_folder = place.is_dir()
    except OSError:  # a name that is too long, a loop of links
        is_folder = False
    if not is_folder:
        raise InputFileError(f"{place}: no such folder; expected one of 'porelight measure'.")
    missing = [name for name in FILES if not (place / name).is_file()]
    # an older summary says better what to do than the lack of a newer file
    content = {} if "summary.json" in missing else load_summary(place / "summary.json")
    if missing:
        raise InputFileError(
            f"{place}: {missing[0]} is missing; expected a folder of 'porelight measure'."
        )
    possible = read_possible(place / "possible.csv")
    diameter = _diameters_of(place / "pores.csv")
    found = content["found"]
    if diameter.size != found:
        raise InputFileError(
            f"{place}: pores.csv has {diameter.size} pores but summary.json tells of {found}; "
            "measure the photograph again."
        )
    if diameter.size == 0:
        raise InputFileError(
            f"{place}: no pores were found in that photograph, so there is nothing to simulate; "
            "use typical pores."
        )
    try:
        population = PorePopulation.measured(
            diameter * mm,
            content["zone_area_cm2"] * cm2,
            diameter_factor=possible.diameter_factor,
            density_factor=possible.density_factor,
        )
    except ParameterError as problem:
        raise InputFileError(f"{place}: {problem}") from None
    own = None
    if (place / OPTICS).is_file():
        from porelight.files.own_optics import read_optics  # noqa: PLC0415  as in `save_measurement`

        own = read_optics(place / OPTICS)
    return MeasuredFolder(population, content, place / "overlay.png", place / "mask.png", own)


def _in(estimate: Estimate, unit: float) -> dict[str, float]:
    return {key: getattr(estimate, key) / unit for key in ("value", "low", "high")}


def _diameters_of(path: Path) -> Floats:
    wanted = f"the columns {', '.join(COLUMNS)}, as 'porelight measure' writes them"
    table = read_table(path, wanted)
    table.require(("diameter_mm",), wanted, optional=COLUMNS)
    diameters = table.numbers(("diameter_mm",))[:, 0]
    for line, value in zip(table.lines, diameters, strict=True):
        if not _SMALLEST_MM <= value <= _LARGEST_MM:
            raise InputFileError(
                f"{path}, line {line}: diameter_mm is {value:g}; expected {_SMALLEST_MM:g} to "
                f"{_LARGEST_MM:g} mm."
            )
    return diameters
