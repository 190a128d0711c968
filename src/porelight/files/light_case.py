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
from porelight.files.beam_files import read_beam_image, read_radial_profile
from porelight.files.kinds import ResultKind, is_as_stamped, stamped
from porelight.files.light_case_keys import require_effect
from porelight.files.light_follicle import FollicleTable
from porelight.files.light_layers import LayerTable
from porelight.files.light_vessels import VesselTable, WeightWindowTable
from porelight.files.toml_tables import FileModel, number, toml_content, validated, whole
from porelight.files.writing import require_file, write_text
from porelight.grid import Grid, graded_edges
from porelight.laser.angles import AngularProfile, GaussianSpread
from porelight.laser.beam import Beam
from porelight.laser.profiles import BeamImage, RadialProfile
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


class BeamTable(FileModel):
    """The beam at the skin."""

    profile: Literal["flat-top", "gaussian", "ring", "pencil", "table", "image"] = Field(
        "flat-top", description="table and image: of irradiance; pencil: a line without width"
    )
    diameter_mm: (
        Annotated[float, number("mm", 0, 100, "of the disc, ring's rim, or 1/e2 of a Gaussian")]
        | None
    ) = None
    inner_diameter_mm: Annotated[float, number("mm", 0, 100, "dark middle of a ring")] = 0.0
    tilt_deg: Annotated[float, number("degrees", 0, 85, "angle to the skin's normal")] = 0.0
    half_angle_deg: Annotated[float, number("degrees", 0, 85, "half angle of divergence")] = 0.0
    depth_mm: Annotated[float, number("mm", 0, 1000, "of a source inside the layers")] | None = None
    focus_mm: Annotated[float, number("mm", -1e5, 1e5, "to the focus; below 0: behind")] | None = (
        None
    )
    stand_off_mm: Annotated[float, number("mm", 0, 1000, "from the handpiece to the skin")] = 0.0
    spreading: Literal["beam", "fibre", "isotropic", "lambertian", "table", "gaussian"] = Field(
        "beam",
        description="beam: each point has a direction of its own; fibre: an even cone of "
        "half_angle_deg; isotropic, lambertian: from every side; table: by angle_deg; gaussian: "
        "by lean, about the axis",
    )
    lean: list[float] = Field(
        default_factory=list, description="standard deviations of a Gaussian: along and across tilt"
    )
    angle_deg: list[float] = Field(
        default_factory=list, description="of a table of directions, increasing"
    )
    intensity: list[float] = Field(default_factory=list, description="per solid angle, any unit")
    angle_quantiles_deg: list[float] = Field(
        default_factory=list, description="angles at even steps of the power within them"
    )
    file: str | None = Field(None, description="CSV of radius_mm,irradiance, or picture (.npy)")
    pixel_um: Annotated[float, number("um", 0.1, 1e5, "pixel of the picture")] | None = None
    radius_mm: list[float] = Field(
        default_factory=list, description="of a table of irradiance, increasing"
    )
    irradiance: list[float] | list[list[float]] = Field(
        default_factory=list, description="at radius_mm, or the rows of a picture; any unit"
    )

    def beam(self) -> Beam:
        """Return the beam in SI units."""
        profile: Any = self.profile
        if self.profile == "table":
            radius = tuple(r * mm for r in self.radius_mm)
            profile = RadialProfile(radius, tuple(np.ravel(self.irradiance).tolist()))
        elif self.profile == "image":
            profile = BeamImage(
                np.array(self.irradiance, dtype=np.float64), (self.pixel_um or 0.0) * um
            )
        measured = isinstance(profile, RadialProfile | BeamImage)
        if self.diameter_mm is None and not (measured or self.profile == "pencil"):
            raise ParameterError(
                f"beam.diameter_mm is missing; a {self.profile} beam needs its diameter in mm."
            )
        diameter = self._diameter(profile)
        return Beam(
            profile=profile,
            diameter=diameter,
            inner_diameter=self.inner_diameter_mm * mm,
            tilt=self.tilt_deg * degree,
            half_angle=self._half_angle(diameter),
            stand_off=self.stand_off_mm * mm,
            spreading=self._spreading(),
        )

    def _diameter(self, profile: Any) -> float:
        """Return the diameter that is given, or that of a measured profile; a pencil has none."""
        if self.diameter_mm is not None:
            return self.diameter_mm * mm
        return 0.0 if self.profile == "pencil" else float(profile.diameter)

    def _half_angle(self, diameter: float) -> float:
        """Return the half angle that is given, or that of the focus."""
        if self.focus_mm is None:
            return self.half_angle_deg * degree
        if self.half_angle_deg != 0.0:
            raise ParameterError(
                "beam.focus_mm and beam.half_angle_deg both say how the beam spreads; expected one."
            )
        if self.spreading != "beam" or self.profile == "pencil":
            raise ParameterError(
                "beam.focus_mm is for a beam with one direction at each point; a pencil, a fibre "
                "and light from every side have no focus."
            )
        if self.focus_mm == 0.0 or 0.0 < self.focus_mm <= self.stand_off_mm:
            raise ParameterError(
                f"beam.focus_mm is {self.focus_mm:g} mm, {self.stand_off_mm:g} mm above the skin; "
                "expected a focus below the surface, or behind the beam (below 0)."
            )
        return -math.atan(0.5 * diameter / (self.focus_mm * mm))

    def _spreading(self) -> Any:
        """Return the spreading, with its table of directions if it has one."""
        if bool(self.lean) != (self.spreading == "gaussian") or len(self.lean) not in {0, 2}:
            raise ParameterError(
                "beam.lean is the two standard deviations of spreading = 'gaussian'; expected both."
            )
        if self.lean:
            return GaussianSpread(*self.lean)
        tables = bool(self.angle_deg or self.intensity), bool(self.angle_quantiles_deg)
        if self.spreading != "table":
            if any(tables):
                raise ParameterError(
                    f"beam.spreading is {self.spreading!r} and launch angles are given; expected "
                    'spreading = "table" with them.'
                )
            return self.spreading
        if tables[0] == tables[1]:
            raise ParameterError(
                "beam.spreading is 'table'; expected angle_deg and intensity, or "
                "angle_quantiles_deg."
            )
        if tables[1]:
            return AngularProfile.of_quantiles(np.array(self.angle_quantiles_deg) * degree)
        return AngularProfile.of_intensity(
            np.array(self.angle_deg) * degree, np.array(self.intensity)
        )


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
            content["beam"] = _with_profile(beam, source.parent)
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


def _with_profile(beam: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Return the table of a beam with the numbers of the file that it names."""
    named = {key: value for key, value in beam.items() if key != "file"}
    path, pixel = folder / beam["file"], beam.get("pixel_um")
    if pixel is None:
        table = read_radial_profile(path)
        radius = [r / mm for r in table.radius]
        return {
            **named,
            "profile": "table",
            "radius_mm": radius,
            "irradiance": list(table.irradiance),
        }
    if isinstance(pixel, bool) or not isinstance(pixel, int | float):
        return {**named, "profile": "image"}  # the check of the table says what is wrong
    image = read_beam_image(path, float(pixel) * um)
    return {**named, "profile": "image", "irradiance": image.irradiance.tolist()}
