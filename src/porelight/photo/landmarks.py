r"""Landmarks of a whole face by published networks, when the user has fetched them.

Three small networks of MediaPipe run by OpenCV: one finds the face in a picture of 128 px, one lays
a mesh of 468 points with relative depth on it [1]_, one finds the rim of an iris [2]_. They are not
part of porelight; ``porelight models fetch`` takes them into the user's cache. Nothing else here
guesses where a face is.

References
----------
.. [1] Y. Kartynnik et al., "Real-time facial surface geometry from monocular video on mobile GPUs,"
   CVPR Workshop (2019). arXiv:1907.06724
.. [2] A. Ablavatski et al., "Real-time pupil tracking from monocular video for digital puppetry,"
   CVPR Workshop (2020). arXiv:2006.11341
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from porelight.errors import PhotographError
from porelight.quantities import Floats

NETWORKS = ("face_detection_short_range", "face_landmark", "iris_landmark")
N_POINTS = 468

_DETECTOR_SIDE, _MESH_SIDE, _IRIS_SIDE = 128, 192, 64  # px
_LEAST_SCORE = 0.5  # of the detector
_LEAST_PRESENCE = 0.5  # of the mesh
_FACE_MARGIN = 1.5  # of the box the mesh looks at over that of the detector
_EYE_MARGIN = 2.3  # of the box the iris network looks at over the distance of the eye's corners
_EYES = ((33, 133), (362, 263))  # corners of the right and of the left eye, as points of the mesh
_ROUNDS = 2  # the mesh gives a better box than the detector, so it looks twice
_STEEPEST_YAW = math.radians(25.0)

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """A face in a photograph.

    Attributes
    ----------
    points : ndarray of float64, shape (468, 3)
        Column, row and depth of the mesh [px]; depth grows away from the camera.
    irises : ndarray of float64, shape (2, 5, 2)
        Column and row of the middle and four rim points of the right and the left iris [px].
    score : float
        Score of the detector, 0 to 1.
    """

    points: Floats
    irises: Floats
    score: float

    @property
    def yaw(self) -> float:
        """How far the face is turned to the side [rad], from the depth of the eyes' corners."""
        across = self.points[263] - self.points[33]
        return math.atan2(float(across[2]), float(np.hypot(across[0], across[1])))


def find_face(pixels: Pixels, models: Mapping[str, Path]) -> Face:
    """Find the one face of a photograph.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (rows, cols, 3)
        The photograph in sRGB, upright.
    models : mapping of str to Path
        A file for each of `NETWORKS`, as `porelight.files.models.installed` returns them.

    Raises
    ------
    PhotographError
        If there is no face, more than one, or it is turned too far to the side.
    """
    nets = {name: _network(models[name]) for name in NETWORKS}
    score, corners = _detected(pixels, nets["face_detection_short_range"])
    points, presence = _mesh(pixels, nets["face_landmark"], corners)
    for _ in range(_ROUNDS - 1):
        points, presence = _mesh(pixels, nets["face_landmark"], _box_of(points))
    if presence < _LEAST_PRESENCE:
        raise PhotographError(
            "what looked like a face does not hold the mesh of one; expected a face from the "
            "front, upright, wholly in view. Or draw the zone as a polygon."
        )
    irises = np.stack([_iris(pixels, nets["iris_landmark"], points, side) for side in (0, 1)])
    face = Face(points, irises, score)
    if abs(face.yaw) > _STEEPEST_YAW:
        raise PhotographError(
            f"the face is turned by {math.degrees(abs(face.yaw)):.0f} degrees; expected at most "
            f"{math.degrees(_STEEPEST_YAW):.0f}. Take it from the front, or draw the zone as a "
            "polygon on a side view."
        )
    return face


def _network(path: Path) -> Any:
    # OpenCV 5 reads these files with its older engine only
    engine = getattr(cv2.dnn, "ENGINE_CLASSIC", None)
    try:
        if engine is None:
            return cv2.dnn.readNetFromTFLite(str(path))
        return cv2.dnn.readNetFromTFLite(str(path), engine)
    except cv2.error as problem:
        raise PhotographError(
            f"{path}: OpenCV {cv2.__version__} cannot read this network ({problem.code}); fetch it "
            "again with 'porelight models fetch', or draw the zone as a polygon."
        ) from None


def _run(network: Any, pixels: Pixels, *, signed: bool) -> dict[str, Floats]:
    scaled = pixels.astype(np.float32) / np.float32(255.0)
    if signed:
        scaled = scaled * np.float32(2.0) - np.float32(1.0)
    network.setInput(np.ascontiguousarray(scaled.transpose(2, 0, 1)[None]))
    names = network.getUnconnectedOutLayersNames()
    return {
        name: np.asarray(value, np.float64)
        for name, value in zip(names, network.forward(names), strict=True)
    }


