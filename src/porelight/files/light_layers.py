"""The layers of a light case: coefficients, and how light is scattered, in clinic units."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from porelight.errors import ParameterError
from porelight.files.light_follicle import CoefficientTable
from porelight.files.toml_tables import FileModel, number
from porelight.tissue.mie import Sphere, mie_scattering
from porelight.tissue.phase_functions import PhaseFunction
from porelight.units import nm, um


class PhaseTable(FileModel):
    """A phase function by a table: a density, or cosines at even steps of the probability."""

    cosine: list[float] = Field(
        default_factory=list, description="of the scattering angle, increasing"
    )
    density: list[float] = Field(
        default_factory=list, description="light scattered there per unit of cosine, any unit"
    )
    cosine_quantiles: list[float] = Field(
        default_factory=list,
        description="cosines at even steps of the share of light within them",
    )

    def phase(self) -> PhaseFunction:
        """Return the phase function."""
        by_density = bool(self.cosine or self.density)
        if by_density == bool(self.cosine_quantiles):
            raise ParameterError(
                "phase needs cosine and density, or cosine_quantiles; expected one of the two."
            )
        if by_density:
            return PhaseFunction.of_density(np.array(self.cosine), np.array(self.density))
        return PhaseFunction.of_quantiles(np.array(self.cosine_quantiles))


class MieTable(FileModel):
    """Spheres that scatter light by Mie's theory; the layer's index is that around them."""

    diameter_um: Annotated[float, number("um", 1e-3, 1000, "diameter of the spheres")]
    sphere_index: Annotated[float, number("1", 1, 4, "refractive index of the spheres")]
    wavelength_nm: Annotated[float, number("nm", 100, 20_000, "wavelength in vacuum")]

    def sphere(self, medium_index: float) -> Sphere:
        """Return a sphere in its medium."""
        return Sphere(
            self.diameter_um * um, self.sphere_index, medium_index, self.wavelength_nm * nm
        )


class LayerTable(CoefficientTable):
    """One plane layer, from the surface down."""

    name: str = Field("", description="what its share of the light is called")
    left_out: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"thickness_mm": "without end", "anisotropy": "of phase or mie"}
    )
    anisotropy: (
        Annotated[
            float, number("1", -1, 1, "mean cosine of the scattering angle (Henyey-Greenstein)")
        ]
        | None
    ) = None
    phase: PhaseTable | None = Field(
        None, description="phase function by a table, in place of anisotropy"
    )
    mie: MieTable | None = Field(
        None, description="spheres by Mie's theory, in place of anisotropy"
    )
    thickness_mm: Annotated[float, number("mm", 1e-6, 1000, "thickness")] | None = Field(
        None, description="thickness [mm]; the last layer may leave it out and has no end then"
    )

    def phase_function(self, where: str) -> PhaseFunction | None:
        """Return the phase function; None for that of Henyey and Greenstein.

        Parameters
        ----------
        where : str
            The layer, for messages.

        Raises
        ------
        ParameterError
            If it is not said once how light is scattered.
        """
        given = {"anisotropy": self.anisotropy, "phase": self.phase, "mie": self.mie}
        told = [name for name, value in given.items() if value is not None]
        if len(told) != 1:
            raise ParameterError(
                f"{where} has {' and '.join(told) or 'no anisotropy'}; expected one of anisotropy "
                "(Henyey-Greenstein), phase (a table) and mie (spheres)."
            )
        try:
            if self.phase is not None:
                return self.phase.phase()
            if self.mie is not None:
                return mie_scattering(self.mie.sphere(self.refractive_index)).phase
        except ParameterError as problem:
            raise ParameterError(f"{where}: {problem}") from None
        return None
