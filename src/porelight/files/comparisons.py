"""The folder of a comparison: pores.csv, change.png, summary.json, in clinic units."""

import csv
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from porelight import __version__
from porelight.errors import InputFileError
from porelight.files.documents import save_document
from porelight.files.kinds import ResultKind, folder_of
from porelight.files.measurements import NOTICE
from porelight.files.writing import folder_replacing
from porelight.photo.change import COVERAGE
from porelight.photo.compare import NONE, Comparison
from porelight.photo.darkness import SCALE
from porelight.photo.estimate import Estimate
from porelight.photo.photograph import Photograph
from porelight.units import cm2, degree, mm
from porelight.workflows.compare import ComparedPhotographs
from porelight.workflows.forecast_check import ForecastCheck
from porelight.workflows.preview import PreviewedPhotograph

FILES = ("pores.csv", "change.png", "summary.json")
FORMAT = "porelight comparison 1"
COMPARISON = ResultKind(
    "a comparison", (), folder_of(FILES, "summary.json", FORMAT.rstrip("0123456789"))
)
COLUMNS = (
    "pore",
    "row_mm",
    "col_mm",
    "diameter_mm",
    "seen",
    "change_percent",
    "change_low_percent",
    "change_high_percent",
    "is_own",
)

_Z = 1.959964
_SEEN = {(True, True): "both", (True, False): "first", (False, True): "second"}
Colour = tuple[int, int, int]
# BGR of blue, vermilion, yellow, white
_SHRANK, _GREW, _SAME, _ALONE = (178, 114, 0), (0, 94, 213), (66, 228, 240), (255, 255, 255)
_LEGEND: dict[Colour, str] = {
    _SHRANK: "narrower",
    _GREW: "wider",
    _SAME: "no sure change",
    _ALONE: "seen at one visit only",
}
_ENLARGED = 4
_LINE, _INDENT, _LEGEND_WIDTH = 30, 44, 330  # px
_GROUND, _INK = 90, (255, 255, 255)  # dark enough for all four colours


def comparison_summary(compared: ComparedPhotographs) -> dict[str, object]:
    """Return the numbers of a comparison in clinic units, ready for JSON.

    Parameters
    ----------
    compared : ComparedPhotographs
        The comparison, from `porelight.workflows.compare.compare`.
    """
    names = compared.before.photograph.name, compared.after.photograph.name
    forecast = None if compared.forecast is None else _forecast(compared.forecast)
    return change_summary(compared.comparison, names, compared.warnings) | {"forecast": forecast}


def change_summary(
    comparison: Comparison, names: tuple[str, str], warnings: tuple[str, ...]
) -> dict[str, object]:
    """Return the numbers of a comparison that no forecast was held against.

    Parameters
    ----------
    comparison : Comparison
        The comparison, from `porelight.photo.compare.compare`.
    names : tuple of str
        Names of the two photographs.
    warnings : tuple of str
        What limits it.
    """
    change, pores, laid = comparison.diameter, comparison.pores, comparison.registration
    return {
        "format": FORMAT,
        "porelight_version": __version__,
        "notice": NOTICE,
        "before": names[0],
        "after": names[1],
        "interval_coverage": COVERAGE,
        "diameter_change_percent": change_percent(change.ratio),
        "area_change_percent": {
            key: 100.0 * (getattr(change.ratio, key) ** 2 - 1.0) for key in ("value", "low", "high")
        },
        "change_is_real": change.is_real,
        "smallest_detectable_change_percent": 100.0 * change.smallest_detectable,
        "found_in_four_of_five_percent": 100.0 * change.found_in_four_of_five,
        "error_of_pores_percent": 100.0 * change.statistical,
        "error_of_light_and_focus_percent": 100.0 * change.systematic,
        "pores_in_both": pores.n_matched,
        "pores_in_first_only": pores.n_lost,
        "pores_in_second_only": pores.n_new,
        "shared_skin_cm2": comparison.shared_area / cm2,
        "turned_degrees": laid.rotation / degree,
        "scale_by_the_skin": laid.scale,
        "skin_bent_um": laid.warp / 1e-6,
        "correlation": laid.correlation,
        "blur_made_equal_px2": comparison.blur,
        "warnings": list(warnings),
        "forecast": None,
    }


def preview_summary(shown: PreviewedPhotograph) -> dict[str, object]:
    """Return the numbers of a preview and of measuring it again in per cent, ready for JSON.

    Parameters
    ----------
    shown : PreviewedPhotograph
        The preview, from `porelight.workflows.preview.preview`.
    """
    return {
        "drawn_percent": 100.0 * (shown.predicted - 1.0),
        "measured_percent": change_percent(shown.measured.ratio),
        "agrees": shown.agrees,
        "warnings": list(shown.warnings),
    }


def change_percent(ratio: Estimate) -> dict[str, float]:
    """Return a ratio of later over earlier as a change [%]."""
    return {key: 100.0 * (getattr(ratio, key) - 1.0) for key in ("value", "low", "high")}


