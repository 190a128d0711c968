"""Layered cases of MCX (Monte Carlo eXtreme), read from its JSON files.

MCX traces photons through voxels of one size in a box, porelight through planes without sides. A
case can be read if every slice of voxels holds one medium and the beam falls on the first slice.
What the two programs still do differently with it is said in notes beside the case.

References
----------
.. [1] Q. Fang, D. A. Boas, "Monte Carlo simulation of photon migration in 3D turbid media
   accelerated by graphics processing units," Opt. Express 17, 20178-20190 (2009).
   doi:10.1364/OE.17.020178; file format: https://mcx.space/wiki
"""

import math
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from porelight.errors import InputFileError, ParameterError
from porelight.files.documents import read_json
from porelight.files.jnii import array_of
from porelight.files.light_case import LightCase

_MOST_SLICES = 100_000
# a plane counts as lying between two voxels if it is this near, in voxels
_NEAR = 1e-6
_SOURCES = ("pencil", "disk", "gaussian", "ring", "cone")
_BOX_NOTE = (
    "the MCX box ends {:g} mm from the beam; porelight's layers have no sides, so the two differ "
    "where light reaches that far"
)
_SPECULAR_NOTE = (
    "MCX starts its photons inside the first voxel unless DoSpecular is set; porelight takes the "
    "reflection of the surface off, so its shares are smaller by that"
)


def read_mcx_case(path: str | Path) -> tuple[LightCase, list[str]]:
    """Read an MCX case of layers.

    Parameters
    ----------
    path : str or Path
        JSON file as MCX reads it.

    Returns
    -------
    case : LightCase
        The same case; its grid has cells of one voxel.
    notes : list of str
        Differences between the two programs for this case.

    Raises
    ------
    InputFileError
        If the file is no MCX case, or one that plane layers cannot represent.
    """
    source = Path(path)
    # MCX's own examples break strings over lines
    document = read_json(source, "a JSON file of MCX", line_breaks=True)
    try:
        return _Reader(_table(document, "the file"), source.parent).case()
    except ParameterError as problem:
        raise InputFileError(f"{source}: {problem}") from None


