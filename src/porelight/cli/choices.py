"""What several commands let their users choose: each option declared once, with its help text."""

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from tomllib import loads
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from porelight.cli.numbers import typed
from porelight.cli.paths import Names, Writes
from porelight.errors import InputFileError
from porelight.tissue.person import Zone as ZoneName

if TYPE_CHECKING:
    from porelight.execution.chunks import Executor
    from porelight.photo.photograph import Photograph
    from porelight.photo.scale import Scale
    from porelight.photo.zone_mask import ZoneMask
    from porelight.store.store import Store
    from porelight.workflows.scaled_photograph import FoundScale

Zone = Annotated[
    ZoneName,
    Parameter(help="Which part of the face a close-up shows."),
]
# the registry of outcomes as it stands: its checks would load numpy before the command is known
_OUTCOMES = loads(files("porelight.data").joinpath("course", "outcomes.toml").read_text("utf-8"))
_GOALS = ", ".join(entry["goal"] for entry in _OUTCOMES.values() if "goal" in entry)
Goal = Annotated[str, Parameter(help=f"What to improve: {_GOALS}.")]
# the names of the files alone: reading them would load numpy before the command is known
_DEVICE_FILES = (one.name for one in files("porelight.data").joinpath("devices").iterdir())
_DEVICES = ", ".join(sorted(name.removesuffix(".toml") for name in _DEVICE_FILES))
Devices = Annotated[
    list[str] | None,
    Names(lambda word: Path(word) if word.endswith(".toml") else None),
    Parameter(
        name="--device",
        negative="",
        help=f"A device at hand: {_DEVICES}, or the TOML file of your own; may be given several "
        "times. All that ship with porelight when left out.",
    ),
]
Output = Annotated[Path, Writes(), Parameter(name=["--output", "-o"])]
PageFile = Annotated[Path | None, Writes()]
Visits = Annotated[list[str], Names(lambda word: Path(word.partition("=")[2]))]
CoursePath = Annotated[
    Path,
    Parameter(
        help="TOML file; 'porelight config example' prints one, 'porelight config schema' its "
        "schema."
    ),
]
SkinFile = Annotated[Path, Parameter(help="TOML file with a [skin] table; a course file will do.")]
Measured = Annotated[
    Path | None,
    Parameter(help="Folder that 'porelight measure' wrote: its pores replace the typical ones."),
]
Population = Annotated[
    Path | None,
    Parameter(
        help="Folder that 'porelight learn' wrote: what nobody knows is drawn from what a study of "
        "many has taught, in place of the priors."
    ),
]
AsJson = Annotated[bool, Parameter(name="--json", negative="", help="Print the result as JSON.")]
StoreOption = Annotated[
    str | None,
    Parameter(
        name="--store",
        help="The study's database: sqlite:///FILE.db, a path that ends in .db, or "
        "postgresql://USER@HOST/DATABASE?files=FOLDER. Left out: PORELIGHT_STORE, or study.db in "
        "your data folder.",
    ),
]
DryRun = Annotated[
    bool, Parameter(name="--dry-run", negative="", help="Tell what it would take, and stop.")
]
ScaleSource = Literal["marker", "dpi", "iris", "ruler"]


def opened(store: str | None) -> "Store":
    """Open the store that --store names.

    Raises
    ------
    StoreError
        If there is none, or it cannot be opened.
    """
    from porelight.store.address import store_address  # noqa: PLC0415
    from porelight.store.store import open_store  # noqa: PLC0415

    return open_store(store_address(store))


