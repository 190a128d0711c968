"""A run of photons that can be watched, stopped, taken up again, and merged with others.

A run is a row of equal batches, number 0, 1, 2, ..., each with random numbers that its own number
and the seed decide. So a run is known by its scene, its seed, the size of its batches and how many
of them are done; stopping and going on later gives the same bits as never having stopped, and runs
with different seeds, from whichever machines, are parts of one larger run.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import NamedTuple

import numpy as np

from porelight.errors import ParameterError, did_you_mean
from porelight.light._batches import available_threads, endless_batches, in_order
from porelight.light._bodies import medium_names
from porelight.light._runs import Kernel, Scene, kernel_for, tracer
from porelight.light.averages import Averages
from porelight.light.field import LightField, field_of, parts_of
from porelight.quantities import LENGTH, Floats

__all__ = ["Box", "LightRun", "Scene", "Share", "begun", "growing", "merged"]

PHOTONS_PER_BATCH = 8192
_BOX = "box "


@dataclass(frozen=True, slots=True)
class Box:
    """A ring-shaped part of the grid whose absorbed share is watched during a run.

    Cells that it cuts count by the share of their volume that lies inside.
    """

    name: str
    z: tuple[float, float]  # from and to [m]
    r: tuple[float, float]  # [m]

    def __post_init__(self) -> None:
        """Check the sides."""
        for axis, (low, high) in (("z", self.z), ("r", self.r)):
            LENGTH.require(low, f"{axis} of box {self.name!r}")
            LENGTH.require(high, f"{axis} of box {self.name!r}")
            if not low < high:
                raise ParameterError(
                    f"{axis} of box {self.name!r} goes from {low:g} to {high:g} m; expected the "
                    "smaller end first."
                )


class Share(NamedTuple):
    """A share of the delivered energy and its standard error."""

    mean: float
    standard_error: float

    @property
    def relative_error(self) -> float:
        """Standard error over mean; infinite while nothing was found."""
        return self.standard_error / self.mean if self.mean > 0.0 else np.inf


@dataclass(frozen=True, slots=True, eq=False)
class LightRun:
    """Batches that are done, and what is needed to do more of the same."""

    scene: Scene
    kernel: Kernel  # the one that runs
    seeds: tuple[int, ...]  # more than one after a merge
    photons_per_batch: int
    boxes: tuple[Box, ...]
    averages: Averages

    @property
    def n_photons(self) -> int:
        """Photons that are done."""
        return self.averages.n_photons

    @property
    def fingerprint(self) -> str:
        """What must be equal for two runs to be parts of one: scene, kernel and boxes."""
        digest = hashlib.sha256()
        for piece in _pieces((self.scene, self.kernel, self.boxes)):
            digest.update(piece)
        return digest.hexdigest()

    @property
    def field(self) -> LightField:
        """Where the light went so far; its standard errors need at least two batches."""
        if self.averages.n_batches < 2:
            raise ParameterError(
                f"{self.averages.n_batches} batches are done; expected at least 2, between which "
                "a standard error can be seen."
            )
        return field_of(self.averages, self.scene, self.seeds[0], self.kernel)

    @property
    def names(self) -> list[str]:
        """Names of the shares that can be watched."""
        boxes = (box.name for box in self.boxes)
        return ["reflectance", "transmittance", *self.region_names, *boxes]

    @property
    def region_names(self) -> tuple[str, ...]:
        """Names of the regions: the layers, then the parts of a follicle, then the vessels."""
        return medium_names(self.scene.optics, self.scene.follicle, self.scene.vessels)

    def share(self, name: str) -> Share:
        """Return a share of the delivered energy by name.

        Parameters
        ----------
        name : str
            "reflectance", "transmittance", "layer 1" from the surface down, a part of the follicle
            ("lumen", "plug", "duct", "gland", "hair"), "vessel 1", or that of a box.

        Raises
        ------
        ParameterError
            If there is no such name.
        """
        if name not in self.names:
            raise ParameterError(f"nothing named {name!r} to watch{did_you_mean(name, self.names)}")
        part, index = name, 0
        if name == "transmittance":
            part = "transmitted"
        elif name in self.region_names:
            part, index = "by_region", self.region_names.index(name)
        elif name != "reflectance":
            part = _BOX + name
        if self.averages.n_batches < 2:
            return Share(0.0, np.inf)
        mean = self.averages.mean(part).reshape(-1)
        return Share(
            float(mean[index]), float(self.averages.standard_error(part).reshape(-1)[index])
        )


def begun(
    scene: Scene,
    *,
    seed: int,
    kernel: Kernel = "fast",
    boxes: Iterable[Box] = (),
    photons_per_batch: int = PHOTONS_PER_BATCH,
) -> LightRun:
    """Return a run of which nothing is done yet.

    Parameters
    ----------
    scene : Scene
        What `porelight.light.transport.scene_of` returned.
    seed : int
        Starts the random numbers, 0 or larger.
    kernel : {"fast", "reference"}
        As for `transport`.
    boxes : iterable of Box
        Parts of the grid to watch, with different names.
    photons_per_batch : int
        A run takes its steps in batches of this many photons.

    Raises
    ------
    ParameterError
        If the seed or the size of a batch is impossible, a box lies off the grid, or two things to
        watch have the same name.
    """
    if seed < 0:
        raise ParameterError(f"seed is {seed}; expected a whole number, 0 or larger.")
    if photons_per_batch < 1:
        raise ParameterError(f"photons_per_batch is {photons_per_batch}; expected 1 or more.")
    run = LightRun(
        scene, kernel_for(scene, kernel), (seed,), photons_per_batch, tuple(boxes), Averages()
    )
    if len(set(run.names)) < len(run.names):
        raise ParameterError(
            f"two of the things to watch have the same name: {', '.join(run.names)}."
        )
    for box in run.boxes:
        if box.z[1] > scene.grid.z_edges[-1] or box.r[1] > scene.grid.r_edges[-1]:
            raise ParameterError(
                f"box {box.name!r} reaches {box.z[1]:g} m deep and {box.r[1]:g} m wide; the grid "
                f"ends at {scene.grid.z_edges[-1]:g} and {scene.grid.r_edges[-1]:g} m."
            )
    return run


def growing(run: LightRun, n_threads: int = 0) -> Iterator[LightRun]:
    """Yield the run with one batch more, again and again, for as long as the caller goes on.

    Parameters
    ----------
    run : LightRun
        Where to begin; it is left as it is.
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
    if n_threads < 0:
        raise ParameterError(f"n_threads is {n_threads}; expected 1 or more, or 0 for all cores.")
    weights = {_BOX + box.name: _cell_shares(run.scene, box) for box in run.boxes}
    averages = run.averages
    work = endless_batches(run.photons_per_batch, run.seeds[0], averages.n_batches)
    trace = tracer(run.scene, run.kernel)
    for batch, tally in in_order(trace, work, n_threads or available_threads()):
        watched = {
            name: np.asarray(deep @ tally.absorbed[:-1, :-1] @ across)
            for name, (deep, across) in weights.items()
        }
        averages = averages.plus({**parts_of(tally), **watched}, batch.n_photons)
        yield LightRun(run.scene, run.kernel, run.seeds, run.photons_per_batch, run.boxes, averages)


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
                f"({_difference(whole, part)}); only runs of one case can be merged."
            )
        if not whole.n_photons or not part.n_photons:
            raise ParameterError("one of the runs to be merged is empty; expected photons in each.")
        whole = LightRun(
            scene=whole.scene,
            kernel=whole.kernel,
            seeds=(*whole.seeds, *part.seeds),
            photons_per_batch=whole.photons_per_batch,
            boxes=whole.boxes,
            averages=whole.averages.merged(part.averages),
        )
    return whole