def _forecast(check: ForecastCheck) -> dict[str, object]:
    return {
        "day": check.day,
        "forecast_percent": {
            key: 100.0 * (getattr(check, key) - 1.0) for key in ("low", "median", "high")
        },
        "measured_percent": 100.0 * (check.measured - 1.0),
        "share_of_forecast_below": check.share_below,
        "is_within": check.is_within,
    }


def save_comparison(compared: ComparedPhotographs, folder: Path | str) -> Path:
    """Write a comparison into a folder, all or nothing.

    Parameters
    ----------
    compared : ComparedPhotographs
        The comparison, from `porelight.workflows.compare.compare`.
    folder : Path
        Folder to write: new, empty, or that of an earlier comparison, which is replaced.

    Raises
    ------
    InputFileError
        If the folder holds anything else, or cannot be written.
    """
    place = Path(folder).absolute()
    with folder_replacing(place, COMPARISON) as new:
        _write_pores(new / "pores.csv", compared.comparison)
        picture = change_picture(compared.comparison, compared.before.photograph)
        done, data = cv2.imencode(".png", picture)
        if not done:
            raise InputFileError(f"{place}: the picture cannot be encoded as PNG.")
        (new / "change.png").write_bytes(data.tobytes())
        save_document(comparison_summary(compared), new / "summary.json")
    return place


def change_picture(comparison: Comparison, before: Photograph) -> NDArray[np.uint8]:
    """Return the first photograph with a ring on each pore, coloured by its change, in BGR.

    A legend lies below it. Rings of pores that differ from the change of their zone are thick.
    """
    rows, cols = comparison.registration.shared.shape
    # stretched, as pores are hardly darker than skin
    grey = cv2.createCLAHE(3.0).apply(cv2.cvtColor(before.pixels, cv2.COLOR_RGB2GRAY))
    large = cv2.resize(grey, (cols * _ENLARGED, rows * _ENLARGED), interpolation=cv2.INTER_CUBIC)
    picture = cv2.cvtColor(large, cv2.COLOR_GRAY2BGR)
    shared = cv2.resize(
        comparison.registration.shared.astype(np.uint8),
        None,
        fx=_ENLARGED,
        fy=_ENLARGED,
        interpolation=cv2.INTER_NEAREST,
    )
    picture[shared == 0] //= 2
    pores = comparison.pores
    # against the change of the zone, as single pores are noisy and drawn towards it
    centre = float(np.log(comparison.diameter.ratio.value))
    sure = np.abs(pores.log_ratio) > pores.error
    for i in range(pores.row.size):
        at = tuple(round(x * SCALE * _ENLARGED) for x in (pores.col[i], pores.row[i]))
        radius = max(5, round(0.75 * pores.diameter[i] * SCALE * _ENLARGED))
        colour = _ALONE if not pores.is_matched[i] else _SAME
        if pores.is_matched[i] and sure[i] and pores.is_own[i]:
            colour = _SHRANK if pores.log_ratio[i] < 0.0 else _GREW
        thick = 2 if abs(pores.log_ratio[i] - centre) > pores.error[i] else 1
        cv2.circle(picture, (at[0], at[1]), radius, colour, thick, cv2.LINE_AA)
    return _with_legend(np.asarray(picture, np.uint8))


def _with_legend(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    narrow = max(0, _LEGEND_WIDTH - picture.shape[1])
    below = (len(_LEGEND) + 1) * _LINE
    padding = ((0, below), (0, narrow), (0, 0))
    whole = np.ascontiguousarray(np.pad(picture, padding, constant_values=_GROUND))
    for i, (colour, text) in enumerate(_LEGEND.items()):
        middle = picture.shape[0] + (i + 1) * _LINE
        cv2.circle(whole, (_INDENT // 2, middle), 9, colour, 2, cv2.LINE_AA)
        at = (_INDENT, middle + 6)
        cv2.putText(whole, text, at, cv2.FONT_HERSHEY_SIMPLEX, 0.6, _INK, 1, cv2.LINE_AA)
    return whole


def _write_pores(path: Path, comparison: Comparison) -> None:
    pores = comparison.pores
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for i in range(pores.row.size):
            found = (
                bool(pores.before[i] != NONE or pores.is_matched[i]),
                bool(pores.after[i] != NONE or pores.is_matched[i]),
            )
            change = [
                100.0 * float(np.expm1(pores.log_ratio[i] + k * _Z * pores.error[i]))
                for k in (0.0, -1.0, 1.0)
            ]
            place = (pores.row[i] / mm, pores.col[i] / mm, pores.diameter[i] / mm)
            writer.writerow(
                [
                    i + 1,
                    *(f"{value:.6g}" for value in place),
                    _SEEN[found],
                    *(f"{value:.4g}" for value in change),
                    "yes" if pores.is_own[i] else "no",
                ]
            )
