"""How far light has gone in each layer when it comes out of the skin."""

from dataclasses import dataclass

from porelight.light.path_lengths import PathLengths, path_lengths
from porelight.quantities import N_PHOTONS
from porelight.units import mm
from porelight.workflows.light import USUAL_PHOTONS
from porelight.workflows.light_setup import LightSetup


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class LightPaths:
    """Mean path of the light that came out, by layer.

    Attributes
    ----------
    setup : LightSetup
        Input of the run.
    lengths : PathLengths
        Means and standard errors [m].
    n_photons : int
        Photons that were followed.
    """

    setup: LightSetup
    lengths: PathLengths
    n_photons: int

    def __repr__(self) -> str:
        """Return the mean path of re-emitted light in each layer."""
        lines = [f"{self.n_photons:,} photons; mean path of re-emitted light:"]
        found = (self.lengths.reflected, self.lengths.reflected_error)
        for name, path, error in zip(self.setup.layer_names, *found, strict=True):
            lines.append(f"  {name}: {path / mm:.5g} ± {error / mm:.2g} mm")
        return "\n".join(lines)


def light_paths(
    setup: LightSetup, *, photons: float = USUAL_PHOTONS, seed: int = 1, threads: int = 0
) -> LightPaths:
    """Return how far re-emitted and transmitted light has gone in each layer.

    Parameters
    ----------
    setup : LightSetup
        Input of the run; paths inside follicle and vessels count for no layer.
    photons : float
        Number of photons to follow.
    seed : int
        The same seed gives the same numbers.
    threads : int
        Cores to use; 0 takes all.

    Raises
    ------
    ParameterError
        If there is a weight window, or the fast kernel cannot run the setup.
    """
    n_photons = N_PHOTONS.require(photons, "photons")
    setup.require_even_weights("a path length")
    found = path_lengths(
        setup.optics,
        setup.beam,
        setup.grid,
        n_photons=n_photons,
        seed=seed,
        n_threads=threads,
        cell_radius=setup.cell_radius,
        follicle=setup.follicle,
        vessels=setup.vessels,
        boundary=setup.boundary,
        source_depth=setup.source_depth,
    )
    return LightPaths(setup, found, n_photons)
