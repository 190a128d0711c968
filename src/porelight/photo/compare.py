"""Comparison of two visits, pore by pore: registration, equal sharpness, change of diameter."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from porelight.brief import brief
from porelight.errors import PhotographError
from porelight.photo.change import (
    ChangeModel,
    ZoneChange,
    change_model,
    features,
    pore_changes,
    zone_change,
)
from porelight.photo.darkness import SCALE, darkness
from porelight.photo.match import matched_pairs
from porelight.photo.photograph import Photograph
from porelight.photo.photometry import PoreFits, PorePlaces, fitted
from porelight.photo.picture import Image, Mask
from porelight.photo.register import Registration, register
from porelight.photo.texture import EqualBlur, bare_skin, equal_blur
from porelight.photo.zone_mask import ZonePixels
from porelight.quantities import Floats

_RADIUS = 2.5e-4  # m; two finds farther apart are two pores
_NEAREST = 0.45  # of the distance to a pore's nearest neighbour, which bounds the radius
_LEAST_RADIUS = 1.2e-4  # m
# standard deviations by which a pore that was found in one picture only stands out in the other
_SEEN_SIGMAS = 3.0
_SEEN_SHARE = 0.25  # of its depth where it was found
_SCALE_SIGMAS = 3.0
_LEAST_SCALE_ERROR = 0.02

Indices = NDArray[np.int64]
NONE = -1  # number of a pore that the detector did not find in that picture


class PoresSeen(Protocol):
    """What is asked of a measurement: `porelight.photo.measure.Measurement` has it all."""

    @property
    def zone(self) -> str:
        """Zone of the face."""
        ...

    @property
    def row(self) -> Floats:
        """Places of the pores [m], shape (n,)."""
        ...

    @property
    def col(self) -> Floats:
        """Places of the pores [m], shape (n,)."""
        ...

    @property
    def diameters(self) -> Floats:
        """Diameters of the circles of the same areas [m], shape (n,)."""
        ...

    @property
    def elongation(self) -> Floats:
        """Long over short axis [-], shape (n,)."""
        ...

    @property
    def angle(self) -> Floats:
        """Directions of the long axes [rad], shape (n,)."""
        ...

    @property
    def zone_mask(self) -> ZonePixels:
        """True where pores were looked for, shape (rows, cols)."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class PorePairs:
    """Pores of the skin that both pictures show, in the frame of the first, shape (n,).

    Attributes
    ----------
    before, after : ndarray of int64
        Index in each measurement; `NONE` where the detector found it in the other only.
    row, col : ndarray of float64
        Places from the top left corner of the first picture [m].
    diameter : ndarray of float64
        Equal-area diameter: geometric mean of what the two pictures gave [m].
    log_ratio, error : ndarray of float64
        Logarithm of later over earlier diameter, and its standard deviation [-].
    is_own : ndarray of bool
        Whether that is the pore's own and not only that of the zone.
    is_matched : ndarray of bool
        Seen in both pictures: found in both, or found in one and standing out at the same place of
        the other.
    """

    before: Indices
    after: Indices
    row: Floats
    col: Floats
    diameter: Floats
    log_ratio: Floats
    error: Floats
    is_own: NDArray[np.bool_]
    is_matched: NDArray[np.bool_]

    @property
    def n_matched(self) -> int:
        """Pores seen in both pictures."""
        return int(self.is_matched.sum())

    @property
    def n_lost(self) -> int:
        """Pores seen in the first picture only."""
        return int((~self.is_matched & (self.before != NONE)).sum())

    @property
    def n_new(self) -> int:
        """Pores seen in the second picture only."""
        return int((~self.is_matched & (self.after != NONE)).sum())


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Comparison:
    """What changed between two visits.

    Attributes
    ----------
    diameter : ZoneChange
        Change that all pores in both pictures have in common.
    pores : PorePairs
        Change of each pore.
    registration : Registration
        Map from places of the first picture to places of the second.
    blur : float
        Variance of the blur that made the pictures equally sharp; positive if the later one was
        blurred [px2].
    shared_area : float
        Area of the skin that both pictures show [m2].
    after_on_before : ndarray of float32, shape (rows, cols)
        The second picture's absorbance in the frame of the first, equally sharp.
    before : ndarray of float32, shape (rows, cols)
        The first picture's absorbance, equally sharp.
    warnings : tuple of str
        What limits this comparison.
    """

    diameter: ZoneChange
    pores: PorePairs
    registration: Registration
    blur: float
    shared_area: float
    before: Image
    after_on_before: Image
    warnings: tuple[str, ...]

    __repr__ = brief


