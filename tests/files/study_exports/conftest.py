"""A small study as plain records, with everything in it that exports have to carry."""

import io
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256

import numpy as np
import pytest
from PIL import Image

from porelight.files.study_exports.content import (
    ExportedChange,
    ExportedComparison,
    ExportedForecast,
    ExportedMeasurement,
    ExportedPhotograph,
    ExportedSubject,
    ExportedTreatment,
    ExportedVisit,
    StudyContent,
)

VERSION = "0.1.0+40c36c9dbd6f9a78"
CAMERA = "NUMBER-1234567"
PORES = (
    "pore,row_mm,col_mm,diameter_mm,area_mm2,elongation,angle_deg,contrast,score\n"
    "1,0.25,0.5,0.4123,0.1335,1.2,30,0.1,0.93\n"
    "2,0.75,0.125,0.5,0.19635,1.1,-15,0.2,0.875\n"
)
ROWS, COLS = 24, 40  # of a photograph held upright


def estimate(value: float, spread: float) -> dict[str, float]:
    return {"value": value, "low": value - spread, "high": value + 2.0 * spread}


def summary_of(seed: int, *, has_sheet: bool = False) -> dict[str, object]:
    """Return what summary.json of a measurement holds, with numbers of no special kind."""
    random = np.random.default_rng(seed)
    density = 40.0 + 10.0 * random.random()
    return {
        "format": "porelight measurement 3",
        "porelight_version": "0.1.0",
        "photograph": {"cols_px": COLS, "rows_px": ROWS, "px_per_mm": 12.5},
        "zone": "cheek",
        "zone_area_cm2": 0.0608,
        "interval_coverage": 0.9,
        "found": 2,
        "counted_from_mm": 0.25,
        "count": estimate(density * 0.0608, 0.1),
        "density_per_cm2": estimate(density, 3.0 + random.random()),
        "area_fraction": estimate(0.08, 0.01),
        "diameter_mm": {
            f"p{share}": estimate(0.3 + share / 300.0 + 0.01 * random.random(), 0.02)
            for share in (10, 25, 50, 75, 90)
        },
        "estimated_false_share": 0.083,
        "scale": {"px_per_mm": 12.5, "error_percent": 1.0, "source": "known", "note": "given"},
        "quality": [{"name": "blur", "verdict": "limited"}, {"name": "noise", "verdict": "fine"}],
        "tone": {
            "typology_angle_deg": estimate(41.5, 2.0) if has_sheet else None,
            "lightness": 66.8,
            "red_green": 8.5,
            "blue_yellow": 5.5,
            "erythema_index": 14.2,
            "shiny_share": 0.064,
            "shine": 0.129,
            "texture": 0.039,
        },
        "pigment": {"melanosome_fraction": estimate(0.03, 0.005)} if has_sheet else None,
        "warnings": ["the lamp stands, so to say, low"],
    }


def compared() -> dict[str, object]:
    return {
        "format": "porelight comparison 1",
        "interval_coverage": 0.95,
        "diameter_change_percent": estimate(-6.125, 1.5),
        "area_change_percent": estimate(-11.9, 2.9),
        "change_is_real": True,
        "smallest_detectable_change_percent": 4.2,
        "found_in_four_of_five_percent": 6.0,
        "error_of_pores_percent": 1.1,
        "error_of_light_and_focus_percent": 0.9,
        "pores_in_both": 2,
        "shared_skin_cm2": 0.05,
    }


def photograph_file(seed: int) -> bytes:
    """Return a JPEG on its side that tells where, when and with which camera it was taken."""
    random = np.random.default_rng(seed)
    pixels = random.integers(90, 200, (ROWS, COLS, 3), dtype=np.uint8)
    exif = Image.Exif()
    exif[0x010F] = f"{CAMERA} maker"
    exif[0xA431] = CAMERA
    exif[0x0112] = 6  # to be turned by a quarter
    exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 36.0)})
    made = io.BytesIO()
    turned = Image.fromarray(pixels).transpose(Image.Transpose.ROTATE_90)
    turned.save(made, "JPEG", quality=95, exif=exif, comment=f"taken with {CAMERA}")
    return made.getvalue()


