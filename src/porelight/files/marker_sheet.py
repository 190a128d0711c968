"""The sheet to lay beside the skin: markers, ruler, patches, true to size, as one page of PDF."""

from io import BytesIO
from pathlib import Path
from typing import Literal

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from porelight import __version__
from porelight.files.kinds import ResultKind, names_porelight
from porelight.files.writing import replacing
from porelight.photo.marker import LARGE, PATCHES, SIDES, SMALL, marker_image
from porelight.units import mm

Paper = Literal["a4", "letter"]

_MARK = "sheet by porelight"
MARKER_SHEET = ResultKind("a sheet", (".pdf",), names_porelight(_MARK, anywhere=True))
_SIZES = {"a4": (210.0, 297.0), "letter": (215.9, 279.4)}  # mm
_INCH = 25.4  # mm
_MODULES = 6  # of a marker's side: four of data and the black rim
_RIM = 4.0  # mm of white around a card's content
_TEXT = (
    "Print at 100 % (actual size), not fitted to the page, on matt white paper.",
    "Check the long ruler below with a real one: 150 mm must be 150 mm, to half a millimetre.",
    "Cut out a card along the thin line. Lay all of it, with its white rim, flat on the skin",
    "beside the pores, in the same plane and light, and keep it in focus. Do not laminate it.",
    "The printed colours are no standard: only paper white, and only roughly, is.",
)


def write_marker_sheet(path: Path | str, paper: Paper = "a4") -> Path:
    """Write the sheet.

    Parameters
    ----------
    path : Path
        PDF file; an existing one is replaced.
    paper : str
        "a4" or "letter".

    Returns
    -------
    Path
        The file.

    Raises
    ------
    InputFileError
        If it cannot be written.
    """
    target = Path(path)
    width, height = _SIZES[paper]
    figure = Figure(figsize=(width / _INCH, height / _INCH))
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_xlim(0.0, width)
    axes.set_ylim(height, 0.0)  # y grows downwards, in millimetres of paper
    axes.axis("off")
    left = 25.0
    axes.text(left, 22.0, "porelight: scale and tone", fontsize=16, va="baseline")
    for i, line in enumerate(_TEXT):
        axes.text(left, 31.0 + 5.5 * i, line, fontsize=9.5, va="baseline")
    _ruler(axes, left, 72.0, 150)
    for i in range(3):
        _large_card(axes, left, 95.0 + 46.0 * i)
        _small_card(axes, left + 75.0, 95.0 + 46.0 * i)
        _small_card(axes, left + 75.0, 95.0 + 46.0 * i + 22.0)
    about = {"CreationDate": None, "Creator": f"{_MARK} {__version__}"}
    # in memory: on a full disk a PDF that is being written ends in an error of zlib
    sheet = BytesIO()
    figure.savefig(sheet, format="pdf", metadata=about)
    with replacing(target, MARKER_SHEET) as temporary:
        temporary.write_bytes(sheet.getvalue())
    return target


def _large_card(axes: Axes, x: float, y: float) -> None:
    side = SIDES[LARGE] / mm
    right = max((patch.left + patch.side) / mm for patch in PATCHES)
    _frame(axes, x, y, right, side + 10.0)
    _marker(axes, x, y, LARGE)
    for patch in PATCHES:
        at = (x + patch.left / mm, y + patch.top / mm)
        width = patch.side / mm
        axes.add_patch(
            Rectangle(at, width, width, facecolor=patch.level, edgecolor="0.6", linewidth=0.2)
        )
    _ruler(axes, x, y + side + 2.0, 50)


def _small_card(axes: Axes, x: float, y: float) -> None:
    side = SIDES[SMALL] / mm
    _frame(axes, x, y, side + 24.0, side)
    _marker(axes, x, y, SMALL)
    _ruler(axes, x + side + 3.0, y + 1.0, 20)


def _frame(axes: Axes, x: float, y: float, width: float, height: float) -> None:
    axes.add_patch(
        Rectangle(
            (x - _RIM, y - _RIM),
            width + 2.0 * _RIM,
            height + 2.0 * _RIM,
            fill=False,
            edgecolor="0.8",
            linewidth=0.3,
        )
    )


def _marker(axes: Axes, x: float, y: float, number: int) -> None:
    cell = SIDES[number] / mm / _MODULES
    # one black square under white cells, so that no hairline shows between black ones
    axes.add_patch(
        Rectangle((x, y), _MODULES * cell, _MODULES * cell, facecolor="black", linewidth=0.0)
    )
    for i, row in enumerate(marker_image(number, _MODULES)):
        for j, value in enumerate(row):
            if value > 127:
                at = (x + j * cell, y + i * cell)
                axes.add_patch(Rectangle(at, cell, cell, facecolor="white", linewidth=0.0))


def _ruler(axes: Axes, x: float, y: float, length: int) -> None:
    for k in range(length + 1):
        tick = 6.0 if k % 10 == 0 else 4.5 if k % 5 == 0 else 3.0
        axes.plot(
            [x + k, x + k], [y, y + tick], color="black", linewidth=0.6, solid_capstyle="butt"
        )
        if k % 10 == 0:
            axes.text(x + k, y + 8.6, str(k), fontsize=6, ha="center", va="baseline")