@dataclass(frozen=True, slots=True, eq=False)
class ObservedChange:
    """What a pair of photographs shows, before it is turned into a change of diameter.

    Attributes
    ----------
    features, covariance : ndarray of float64
        Features and their covariance; see `porelight.photo.change.features`.
    fits : PoreFits
        Fits of every pore in both pictures.
    places : PorePlaces
        Places of the pores, in the frame of the first picture.
    before, after : ndarray of int64, shape (n,)
        Index in each measurement, or `NONE`.
    registration : Registration
        Map from places of the first picture to places of the second.
    equal : EqualBlur
        The pictures at equal sharpness.
    """

    features: Floats
    covariance: Floats
    fits: PoreFits
    places: PorePlaces
    before: Indices
    after: Indices
    registration: Registration
    equal: EqualBlur


def compare(
    before: tuple[Photograph, PoresSeen],
    after: tuple[Photograph, PoresSeen],
    model: ChangeModel | None = None,
) -> Comparison:
    """Return what changed between two photographs of the same skin.

    Parameters
    ----------
    before, after : tuple of Photograph and PoresSeen
        The two visits, each with what `porelight.photo.measure.measure` found in it.
    model : ChangeModel, optional
        Weights of the features; those that ship with porelight when left out.

    Returns
    -------
    Comparison

    Raises
    ------
    PhotographError
        If the pair cannot be compared; the message says what to do at the next photograph.

    Notes
    -----
    The skin itself is the ruler: lengths of the second picture are taken on the first by
    registration, so the error of the scales does not enter a ratio. A zone that shrank as a whole
    would therefore not be noticed.
    """
    model = change_model() if model is None else model
    seen = observed_change(before, after)
    change = zone_change(seen.features, seen.covariance, model)
    log_ratio, error, own = pore_changes(seen.fits, change, model)
    pores = PorePairs(
        before=seen.before,
        after=seen.after,
        row=seen.places.row,
        col=seen.places.col,
        diameter=seen.places.diameter,
        log_ratio=log_ratio,
        error=error,
        is_own=own,
        is_matched=_matched(seen),
    )
    return Comparison(
        diameter=change,
        pores=pores,
        registration=seen.registration,
        blur=seen.equal.blur,
        shared_area=float(seen.registration.shared.sum()) / SCALE**2,
        before=seen.equal.before,
        after_on_before=seen.equal.after,
        warnings=_warnings(before, after, seen),
    )


def observed_change(
    before: tuple[Photograph, PoresSeen], after: tuple[Photograph, PoresSeen]
) -> ObservedChange:
    """Register two photographs and measure every pore in both; see `compare`."""
    pictures = [darkness(photograph, found.zone_mask) for photograph, found in (before, after)]
    laid = register(pictures[0], pictures[1])
    over = laid.laid_over(pictures[1].image)
    places, first, second = _union(before[1], after[1], laid)
    bare = bare_skin(places.row, places.col, laid.shared)
    equal = equal_blur(pictures[0].image, over, bare)
    fits = fitted((equal.before, equal.after), laid.shared, places)
    values, covariance = features(fits, places.diameter, equal.bands, equal.blur)
    return ObservedChange(values, covariance, fits, places, first, second, laid, equal)