def _detected(pixels: Pixels, network: Any) -> tuple[float, Floats]:
    """Return the score and the four corners (col, row) of the square around the face."""
    rows, cols = pixels.shape[:2]
    side = max(rows, cols)
    # the whole picture in a square, with bars
    factor = _DETECTOR_SIDE / side
    matrix = np.array(
        [
            [factor, 0.0, 0.5 * factor * (side - cols)],
            [0.0, factor, 0.5 * factor * (side - rows)],
        ]
    )
    small = cv2.warpAffine(pixels, matrix, (_DETECTOR_SIDE, _DETECTOR_SIDE), flags=cv2.INTER_AREA)
    out = _run(network, np.asarray(small, np.uint8), signed=True)
    odds = np.clip(out["classificators"].ravel(), -80.0, 80.0)
    score = 1.0 / (1.0 + np.exp(-odds))
    best = int(np.argmax(score))
    if score[best] < _LEAST_SCORE:
        raise PhotographError(
            "no face was found in the photograph; expected one from the front, upright, wholly in "
            "view. For a close-up name its zone, or draw one as a polygon."
        )
    raw = out["regressors"].reshape(-1, 16)
    places = raw.reshape(-1, 8, 2) / _DETECTOR_SIDE
    centre = places[:, 0] + _anchors()
    keys = places[:, 2:] + _anchors()[:, None]
    size = float(places[best, 1].max())
    others = (score > _LEAST_SCORE) & (np.hypot(*(centre - centre[best]).T) > size)
    if others.any():
        raise PhotographError(
            "more than one face is in the photograph; expected one. Cut out the one to be measured."
        )
    eyes = keys[best, 1] - keys[best, 0]
    square = _square(centre[best], _FACE_MARGIN * size, math.atan2(eyes[1], eyes[0]))
    offset = np.array([side - cols, side - rows]) * 0.5
    return float(score[best]), square * side - offset


def _anchors() -> Floats:
    """Return the 896 places that the detector answers for: two on a net of 16, six on one of 8."""
    nets = []
    for n, times in ((16, 2), (8, 6)):
        middle = (np.arange(n) + 0.5) / n
        grid = np.stack(np.meshgrid(middle, middle), axis=-1).reshape(-1, 2)
        nets.append(np.repeat(grid, times, axis=0))
    return np.concatenate(nets)


def _square(centre: Floats, side: float, turn: float) -> Floats:
    """Return the corners of a turned square, clockwise from its own top left, shape (4, 2)."""
    along = 0.5 * side * np.array([math.cos(turn), math.sin(turn)])
    down = 0.5 * side * np.array([-math.sin(turn), math.cos(turn)])
    return np.array(
        [centre - along - down, centre + along - down, centre + along + down, centre - along + down]
    )


def _box_of(points: Floats) -> Floats:
    flat = points[:, :2]
    eyes = flat[263] - flat[33]
    turn = math.atan2(float(eyes[1]), float(eyes[0]))
    back = np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])
    upright = flat @ back.T
    low, high = upright.min(axis=0), upright.max(axis=0)
    return _square((0.5 * (low + high)) @ back, _FACE_MARGIN * float((high - low).max()), turn)


def _cut(pixels: Pixels, corners: Floats, side: int) -> tuple[Pixels, Floats]:
    """Return the square at the network's size, and the map back to the photograph (2, 3)."""
    target = np.array([[0.0, 0.0], [side, 0.0], [side, side]], np.float32)
    forward = cv2.getAffineTransform(corners[:3].astype(np.float32), target)
    back = cv2.invertAffineTransform(forward)
    shrink = side / float(np.hypot(*(corners[1] - corners[0])))
    soft = pixels
    if shrink < 0.5:
        # pixels between those that are read would be lost
        soft = np.asarray(cv2.GaussianBlur(pixels, (0, 0), 0.4 / shrink), np.uint8)
    cut = cv2.warpAffine(soft, forward, (side, side), flags=cv2.INTER_LINEAR)
    return np.asarray(cut, np.uint8), np.asarray(back, np.float64)


def _mesh(pixels: Pixels, network: Any, corners: Floats) -> tuple[Floats, float]:
    cut, back = _cut(pixels, corners, _MESH_SIDE)
    out = _run(network, cut, signed=False)
    mesh = next(value for value in out.values() if value.size == 3 * N_POINTS).reshape(-1, 3)
    flag = next(value for value in out.values() if value.size == 1)
    flat = mesh[:, :2] @ back[:, :2].T + back[:, 2]
    stretch = math.sqrt(abs(float(np.linalg.det(back[:, :2]))))
    presence = 1.0 / (1.0 + math.exp(-float(np.clip(flag.ravel()[0], -80.0, 80.0))))
    return np.concatenate([flat, stretch * mesh[:, 2:]], axis=1), presence


def _iris(pixels: Pixels, network: Any, points: Floats, side: int) -> Floats:
    outer, inner = (points[k, :2] for k in _EYES[side])
    width = _EYE_MARGIN * float(np.hypot(*(inner - outer)))
    turn = math.atan2(*(inner - outer)[::-1])
    corners = _square(0.5 * (outer + inner), width, turn)
    if side == 1:
        # the network knows right eyes; a left one is shown in the mirror
        corners = corners[[1, 0, 3, 2]]
    cut, back = _cut(pixels, corners, _IRIS_SIDE)
    out = _run(network, cut, signed=False)
    rim = next(value for value in out.values() if value.size == 15).reshape(5, 3)
    return np.asarray(rim[:, :2] @ back[:, :2].T + back[:, 2])
