"""Our light cases as JSON files of MCX (Monte Carlo eXtreme), to be checked against it.

MCX traces photons through voxels of one size in a box; a case can be written if every plane lies
between two voxels. `porelight.files.mcx_reader` goes the other way.

References
----------
.. [1] Q. Fang, D. A. Boas, "Monte Carlo simulation of photon migration in 3D turbid media
   accelerated by graphics processing units," Opt. Express 17, 20178-20190 (2009).
   doi:10.1364/OE.17.020178; file format: https://mcx.space/wiki
"""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from porelight.errors import ParameterError
from porelight.files.kinds import ResultKind, json_with
from porelight.files.light_case import LightCase
from porelight.files.writing import write_text
from porelight.laser.angles import AngularProfile, GaussianSpread
from porelight.laser.beam import Beam
from porelight.units import mm, per_mm, ps

# a plane counts as lying between two voxels if it is this near, in voxels
MCX_CASE = ResultKind("a case of MCX", (".json",), json_with("porelight", "Session", "ID"))
_NEAR = 1e-6
# voxels between the tissue and the source of a tilted beam, and of one that touches the tissue
_ABOVE, _TOUCHING = 1.0, 1e-3
_N_ANGLES = 1001


def mcx_case(case: LightCase, *, voxel: float, width: float, n_photons: int) -> dict[str, Any]:
    """Return a case as MCX reads it.

    Parameters
    ----------
    case : LightCase
        Layers and beam.
    voxel : float
        Side of MCX's voxels [m]; every plane must lie between two of them.
    width : float
        Side of MCX's box [m]; light that reaches it leaves.
    n_photons : int
        Number of photons that MCX follows.

    Raises
    ------
    ParameterError
        If a plane lies inside a voxel, or MCX has no such beam or index below, no pore, no vessel.

    Notes
    -----
    MCX counts its shares of the light that has entered: they are ours over one less the specular
    share. Photons of a straight beam start inside the first voxel; those of another start above it
    and are refracted where they enter (DoSpecular), since MCX takes a direction at the face for
    one inside. Light to all sides is the same in both: MCX starts a photon anew that misses the
    tissue. A face with the index of the last layer is one that lets all light out (BCFlags).
    """
    if case.follicle is not None:
        raise ParameterError(
            "MCX has voxels in place of the smooth walls of a pore; to export the layers alone, "
            "take [follicle] out of the case."
        )
    if case.vessel:
        raise ParameterError(
            "MCX has voxels in place of the smooth walls of a vessel; to export the layers alone, "
            "take [[vessel]] out of the case."
        )
    if case.cell_radius_mm is not None:
        raise ParameterError(
            "MCX has no mirror around the axis; to export the layers alone, take cell_radius_mm "
            "out of the case."
        )
    optics, beam = case.optics(), case.beam.beam()
    n = math.ceil(width / voxel)
    depths = np.append(optics.thickness[:-1], _last_thickness(case)).cumsum() / voxel
    planes = np.rint(depths)
    off = np.abs(depths - planes)
    if off.max() > _NEAR * max(1.0, float(depths.max())):
        worst = int(np.argmax(off))
        raise ParameterError(
            f"the plane {depths[worst] * voxel / mm:g} mm deep lies inside a voxel of "
            f"{voxel / mm:g} mm; choose a voxel of which every depth is a multiple."
        )
    media = [{"mua": 0.0, "mus": 0.0, "g": 1.0, "n": optics.index_above}]
    columns = (optics.mu_a, optics.mu_s, optics.anisotropy, optics.refractive_index)
    media += [
        {"mua": float(a) / per_mm, "mus": float(s) / per_mm, "g": float(g), "n": float(m)}
        for a, s, g, m in zip(*columns, strict=True)
    ]
    starts = np.concatenate([[0.0], planes[:-1]])
    layers = [
        [int(low) + 1, int(high), tag]
        for tag, (low, high) in enumerate(zip(starts, planes, strict=True), start=1)
    ]
    size = [n, n, int(planes[-1]) + _slices_below(case)]
    source = _mcx_source(case, voxel)
    above = max(0.0, -source["Pos"][2])
    source["Pos"][:2] = [0.5 * n - above * math.tan(beam.tilt), 0.5 * n]
    start, end, bins = 0.0, 1e-8, 1
    if case.time_gate is not None:
        gate = case.time_gate
        start, end, bins = gate.start_ps * ps, gate.end_ps * ps, gate.bins
    return {
        "Session": {
            "ID": "porelight",
            "Photons": n_photons,
            "RNGSeed": 1648335518,
            "DoMismatch": True,
            "DoSpecular": above > 0.0,
            "BCFlags": _boundary_flags(case),
            "DoNormalize": True,
            "OutputType": "E",
            "OutputFormat": "jnii",
        },
        "Forward": {"T0": start, "T1": end, "Dt": (end - start) / bins},
        "Optode": {"Source": source, "Detector": []},
        "Domain": {
            "Dim": size,
            "OriginType": 1,
            "LengthUnit": voxel / mm,
            "Media": media,
            **_inverse_cdf(case),
        },
        "Shapes": [{"Grid": {"Size": size, "Tag": 0}}, {"ZLayers": layers}],
    }


