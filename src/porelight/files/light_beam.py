"""The beam of a light case: its table in clinic units, and the profile that a file measured."""

import math
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field

from porelight.errors import ParameterError
from porelight.files.beam_files import read_beam_image, read_radial_profile
from porelight.files.toml_tables import FileModel, number
from porelight.laser.angles import AngularProfile, GaussianSpread
from porelight.laser.beam import Beam
from porelight.laser.profiles import BeamImage, RadialProfile
from porelight.units import degree, mm, um


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


def with_profile(beam: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Return the table of a beam with the numbers of the file that it names.

    Parameters
    ----------
    beam : dict
        The table, with a `file`.
    folder : Path
        Where the file's name begins.
    """
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
