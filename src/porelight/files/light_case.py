"""The light case: layers, beam and grid of a run of photons, as a TOML file in clinic units."""

import json
import math
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
import tomli_w
from pydantic import BeforeValidator, Field, Strict, ValidationError, model_validator

from porelight.course.skin_fields import SKIN_TYPE
from porelight.errors import InputFileError, ParameterError
from porelight.files.kinds import ResultKind, is_as_stamped, stamped
from porelight.files.light_beam import BeamTable, with_profile
from porelight.files.light_case_keys import require_effect
from porelight.files.light_follicle import FollicleTable
from porelight.files.light_layers import LayerTable
from porelight.files.light_vessels import VesselTable, WeightWindowTable
from porelight.files.toml_tables import FileModel, number, toml_content, validated, whole
from porelight.files.writing import require_file, write_text
from porelight.grid import Grid, graded_edges
from porelight.light.boundary import Boundary
from porelight.light.detectors import Detector
from porelight.light.tally_regions import Box
from porelight.light.time_gate import TimeGate
from porelight.tissue.optics import LayeredOptics
from porelight.tissue.person import Zone
from porelight.tissue.skin import Skin
from porelight.units import degree, mm, nm, per_mm, ps, um
from porelight.workflows.light_setup import LightSetup

LIGHT_CASE = ResultKind("an unedited light case", (".toml",), is_as_stamped)


class TypicalSkinTable(FileModel):
    """Typical skin at a wavelength, in place of layers."""

    zone: Zone = Field(description="part of the face")
    fitzpatrick: Annotated[
        int,
        BeforeValidator(partial(whole, kind=SKIN_TYPE)),
        number("1", 1, 6, "Fitzpatrick skin type"),
    ]
    age_years: Annotated[float, number("years", 12, 110, "age")] = 35.0
    wavelength_nm: Annotated[
        float, number("nm", 400, 3000, "wavelength", "The tables of skin end there.")
    ]


class GridTable(FileModel):
    """Cells of the tally, finest at the axis and at the surface."""

    left_out: ClassVar[Mapping[str, str]] = MappingProxyType({"largest_um": "any"})
    radius_mm: Annotated[float, number("mm", 1e-3, 1000, "extent along r")] = 10.0
    depth_mm: Annotated[float, number("mm", 1e-3, 1000, "extent along z")] = 10.0
    first_um: Annotated[float, number("um", 0.1, 1e5, "smallest cell")] = 50.0
    growth: Annotated[float, number("ratio", 1, 2, "ratio of neighbouring cells")] = 1.0
    largest_um: Annotated[float, number("um", 0.1, 1e5, "largest cell")] | None = None

    def grid(self) -> Grid:
        """Return the grid in SI units."""
        first = self.first_um * um
        largest = max(first, self.largest_um * um) if self.largest_um else math.inf
        if self.growth == 1.0:
            largest = first
        along = (self.radius_mm * mm, self.depth_mm * mm)
        return Grid(*(graded_edges(first, self.growth, largest, extent) for extent in along))


class BoxTable(FileModel):
    """A tally region: a part of the grid whose absorbed share is tallied with its error."""

    name: str = Field(description="what its share of the light is called")
    # TOML and JSON have lists where Python has pairs
    depth_mm: Annotated[
        tuple[float, float], Strict(strict=False), Field(description="from, to [mm]")
    ]
    radius_mm: Annotated[
        tuple[float, float], Strict(strict=False), Field(description="from, to [mm]")
    ]

    def box(self) -> Box:
        """Return the box in SI units."""
        z, r = (tuple(x * mm for x in side) for side in (self.depth_mm, self.radius_mm))
        return Box(self.name, (z[0], z[1]), (r[0], r[1]))


class BoundaryTable(FileModel):
    """What the faces of the layers do with light that arrives from inside."""

    top: Literal["refracting", "absorbing", "mirror"] = Field(
        default="refracting", description="absorbing lets all light out, mirror none"
    )
    bottom: Literal["refracting", "absorbing", "mirror"] = Field(
        default="refracting", description="the same of the lower face"
    )

    def boundary(self) -> Boundary:
        """Return the faces."""
        return Boundary(self.top, self.bottom)


class TimeGateTable(FileModel):
    """Until when light is followed, and in how many bins of time what leaves is tallied."""

    end_ps: Annotated[float, number("ps", 0.01, 1e6, "until when light is followed")]
    start_ps: Annotated[float, number("ps", 0, 1e6, "before it nothing is tallied")] = 0.0
    bins: Annotated[int, number("bins", 1, 10_000, "bins of time from start to end")] = 1

    def time_gate(self) -> TimeGate:
        """Return the gate in SI units."""
        return TimeGate(self.end_ps * ps, self.bins, self.start_ps * ps)


class DetectorTable(FileModel):
    """A disc on a face of the layers, whose share of the light is wanted."""

    name: str = Field(description="what its share of the light is called")
    x_mm: Annotated[float, number("mm", -1000, 1000, "from the axis, along the tilt")]
    y_mm: Annotated[float, number("mm", -1000, 1000, "from the axis, across the tilt")] = 0.0
    diameter_mm: Annotated[float, number("mm", 0.01, 100, "diameter")]
    half_angle_deg: Annotated[
        float, number("degrees", 0.01, 90, "to the normal, outside, within which light is taken in")
    ] = 90.0
    side: Literal["top", "bottom"] = Field("top", description="the face on which it lies")

    def detector(self) -> Detector:
        """Return the detector in SI units."""
        x, y, diameter = self.x_mm * mm, self.y_mm * mm, self.diameter_mm * mm
        half_angle = min(self.half_angle_deg * degree, 0.5 * math.pi)
        return Detector(self.name, x, diameter, y, half_angle, self.side)


