"""Photons followed until enough is known: one call from skin and beam to shares with errors.

A run can be stopped by a number of photons, by time or by the error of one share, taken up again
later, and merged with runs of other seeds. The package `porelight.light` is the physics, so these
calls are `pl.light_run`, `pl.light_merge`, `pl.light_sweep` and `pl.light_paths`, after the
commands.
"""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from porelight.errors import ParameterError
from porelight.light.field import LightField, fluence_of
from porelight.light.preparation import prepare
from porelight.light.run import LightRun, differences, growing, merged
from porelight.light.stopping import Precision, Stop, shortfall, until
from porelight.light.tally_regions import Share
from porelight.progress import Progress, unheard
from porelight.quantities import Floats
from porelight.workflows.light_setup import LightSetup
from porelight.workflows.light_shares import concise

USUAL_PHOTONS = 1_000_000


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class LightResult:
    """A run of photons and the setup it is a run of.

    Attributes
    ----------
    setup : LightSetup
        Input of the run.
    run : LightRun
        The photons that are done; it can be gone on with.
    missed : str
        A note on what was asked for and not done: a precision not reached, fewer photons than two
        batches; empty if there is none.
    photons_per_second : float
        Photons per second of this call; 0 where no photon was followed.
    """

    setup: LightSetup
    run: LightRun
    missed: str = ""
    photons_per_second: float = 0.0

    @property
    def n_photons(self) -> int:
        """Photons that are done."""
        return self.run.n_photons

    @property
    def field(self) -> LightField:
        """Where the light went, with standard errors."""
        return self.run.field

    @property
    def fluence(self) -> Floats:
        """Energy that passes each cell per area, from all sides, per joule, (n_z, n_r) [1/m2].

        Raises
        ------
        ParameterError
            If a layer does not absorb, or there is a pore or a vessel, in whose cells the fluence
            does not follow from what is absorbed.
        """
        if self.setup.follicle is not None or self.setup.vessels:
            raise ParameterError(
                "the fluence follows from what is absorbed in plane layers alone; take the pore "
                "and the vessels out of the setup, or use field.absorbed."
            )
        return fluence_of(self.field, self.setup.optics)[0]

    @property
    def shares(self) -> dict[str, Share]:
        """Share of the delivered energy and its standard error, by title: "layer 1: epidermis"."""
        own = dict(zip(self.run.region_names, self.setup.layer_names, strict=False))
        return {
            f"{name}: {own[name]}" if own.get(name, name) != name else name: self.run.share(name)
            for name in self.run.names
        }

    def share(self, name: str) -> Share:
        """Return one share of the delivered energy and its standard error.

        Parameters
        ----------
        name : str
            "specular" (reflected before any light enters), "reflectance", "transmittance", a layer
            ("epidermis" or "layer 1"), a part of the follicle, "pore wall", or another tally
            region.

        Raises
        ------
        ParameterError
            If there is no such share.
        """
        return self.run.share(self.setup.name_in_run(name, self.run))

    @property
    def note(self) -> str:
        """What a reader must know besides the numbers; empty if there is nothing."""
        notes = [self.missed] if self.missed else []
        if self.setup.weight_window is not None and self.run.kernel == "reference":
            notes.append(
                "the reference kernel had to run, which takes no notice of [weight_window]."
            )
        return " ".join(notes)

    def __repr__(self) -> str:
        """Return every share with its error."""
        lines = [f"{self.n_photons:,} photons; shares of the light, error of the last digit:"]
        lines += [f"  {name}: {concise(share)}" for name, share in self.shares.items()]
        return "\n".join([*lines, self.note] if self.note else lines)


class LightRunInterrupted(KeyboardInterrupt):
    """A run was interrupted; `result` holds the photons that were done, to be kept or gone on with.

    Parameters
    ----------
    result : LightResult
        The photons that were followed.
    """

    def __init__(self, result: LightResult) -> None:
        super().__init__(f"{result.n_photons:,} photons were done; they are in `result`")
        self.result = result