class KeptFiles:
    """Photographs and pores of the study, in memory; tells what was asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, int]] = []

    def photograph(self, number: int) -> bytes:
        """Return a JPEG."""
        self.asked.append(("photograph", number))
        return photograph_file(number)

    def pores(self, measurement: int) -> tuple[bytes, bytes]:
        """Return two pores."""
        self.asked.append(("pores", measurement))
        return PORES.encode(), b"# possible pores\n"

    def forecast(self, number: int) -> bytes | None:
        """Return what may pass for NetCDF."""
        self.asked.append(("forecast", number))
        return b"\x89HDF forecast"


@pytest.fixture
def files() -> KeptFiles:
    return KeptFiles()


@pytest.fixture
def content(files) -> StudyContent:
    return content_of(files)


@pytest.fixture(scope="session")
def make_content() -> Callable[[], StudyContent]:
    return lambda: content_of(KeptFiles())


@pytest.fixture(scope="session", name="photograph_file")
def photograph_file_fixture() -> Callable[[int], bytes]:
    return photograph_file


@pytest.fixture(scope="session")
def camera() -> str:
    """Return what the files of the photographs tell of their camera."""
    return CAMERA


def content_of(files: KeptFiles) -> StudyContent:
    first = ExportedVisit("S01", "baseline", "2027-03-01", 0)
    later = ExportedVisit("S01", "Week 6", "2027-04-12", 42)
    other = ExportedVisit("S02", "baseline")

    def taken(number, visit, zone, take="1", state="measured", arm="", **more):
        made = ExportedPhotograph(
            number,
            visit,
            zone,
            take,
            arm,
            sha256(photograph_file(number)).hexdigest(),
            "2027-05-01T10:00:00Z",
            "known",
            12.5,
            state,
        )
        if state == "measured":
            settings = {"zone": zone, "false_discovery": None}
            summary = summary_of(number, has_sheet=number == 6)
            made = replace(
                made,
                measurement=ExportedMeasurement(
                    100 + number, "2027-05-02T10:00:00Z", VERSION, settings, summary
                ),
            )
        return replace(made, **more)

    photographs = [
        taken(1, first, "left cheek", arm="laser"),
        taken(5, first, "left cheek", "2", arm="laser"),
        taken(2, first, "nose", state="refused", reason="S01/baseline/nose 1: 3 px/mm, too coarse"),
        taken(3, later, "left cheek", arm="laser"),
        taken(4, later, "nose", state="waiting"),
        taken(6, other, "left cheek", arm="control", scale_source="marker", px_per_mm=None),
    ]
    by_number = {one.number: one for one in photographs}
    pair = by_number[1], by_number[3]
    return StudyContent(
        "pilot 2027",
        [ExportedSubject("S01", "a" * 32, "Berlin"), ExportedSubject("S02", "b" * 32, "Wien")],
        [first, later, other],
        photographs,
        files,
        ["baseline", "Week 6"],
        "2027-05-02T10:00:00Z",
        [
            ExportedComparison(
                9, *pair, "done", "", VERSION, "2027-05-02T10:00:00Z", compared()
            ),
            ExportedComparison(
                10, by_number[5], by_number[3], "refused", "no shared skin", VERSION,
                "2027-05-02T10:00:00Z", None,
            ),
        ],
        [ExportedTreatment(
            3, "S01", "baseline", "2027-03-01", 0, "laser_genesis",
            {"device": "laser_genesis", "radiant_exposure_j_cm2": 14.0, "passes": 2},
        )],
        [ExportedForecast(
            4, "S01", "done", "", VERSION, "2027-05-02T10:00:00Z", {"days": 84},
            {"pore_area_change_percent": -8.5},
        )],
        [ExportedChange(
            later, "baseline", "left cheek", "laser", 42, "compared", "", 1, 1,
            (-6.125, -7.5, -3.25),
        )],
    )  # fmt: skip
