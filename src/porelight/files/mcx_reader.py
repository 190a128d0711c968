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
from pydantic import ValidationError

from porelight.errors import InputFileError, ParameterError
from porelight.files.documents import read_json
from porelight.files.foreign import ForeignTable
from porelight.files.imported_case import ImportedCase
from porelight.files.light_case import LightCase
from porelight.files.mcx_boundary import boundary_flags, face_index, sides_note
from porelight.files.mcx_detectors import detectors_of, mcx_detectors
from porelight.files.mcx_media import McxMedia
from porelight.files.mcx_shapes import McxVolume, number, vector
from porelight.files.mcx_source import McxSource, beam_of, mcx_sources
from porelight.files.mcx_volume import COMMENT, mcx_volume
from porelight.files.toml_tables import mistakes_of

# a plane counts as lying between two voxels if it is this near, in voxels
_NEAR = 1e-6
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
_INSIDE_NOTE = (
    "the source lies inside the tissue, or touches it, where MCX starts its rays; so does "
    "porelight, and the shares of both are of the light that starts there"
)
_POLARISED = (
    "makes polarised light; porelight follows its intensity, scattered as light without "
    "polarisation is, so shares may differ by some per cent"
)
_STRAIGHT_NOTE = (
    "MCX lets rays from above into the tissue without refraction here (Session.DoSpecular is not "
    "set); porelight starts them at the surface, inside, with the same directions"
)
_REFRACTED_NOTE = (
    "MCX lets rays into the tissue without refraction here (Session.DoSpecular is not set); "
    "porelight refracts each, so it goes down more steeply"
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
        # without DoMismatch MCX lets all light pass, as if the indices were equal
        self._is_refracting = bool(self._session.get("DoMismatch", True))
        source = self._optode.table("Source")
        self._media = McxMedia(
            self._domain,
            is_refracting=self._is_refracting,
            wavelength=source.get("WaveLength") if "MieScatter" in self._domain else None,
        )
        if not self._media.has_spheres:
            source.without_effect("has a meaning for Mie spheres alone", "WaveLength")
        source.without_effect(_POLARISED, "IQUV")
        self._source = source

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
            {**self._media.layer(int(filled[start])), "thickness_mm": float(d)}
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
        sources = mcx_sources(self._source, origin, self._folders[0])
        balls = mcx_detectors(self._optode, origin)
        faces = (float(void), float(void + filled.size))
        gate, late = self._time_gate(layers)
        found = []
        for source in sources:
            placed, depth, told = self._placed(source, void, filled.size, layers)
            beam, note = beam_of(placed, self._voxel, void - placed.position[2], depth)
            axis = source.axis_below(max(0.0, void - source.position[2]))
            detectors, dark = detectors_of(balls, axis, placed.azimuth, faces, self._voxel)
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
                "detector": detectors,
            }
            sides = sides_note(flags, volume.box, axis, self._voxel)
            notes = [sides, *told, *dark, *filter(None, [note, late])]
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
        self._domain.refuse(
            "VoxelSize", "gives voxels sides of their own; expected cubes, and LengthUnit alone."
        )
        step = self._domain.get("Step", [1.0, 1.0, 1.0])
        side = number(self._domain.get("LengthUnit", 1.0), "Domain.LengthUnit", 1e-6, 1e3)
        steps = [number(x, "Domain.Step", 1e-6, 1e3) for x in vector(step, "Domain.Step")]
        if len(set(steps)) > 1:
            raise ParameterError(f"Domain.Step is {step}; expected three times the same number.")
        return steps[0] if side == 1.0 else side

    def _face(self, letter: str, tag: int, layer: dict[str, Any]) -> float:
        """Return the index above or below the layers; `tag` is the medium at that face."""
        if tag == 0:
            return self._media.index(0)  # the tissue ends inside the box, where flags say nothing
        return face_index(
            letter,
            outside=self._media.index(0),
            inside=layer["refractive_index"],
            is_refracting=self._is_refracting,
        )

    def _placed(
        self, source: McxSource, void: int, n_slices: int, layers: list[dict[str, Any]]
    ) -> tuple[McxSource, float | None, list[str]]:
        """Return a source as porelight starts it, its depth if inside, and what that changes."""
        depth = source.position[2] - void
        if depth >= n_slices:
            raise ParameterError(
                f"Optode.Source.Pos lies {depth:g} voxels deep, below the layers, which are "
                f"{n_slices} voxels thick."
            )
        is_specular = bool(self._session.get("DoSpecular", False))
        above, first = self._media.index(0), layers[0]["refractive_index"]
        if depth > _NEAR or (depth >= -_NEAR and source.starts_inside):
            return source, max(0.0, depth), [_INSIDE_NOTE]
        notes = [_SHARE_NOTE]
        if source.directions.goes_up:
            notes.append(_DOWN_NOTE)
        if above == first or (depth < -_NEAR and is_specular):
            return source, None, notes
        if source.starts_inside and not source.directions.goes_up:
            return source, 0.0, [_STRAIGHT_NOTE]
        if source.directions.kind != "straight":
            return source, None, [*notes, _REFRACTED_NOTE]
        if source.tilt > 0.0:
            sine = first / above * math.sin(source.tilt)
            if sine >= math.sin(math.radians(85.0)):  # no ray from the air gets there
                return source, 0.0, [_INSIDE_NOTE if depth >= -_NEAR else _STRAIGHT_NOTE]
            air = math.asin(sine)
            notes.append(
                f"Optode.Source.Dir is a direction inside the tissue here, "
                f"{math.degrees(source.tilt):.4g} degrees off z; in the air that is "
                f"{math.degrees(air):.4g} degrees"
            )
            source = replace(source, tilt=air)
        return source, None, notes

    def _time_gate(self, layers: list[dict[str, Any]]) -> tuple[dict[str, Any] | None, str]:
        """Return the time gate, or a note that it comes too late to matter."""
        start, end, step = (
            number(self._forward.get(key, usual), self._forward.path(key), 0.0, 1.0)
            for key, usual in (("T0", 0.0), ("T1", 1.0), ("Dt", 1.0))
        )
        if "T1" not in self._forward:
            return None, ""
        bins = max(1, round((end - start) / max(step, 1e-18)))
        # light is kept waiting where it is scattered alone
        waiting = [layer for layer in layers if layer["mu_s_per_mm"] > 0.0]
        rates = [x["mu_a_per_mm"] * _LIGHT_SPEED / x["refractive_index"] for x in waiting]
        left = math.exp(-min(min(rates, default=math.inf) * end * 1e9, 700.0))
        if start >= end:
            raise ParameterError(
                f"Forward.T0 is {start:g} s and T1 {end:g} s; expected T0 before T1."
            )
        if bins == 1 and start == 0.0 and left < _LATE_SHARE:
            most = max(100 * left, 1e-3)
            return None, f"MCX stops at {end:g} s, which takes less than {most:.1g} % from it"
        if not self._is_refracting and not self._media.is_even:
            raise ParameterError(
                "Forward asks for light by time, DoMismatch is off and the media have several "
                "indices; expected one index, since it is the speed of light too."
            )
        gate = {"end_ps": end * 1e12, "bins": bins}
        return {**gate, "start_ps": start * 1e12} if start > 0.0 else gate, ""

    def _vessels(self, volume: McxVolume, void: int, source: McxSource) -> list[dict[str, Any]]:
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
                **self._media.layer(one.tag),
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
    except ValidationError as problem:
        told = mistakes_of(LightCase, problem)[0]
        raise ParameterError(f"in the units of a light case, {told}") from None
