"""Layered cases of MCX (Monte Carlo eXtreme), read from its JSON files.

MCX traces photons through voxels of one size in a box, porelight through planes without sides. A
case can be read if every slice of voxels holds one medium and the beam falls on the first slice.
What the two programs still do differently with it is said in notes beside the case; every key is
answered for (`porelight.files.foreign`).

References
----------
.. [1] Q. Fang, D. A. Boas, "Monte Carlo simulation of photon migration in 3D turbid media
   accelerated by graphics processing units," Opt. Express 17, 20178-20190 (2009).
   doi:10.1364/OE.17.020178; file format: https://mcx.space/wiki
"""

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from porelight.errors import InputFileError, ParameterError
from porelight.files.documents import read_json
from porelight.files.foreign import ForeignTable
from porelight.files.imported_case import ImportedCase
from porelight.files.light_case import LightCase
from porelight.files.mcx_boundary import boundary_flags, face_index, sides_note
from porelight.files.mcx_shapes import McxVolume, number, vector
from porelight.files.mcx_source import McxSource, beam_of, mcx_sources
from porelight.files.mcx_volume import COMMENT, mcx_volume

# a plane counts as lying between two voxels if it is this near, in voxels
_NEAR = 1e-6
_MEDIUM = ("mua", "mus", "g", "n")
_LIGHT_SPEED = 299.792458  # mm/ns
# a time gate that cuts off less than this share of the light is as good as none
_LATE_SHARE = 0.01
_SAVED = "what MCX saves, or how it runs"
_SHARE_NOTE = (
    "MCX's shares are of the light that has entered; multiply them by one less the specular share"
)
_DOWN_NOTE = (
    "MCX sends this light to all sides; porelight follows what falls down, and its shares are of "
    "that"
)
_STRAIGHT_NOTE = (
    "MCX lets rays into the tissue without refraction here (Session.DoSpecular is not set, or the "
    "source touches the tissue); porelight refracts each, so it goes down more steeply"
)


def read_mcx_case(path: str | Path) -> list[ImportedCase]:
    """Read an MCX case of layers: one light case for each of its sources or patterns.

    Parameters
    ----------
    path : str or Path
        JSON file as MCX reads it.

    Returns
    -------
    list of ImportedCase
        The same case, with a grid of cells of one voxel, and differences between the two programs.

    Raises
    ------
    InputFileError
        If the file is no MCX case, or one that plane layers cannot represent.
    """
    return mcx_cases(read_json(path, "a JSON file of MCX", line_breaks=True), Path(path))


def mcx_cases(content: Any, path: Path) -> list[ImportedCase]:
    """Return the cases of a document of MCX.

    Parameters
    ----------
    content : object
        What its JSON file holds.
    path : Path
        The file, beside which others that it names may lie.

    Raises
    ------
    InputFileError
        If it is no MCX case, or one that plane layers cannot represent.
    """
    try:
        document = ForeignTable(_unfolded(content), "", "MCX", fold_case=True)
        return _Reader(document, path).cases()
    except ParameterError as problem:
        raise InputFileError(f"{path}: {problem}") from None


def _unfolded(content: Any) -> Any:
    """Return a document with "Domain.Dim" at its root put where MCX looks first."""
    if not isinstance(content, dict):
        return content
    whole = {key: value for key, value in content.items() if "." not in key}
    for key, value in content.items():
        section, dot, name = key.partition(".")
        if dot and isinstance(whole.setdefault(section, {}), dict):
            whole[section] = {name: value, **whole[section]}
    return whole