def write_mcx_case(
    case: LightCase, path: str | Path, *, voxel: float, width: float, n_photons: int = 10**7
) -> Path:
    """Write a case as MCX reads it; see `mcx_case`."""
    target = Path(path)
    document = mcx_case(case, voxel=voxel, width=width, n_photons=n_photons)
    write_text(target, json.dumps(document, indent=1, allow_nan=False) + "\n", MCX_CASE)
    return target


def media_volume(document: dict[str, Any]) -> NDArray[np.uint8]:
    """Return the voxels of a document that `mcx_case` made, (n_x, n_y, n_z), as media numbers."""
    volume = np.zeros(document["Domain"]["Dim"], dtype=np.uint8)
    for low, high, tag in document["Shapes"][1]["ZLayers"]:
        volume[:, :, low - 1 : high] = tag
    return volume


def _slices_below(case: LightCase) -> int:
    """Return how many slices of medium 0 lie below the layers.

    MCX reflects light at its lower face as at a voxel of medium 0, whose index is that above the
    layers; its OpenCL build (0.7.5) does so below two layers at the voxel alone.
    """
    optics = case.optics()
    if _boundary_flags(case)[5] != "_":
        return 0
    if optics.index_below == optics.index_above:
        return 1
    raise ParameterError(
        f"the index below the layers is {optics.index_below:g}; MCX has one outside for all sides, "
        f"so expected that above, {optics.index_above:g}, or that of the last layer, "
        f"{optics.refractive_index[-1]:g}."
    )


def _last_thickness(case: LightCase) -> float:
    """Return the thickness of the last layer, to the end of the grid if it has no end [m]."""
    thickness = case.optics().thickness
    if math.isfinite(thickness[-1]):
        return float(thickness[-1])
    return max(case.grid.depth_mm * mm - float(thickness[:-1].sum()), 0.0)


def _boundary_flags(case: LightCase) -> str:
    """Return MCX's letter for each face of the box; its sides are as the others."""
    optics, letters = case.optics(), {"refracting": "_", "absorbing": "a", "mirror": "m"}
    top, bottom = (letters[face] for face in (case.boundary.top, case.boundary.bottom))
    if bottom == "_" and optics.index_below == optics.refractive_index[-1]:
        bottom = "a"  # behind a face without a step of the index nothing comes back
    return f"__{top}__{bottom}"


def _mcx_source(case: LightCase, voxel: float) -> dict[str, Any]:
    """Return the source; its position is that over the tissue alone, x and y are the caller's."""
    beam = case.beam.beam()
    outer, inner = 0.5 * beam.diameter / voxel, 0.5 * beam.inner_diameter / voxel
    kinds: dict[object, dict[str, Any]] = {
        "pencil": {"Type": "pencil", "Param1": [0.0, 0.0, 0.0, 0.0]},
        "flat-top": {"Type": "disk", "Param1": [outer, 0.0, 0.0, 0.0]},
        "ring": {"Type": "disk", "Param1": [outer, inner, 0.0, 0.0]},
        "gaussian": {"Type": "gaussian", "Param1": [outer, 0.0, 0.0, 0.0]},
    }
    depth = case.beam.depth_mm
    if depth is not None:
        return _source_inside(case, voxel, depth * mm, kinds)
    straight = beam.spreading in {"beam", "fibre"} and beam.half_angle == 0.0
    if not isinstance(beam.profile, str) or (beam.tilt > 0.0 and not _is_tilted_pencil(beam)):
        raise ParameterError(
            "MCX has no beam like this one; expected a flat-top, gaussian, ring or pencil beam "
            "that falls straight down, or a tilted pencil."
        )
    # a direction at the face would be one inside the tissue
    above = 0.0 if straight else max(beam.stand_off / voxel, _TOUCHING)
    source = {
        **kinds[beam.profile],
        "Pos": [0.0, 0.0, -_ABOVE if beam.tilt > 0.0 else 0.0 - above],
        "Dir": [math.sin(beam.tilt), 0.0, math.cos(beam.tilt)],
        "Param2": [0.0, 0.0, 0.0, 0.0],
    }
    return source if straight else {**source, **_mcx_directions(beam, source, voxel)}