@Parameter(name="*")
@dataclass(frozen=True, slots=True)
class ScaleOptions:
    """How the scale of a photograph is known; the same options wherever one is read.

    Attributes
    ----------
    px_per_mm : float or None
        Scale, if it is known [px/mm].
    scale_from : str or None
        What else the scale is taken from.
    scale_error_percent : float
        Standard deviation of a known scale [%].
    ruler_tick_mm : float
        Distance between two ticks of a ruler [mm].
    """

    px_per_mm: Annotated[
        float | None,
        typed(
            "PIXELS_PER_METRE",
            "per_mm",
            "px/mm",
            help="Scale of the photograph. Below 5 is refused, below 12 is warned about.",
        ),
    ] = None
    scale_from: Annotated[
        ScaleSource | None,
        Parameter(
            help="Or take the scale from the sheet of 'porelight marker', from the dots per inch "
            "that a scanner wrote, from the irises of a face (5 to 8 % uncertain), or from a ruler "
            "in view."
        ),
    ] = None
    scale_error_percent: Annotated[
        float,
        typed(
            "photo.photograph.SCALE_ERROR",
            "percent",
            "%",
            help="Standard deviation of --px-per-mm; it is carried into every millimetre.",
        ),
    ] = 1.0
    ruler_tick_mm: Annotated[
        float, typed("LENGTH", "mm", help="Distance between two ticks of the ruler.")
    ] = 1.0

    @property
    def needs_face(self) -> bool:
        """Whether the scale is taken from the irises of a face."""
        return self.scale_from == "iris"

    def chosen(self) -> "Scale | FoundScale":
        """Return the known scale, or what in the picture it is to be taken from.

        Raises
        ------
        InputFileError
            If the scale is given in no way, or in two.
        """
        from porelight.photo.scale import Scale  # noqa: PLC0415
        from porelight.units import per_mm  # noqa: PLC0415

        if (self.px_per_mm is None) == (self.scale_from is None):
            raise InputFileError(
                "give the scale one way: --px-per-mm NUMBER, or --scale-from marker, dpi, iris or "
                "ruler. 'porelight marker' prints the sheet for the first of these."
            )
        if self.scale_from is not None:
            return self.scale_from
        known = (self.px_per_mm or 0.0) * per_mm
        return Scale(known, self.scale_error_percent / 100.0, "known", "given by the user")


@Parameter(name="*")
@dataclass(frozen=True, slots=True)
class ZoneOptions:
    """Which part of a photograph is looked at, where the user has drawn one.

    Attributes
    ----------
    zone_mask : Path or None
        Image of the size of the photograph, white where to look.
    zone_polygon : Path or None
        Or a file with the corners.
    """

    zone_mask: Annotated[
        Path | None,
        Parameter(help="Image of the same size; only what is in its white part counts."),
    ] = None
    zone_polygon: Annotated[
        Path | None,
        Parameter(
            help="JSON or CSV file with the corners of the zone; only what is inside counts."
        ),
    ] = None

    def __post_init__(self) -> None:
        """Check that there is not more than one way."""
        if self.zone_mask is not None and self.zone_polygon is not None:
            raise InputFileError("give the zone one way: --zone-mask or --zone-polygon.")

    @property
    def is_drawn(self) -> bool:
        """Whether the user has drawn a zone."""
        return self.zone_mask is not None or self.zone_polygon is not None

    def mask_of(self, photograph: "Photograph") -> "ZoneMask | None":
        """Return the pixels to look at; None is the whole photograph.

        Raises
        ------
        InputFileError
            If the file cannot be read or does not fit the photograph.
        """
        from porelight.files.photographs import read_zone_mask  # noqa: PLC0415
        from porelight.files.polygons import read_zone  # noqa: PLC0415
        from porelight.photo.zone_mask import ZoneMask  # noqa: PLC0415

        if self.zone_mask is not None:
            return ZoneMask(read_zone_mask(self.zone_mask, photograph.shape))
        if self.zone_polygon is not None:
            drawn = read_zone(self.zone_polygon, photograph.shape)
            return ZoneMask(drawn.mask(photograph.shape))
        return None


@Parameter(name="*")
@dataclass(frozen=True, slots=True)
class ComputeOptions:
    """Who computes what takes long.

    Attributes
    ----------
    workers : int or None
        Processes of this machine.
    scheduler : str or None
        Or the scheduler of a cluster.
    """

    workers: Annotated[
        int | None,
        typed("N_THREADS", help="Processes of this machine; one for each core when left out."),
    ] = None
    scheduler: Annotated[
        str | None,
        Parameter(
            help="Or the Dask scheduler of a cluster, tcp://HOST:PORT; local:N begins one here."
        ),
    ] = None

    def executor(self) -> "Executor":
        """Return who computes.

        Raises
        ------
        InputFileError
            If both are given.
        ExecutionError
            If the address is none, or Dask is not installed.
        """
        from porelight.execution.dask_cluster import DaskCluster  # noqa: PLC0415
        from porelight.execution.processes import Processes  # noqa: PLC0415
        from porelight.threads import available_threads  # noqa: PLC0415

        if self.scheduler is None:
            return Processes(self.workers or available_threads())
        if self.workers is not None:
            raise InputFileError("--workers and --scheduler exclude each other; keep one.")
        return DaskCluster(self.scheduler)


# what a command has when none of these options is typed
ALL_CORES = ComputeOptions()
NO_SCALE = ScaleOptions()
WHOLE_PHOTOGRAPH = ZoneOptions()
