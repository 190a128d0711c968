"""Vessels and the weight window of a light case, in clinic units."""

from typing import Annotated

from porelight.files.light_follicle import MediumTable
from porelight.files.toml_tables import FileModel, number
from porelight.light.vessels import Vessel
from porelight.light.weight_window import WeightWindow
from porelight.units import mm, um


class VesselTable(MediumTable):
    """A straight vessel along y, and its optical properties."""

    depth_um: Annotated[float, number("um", 1, 20_000, "depth of its axis")]
    diameter_um: Annotated[float, number("um", 1, 5000, "diameter")]
    offset_um: Annotated[
        float, number("um", -50_000, 50_000, "distance of its axis from the beam's")
    ] = 0.0

    def vessel(self) -> Vessel:
        """Return the vessel in SI units."""
        return Vessel(
            depth=self.depth_um * um,
            radius=0.5 * self.diameter_um * um,
            medium=self.medium(),
            offset=self.offset_um * um,
        )


class WeightWindowTable(FileModel):
    """The weight of photons as a function of the distance from the mouth of the pore."""

    reach_mm: Annotated[
        float, number("mm", 0.01, 100, "distance from which on a photon weighs 1")
    ] = 2.5
    floor: Annotated[float, number("1", 1e-6, 1, "weight at the mouth of the pore")] = 0.02

    def weight_window(self) -> WeightWindow:
        """Return the window in SI units."""
        return WeightWindow(reach=self.reach_mm * mm, floor=self.floor)