def _source_inside(
    case: LightCase, voxel: float, depth: float, kinds: dict[object, dict[str, Any]]
) -> dict[str, Any]:
    """Return a source inside the tissue, where MCX refracts nothing."""
    beam = case.beam.beam()
    is_round = isinstance(beam.profile, str) and beam.tilt == 0.0 and beam.stand_off == 0.0
    if not is_round or isinstance(beam.spreading, GaussianSpread):
        raise ParameterError(
            "MCX is not given a source inside the tissue like this one; expected a flat-top, "
            "gaussian, ring or pencil without tilt and stand_off_mm."
        )
    source: dict[str, Any] = {
        **kinds[beam.profile],
        "Pos": [0.0, 0.0, depth / voxel],
        "Dir": [0.0, 0.0, 1.0],
        "Param2": [0.0, 0.0, 0.0, 0.0],
    }
    if beam.spreading in {"beam", "fibre"} and beam.half_angle == 0.0:
        return source
    if beam.profile == "pencil" and beam.spreading == "isotropic":
        return {**source, "Type": "isotropic"}
    return {**source, **_mcx_directions(beam, source, voxel)}


def _inverse_cdf(case: LightCase) -> dict[str, Any]:
    """Return MCX's table of scattering angles, which is one for all media."""
    tables = {
        None if one.phase is None else tuple(one.phase.cosine_quantiles)
        for one in case.layer
        if one.mu_s_per_mm > 0.0
    }
    if tables <= {None} and all(one.mie is None for one in case.layer):
        return {}
    inner = tables.pop() if len(tables) == 1 else None
    if not inner or (inner[0], inner[-1]) != (-1.0, 1.0) or len(inner) < 3:
        raise ParameterError(
            "MCX has one table of scattering angles for all media, cosine_quantiles from -1 to 1; "
            "expected the same in every layer that scatters, or anisotropy alone."
        )
    return {"InverseCDF": list(inner[1:-1])}


def _is_tilted_pencil(beam: Beam) -> bool:
    return beam.profile == "pencil" and beam.half_angle == 0.0 and beam.spreading == "beam"


def _mcx_directions(beam: Beam, source: dict[str, Any], voxel: float) -> dict[str, Any]:
    """Return the keys of a source whose rays are not parallel."""
    down, spreading = [0.0, 0.0, 1.0], beam.spreading
    if isinstance(spreading, AngularProfile):
        angles = np.interp(np.linspace(0.0, 1.0, _N_ANGLES), spreading.share, spreading.angle)
        return {"AngleInverseCDF": (angles / math.pi).tolist()}
    if beam.profile == "pencil":
        if spreading == "fibre":
            return {"Type": "cone", "Param1": [beam.half_angle, 0.0, 0.0, 0.0]}
        # a source that MCX heeds a focal length of, as good as a point
        source = {"Type": "disk", "Param1": [_TOUCHING, 0.0, 0.0, 0.0]}
    if spreading in {"isotropic", "lambertian"}:
        focus: Any = "_NaN_" if spreading == "isotropic" else "-_Inf_"
    elif spreading == "beam":
        focus = -0.5 * beam.diameter / math.tan(beam.half_angle) / voxel
    else:
        raise ParameterError(
            "MCX has no fibre with a diameter; expected a pencil with this half angle, or a beam."
        )
    return {"Type": source["Type"], "Param1": source["Param1"], "Dir": [*down, focus]}