class LightCase(FileModel):
    """The input of a run of photons in clinic units, as ``porelight light`` reads it."""

    beam: BeamTable
    layer: list[LayerTable] = Field(default_factory=list, description="layers, surface first")
    skin: TypicalSkinTable | None = None
    grid: GridTable = GridTable()
    box: list[BoxTable] = Field(
        default_factory=list, description="parts whose absorbed share is tallied with its error"
    )
    follicle: FollicleTable | None = None
    vessel: list[VesselTable] = Field(default_factory=list, description="vessels along y")
    weight_window: WeightWindowTable | None = None
    boundary: BoundaryTable = BoundaryTable()
    time_gate: TimeGateTable | None = None
    detector: list[DetectorTable] = Field(default_factory=list, description="discs on a face")
    index_above: Annotated[float, number("1", 1, 4, "refractive index above")] = 1.0
    left_out: ClassVar[Mapping[str, str]] = MappingProxyType({"index_below": "the last layer's"})
    index_below: Annotated[float, number("1", 1, 4, "refractive index below")] | None = None
    cell_radius_mm: Annotated[float, number("mm", 1e-3, 1000, "mirror around the axis")] | None = (
        None
    )

    @model_validator(mode="after")
    def _one_medium(self) -> Self:
        if bool(self.layer) == (self.skin is not None):
            raise ValueError("expected either [skin] or [[layer]] tables")
        return self

    def optics(self) -> LayeredOptics:
        """Return the layers in SI units."""
        return self.setup().optics

    def setup(self) -> LightSetup:
        """Return the input of a run of photons in SI units.

        Raises
        ------
        ParameterError
            If a value is impossible, or parts do not fit together.
        """
        inside: Any = {
            "grid": self.grid.grid(),
            "cell_radius": math.inf if self.cell_radius_mm is None else self.cell_radius_mm * mm,
            "vessels": tuple(table.vessel() for table in self.vessel),
            "tally_regions": tuple(table.box() for table in self.box),
            "boundary": self.boundary.boundary(),
            "detectors": tuple(table.detector() for table in self.detector),
            "source_depth": None if self.beam.depth_mm is None else self.beam.depth_mm * mm,
            "time_gate": None if self.time_gate is None else self.time_gate.time_gate(),
        }
        if self.weight_window is not None:
            inside["weight_window"] = self.weight_window.weight_window()
        wavelength = None if self.skin is None else self.skin.wavelength_nm * nm
        if self.follicle is not None:
            inside["follicle"] = self.follicle.follicle(wavelength)
        beam = self.beam.beam()
        if self.skin is not None:
            skin = Skin.typical(self.skin.zone, self.skin.fitzpatrick, self.skin.age_years)
            return LightSetup.of_skin(skin, self.skin.wavelength_nm * nm, beam, **inside)
        names = (layer.name or f"layer {i}" for i, layer in enumerate(self.layer, start=1))
        return LightSetup(self._layers(), beam, layer_names=tuple(names), **inside)

    def _layers(self) -> LayeredOptics:
        """Return the layers of one's own."""
        for i, layer in enumerate(self.layer[:-1], start=1):
            if layer.thickness_mm is None:
                raise ParameterError(
                    f"layer[{i}].thickness_mm is missing; only the last layer may have no end."
                )
        ends = [math.inf if x.thickness_mm is None else x.thickness_mm * mm for x in self.layer]
        return LayeredOptics(
            thickness=np.array(ends),
            mu_a=np.array([x.mu_a_per_mm for x in self.layer]) * per_mm,
            mu_s=np.array([x.mu_s_per_mm for x in self.layer]) * per_mm,
            anisotropy=np.array([x.anisotropy or 0.0 for x in self.layer]),
            refractive_index=np.array([x.refractive_index for x in self.layer]),
            index_above=self.index_above,
            index_below=self.index_below,
            phase=[x.phase_function(f"layer[{i}]") for i, x in enumerate(self.layer, start=1)],
        )


def read_light_case(path: str | Path) -> LightCase:
    """Read and check a light case; what files it names are read into it.

    Raises
    ------
    InputFileError
        In one line: the file, the key, its value with unit, what would be right.
    """
    source = require_file(Path(path), "a light case; 'porelight light example' prints one")
    content = toml_content(source)
    for key in ("layer", "box", "vessel", "detector"):
        if isinstance(content.get(key), dict):
            raise InputFileError(
                f"{source}: [{key}] is one table; expected [[{key}]] in double brackets, since "
                "there may be several."
            )
    try:
        require_effect(content)
    except ParameterError as problem:
        raise InputFileError(f"{source}: {problem}") from None
    beam = content.get("beam")
    if isinstance(beam, dict) and isinstance(beam.get("file"), str):
        try:
            content["beam"] = with_profile(beam, source.parent)
        except ParameterError as problem:
            raise InputFileError(f"{source}: beam: {problem}") from None
    case = validated(LightCase, content, source)
    try:
        case.setup().begun(seed=0)
    except ParameterError as problem:
        raise InputFileError(f"{source}: {problem}") from None
    return case


def light_case_schema() -> str:
    """Return the JSON Schema of a light case."""
    return json.dumps(LightCase.model_json_schema(), indent=2)


def light_case_of(text: str, source: Path) -> LightCase:
    """Return a case that porelight itself has written as JSON."""
    try:
        return LightCase.model_validate_json(text)
    except ValidationError:
        raise InputFileError(f"{source}: the light case in it is damaged.") from None


def write_light_case(case: LightCase, path: str | Path) -> Path:
    """Write a case as TOML."""
    target = Path(path)
    content = case.model_dump(mode="json", exclude_defaults=True)
    write_text(target, stamped(tomli_w.dumps(content)), LIGHT_CASE)
    return target
