"""The summary.json of a measurement: its keys, and reading it back."""

from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import model_validator

from porelight.errors import InputFileError
from porelight.files.documents import (
    DocumentModel,
    FractionNumber,
    WholeNumber,
    read_json,
    require_order,
)
from porelight.files.toml_tables import number, validated
from porelight.tissue.person import Zone
from porelight.units import cm2, mm2

FORMAT = "porelight measurement 3"
_ROUNDING = 1e-6

Pixels = Annotated[int, number("px", 1, 200_000, "side of the photograph")]
PixelsPerMm = Annotated[float, number("px/mm", 0.1, 1000.0, "scale of the photograph")]
Percent = Annotated[float, number("%", 0.0, 100.0, "uncertainty of the scale")]
Pores = Annotated[float, number("1", 0.0, 1e7, "a number of pores")]
Diameter = Annotated[float, number("mm", 0.0, 5.0, "diameter of a pore")]


class EstimateModel(DocumentModel):
    """A number with its interval."""

    value: float
    low: float
    high: float

    @model_validator(mode="after")
    def _require_order(self) -> Self:
        require_order(self, "low", "high")
        return self


class CountModel(EstimateModel):
    """A number of pores, of a zone or of a square centimetre."""

    value: Pores
    low: Pores
    high: Pores


class ShareModel(EstimateModel):
    """A share with its interval."""

    value: FractionNumber
    low: FractionNumber
    high: FractionNumber


class DiameterModel(EstimateModel):
    """A diameter with its interval."""

    value: Diameter
    low: Diameter
    high: Diameter


class _Photograph(DocumentModel):
    name: str
    cols_px: Pixels
    rows_px: Pixels
    px_per_mm: PixelsPerMm
    scale_error_percent: Percent
    camera: str | None = None  # files of before have neither
    taken: str | None = None


class _Settings(DocumentModel):
    zone: str
    false_discovery: FractionNumber | None


class _Rejected(DocumentModel):
    highlights: WholeNumber
    hairs: WholeNumber
    wrinkles: WholeNumber
    folds: WholeNumber
    moles: WholeNumber


class _Scale(DocumentModel):
    px_per_mm: PixelsPerMm
    error_percent: Percent
    source: str
    note: str


class _Finding(DocumentModel):
    name: str
    value: float
    unit: str
    limited_beyond: float
    refused_beyond: float
    verdict: Literal["fine", "limited", "refused"]
    source: str


class _Tone(DocumentModel):
    is_absolute: bool
    typology_angle_deg: EstimateModel | None
    typology: str
    lightness: float
    red_green: float
    blue_yellow: float
    erythema_index: float
    shiny_share: float
    shine: float
    texture: float


class _Pigment(DocumentModel):
    melanosome_fraction: ShareModel
    blood_multiplier: EstimateModel


class SummaryModel(DocumentModel):
    """The numbers of a measured photograph in clinic units."""

    format: str
    porelight_version: str
    notice: str
    photograph: _Photograph
    settings: _Settings
    zone: Zone
    zone_area_cm2: Annotated[float, number("cm2", 1e-4, 2e4, "area of the zone")]
    interval_coverage: FractionNumber
    found: WholeNumber
    counted_from_mm: Diameter
    count: CountModel
    density_per_cm2: CountModel
    area_fraction: ShareModel
    diameter_mm: dict[str, DiameterModel]
    estimated_false_share: FractionNumber
    unlabelled_share: FractionNumber
    rejected: _Rejected
    scale: _Scale
    quality: list[_Finding]
    tone: _Tone | None
    pigment: _Pigment | None = None  # files of before have none
    warnings: list[str]


def load_summary(path: Path) -> dict[str, Any]:
    """Return the content of a summary.json.

    Raises
    ------
    InputFileError
        If it is missing, damaged, or of another version; the key is named.
    """
    content = read_json(path, "the summary.json that 'porelight measure' writes")
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise InputFileError(f'{path}: expected "format": "{FORMAT}"; measure again.')
    validated(SummaryModel, content, path)
    photograph = content["photograph"]
    sides = [photograph[f"{side}_px"] / photograph["px_per_mm"] for side in ("cols", "rows")]
    whole = sides[0] * sides[1] * mm2 / cm2
    if content["zone_area_cm2"] > whole * (1.0 + _ROUNDING):
        raise InputFileError(
            f"{path}: zone_area_cm2 is {content['zone_area_cm2']:g} cm2; expected at most "
            f"{whole:.4g} cm2, all of the photograph. Measure again."
        )
    count, density = content["count"]["value"], content["density_per_cm2"]["value"]
    if abs(count - density * content["zone_area_cm2"]) > _ROUNDING * max(count, 1.0):
        raise InputFileError(
            f"{path}: count is {count:g}, but density_per_cm2 times zone_area_cm2 is "
            f"{density * content['zone_area_cm2']:g}; expected the same. Measure again."
        )
    return content