def light_run(  # noqa: PLR0913  ways to stop, each with a default
    setup: LightSetup,
    *,
    photons: float | None = None,
    seconds: float | None = None,
    precision: Precision | None = None,
    seed: int | None = None,
    start: LightRun | LightResult | None = None,
    threads: int = 0,
    progress: Progress = unheard,
    on_waiting: Callable[[], None] | None = None,
) -> LightResult:
    """Follow photons until enough is known.

    Parameters
    ----------
    setup : LightSetup
        Input of the run.
    photons : float, optional
        Stop after so many, those of `start` included; a million if nothing says when to stop.
        Whole batches of 8192 are followed, two at least.
    seconds : float, optional
        Stop after so much time in this call [s].
    precision : Precision, optional
        Stop at a relative standard error of a share, such as ``Precision("epidermis", 0.01)``; a
        layer may go by its own name.
    seed : int, optional
        Starts the random numbers, 1 if left out; runs to be merged need different ones.
    start : LightRun or LightResult, optional
        Go on with this run, which must be one of the same setup.
    threads : int
        Cores to use; 0 takes all.
    progress : callable
        Called with the share of the way to the stop, 0 to 1.
    on_waiting : callable, optional
        Called once, from another thread, if a kernel has to be compiled, which takes some seconds.

    Raises
    ------
    ParameterError
        If a stop is impossible, the setup does not fit together, or `start` is a run of another
        setup or seed.
    LightRunInterrupted
        On an interrupt (Ctrl-C) once there is a result to be kept; it carries that result.

    Examples
    --------
    >>> from porelight.laser.beam import Beam
    >>> from porelight.tissue.skin import Skin
    >>> setup = LightSetup.of_skin(Skin.typical("cheek", 3, 40.0), 1064e-9, Beam("flat-top", 5e-3))
    >>> found = light_run(setup, photons=16_000)
    >>> found.n_photons, 0.4 < found.share("reflectance").mean < 0.6
    (16384, True)
    """
    run = setup.begun(1 if seed is None else seed)
    if start is not None:
        earlier = start.run if isinstance(start, LightResult) else start
        _require_same(earlier, run, seed)
        run = earlier
    if photons is None:
        photons = USUAL_PHOTONS if seconds is None and precision is None else math.inf
    if precision is not None:
        precision = replace(precision, name=setup.name_in_run(precision.name, run))
    stop = Stop(photons, math.inf if seconds is None else seconds, precision)
    if precision is not None:
        run.share(precision.name)  # refuses an unknown share before anything is compiled
    prepare(run.scene, run.kernel, on_waiting=on_waiting)
    began, before, at_least = time.monotonic(), run.n_photons, ""

    def result() -> LightResult:
        speed = (run.n_photons - before) / max(time.monotonic() - began, 1e-9)
        missed = " ".join(filter(None, (at_least, shortfall(run, stop))))
        return LightResult(setup, run, missed, speed)

    try:
        for longer, done in until(run, stop, n_threads=threads):
            run = longer
            progress(done)
        if run.averages.n_batches == 1:  # which has no standard error yet
            run = next(growing(run, threads))
            at_least = (
                f"{run.n_photons:,} photons were followed, two batches: fewer show no standard "
                "error."
            )
    except KeyboardInterrupt:
        if run.averages.n_batches > 1:
            raise LightRunInterrupted(result()) from None
        raise
    return result()


def light_merge(results: Sequence[LightResult]) -> LightResult:
    """Return runs of one setup with different seeds, from one machine or several, as one.

    Parameters
    ----------
    results : sequence of LightResult
        Runs to merge, in any order.

    Raises
    ------
    ParameterError
        If there is none, two share a seed, or they are of different setups.
    """
    whole = merged(one.run for one in results)
    return LightResult(results[0].setup, whole)


def _require_same(start: LightRun, begun: LightRun, seed: int | None) -> None:
    """Refuse to go on with a run of another setup or seed."""
    if start.fingerprint != begun.fingerprint:
        raise ParameterError(
            f"the run to go on with holds a run of another case ({differences(start, begun)} "
            "differ); give the case it was run with, or begin another run."
        )
    if seed is not None and start.seeds != (seed,):
        raise ParameterError(
            f"the run to go on with holds a run of seed {', '.join(map(str, start.seeds))} and "
            f"goes on with it; leave out seed {seed}, or run that seed by itself and merge the two."
        )
