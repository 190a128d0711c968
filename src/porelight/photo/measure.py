"""Pores of a photograph: how many, how large, and how sure that is."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from porelight.errors import ParameterError, PhotographError
from porelight.photo.blur import SOFT, BlurEffect
from porelight.photo.blur import blur as blur_of
from porelight.photo.detect import FALSE_DISCOVERY, candidates, seen_maxima
from porelight.photo.detector_parameters import detector_parameters
from porelight.photo.drawn import DrawnPores, drawn_pores
from porelight.photo.estimate import SHARES, DetectedPores, Estimate, Estimates, estimates
from porelight.photo.flatten import WORKING_SCALE, FlatSkin, flat_skin
from porelight.photo.photograph import ALL_PORES, Photograph, resolution_warnings
from porelight.photo.picture import Mask
from porelight.photo.pore_probability import shifted
from porelight.photo.rejected import RejectedCounts, all_rejected, marks
from porelight.photo.segment import Segments, segment
from porelight.photo.sharpness import sharpness
from porelight.photo.strips import beside, strips
from porelight.photo.zone_mask import ZonePixels
from porelight.photo.zones import named_zone, zone_pixels
from porelight.quantities import Floats
from porelight.tissue.person import Zone
from porelight.tissue.population import DETECTION_THRESHOLD, PorePopulation
from porelight.units import cm2, mm

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from porelight.photo.network import NetworkOutput

_MUCH_GLINT = 0.05  # of the zone
_FEW = 20  # pores
_FAR = 1.645  # SD; of errors of the blur one in twenty is larger
_SMALL_ZONE = 2.5e-5  # m2


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Measurement:
    """The pores of one zone of one photograph.

    Attributes
    ----------
    zone : str
        Zone of the face; a label that changes no number.
    row, col : ndarray of float64, shape (n,)
        Centroids from the top left corner of the picture [m]; in pixels
        ``row * px_per_metre - 0.5``.
    area : ndarray of float64, shape (n,)
        Areas of the openings as seen [m2].
    elongation, angle : ndarray of float64, shape (n,)
        Long over short axis [-]; direction of the long axis, from the column axis towards the row
        axis [rad].
    contrast : ndarray of float64, shape (n,)
        Mean absorbance above the surroundings [-].
    score : ndarray of float64, shape (n,)
        Probability of being a pore, by the detector [-].
    segments : Segments
        The pores with their outlines at the working scale; `labels` and `mask` draw them on the
        pixels of the photograph.
    zone_mask : ndarray of bool, shape (rows, cols)
        True where pores were looked for.
    px_per_metre : float
        Scale of the photograph [px/m].
    false_share, unlabelled_share : float
        Expected share of finds that are no pores, calibrated on rendered skin; and of finds that
        people who label by eye would leave out, faint pores among them [-].
    q : float or None
        Share of false finds that was asked for [-]; None for the best balance.
    estimates : Estimates
        The summary numbers with their intervals.
    warnings : tuple of str
        What limits this measurement.
    rejected : RejectedCounts
        How many highlights, hairs, wrinkles, folds and moles were seen and not taken for pores.
    """

    zone: Zone
    row: Floats
    col: Floats
    area: Floats
    elongation: Floats
    angle: Floats
    contrast: Floats
    score: Floats
    segments: Segments
    zone_mask: ZonePixels
    px_per_metre: float
    false_share: float
    unlabelled_share: float
    q: float | None
    estimates: Estimates
    warnings: tuple[str, ...]
    rejected: RejectedCounts = field(default_factory=RejectedCounts)

    def __repr__(self) -> str:
        return (
            f"Measurement({self.zone}, {self.zone_area / cm2:.3g} cm2, {self.n} pores outlined; "
            f"those that count: {self.count}; share of the skin: {self.area_fraction})"
        )

    @property
    def n(self) -> int:
        """Number of pores found, those too narrow to be counted among them."""
        return int(self.area.size)

    @property
    def diameters(self) -> Floats:
        """Diameter of the circle of the same area [m], shape (n,)."""
        return np.asarray(np.sqrt(4.0 * self.area / np.pi))

    @property
    def drawn(self) -> DrawnPores:
        """The pores on the pixels of the photograph, to be had a strip of rows at a time."""
        return drawn_pores(self.segments, self.zone_mask, self.px_per_metre)

    @property
    def labels(self) -> NDArray[np.int32]:
        """0 on skin, i + 1 in pore i, on the pixels of the photograph; int32, (rows, cols)."""
        drawn, whole = self.drawn, np.empty(self.zone_mask.shape, np.int32)
        for part in strips(whole.shape):
            whole[part] = drawn.labels(part)
        return whole

    @property
    def mask(self) -> Mask:
        """True on pores, shape (rows, cols)."""
        drawn, whole = self.drawn, np.empty(self.zone_mask.shape, np.bool_)
        for part in strips(whole.shape):
            whole[part] = drawn[part]
        return whole

    @property
    def zone_area(self) -> float:
        """Area of the skin in which pores were looked for [m2]."""
        return float(self.zone_mask.sum()) / self.px_per_metre**2

    @property
    def count(self) -> Estimate:
        """Number of pores of `porelight.photo.pore_probability.COUNTED_FROM` and more [-].

        Added up from the probabilities of all spots, so that it holds what was missed, leaves out
        what is false, and repeats better than `n`; `q` does not change it.
        """
        return self.estimates.count

    @property
    def density(self) -> Estimate:
        """Pores that count per area of skin [1/m2]; ``value * units.cm**2`` is that per cm2."""
        return self.estimates.density

    @property
    def area_fraction(self) -> Estimate:
        """Share of the skin that pores cover [-]."""
        return self.estimates.area_fraction

    @property
    def diameter_quantiles(self) -> tuple[Estimate, ...]:
        """Diameters at `porelight.photo.estimate.SHARES` of the pores [m]; empty without pores."""
        return self.estimates.diameter_quantiles

    @property
    def diameter(self) -> Estimate:
        """Median diameter [m].

        Raises
        ------
        PhotographError
            If there is no pore.
        """
        if not self.diameter_quantiles:
            raise PhotographError(_NO_PORES)
        return self.diameter_quantiles[SHARES.index(0.5)]

    def population(self) -> PorePopulation:
        """Return the pores as the treatment model takes them, with their uncertainty.

        Raises
        ------
        PhotographError
            If there is no pore.
        """
        if self.n == 0:
            raise PhotographError(_NO_PORES)
        possible = self.estimates.possible
        return PorePopulation.measured(
            self.diameters,
            self.zone_area,
            diameter_factor=possible.diameter_factor,
            density_factor=possible.density_factor,
        )


_NO_PORES = (
    "no pores were found, so there is no population to simulate; use typical pores of the zone "
    "or a photograph with more pixels per mm."
)


def measure(
    photograph: Photograph,
    *,
    zone: str,
    zone_mask: ZonePixels | None = None,
    q: float | None = FALSE_DISCOVERY,
    blur: float | None = None,
) -> Measurement:
    """Measure the pores of a photograph.

    Parameters
    ----------
    photograph : Photograph
        A close-up of skin.
    zone : str
        Zone of the face that it shows (`porelight.tissue.person.Zone`); a label that changes no
        number.
    zone_mask : ndarray of bool, shape (rows, cols), optional
        True where to look for pores; the whole picture when left out.
    q : float, optional
        Share of false finds to aim at: the surest finds are kept until that share of them is
        expected to be false. The best balance of false and missed ones when left out.
    blur : float, optional
        Blur of the photograph, where it is known already (`porelight.photo.blur`) [m]; beyond
        `porelight.photo.blur.SOFT` intervals reach as far as the pores that it may hide.

    Returns
    -------
    Measurement
        The pores; there may be none.

    Raises
    ------
    PhotographError
        If the photograph is too coarse.
    ParameterError
        If the mask does not fit, `q` is not a share, or the zone is unknown.

    Notes
    -----
    The same photograph gives the same numbers. Made for skin of light to brown tone in diffuse or
    room light; make-up, smoothing filters, beard shadow and hard side light mislead it.
    """
    shown = named_zone(zone)
    if q is not None and not 0.0 < q < 1.0:
        raise ParameterError(f"q is {q!r}; expected a share of false finds between 0 and 1.")
    limits = resolution_warnings(photograph)
    where = zone_pixels(zone_mask, photograph.shape)
    numbers = detector_parameters()
    # the kernels of the networks are compiled, the first time, while the lamp is taken out
    flat, said_of = beside(lambda: flat_skin(photograph, where), _pore_network)
    beside_pores = marks(flat)
    sharp = sharpness(flat.absorbance, flat.skin)
    if blur is None:
        blur = blur_of(flat.absorbance, flat.skin, photograph.px_per_metre)
    coarse = photograph.px_per_metre < ALL_PORES
    effect = numbers.blur_effect(blur, coarse=coarse) if blur > SOFT else None
    said = said_of(flat)
    seen = seen_maxima(said, flat.skin, beside_pores.hair, numbers.faintest)
    del said  # and with it the network
    spots = candidates(seen, numbers, sharp)
    pores = segment(flat, seen.cover, spots.accepted(numbers.threshold, q), numbers)
    del seen  # the intervals need memory too
    to_metres = 1.0 / WORKING_SCALE
    row, col = ((x + 0.5) * to_metres for x in (pores.row, pores.col))
    false_share, unlabelled_share = (
        float((1.0 - shifted(pores.probability, by)).mean()) if pores.row.size else 0.0
        for by in (0.0, -numbers.label_shift)
    )
    found = DetectedPores(
        row=row,
        col=col,
        area=pores.area * to_metres**2,
        probability=pores.probability,
        spot_row=np.asarray((spots.at[:, 0] + 0.5) * to_metres, np.float64),
        spot_col=np.asarray((spots.at[:, 1] + 0.5) * to_metres, np.float64),
        spot_counted=spots.counted,
        zone_mask=where,
        px_per_metre=photograph.px_per_metre,
        false_share=unlabelled_share,
        scale_error=photograph.scale_error,
        diameter_error=numbers.diameter_error,
        count_error=numbers.count_error,
        blur_effect=effect,
    )
    # soft lines are looked for while the intervals are drawn
    rejected, told = beside(
        lambda: all_rejected(flat, beside_pores, pores.labels > 0),
        lambda: estimates(found, 0.25 * np.pi * DETECTION_THRESHOLD**2),
    )
    return Measurement(
        zone=shown,
        row=row,
        col=col,
        area=found.area,
        elongation=pores.elongation,
        angle=pores.angle,
        contrast=pores.contrast,
        score=pores.probability,
        segments=pores,
        zone_mask=where,
        px_per_metre=photograph.px_per_metre,
        false_share=false_share,
        unlabelled_share=unlabelled_share,
        q=q,
        estimates=told,
        warnings=limits + _warnings(found, flat),
        rejected=rejected,
    )


def _pore_network() -> "Callable[[FlatSkin], Iterator[tuple[slice, NetworkOutput]]]":
    """Return what the networks say of a flattened photograph, as a function."""
    # with the compiler, which the start of a command does not wait for
    from porelight.photo.network import network_bands, pore_network  # noqa: PLC0415

    network = pore_network()
    return lambda flat: network_bands(flat, network)


def _warnings(found: DetectedPores, flat: FlatSkin) -> tuple[str, ...]:
    said = []
    seen = flat.skin.sum() / WORKING_SCALE**2 / found.zone_area
    if seen < 1.0 - _MUCH_GLINT:
        said.append(
            f"Highlights hide {100.0 * (1.0 - seen):.0f} % of the zone; powder the skin, or move "
            "the lamp aside."
        )
    if found.zone_area < _SMALL_ZONE:
        said.append(
            f"The zone has only {found.zone_area / mm**2:.0f} mm2; density and area fraction of so "
            "small a patch say little about the face."
        )
    if found.blur_effect is not None:
        said.append(_blur_warning(found.blur_effect))
    if 0 < found.area.size < _FEW:
        said.append(f"Only {found.area.size} pores were found; quantiles of so few are coarse.")
    return tuple(said)


def _blur_warning(effect: BlurEffect) -> str:
    likely, most = (100.0 * (1.0 - share) for share in effect.seen(np.array([0.0, _FAR])))
    return (
        f"Through a blur of {effect.blur / mm:.2g} mm about {likely:.0f} % of the pores that count "
        f"are missed, perhaps {most:.0f} %, and up to {effect.false_density * cm2:.0f} per cm2 are "
        "marks of the picture; the intervals reach as far."
    )
