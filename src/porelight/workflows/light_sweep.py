"""The light in every Fitzpatrick skin type, all types from the same photons."""

from collections.abc import Callable
from dataclasses import dataclass

from porelight.errors import ParameterError
from porelight.light.field import LightField
from porelight.light.preparation import prepared_by
from porelight.light.sweep import sweep
from porelight.light.tally_regions import Share
from porelight.progress import Progress, unheard
from porelight.quantities import N_PHOTONS
from porelight.workflows.light import USUAL_PHOTONS
from porelight.workflows.light_setup import LightSetup
from porelight.workflows.light_shares import concise, named_shares

FITZPATRICK = (1, 2, 3, 4, 5, 6)
_FEW = 32  # photons that compile the kernel: one for each batch


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class LightBySkinType:
    """Where the light goes in each Fitzpatrick skin type.

    The types share their photons, so what differs between them is known better than each by itself.

    Attributes
    ----------
    setups : dict of LightSetup
        By skin type, 1 to 6.
    fields : dict of LightField
        By skin type, 1 to 6.
    """

    setups: dict[int, LightSetup]
    fields: dict[int, LightField]

    @property
    def n_photons(self) -> int:
        """Photons that were followed for all types together."""
        return self.fields[FITZPATRICK[0]].n_photons

    def shares(self, fitzpatrick: int) -> dict[str, Share]:
        """Return the shares of the light in one skin type by name, with standard errors.

        Raises
        ------
        ParameterError
            If there is no such type.
        """
        if fitzpatrick not in self.fields:
            raise ParameterError(f"fitzpatrick is {fitzpatrick}; expected 1 to 6.")
        return named_shares(self.fields[fitzpatrick], self.setups[fitzpatrick].layer_names)

    def __repr__(self) -> str:
        """Return reflectance and the share of the epidermis for each type."""
        lines = [f"{self.n_photons:,} photons; shares of the light, error of the last digit:"]
        for fitzpatrick in self.fields:
            shares = self.shares(fitzpatrick)
            told = (f"{name} {concise(shares[name])}" for name in ("reflectance", "epidermis"))
            lines.append(f"  type {fitzpatrick}: {', '.join(told)}")
        return "\n".join(lines)


def light_sweep(
    setup: LightSetup,
    *,
    photons: float = USUAL_PHOTONS,
    seed: int = 1,
    threads: int = 0,
    progress: Progress = unheard,
    on_waiting: Callable[[], None] | None = None,
) -> LightBySkinType:
    """Follow photons through a skin in all six Fitzpatrick types at once.

    Parameters
    ----------
    setup : LightSetup
        Input for a skin; its own skin type is replaced.
    photons : float
        Number of photons to follow; all types share them.
    seed : int
        The same seed gives the same numbers.
    threads : int
        Cores to use; 0 takes all.
    progress : callable
        Called with the share of the photons followed, 0 to 1.
    on_waiting : callable, optional
        Called once, from another thread, if the kernel has to be compiled.

    Raises
    ------
    ParameterError
        If the layers are not those of a skin, there is a weight window, or the fast kernel cannot
        run them.
    """
    n_photons = N_PHOTONS.require(photons, "photons")
    setups = {fitzpatrick: setup.of_type(fitzpatrick) for fitzpatrick in FITZPATRICK}
    setup.require_even_weights("a sweep")

    def fields(n: int, told: Callable[[int], None] | None = None) -> list[LightField]:
        return sweep(
            [one.optics for one in setups.values()],
            setup.beam,
            setup.grid,
            n_photons=n,
            seed=seed,
            n_threads=threads,
            cell_radius=setup.cell_radius,
            progress=told,
            follicle=setup.follicle,
            vessels=setup.vessels,
            boundary=setup.boundary,
            source_depth=setup.source_depth,
            tally_regions=setup.tally_regions,
        )

    prepared_by(lambda: fields(_FEW), on_waiting)
    found = fields(n_photons, lambda done: progress(done / n_photons))
    return LightBySkinType(setups, dict(zip(FITZPATRICK, found, strict=True)))
