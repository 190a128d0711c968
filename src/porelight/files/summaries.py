"""The summary.json of a measurement: its keys, and reading it back."""

from pathlib import Path
from typing import Any, Literal

from porelight.errors import InputFileError
from porelight.files.documents import DocumentModel, read_json
from porelight.files.toml_tables import validated
from porelight.tissue.person import Zone

FORMAT = "porelight measurement 3"


class EstimateModel(DocumentModel):
    """A number with its interval."""

    value: float
    low: float
    high: float


class _Photograph(DocumentModel):
    name: str
    cols_px: int
    rows_px: int
    px_per_mm: float
    scale_error_percent: float


class _Settings(DocumentModel):
    zone: str
    false_discovery: float | None


class _Rejected(DocumentModel):
    highlights: int
    hairs: int
    wrinkles: int
    folds: int
    moles: int


class _Scale(DocumentModel):
    px_per_mm: float
    error_percent: float
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


class SummaryModel(DocumentModel):
    """The numbers of a measured photograph in clinic units."""

    format: str
    porelight_version: str
    notice: str
    photograph: _Photograph
    settings: _Settings
    zone: Zone
    zone_area_cm2: float
    interval_coverage: float
    found: int
    counted_from_mm: float
    count: EstimateModel
    density_per_cm2: EstimateModel
    area_fraction: EstimateModel
    diameter_mm: dict[str, EstimateModel]
    estimated_false_share: float
    unlabelled_share: float
    rejected: _Rejected
    scale: _Scale
    quality: list[_Finding]
    tone: _Tone | None
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
    if content["found"] < 0 or content["zone_area_cm2"] <= 0.0:
        raise InputFileError(
            f"{path}: found is {content['found']} and zone_area_cm2 {content['zone_area_cm2']:g}; "
            "expected 0 or more, and above 0. Measure again."
        )
    return content
