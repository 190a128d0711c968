"""The input of a run of photons: layers, beam, grid, follicle, vessels and tally regions."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

from porelight.errors import ParameterError, did_you_mean
from porelight.grid import Grid, graded_edges
from porelight.laser.beam import Beam
from porelight.light.boundary import REFRACTING, Boundary
from porelight.light.detectors import Detector
from porelight.light.follicle import Follicle
from porelight.light.run import LightRun, Scene, begun
from porelight.light.tally_regions import PORE_WALL, LayerGroup, TallyRegion
from porelight.light.time_gate import TimeGate
from porelight.light.transport import scene_of
from porelight.light.vessels import Vessel
from porelight.light.weight_window import WeightWindow
from porelight.tissue.optics import LayeredOptics, skin_optics
from porelight.tissue.skin import Skin
from porelight.units import mm, um

# layers of typical skin that make one tally region
_DERMIS = ("papillary dermis", "upper plexus", "reticular dermis")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class LightSetup:
    """All that decides where light goes. `LightSetup.of_skin` makes one for skin.

    Attributes
    ----------
    optics : LayeredOptics
        Plane layers, from the surface down.
    beam : Beam
        The beam at the skin.
    grid : Grid
        Cells of the tally.
    layer_names : tuple of str
        A name for each layer.
    cell_radius : float
        Radius of a mirror around the axis [m]; infinite for none.
    follicle : Follicle or None
        The pore on the axis; None for skin without one there.
    vessels : tuple of Vessel
        Straight vessels along y.
    weight_window : WeightWindow or None
        Weights of packets, to follow more and lighter ones near a pore; None for equal weights.
    boundary : Boundary
        What the faces of the layers do with light that arrives from inside.
    time_gate : TimeGate or None
        Until when light is followed; None for as long as there is any.
    detectors : tuple of Detector
        Discs on the faces whose shares of the light are wanted.
    source_depth : float or None
        Depth of a source inside the layers [m]; None for a beam that falls onto the skin.
    tally_regions : tuple of Box, LayerGroup or PoreWall
        Parts whose shares are wanted with their errors; the wall of a pore is one unasked.
    skin : Skin or None
        The skin whose layers these are; None for layers of another origin, which no Fitzpatrick
        skin type can be given.
    wavelength : float
        Vacuum wavelength at which the skin is seen [m]; 0 where there is no skin.
    """

    optics: LayeredOptics
    beam: Beam
    grid: Grid
    layer_names: tuple[str, ...]
    cell_radius: float = math.inf
    follicle: Follicle | None = None
    vessels: tuple[Vessel, ...] = ()
    weight_window: WeightWindow | None = None
    tally_regions: tuple[TallyRegion, ...] = ()
    skin: Skin | None = None
    wavelength: float = 0.0
    boundary: Boundary = REFRACTING
    time_gate: TimeGate | None = None
    detectors: tuple[Detector, ...] = ()
    source_depth: float | None = None

    def __post_init__(self) -> None:
        """Check that every layer has a name of its own."""
        if len(self.layer_names) != self.optics.n_layers:
            raise ParameterError(
                f"{len(self.layer_names)} names for {self.optics.n_layers} layers; expected one "
                "for each."
            )
        for region in self.tally_regions:
            if region.name in self.layer_names:
                raise ParameterError(
                    f"{region.name!r} names a tally region and a layer; rename the region."
                )

    @classmethod
    def of_skin(  # noqa: PLR0913  what may lie in skin, each with a default
        cls,
        skin: Skin,
        wavelength: float,
        beam: Beam,
        *,
        grid: Grid | None = None,
        cell_radius: float = math.inf,
        follicle: Follicle | None = None,
        vessels: Sequence[Vessel] = (),
        weight_window: WeightWindow | None = None,
        tally_regions: Sequence[TallyRegion] = (),
        boundary: Boundary = REFRACTING,
        time_gate: TimeGate | None = None,
        detectors: Sequence[Detector] = (),
        source_depth: float | None = None,
    ) -> Self:
        """Return the setup of a skin at a wavelength; its dermis is one tally region.

        Parameters
        ----------
        skin : Skin
            The skin that is lit.
        wavelength : float
            Vacuum wavelength, 400 to 3000 nm [m].
        beam : Beam
            The beam at the skin.
        grid : Grid, optional
            Cells of the tally; `skin_grid()` when left out.
        cell_radius, follicle, vessels, weight_window, tally_regions, boundary, time_gate,
        detectors, source_depth
            As the attributes of this name.

        Examples
        --------
        >>> cheek = Skin.typical("cheek", 3, 40.0)
        >>> LightSetup.of_skin(cheek, 1064e-9, Beam("flat-top", 5e-3))
        light of 1064 nm, a 5 mm flat-top beam on cheek skin of type 3, 63 x 93 cells
        """
        names = tuple(layer.name for layer in skin.layers)
        dermis = LayerGroup("dermis", tuple(i for i, name in enumerate(names) if name in _DERMIS))
        return cls(
            optics=skin_optics(skin, wavelength),
            beam=beam,
            grid=skin_grid() if grid is None else grid,
            layer_names=names,
            cell_radius=cell_radius,
            follicle=follicle,
            vessels=tuple(vessels),
            weight_window=weight_window,
            tally_regions=(dermis, *tally_regions),
            skin=skin,
            wavelength=wavelength,
            boundary=boundary,
            time_gate=time_gate,
            detectors=tuple(detectors),
            source_depth=source_depth,
        )

    @property
    def scene(self) -> Scene:
        """What the kernels need, checked."""
        return scene_of(
            self.optics,
            self.beam,
            self.grid,
            cell_radius=self.cell_radius,
            follicle=self.follicle,
            vessels=self.vessels,
            weight_window=self.weight_window,
            boundary=self.boundary,
            time_gate=self.time_gate,
            detectors=self.detectors,
            source_depth=self.source_depth,
        )

    def begun(self, seed: int) -> LightRun:
        """Return a run of which nothing is done yet.

        Raises
        ------
        ParameterError
            If the beam, the follicle, the vessels or a tally region do not fit the layers or the
            grid.
        """
        return begun(self.scene, seed=seed, tally_regions=self.tally_regions)

    def of_type(self, fitzpatrick: int) -> "LightSetup":
        """Return the same on skin of another Fitzpatrick type, typical for its zone and age.

        Raises
        ------
        ParameterError
            If the layers are not those of a skin.
        """
        if self.skin is None:
            raise ParameterError(
                "layers of your own have no Fitzpatrick type; expected those of a skin "
                "(LightSetup.of_skin, or [skin] in place of the [[layer]] tables of a case)."
            )
        skin = Skin.typical(
            self.skin.zone,
            fitzpatrick,
            self.skin.age,
            sex=self.skin.sex,
            oiliness=self.skin.oiliness,
            pores=self.skin.pores,
        )
        return replace(self, skin=skin, optics=skin_optics(skin, self.wavelength))

    def name_in_run(self, name: str, run: LightRun) -> str:
        """Return the name that a run uses for a share, where a layer may go by its own.

        Raises
        ------
        ParameterError
            If there is no such share.
        """
        numbers = {own: f"layer {i}" for i, own in enumerate(self.layer_names, start=1)}
        known = [*run.names, *numbers]
        if name not in known and name != PORE_WALL:  # of which the run says why it is not there
            raise ParameterError(f"no share named {name!r}{did_you_mean(name, known)}")
        return name if name in run.names else numbers.get(name, name)

    def require_even_weights(self, what: str) -> None:
        """Refuse a weight window, a time gate or detectors where photons are followed otherwise.

        Raises
        ------
        ParameterError
            If there is one.
        """
        if self.weight_window is not None:
            raise ParameterError(
                f"{what} follows its photons without a weight window; take it out of the setup "
                "([weight_window] of a case)."
            )
        if self.time_gate is not None:
            raise ParameterError(
                f"{what} follows its photons to their end; take the time gate out of the setup "
                "([time_gate] of a case), or run the case by 'porelight light run'."
            )
        if self.detectors:
            raise ParameterError(
                f"{what} has no detectors; take them out of the setup ([[detector]] of a case), or "
                "run the case by 'porelight light run'."
            )

    def __repr__(self) -> str:
        """Return what is lit by what, in a line."""
        profile = self.beam.profile if isinstance(self.beam.profile, str) else "measured"
        cells = " x ".join(str(n) for n in self.grid.shape)
        lit = f"{self.optics.n_layers} layers"
        light = "light"
        if self.skin is not None:
            lit = f"{self.skin.zone} skin of type {self.skin.fitzpatrick}"
            light = f"light of {self.wavelength * 1e9:g} nm"
        inside = ["a pore"] * (self.follicle is not None)
        inside += [f"{len(self.vessels)} vessels"] * bool(self.vessels)
        within = f" with {' and '.join(inside)}" if inside else ""
        return (
            f"{light}, a {self.beam.diameter / mm:g} mm {profile} beam on {lit}{within}, "
            f"{cells} cells"
        )


def skin_grid(radius: float = 10e-3, depth: float = 4e-3) -> Grid:
    """Return cells for skin: 10 um at the axis and at the surface, growing by 5 % up to 200 um.

    Parameters
    ----------
    radius, depth : float
        Extent along r and along z [m].
    """
    r_edges, z_edges = (graded_edges(10 * um, 1.05, 200 * um, one) for one in (radius, depth))
    return Grid(r_edges, z_edges)