def _cell_shares(scene: Scene, box: Box) -> tuple[Floats, Floats]:
    """Return which share of each row and of each ring of the grid lies in the box."""
    z, r_squared = scene.grid.z_edges, scene.grid.r_edges**2
    deep = np.diff(np.clip(z, *box.z)) / np.diff(z)
    across = np.diff(np.clip(r_squared, box.r[0] ** 2, box.r[1] ** 2)) / np.diff(r_squared)
    return deep, across


def _difference(one: LightRun, other: LightRun) -> str:
    """Return which parts of two runs differ."""
    named = {"kernel": (one.kernel, other.kernel), "boxes": (one.boxes, other.boxes)}
    for name, mine in one.scene._asdict().items():
        named[name.replace("_", " ")] = (mine, getattr(other.scene, name))
    return ", ".join(
        name for name, (mine, its) in named.items() if list(_pieces(mine)) != list(_pieces(its))
    )


def _pieces(value: object) -> Iterator[bytes]:
    """Yield what a value is made of, down to numbers and names."""
    if isinstance(value, np.ndarray):
        yield f"{value.dtype.str}{value.shape}".encode()
        yield np.ascontiguousarray(value).tobytes()
    elif is_dataclass(value) and not isinstance(value, type):
        yield type(value).__name__.encode()
        for one in fields(value):
            yield from _pieces(getattr(value, one.name))
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield from _pieces((key, one))
    elif isinstance(value, tuple | list):
        yield f"{type(value).__name__}{len(value)}".encode()
        for one in value:
            yield from _pieces(one)
    else:
        yield repr(value).encode()