def _union(
    before: PoresSeen, after: PoresSeen, laid: Registration
) -> tuple[PorePlaces, Indices, Indices]:
    """Return every pore that either picture shows on the shared skin, each once."""
    one = np.stack([before.row, before.col], axis=-1)
    other = np.stack(laid.back(after.row, after.col), axis=-1)
    here, there = (np.flatnonzero(_on(laid.shared, points)) for points in (one, other))
    pairs = matched_pairs(one[here], other[there], _radius(one[here]))
    pairs = np.stack([here[pairs[:, 0]], there[pairs[:, 1]]], axis=-1)
    alone = np.setdiff1d(here, pairs[:, 0]), np.setdiff1d(there, pairs[:, 1])
    none = [np.full(part.size, NONE, np.int64) for part in alone]
    first = np.concatenate([pairs[:, 0], alone[0], none[1]])
    second = np.concatenate([pairs[:, 1], none[0], alone[1]])
    in_one, in_other = first != NONE, second != NONE
    both = in_one & in_other

    def joined(mine: Floats, theirs: Floats) -> Floats:
        value = np.zeros(first.size)
        value[in_other] = theirs[second[in_other]]
        value[in_one] = mine[first[in_one]]
        value[both] = 0.5 * (mine[first[both]] + theirs[second[both]])
        return value

    log_diameter = joined(np.log(before.diameters), np.log(after.diameters / laid.scale))
    turned = after.angle - laid.rotation
    # directions have no mean as numbers; the first picture's is kept
    angle = np.zeros(first.size)
    angle[in_other] = turned[second[in_other]]
    angle[in_one] = before.angle[first[in_one]]
    places = PorePlaces(
        joined(one[:, 0], other[:, 0]),
        joined(one[:, 1], other[:, 1]),
        np.exp(log_diameter),
        joined(before.elongation, after.elongation),
        angle,
    )
    return places, first, second


def _radius(points: Floats) -> Floats:
    """Return how far each pore's partner may lie: never nearer to a neighbour than to itself."""
    from scipy.spatial import cKDTree  # noqa: PLC0415

    if len(points) < 2:
        return np.full(len(points), _RADIUS)
    distance, _ = cKDTree(points).query(points, k=2)
    return np.asarray(np.clip(_NEAREST * distance[:, 1], _LEAST_RADIUS, _RADIUS))


def _on(shared: Mask, points: Floats) -> NDArray[np.bool_]:
    at = np.floor(points * SCALE).astype(np.intp)
    inside = ((at >= 0) & (at < np.array(shared.shape))).all(axis=1)
    kept = np.zeros(len(points), np.bool_)
    kept[inside] = shared[at[inside, 0], at[inside, 1]]
    return kept


def _matched(seen: ObservedChange) -> NDArray[np.bool_]:
    both = (seen.before != NONE) & (seen.after != NONE)
    depth, noise = seen.fits.depth, seen.fits.noise
    found_in = np.where(seen.before != NONE, 0, 1)
    every = np.arange(found_in.size)
    there, here = depth[every, 1 - found_in], depth[every, found_in]
    stands_out = there > _SEEN_SIGMAS * noise[every, 1 - found_in] / np.sqrt(8.0)
    return np.asarray(both | (seen.fits.seen & stands_out & (there > _SEEN_SHARE * here)))


def _warnings(
    before: tuple[Photograph, PoresSeen],
    after: tuple[Photograph, PoresSeen],
    seen: ObservedChange,
) -> tuple[str, ...]:
    said = []
    if np.array_equal(before[0].pixels, after[0].pixels):
        said.append("Both photographs are the same picture; they say nothing of a change.")
    error = max(np.hypot(before[0].scale_error, after[0].scale_error), _LEAST_SCALE_ERROR)
    if abs(np.log(seen.registration.scale)) > _SCALE_SIGMAS * error:
        said.append(
            f"By the stated scales the skin of the second photograph is "
            f"{100.0 * (seen.registration.scale - 1.0):+.1f} % longer than that of the first; the "
            "change below goes by the skin and not by the scales. Check them."
        )
    if before[1].zone != after[1].zone:
        raise PhotographError(
            f"the first photograph is of the {before[1].zone}, the second of the {after[1].zone}; "
            "expected the same zone."
        )
    return tuple(said)