class _Reader:
    """The conversion of one MCX case; every error is a ParameterError."""

    def __init__(self, document: ForeignTable, path: Path) -> None:
        self._document = document
        # a link to a case elsewhere names files beside either
        self._folders = [path.parent, path.resolve().parent]
        self._domain = document.table("Domain")
        self._session, self._forward = (document.table(key, {}) for key in ("Session", "Forward"))
        self._optode = document.table("Optode")
        self._voxel = self._voxel_side()
        self._media = self._all_media()
        # without DoMismatch MCX lets all light pass, as if the indices were equal
        self._is_refracting = bool(self._session.get("DoMismatch", True))

    def cases(self) -> list[ImportedCase]:
        volume = mcx_volume(self._document, self._domain, self._folders)
        labels = volume.labels
        void = int(np.argmax(labels != 0)) if labels.any() else labels.size
        filled = np.trim_zeros(labels)
        if filled.size == 0 or (filled == 0).any():
            raise ParameterError(
                "the slices along z hold no medium, or a gap of medium 0 between media; "
                "expected layers without gaps."
            )
        starts = np.flatnonzero(np.diff(filled, prepend=-1))
        thick = np.diff(np.append(starts, filled.size)) * self._voxel
        layers = [
            {**self._medium(int(filled[start])), "thickness_mm": float(d)}
            for start, d in zip(starts, thick, strict=True)
        ]
        flags = boundary_flags(self._session)
        above = self._face(flags[2], labels[0], layers[0])
        below = self._face(flags[5], labels[-1], layers[-1])
        mirrors = {
            face: "mirror"
            for face, letter, tag in (
                ("top", flags[2], labels[0]),
                ("bottom", flags[5], labels[-1]),
            )
            if letter == "m" and tag != 0
        }
        photons, seed = self._how_it_runs()
        origin = 0.0 if self._domain.get("OriginType", 0) else 1.0
        sources = mcx_sources(self._optode.table("Source"), origin, self._folders[0])
        if len(self._optode.get("Detector", []) or []):
            self._optode.without_effect(
                "porelight tallies what leaves by rings around the beam", "Detector"
            )
        gate, late = self._time_gate(layers)
        found = []
        for source in sources:
            placed, told = self._at_surface(source, void, layers)
            beam, note = beam_of(placed, self._voxel, void - placed.position[2])
            content = {
                "beam": beam,
                "layer": layers,
                "index_above": above,
                "index_below": below,
                "grid": {
                    "radius_mm": max(1.0, 0.5 * volume.box[0]) * self._voxel,
                    "depth_mm": filled.size * self._voxel,
                    "first_um": self._voxel * 1e3,
                },
                "vessel": self._vessels(volume, void, placed),
                "boundary": mirrors,
                "time_gate": gate,
            }
            sides = sides_note(flags, volume.box, placed.axis, self._voxel)
            notes = [sides, *told, *filter(None, [note, late])]
            found.append((source.name, content, notes))
        self._document.without_effect(COMMENT, *self._document.leftover())
        idle = self._document.notes()
        return [
            ImportedCase(name, _checked(content), (*notes, *idle), photons, seed)
            for name, content, notes in found
        ]

    def _voxel_side(self) -> float:
        """Return the side of a voxel [mm]."""
        self._domain.without_effect(_SAVED, "CacheBoxP0", "CacheBoxP1")
        for key in ("InverseCDF", "InvCDF"):
            self._domain.refuse(
                key,
                "sets scattering angles by a table; porelight's layers scatter by the "
                "Henyey-Greenstein function alone. Take it out, and give g, for that.",
            )
        self._domain.refuse(
            "MieScatter",
            "makes media of Mie spheres; expected Media with mua, mus, g, n for Henyey-Greenstein.",
        )
        self._domain.refuse(
            "VoxelSize", "gives voxels sides of their own; expected cubes, and LengthUnit alone."
        )
        step = self._domain.get("Step", [1.0, 1.0, 1.0])
        side = number(self._domain.get("LengthUnit", 1.0), "Domain.LengthUnit", 1e-6, 1e3)
        steps = [number(x, "Domain.Step", 1e-6, 1e3) for x in vector(step, "Domain.Step")]
        if len(set(steps)) > 1:
            raise ParameterError(f"Domain.Step is {step}; expected three times the same number.")
        return steps[0] if side == 1.0 else side

    def _all_media(self) -> list[ForeignTable]:
        media = self._domain.get("Media")
        if not isinstance(media, list) or len(media) < 2:
            raise ParameterError(
                "Domain.Media is missing; expected medium 0 and at least one more."
            )
        tables = []
        for i, medium in enumerate(media):
            where = f"Domain.Media[{i}]"
            if isinstance(medium, list) and len(medium) != 4:
                raise ParameterError(f"{where} is {medium}; expected [mua, mus, g, n].")
            row = zip(_MEDIUM, medium, strict=True) if isinstance(medium, list) else ()
            table = self._domain.child(dict(row) or medium, where)
            table.without_effect("a name", "name", "label")
            for key in _MEDIUM:
                table.get(key)
            tables.append(table)
        return tables

    def _medium(self, tag: int) -> dict[str, float]:
        if not 0 < tag < len(self._media):
            raise ParameterError(
                f"the volume holds medium {tag}; Domain.Media has 0 to {len(self._media) - 1}."
            )
        medium = self._media[tag]
        mu_s = number(medium.get("mus"), medium.path("mus"), 0.0, 1e5)
        g = number(medium.get("g"), medium.path("g"), -1.0, 1.0)
        if g == 1.0:
            mu_s = 0.0  # light that is scattered straight on is not scattered
        return {
            "mu_a_per_mm": number(medium.get("mua"), medium.path("mua"), 0.0, 1e5),
            "mu_s_per_mm": mu_s,
            "anisotropy": g if mu_s > 0.0 else 0.0,
            "refractive_index": self._index(tag),
        }

    def _index(self, tag: int) -> float:
        if self._is_refracting:
            return number(self._media[tag].get("n"), self._media[tag].path("n"), 1.0, 4.0)
        # one index for all is the speed of light in them; several are none
        return self._indices[-1] if self._is_even else 1.0

    @property
    def _indices(self) -> list[float]:
        """Index of each medium but that outside."""
        return [number(one.get("n"), one.path("n"), 1.0, 4.0) for one in self._media[1:]]

    @property
    def _is_even(self) -> bool:
        """Whether all media have one index."""
        return len(set(self._indices)) == 1

    def _face(self, letter: str, tag: int, layer: dict[str, float]) -> float:
        """Return the index above or below the layers; `tag` is the medium at that face."""
        if tag == 0:
            return self._index(0)  # the tissue ends inside the box, where flags say nothing
        return face_index(
            letter,
            outside=self._index(0),
            inside=layer["refractive_index"],
            is_refracting=self._is_refracting,
        )

    def _at_surface(
        self, source: McxSource, void: int, layers: list[dict[str, float]]
    ) -> tuple[McxSource, list[str]]:
        """Return a source as it starts above the tissue, and what that changes."""
        depth = source.position[2] - void
        notes = [_SHARE_NOTE]
        if source.kind in {"isotropic", "arcsine"} or source.directions.kind == "isotropic":
            notes.append(_DOWN_NOTE)
        if depth > _NEAR:
            source, told = self._raised(source, depth, layers)
            notes.append(told)
        is_specular = bool(self._session.get("DoSpecular", False))
        if depth < -_NEAR and is_specular:
            return source, notes
        above, first = self._index(0), layers[0]["refractive_index"]
        if above == first:
            return source, notes
        if depth < -_NEAR and source.directions.kind != "straight":
            return source, [*notes, _STRAIGHT_NOTE]
        directions, told = source.directions.in_air(first / above)
        source = replace(source, directions=directions)
        notes += [told] if told else []
        if source.tilt > 0.0:
            sine = first / above * math.sin(source.tilt)
            if sine >= math.sin(math.radians(85.0)):
                raise ParameterError(
                    f"Optode.Source.Dir lies {math.degrees(source.tilt):.3g} degrees off z inside "
                    "the tissue, where no ray from the air gets; MCX refracts rays where they "
                    "enter if the source lies above the tissue and Session.DoSpecular is set."
                )
            air = math.asin(sine)
            notes.append(
                f"Optode.Source.Dir is a direction inside the tissue here, "
                f"{math.degrees(source.tilt):.4g} degrees off z; in the air that is "
                f"{math.degrees(air):.4g} degrees"
            )
            source = replace(source, tilt=air)
        return source, notes

    def _raised(
        self, source: McxSource, depth: float, layers: list[dict[str, float]]
    ) -> tuple[McxSource, str]:
        """Return a source that lies below clear layers as one above them."""
        crossed, left = 0.0, depth * self._voxel
        for layer in layers:
            part = min(left, layer["thickness_mm"])
            straight = layer["refractive_index"] == layers[0]["refractive_index"]
            if part > _NEAR and (layer["mu_s_per_mm"] > 0.0 or not straight):
                crossed = math.inf
            crossed += part * layer["mu_a_per_mm"]
            left -= part
        lost = -math.expm1(-crossed)
        clear = layers[0]["refractive_index"] == self._index(0)
        if lost > _LATE_SHARE or not clear or source.tilt > 0.0 or not source.is_plain:
            raise ParameterError(
                f"Optode.Source.Pos lies {depth:g} voxels inside the tissue; expected a source at "
                "its surface or above."
            )
        x, y, z = source.position
        return replace(source, position=[x, y, z - depth]), (
            f"the source lies {depth * self._voxel:g} mm deep, below clear layers; porelight's "
            f"starts above them and loses {100 * lost:.2g} % there"
        )

    def _time_gate(self, layers: list[dict[str, float]]) -> tuple[dict[str, Any] | None, str]:
        """Return the time gate, or a note that it comes too late to matter."""
        start, end, step = (
            number(self._forward.get(key, usual), self._forward.path(key), 0.0, 1.0)
            for key, usual in (("T0", 0.0), ("T1", 1.0), ("Dt", 1.0))
        )
        if "T1" not in self._forward:
            return None, ""
        if start > 0.0:
            raise ParameterError(
                f"Forward.T0 is {start:g} s; expected 0: porelight tells what leaves by bins of "
                "time from 0 (Dt), and what is absorbed by T1 as a whole."
            )
        bins = max(1, round(end / max(step, 1e-18)))
        # light is kept waiting where it is scattered alone
        waiting = [layer for layer in layers if layer["mu_s_per_mm"] > 0.0]
        rates = [x["mu_a_per_mm"] * _LIGHT_SPEED / x["refractive_index"] for x in waiting]
        left = math.exp(-min(min(rates, default=math.inf) * end * 1e9, 700.0))
        if bins == 1 and left < _LATE_SHARE:
            most = max(100 * left, 1e-3)
            return None, f"MCX stops at {end:g} s, which takes less than {most:.1g} % from it"
        if not self._is_refracting and not self._is_even:
            raise ParameterError(
                "Forward asks for light by time, DoMismatch is off and the media have several "
                "indices; expected one index, since it is the speed of light too."
            )
        return {"end_ps": end * 1e12, "bins": bins}, ""

    def _vessels(self, volume: McxVolume, void: int, source: McxSource) -> list[dict[str, float]]:
        if volume.cylinders and (source.tilt > 0.0 or not source.is_round):
            raise ParameterError(
                "Shapes hold a Cylinder and the beam is not even around its axis; expected one "
                "of both."
            )
        if len({one.along for one in volume.cylinders}) > 1:
            raise ParameterError("the Cylinders of Shapes cross; expected all along one direction.")
        return [
            {
                "depth_um": (one.depth - void) * self._voxel * 1e3,
                "diameter_um": 2.0 * one.radius * self._voxel * 1e3,
                "offset_um": (one.across - source.axis[1 - one.along]) * self._voxel * 1e3,
                **self._medium(one.tag),
            }
            for one in volume.cylinders
        ]

    def _how_it_runs(self) -> tuple[float, int | None]:
        """Answer for the keys of Session that change no light; return photons and seed."""
        self._session.without_effect(
            _SAVED, "ID", "RootPath", "DoSaveVolume", "DoNormalize", "DoPartialPath", "DoSaveRef",
            "DoSaveExit", "DoSaveSeed", "DoAutoThread", "DoDCS", "DebugFlag", "SaveDataMask",
            "OutputFormat", "OutputType", "MaxDetPhoton",
        )  # fmt: skip
        self._session.without_effect(
            "its roulette keeps the means, as porelight's does", "MinEnergy"
        )
        photons, seed = (self._session.get(key, 0) for key in ("Photons", "RNGSeed"))
        photons = number(photons, "Session.Photons", 0, 1e19)
        return photons, seed if isinstance(seed, int) and seed > 0 else None


def _checked(content: dict[str, Any]) -> LightCase:
    try:
        return LightCase.model_validate(content)
    except ValueError as problem:
        raise ParameterError(" ".join(str(problem).split())[:300]) from None
