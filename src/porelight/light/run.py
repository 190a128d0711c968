"""A run of photons that can be followed, stopped, resumed, and merged with others.

A run is a row of equal batches, number 0, 1, 2, ..., each with random numbers that its own number
and the seed decide. So a run is known by its scene, its seed, the size of its batches and how many
of them are done; stopping and going on later gives the same bits as never having stopped, and runs
with different seeds, from whichever machines, are parts of one larger run.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace

import numpy as np

from porelight.errors import ParameterError, did_you_mean
from porelight.light._batches import endless_batches
from porelight.light._bodies import medium_names
from porelight.light._kernel import empty_tally
from porelight.light._runs import Kernel, Scene, kernel_for, tracer
from porelight.light.averages import Averages
from porelight.light.field import LightField, field_of, parts_of, share_of
from porelight.light.tally_regions import (
    PORE_WALL,
    PoreWall,
    Share,
    TallyRegion,
    averaged_as,
    region_sums,
    tally_regions_in,
)
from porelight.quantities import N_PHOTONS, N_THREADS, SEED
from porelight.threads import available_threads, in_order

__all__ = ["LightRun", "Scene", "begun", "differences", "growing", "merged", "taken_up"]

PHOTONS_PER_BATCH = 8192
BEFORE_GATE, AFTER_GATE = "before the time gate", "after the time gate"
# fields of a scene in the hash of every run
_FIRST_FIELDS = 7


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class LightRun:
    """The averages over the batches done so far, and the input needed to go on."""

    scene: Scene
    kernel: Kernel  # the one that runs
    seeds: tuple[int, ...]  # more than one after a merge
    photons_per_batch: int
    tally_regions: tuple[TallyRegion, ...]
    averages: Averages

    def __repr__(self) -> str:
        seeds = ", ".join(map(str, self.seeds))
        return f"LightRun({self.n_photons:,} photons, seed {seeds}, {self.kernel} kernel)"

    @property
    def n_photons(self) -> int:
        """Photons that are done."""
        return self.averages.n_photons

    @property
    def fingerprint(self) -> str:
        """A hash of scene, kernel and tally regions, which is equal for runs that can be merged."""
        digest = hashlib.sha256()
        for piece in _pieces((self.scene, self.kernel, self.tally_regions)):
            digest.update(piece)
        return digest.hexdigest()

    @property
    def field(self) -> LightField:
        """Light field so far; its standard errors need at least two batches."""
        if self.averages.n_batches < 2:
            raise ParameterError(
                f"{self.averages.n_batches} batches are done; expected at least 2, between which "
                "a standard error can be seen."
            )
        return field_of(self.averages, self.scene, self.seeds[0], self.kernel, self.tally_regions)

    @property
    def names(self) -> list[str]:
        """Names of the shares that `share` returns."""
        named = (region.name for region in self.tally_regions)
        gated = [AFTER_GATE] if self.scene.time_gate is not None else []
        early = [BEFORE_GATE] if self.scene.opens_late else []
        taken = [*early, *gated, *self.detector_names]
        return ["specular", "reflectance", "transmittance", *taken, *self.region_names, *named]

    @property
    def detector_names(self) -> list[str]:
        """Names of the detectors."""
        return [detector.name for detector in self.scene.detectors]

    @property
    def region_names(self) -> tuple[str, ...]:
        """Names of the regions: the layers, then the parts of a follicle, then the vessels."""
        return medium_names(self.scene.optics, self.scene.follicle, self.scene.vessels)

    def share(self, name: str) -> Share:
        """Return a share of the delivered energy by name.

        Parameters
        ----------
        name : str
            "specular" (reflected before any light enters), "reflectance" (came back out of the
            tissue), "transmittance", "layer 1" from the surface down, a part of the follicle
            ("lumen", "plug", "duct", "gland", "hair"), "vessel 1", "pore wall" (50 um of skin
            around the funnel), "before the time gate" (absorbed or gone before its start), "after
            the time gate" (still inside at its end), a detector, or the name of another tally
            region.

        Raises
        ------
        ParameterError
            If there is no such name.
        """
        if name not in self.names:
            if name == PORE_WALL:
                PoreWall().region_sum(self.scene)  # refuses, and says why
            raise ParameterError(f"no share named {name!r}{did_you_mean(name, self.names)}")
        part, index = name, 0
        if name == "transmittance":
            part = "transmitted"
        elif name in {BEFORE_GATE, AFTER_GATE}:
            part = "before" if name == BEFORE_GATE else "after"
        elif name in self.detector_names:
            part, index = "by_detector", self.detector_names.index(name)
        elif name in self.region_names:
            part, index = "by_region", self.region_names.index(name)
        elif name not in {"specular", "reflectance"}:
            part = averaged_as(name)
        if self.averages.n_batches < 2:
            return Share(0.0, np.inf)
        return share_of(self.averages, part, index)


def begun(
    scene: Scene,
    *,
    seed: int,
    kernel: Kernel = "fast",
    tally_regions: Iterable[TallyRegion] = (),
    photons_per_batch: int = PHOTONS_PER_BATCH,
) -> LightRun:
    """Return a run without any photons so far.

    Parameters
    ----------
    scene : Scene
        Scene, from `porelight.light.transport.scene_of`.
    seed : int
        Seed of the random numbers, 0 to 2 ** 63 - 1.
    kernel : {"fast", "reference"}
        Kernel, as for `transport`.
    tally_regions : iterable of Box, LayerGroup or PoreWall
        Parts of the skin whose absorbed share is tallied with its error; each has a name of its
        own. The wall of a pore is always among them.
    photons_per_batch : int
        Photons in each batch.

    Raises
    ------
    ParameterError
        If the seed or the size of a batch is impossible, a tally region lies off the grid, or two
        shares have the same name.
    """
    seed = SEED.require(seed)
    photons_per_batch = N_PHOTONS.require(photons_per_batch, "photons_per_batch")
    regions = tally_regions_in(scene, tally_regions)
    run = LightRun(
        scene, kernel_for(scene, kernel), (seed,), photons_per_batch, regions, Averages()
    )
    twice = [name for i, name in enumerate(run.names) if name in run.names[:i]]
    if twice:
        raise ParameterError(
            f"two shares of the light have the same name, {twice[0]!r}; expected another name for "
            f"each tally region. Taken: {', '.join(sorted(set(run.names)))}."
        )
    region_sums(scene, regions)  # refuses what is not on the grid
    return run


def taken_up(run: LightRun, seeds: tuple[int, ...], averages: Averages) -> LightRun:
    """Return a run that has just begun with the averages of an earlier one of the same scene.

    Parameters
    ----------
    run : LightRun
        The run without photons.
    seeds : tuple of int
        Seeds of the earlier run.
    averages : Averages
        What it had reached.

    Raises
    ------
    ParameterError
        If they cannot be those of this scene: a part is missing, has another shape, or is not
        finite.
    """
    if not 1 <= averages.n_batches <= averages.n_photons:
        raise ParameterError(
            f"{averages.n_batches} batches of {averages.n_photons} photons; expected one or more."
        )
    times, detectors = run.scene.n_times, len(run.scene.detectors)
    tally = empty_tally(
        *run.scene.grid.shape,
        len(run.region_names),
        times,
        detectors,
        opens_late=run.scene.opens_late,
    )
    parts = parts_of(tally, region_sums(run.scene, run.tally_regions))
    for name in sorted({*parts, *averages.parts}):
        if name not in parts or name not in averages.parts:
            what = "missing" if name in parts else "none of this scene"
            raise ParameterError(f"the part {name!r} is {what}.")
        for values in (averages.parts[name].mean, averages.parts[name].spread):
            if values.shape != np.shape(parts[name]) or not np.isfinite(values).all():
                raise ParameterError(
                    f"the part {name!r} has shape {values.shape} or is not finite; expected finite "
                    f"numbers of shape {np.shape(parts[name])}."
                )
    return replace(run, seeds=tuple(map(SEED.require, seeds)), averages=averages)


def growing(run: LightRun, n_threads: int = 0) -> Iterator[LightRun]:
    """Yield the run with one batch more, again and again, for as long as the caller goes on.

    Parameters
    ----------
    run : LightRun
        The run to go on with; it is not changed.
    n_threads : int
        Batches traced at the same time; 0 takes every core this process may use.

    Raises
    ------
    ParameterError
        If the run is a merged one: it has no next batch.
    """
    if len(run.seeds) > 1:
        raise ParameterError(
            f"a merged run of seeds {', '.join(map(str, run.seeds))} cannot go on; go on with one "
            "of its parts, or start another seed, and merge again."
        )
    n_threads = N_THREADS.require(n_threads)
    sums = region_sums(run.scene, run.tally_regions)
    averages = run.averages
    work = endless_batches(run.photons_per_batch, run.seeds[0], averages.n_batches)
    trace = tracer(run.scene, run.kernel)
    for batch, tally in in_order(trace, work, n_threads or available_threads()):
        averages = averages.plus(parts_of(tally, sums), batch.n_photons)
        yield replace(run, averages=averages)


def merged(runs: Iterable[LightRun]) -> LightRun:
    """Return runs of one scene with different seeds as one run.

    Raises
    ------
    ParameterError
        If there is none, one is empty, two have a seed in common, or their scenes differ.

    Notes
    -----
    Runs are added in the order of their seeds, so the bits do not depend on that of `runs`.
    """
    parts = sorted(runs, key=lambda run: run.seeds)
    if not parts:
        raise ParameterError("no runs to merge; expected at least one.")
    whole = parts[0]
    for part in parts[1:]:
        again = sorted(set(whole.seeds) & set(part.seeds))
        if again:
            raise ParameterError(
                f"two of the runs have seed {again[0]}; they hold the same photons. Runs to be "
                "merged need different seeds."
            )
        if part.fingerprint != whole.fingerprint:
            raise ParameterError(
                f"the runs of seeds {whole.seeds[0]} and {part.seeds[0]} are of different scenes "
                f"({differences(whole, part)}); only runs of one case can be merged."
            )
        if not whole.n_photons or not part.n_photons:
            raise ParameterError("one of the runs to be merged is empty; expected photons in each.")
        whole = replace(
            whole,
            seeds=(*whole.seeds, *part.seeds),
            averages=whole.averages.merged(part.averages),
        )
    return whole


def differences(one: LightRun, other: LightRun) -> str:
    """Return which parts of two runs differ, by name: "beam, grid"."""
    named = {
        "kernel": (one.kernel, other.kernel),
        "tally regions": (one.tally_regions, other.tally_regions),
    }
    for name, mine in one.scene._asdict().items():
        named[name.replace("_", " ")] = (mine, getattr(other.scene, name))
    return ", ".join(
        name for name, (mine, its) in named.items() if list(_pieces(mine)) != list(_pieces(its))
    )


def _pieces(value: object) -> Iterator[bytes]:
    """Yield the numbers and names of a value as bytes, for a hash."""
    if isinstance(value, np.ndarray):
        yield f"{value.dtype.str}{value.shape}".encode()
        yield np.ascontiguousarray(value).tobytes()
    elif is_dataclass(value) and not isinstance(value, type):
        yield type(value).__name__.encode()
        for one in fields(value):
            later, its = "came_later" in one.metadata, getattr(value, one.name)
            if not later or its != one.default:
                yield from _pieces((one.name, its) if later else its)
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield from _pieces((key, one))
    elif isinstance(value, Scene):
        yield from _scene_pieces(value)
    elif isinstance(value, tuple | list):
        yield f"{type(value).__name__}{len(value)}".encode()
        for one in value:
            yield from _pieces(one)
    else:
        yield repr(value).encode()


def _scene_pieces(scene: Scene) -> Iterator[bytes]:
    """Yield a scene; a part that came later and is as usual leaves the hash of older runs."""
    yield f"Scene{_FIRST_FIELDS}".encode()
    for part in scene[:_FIRST_FIELDS]:
        yield from _pieces(part)
    for name in Scene._fields[_FIRST_FIELDS:]:
        later = getattr(scene, name)
        if later != Scene._field_defaults[name]:
            yield from _pieces((name, later))