class _Reader:
    """The conversion of one MCX case; every error is a ParameterError."""

    def __init__(self, document: dict[str, Any], folder: Path) -> None:
        self._document = document
        self._folder = folder
        self._domain = _table(document.get("Domain"), "Domain")
        for key in ("InvCDF", "AngleInvCDF"):
            if key in self._domain:
                raise ParameterError(
                    f"Domain.{key} sets directions by a table; porelight scatters by the "
                    "Henyey-Greenstein function alone."
                )
        self._voxel = _number(self._domain.get("LengthUnit", 1.0), "Domain.LengthUnit", 1e-6, 1e3)
        self._origin = 0.0 if self._domain.get("OriginType", 0) else 1.0

    def case(self) -> tuple[LightCase, list[str]]:
        labels = self._labels()
        void = int(np.argmax(labels != 0)) if labels.any() else labels.size
        filled = np.trim_zeros(labels)
        if filled.size == 0 or (filled == 0).any():
            raise ParameterError(
                "the slices along z hold no medium, or a gap of medium 0 between media; "
                "expected layers without gaps."
            )
        starts = np.flatnonzero(np.diff(filled, prepend=-1))
        thick = np.diff(np.append(starts, filled.size)) * self._voxel
        media = self._media()
        used = [self._medium(media, int(filled[start])) for start in starts]
        beam, notes = self._beam(void)
        outside = self._index(media[0], 0)
        # the lower face of the box lets all light out; voxels of medium 0 reflect some of it
        below = outside if labels[-1] == 0 else used[-1]["refractive_index"]
        content = {
            "beam": beam,
            "layer": [
                {**medium, "thickness_mm": float(d)} for medium, d in zip(used, thick, strict=True)
            ],
            "index_above": outside,
            "index_below": below,
            "grid": {
                "radius_mm": max(1.0, 0.5 * self._box[0]) * self._voxel,
                "depth_mm": filled.size * self._voxel,
                "first_um": self._voxel * 1e3,
            },
        }
        try:
            return LightCase.model_validate(content), notes
        except ValueError as problem:
            raise ParameterError(" ".join(str(problem).split())[:300]) from None

    def _media(self) -> list[dict[str, Any]]:
        media = self._domain.get("Media")
        if not isinstance(media, list) or len(media) < 2:
            raise ParameterError(
                "Domain.Media is missing; expected medium 0 and at least one more."
            )
        return [_table(medium, f"Domain.Media[{i}]") for i, medium in enumerate(media)]

    def _medium(self, media: list[dict[str, Any]], tag: int) -> dict[str, float]:
        if not 0 < tag < len(media):
            raise ParameterError(
                f"the volume holds medium {tag}; Domain.Media has 0 to {len(media) - 1}."
            )
        where = f"Domain.Media[{tag}]"
        mu_s = _number(media[tag].get("mus"), f"{where}.mus", 0.0, 1e5)
        g = _number(media[tag].get("g"), f"{where}.g", -1.0, 1.0)
        if mu_s > 0.0 and abs(g) > 0.9999:
            raise ParameterError(f"{where}.g is {g:g}; expected -0.9999 to 0.9999.")
        return {
            "mu_a_per_mm": _number(media[tag].get("mua"), f"{where}.mua", 0.0, 1e5),
            "mu_s_per_mm": mu_s,
            "anisotropy": g if mu_s > 0.0 else 0.0,
            "refractive_index": self._index(media[tag], tag),
        }

    def _index(self, medium: dict[str, Any], tag: int) -> float:
        session = _table(self._document.get("Session", {}), "Session")
        # without it MCX lets all light pass, as if the indices were equal
        if not session.get("DoMismatch", True):
            return 1.0
        return _number(medium.get("n"), f"Domain.Media[{tag}].n", 1.0, 4.0)

    def _labels(self) -> NDArray[np.int64]:
        """Return the medium of each slice along z."""
        shapes = self._document.get("Shapes")
        if "VolumeFile" in self._domain:
            return self._sliced(self._raw_volume(str(self._domain["VolumeFile"])))
        if isinstance(shapes, dict) and "_ArraySize_" in shapes:
            try:
                return self._sliced(array_of(shapes))
            except (ValueError, KeyError, TypeError) as problem:
                raise ParameterError(f"Shapes holds no readable volume ({problem}).") from None
        if isinstance(shapes, dict) and isinstance(shapes.get("Shapes"), list):
            shapes = shapes["Shapes"]
        if not isinstance(shapes, list):
            raise ParameterError("neither Shapes nor Domain.VolumeFile says what lies where.")
        return self._drawn(shapes)

    def _size(self) -> tuple[int, int, int]:
        given = self._domain.get("Dim")
        if not isinstance(given, list) or len(given) != 3:
            raise ParameterError("Domain.Dim is missing; expected three numbers of voxels.")
        n = [int(_number(x, "Domain.Dim", 1, _MOST_SLICES)) for x in given]
        return n[0], n[1], n[2]

    def _raw_volume(self, name: str) -> NDArray[np.float64]:
        size = self._size()
        path = self._folder / name
        if Path(name).name != name or not path.is_file():
            raise ParameterError(
                f"Domain.VolumeFile is {name[:80]!r}; expected a file beside the case."
            )
        if self._domain.get("MediaFormat", "byte") != "byte" or path.stat().st_size != math.prod(
            size
        ):
            raise ParameterError(
                f"{name} has {path.stat().st_size} bytes; expected {math.prod(size)}, one for each "
                "voxel (MediaFormat byte)."
            )
        data = np.frombuffer(path.read_bytes(), dtype=np.uint8)
        return data.astype(np.float64).reshape(size, order="F")

    def _sliced(self, volume: NDArray[np.float64]) -> NDArray[np.int64]:
        if volume.ndim == 4 and volume.shape[3] == 1:
            volume = volume[..., 0]
        if volume.ndim != 3:
            raise ParameterError(f"the volume has {volume.ndim} axes; expected x, y, z.")
        self._box = (volume.shape[0], volume.shape[1])
        first = volume[:1, :1, :]
        if (volume != first).any():
            z = int(np.argwhere(volume != first)[0][2])
            raise ParameterError(
                f"slice {z + 1} along z holds more than one medium; porelight has plane layers, "
                "so each slice must hold one."
            )
        return np.asarray(volume[0, 0], dtype=np.int64)

    def _drawn(self, shapes: list[Any]) -> NDArray[np.int64]:
        labels = np.zeros(0, dtype=np.int64)
        if "Dim" in self._domain:
            size = self._size()
            self._box, labels = (size[0], size[1]), np.zeros(size[2], dtype=np.int64)
        for shape in shapes:
            for kind, what in _table(shape, "a shape").items():
                labels = self._with_shape(labels, kind, what)
        if labels.size == 0:
            raise ParameterError("neither Domain.Dim nor a Grid says how large the volume is.")
        return labels

    def _with_shape(self, labels: NDArray[np.int64], kind: str, what: Any) -> NDArray[np.int64]:
        if kind == "Name":
            return labels
        if kind == "Origin":
            if what != [0, 0, 0]:
                raise ParameterError(f"Shapes.Origin is {what!r}; expected [0, 0, 0].")
            return labels
        if kind == "Grid":
            size = _table(what, "Shapes.Grid").get("Size")
            if not isinstance(size, list) or len(size) != 3:
                raise ParameterError("Shapes.Grid.Size is missing; expected three numbers.")
            x, y, z = (int(_number(n, "Shapes.Grid.Size", 1, _MOST_SLICES)) for n in size)
            self._box = (x, y)
            return np.full(z, int(_number(what.get("Tag", 0), "Shapes.Grid.Tag", 0, 255)))
        if kind == "ZLayers":
            rows = what if what and isinstance(what[0], list) else [what]
            labels = labels.copy()
            for row in rows:
                if not isinstance(row, list) or len(row) != 3:
                    raise ParameterError(f"Shapes.ZLayers holds {row!r}; expected [from, to, tag].")
                low, high, tag = (int(_number(n, "Shapes.ZLayers", 0, _MOST_SLICES)) for n in row)
                labels[max(low, 1) - 1 : high] = tag
            return labels
        raise ParameterError(
            f"Shapes holds a {str(kind)[:40]!r}; porelight reads Grid and ZLayers, since its media "
            "are plane layers. Write the volume as layers, or compare in MCX alone."
        )

    def _beam(self, void: int) -> tuple[dict[str, Any], list[str]]:
        optode = _table(self._document.get("Optode"), "Optode")
        source = _table(optode.get("Source"), "Optode.Source")
        kind = source.get("Type", "pencil")
        if kind not in _SOURCES:
            raise ParameterError(
                f"Optode.Source.Type is {str(kind)[:40]!r}; expected {', '.join(_SOURCES)}."
            )
        position = [x - self._origin for x in _vector(source.get("Pos"), "Optode.Source.Pos")]
        direction = _vector(source.get("Dir", [0, 0, 1]), "Optode.Source.Dir")
        across = math.hypot(direction[0], direction[1])
        if direction[2] <= 0.0:
            raise ParameterError(
                f"Optode.Source.Dir is {direction}; expected light that falls towards larger z."
            )
        if not 0.0 <= position[0] <= self._box[0] or not 0.0 <= position[1] <= self._box[1]:
            raise ParameterError(
                f"Optode.Source.Pos lies at {position[0]:g}, {position[1]:g}, outside the box of "
                f"{self._box[0]} x {self._box[1]} voxels; expected a source above the layers."
            )
        if position[2] > void + _NEAR:
            raise ParameterError(
                f"Optode.Source.Pos lies {position[2] - void:g} voxels inside the tissue; expected "
                "a source at its surface or above."
            )
        param = _vector(source.get("Param1", [0, 0, 0, 0]), "Optode.Source.Param1", length=4)
        tilt = math.degrees(math.atan2(across, direction[2]))
        if across > 0.0 and kind != "pencil":
            raise ParameterError(
                f"a tilted {kind} of MCX starts partly inside the tissue; only a tilted pencil "
                "beam means the same in both programs."
            )
        gap = (void - position[2]) * self._voxel
        beam = self._beam_table(str(kind), param, tilt, gap)
        room = min(position[0], self._box[0] - position[0], position[1], self._box[1] - position[1])
        session = _table(self._document.get("Session", {}), "Session")
        notes = [_BOX_NOTE.format(room * self._voxel)]
        return beam, notes if session.get("DoSpecular") else [*notes, _SPECULAR_NOTE]

    def _beam_table(self, kind: str, param: list[float], tilt: float, gap: float) -> dict[str, Any]:
        if kind == "pencil":
            return {"profile": "pencil", "diameter_mm": 0.0, "tilt_deg": tilt}
        if kind == "cone":
            if param[1] > 0.0:
                raise ParameterError(
                    "Optode.Source.Param1 makes a cone even in angle; expected one even in solid "
                    "angle (second number 0)."
                )
            half = math.degrees(_number(param[0], "half angle of the cone", 0.0, 1.48))
            fibre = {"half_angle_deg": half, "spreading": "fibre", "stand_off_mm": gap}
            return {"profile": "pencil", "diameter_mm": 0.0, **fibre}
        radius = _number(param[0], "radius in Optode.Source.Param1", 1e-6, 1e6) * self._voxel
        if kind == "gaussian":
            if param[1] != 0.0:
                raise ParameterError(
                    "Optode.Source.Param1 makes a focused Gaussian beam; expected a collimated one "
                    "(second number 0)."
                )
            return {"profile": "gaussian", "diameter_mm": 2.0 * radius}
        inner = abs(param[1]) * self._voxel
        profile = "ring" if inner > 0.0 else "flat-top"
        return {"profile": profile, "diameter_mm": 2 * radius, "inner_diameter_mm": 2 * inner}


def _table(value: Any, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ParameterError(f"{what} is no table of JSON; expected a case of MCX.")
    return value


def _number(value: Any, what: str, low: float, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        shown = repr(value)[:40]
        raise ParameterError(f"{what} is {shown}; expected a number from {low:g} to {high:g}.")
    return float(value)


def _vector(value: Any, what: str, length: int = 3) -> list[float]:
    if not isinstance(value, list) or len(value) < length:
        raise ParameterError(f"{what} is {str(value)[:40]}; expected {length} numbers.")
    return [_number(x, what, -1e6, 1e6) for x in value[:length]]
