"""The follicle of a light case: a pore on the axis of the beam, in clinic units.

A pore needs no more than its diameter: what is left out is the typical follicle of a pore of that
size, made of what the library knows at the wavelength of the light.
"""

from collections.abc import Mapping
from dataclasses import fields, replace
from types import MappingProxyType
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from porelight.errors import ParameterError
from porelight.files.toml_tables import FileModel, number
from porelight.light.follicle import AIR, Follicle, follicle_of
from porelight.tissue.follicle_optics import FollicleOptics, Medium, follicle_optics
from porelight.tissue.pore import Pore
from porelight.units import nm, per_mm, um


class CoefficientTable(FileModel):
    """How much a medium absorbs, scatters and refracts."""

    mu_a_per_mm: Annotated[float, number("1/mm", 0, 1e5, "absorption coefficient")]
    mu_s_per_mm: Annotated[float, number("1/mm", 0, 1e5, "scattering coefficient")]
    refractive_index: Annotated[float, number("1", 1, 4, "refractive index")]


class MediumTable(CoefficientTable):
    """Optical properties of one medium."""

    anisotropy: Annotated[float, number("1", -1, 1, "mean cosine of the scattering angle")]

    def medium(self) -> Medium:
        """Return the medium in SI units."""
        return Medium(
            mu_a=self.mu_a_per_mm * per_mm,
            mu_s=self.mu_s_per_mm * per_mm,
            anisotropy=self.anisotropy,
            refractive_index=self.refractive_index,
        )


class FollicleTable(FileModel):
    """A pore and the follicle below it; what is left out is typical of a pore of this size."""

    left_out: ClassVar[Mapping[str, str]] = MappingProxyType(
        dict.fromkeys(
            (
                *("funnel_depth_um", "duct_diameter_um", "duct_depth_um", "gland_depth_um"),
                *("gland_diameter_um", "hair_diameter_um", "plug_fill"),
            ),
            "typical",
        )
    )
    pore_diameter_um: Annotated[float, number("um", 10, 3000, "opening at the surface")]
    funnel_depth_um: Annotated[float, number("um", 1, 5000, "where the duct begins")] | None = None
    duct_diameter_um: Annotated[float, number("um", 1, 3000, "duct below the funnel")] | None = None
    duct_depth_um: Annotated[float, number("um", 1, 10_000, "where the duct ends")] | None = None
    gland_depth_um: Annotated[float, number("um", 1, 10_000, "centre of the gland")] | None = None
    gland_diameter_um: (
        Annotated[float, number("um", 0, 5000, "sebaceous gland, 0 for none")] | None
    ) = None
    hair_diameter_um: Annotated[float, number("um", 0, 1000, "hair, 0 for none")] | None = None
    plug_fill: Annotated[float, number("share", 0, 1, "share of the funnel")] | None = None
    filled_with: Literal["air", "sebum"] = Field(
        "air", description="what fills the funnel above the plug"
    )
    wavelength_nm: Annotated[float, number("nm", 400, 3000, "wavelength")] | None = Field(
        None, description="wavelength [nm] at which media are looked up; that of [skin] if left out"
    )
    sebum: MediumTable | None = Field(None, description="above the plug, in place of the library's")
    plug: MediumTable | None = Field(None, description="sebum and keratin in the funnel")
    duct: MediumTable | None = Field(None, description="below the funnel")
    gland: MediumTable | None = Field(None, description="the sebaceous gland")
    hair: MediumTable | None = Field(None, description="the hair")

    def pore(self) -> Pore:
        """Return the pore in SI units, completed by what is typical."""
        given = {
            name: length * um
            for name, length in (
                ("depth", self.funnel_depth_um),
                ("duct_diameter", self.duct_diameter_um),
                ("follicle_depth", self.duct_depth_um),
                ("gland_depth", self.gland_depth_um),
                ("gland_diameter", self.gland_diameter_um),
                ("hair_diameter", self.hair_diameter_um),
            )
            if length is not None
        }
        if self.plug_fill is not None:
            given["plug_fill"] = self.plug_fill
        typical = Pore.typical(self.pore_diameter_um * um)
        # typical lengths that the user did not state give way to those that were stated
        depth = given.get("depth", typical.depth)
        duct = given.get("duct_diameter", typical.duct_diameter)
        given.setdefault("follicle_depth", max(typical.follicle_depth, depth))
        given.setdefault("hair_diameter", min(typical.hair_diameter, duct))
        return replace(typical, **given)

    def media(self, wavelength: float | None) -> FollicleOptics:
        """Return the optical properties of the parts.

        Parameters
        ----------
        wavelength : float, optional
            Wavelength of the light, used if the table gives none [m].

        Raises
        ------
        ParameterError
            If a medium is left out and there is no wavelength to look it up at.
        """
        own: dict[str, MediumTable | None] = {
            part.name: getattr(self, part.name) for part in fields(FollicleOptics)
        }
        media = {name: table.medium() for name, table in own.items() if table is not None}
        if len(media) == len(own):
            return FollicleOptics(**media)
        if self.wavelength_nm is not None:
            wavelength = self.wavelength_nm * nm
        if wavelength is None:
            missing = ", ".join(name for name in own if name not in media)
            raise ParameterError(
                "follicle.wavelength_nm is missing; expected the wavelength at which to look up "
                f"{missing}, or a table for each such as [follicle.{missing.split(',')[0]}]."
            )
        return replace(follicle_optics(wavelength), **media)

    def follicle(self, wavelength: float | None) -> Follicle:
        """Return the follicle for photon transport; `wavelength` as for `media`."""
        media = self.media(wavelength)
        return follicle_of(self.pore(), media, AIR if self.filled_with == "air" else media.sebum)
