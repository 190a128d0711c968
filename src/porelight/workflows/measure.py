"""A photograph judged, measured and described: one call from a picture to pores with intervals.

The quality of the photograph is judged first, and one that would give wrong numbers is refused with
the reason: the pores of a blurred picture are not few, they are not seen. What limits a photograph
without spoiling it is said beside the numbers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from porelight.errors import ParameterError, PhotographError
from porelight.inference.photographed_colour import fit_colour
from porelight.photo.blur import SHARP_ENOUGH
from porelight.photo.darkness import darkness
from porelight.photo.detect import FALSE_DISCOVERY
from porelight.photo.estimate import Estimate
from porelight.photo.measure import Measurement
from porelight.photo.measure import measure as measure_pores
from porelight.photo.overlay import overlay
from porelight.photo.perspective import zone_view
from porelight.photo.photograph import Photograph, require_enough_skin, resolution_warnings
from porelight.photo.picture import Mask
from porelight.photo.picture_html import pictures_html
from porelight.photo.pore_probability import COUNTED_FROM
from porelight.photo.quality import QualityFinding, findings, require_quality, resolution
from porelight.photo.scale import Scale
from porelight.photo.tone import Tone, tone
from porelight.photo.zone_mask import ZonePixels
from porelight.photo.zones import NAMES, FaceZone, named_zone, tissue_zone, zone_pixels
from porelight.progress import Progress, unheard
from porelight.quantities import Floats
from porelight.tissue.own_optics import MELANOSOMES, OwnOptics
from porelight.tissue.person import Zone
from porelight.tissue.population import PorePopulation
from porelight.units import cm2, mm
from porelight.workflows.scaled_photograph import ScaledPhotograph, with_known_scale

_HARDLY_ANY = 3.0  # pores; so many may lie where none is seen


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class MeasuredPhotograph:
    """A photograph that was good enough to be measured, and what it shows.

    Attributes
    ----------
    photograph : Photograph
        The photograph, with its scale.
    scale : Scale
        The scale with its source and its error.
    measurement : Measurement
        The pores, one by one and together.
    quality : tuple of QualityFinding
        Each thing that was looked at before measuring.
    tone : Tone or None
        Colour, shine and texture; None where hardly any skin lies between the pores.
    limits : tuple of str
        What limits the measurement besides the pores themselves: how the zone is seen, its quality,
        why no tone is told.
    optics : OwnOptics or None
        Melanin, blood and the other numbers of this person's optics as far as the colour tells
        them; None without the printed sheet in view, where those of the skin type hold.
    """

    photograph: Photograph
    scale: Scale
    measurement: Measurement
    quality: tuple[QualityFinding, ...]
    tone: Tone | None
    limits: tuple[str, ...] = ()
    optics: OwnOptics | None = None

    def __post_init__(self) -> None:
        """Check that the photograph is the one that was measured."""
        if self.measurement.zone_mask.shape != self.photograph.shape:
            raise ParameterError(
                f"the measurement is of a picture of shape {self.measurement.zone_mask.shape}, the "
                f"photograph has {self.photograph.shape}; give the photograph that was measured."
            )

    @property
    def zone(self) -> Zone:
        """Which part of the face it shows."""
        return self.measurement.zone

    @property
    def zone_area(self) -> float:
        """Skin in which pores were looked for [m2]."""
        return self.measurement.zone_area

    @property
    def n(self) -> int:
        """Number of pores outlined, those too narrow to be counted among them."""
        return self.measurement.n

    @property
    def count(self) -> Estimate:
        """Number of pores that count; see `porelight.photo.measure.Measurement.count` [-]."""
        return self.measurement.count

    @property
    def density(self) -> Estimate:
        """Pores that count per area of skin [1/m2]; ``value * units.cm**2`` is that per cm2."""
        return self.measurement.density

    @property
    def area_fraction(self) -> Estimate:
        """Share of the skin that pores cover [-]."""
        return self.measurement.area_fraction

    @property
    def diameter(self) -> Estimate:
        """Median diameter [m]; raises PhotographError where there is no pore."""
        return self.measurement.diameter

    @property
    def diameters(self) -> Floats:
        """Diameter of each outlined pore [m], shape (n,)."""
        return self.measurement.diameters

    @property
    def mask(self) -> Mask:
        """True on pores, shape (rows, cols)."""
        return self.measurement.mask

    @property
    def warnings(self) -> tuple[str, ...]:
        """Everything that limits these numbers, a sentence each."""
        return (*self.measurement.warnings, *self.limits)

    def population(self) -> PorePopulation:
        """Return the pores as what the treatment model takes.

        Raises
        ------
        PhotographError
            If there is no pore.
        """
        return self.measurement.population()

    def __repr__(self) -> str:
        lines = [
            f"{self.photograph.name}: {self.zone}, {self.zone_area / cm2:.3g} cm2, "
            f"{self.scale.described}",
            f"  pores of {COUNTED_FROM / mm:g} mm and more: {_span(self.count, 1.0, '.0f')}, "
            f"{_span(self.density, 1.0 / cm2, '.3g')} per cm2",
            f"  skin covered: {_span(self.area_fraction, 0.01, '.3g')} %",
        ]
        if self.n:
            lines.append(f"  median diameter: {_span(self.diameter, mm, '.3g')} mm")
        if self.optics is not None:
            low, high = (100.0 * end for end in self.optics.interval(MELANOSOMES))
            lines.append(f"  melanosomes of the epidermis: {low:.2g} to {high:.2g} %")
        return "\n".join([*lines, *(f"  warning: {text}" for text in self.warnings)])

    def _repr_html_(self) -> str:
        """Return the picture with its pores outlined, for notebooks."""
        return pictures_html((overlay(self.photograph, self.measurement), repr(self)))


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class MeasuredFace:
    """The zones of a whole face: those that were measured, and why the others were not.

    Attributes
    ----------
    measured : mapping of str to MeasuredPhotograph
        By name of the zone, from forehead to chin.
    refused : mapping of str to str
        The reason for each other zone.
    """

    measured: Mapping[FaceZone, MeasuredPhotograph]
    refused: Mapping[FaceZone, str]

    def __repr__(self) -> str:
        said = [f"{name}: refused. {why}" for name, why in self.refused.items()]
        return "\n".join([*(repr(one) for one in self.measured.values()), *said])


def measure(
    photograph: Photograph | ScaledPhotograph,
    *,
    zone: str,
    zone_mask: ZonePixels | None = None,
    q: float | None = FALSE_DISCOVERY,
    progress: Progress | None = None,
) -> MeasuredPhotograph:
    """Judge the quality of a photograph, measure its pores, and describe its skin.

    Parameters
    ----------
    photograph : Photograph or ScaledPhotograph
        A close-up of skin.
    zone : str
        Part of the face that it shows: 'forehead', 'glabella', 'nose', 'cheek' or 'chin'. It
        labels the result and changes no number.
    zone_mask : ndarray of bool, shape (rows, cols), optional
        True where to look for pores; the whole picture when left out.
    q : float, optional
        Share of false finds to aim at [-]. The best balance of false and missed ones when left
        out.
    progress : callable, optional
        Called with the share of the work done, 0 to 1.

    Returns
    -------
    MeasuredPhotograph
        Without pores where there are none to be seen.

    Raises
    ------
    PhotographError
        If the photograph is too coarse, blurred, dark, bright, noisy, compressed or smoothed to be
        measured, shows no pores and is too soft to tell that there are none, or would be of less
        skin than a count needs; the message says what to do.
    ParameterError
        If the mask does not fit, `q` is not a share, or the zone is unknown.

    Notes
    -----
    The same photograph gives the same numbers. `porelight.photo.measure` says what misleads them.
    """
    scaled = (
        photograph if isinstance(photograph, ScaledPhotograph) else with_known_scale(photograph)
    )
    shown = scaled.photograph
    view = _View(shown, zone_pixels(zone_mask, shown.shape), named_zone(zone))
    return _measured(scaled, view, q, progress or unheard)


def measure_face(
    face: ScaledPhotograph,
    *,
    distance: float | None = None,
    q: float | None = FALSE_DISCOVERY,
    progress: Progress | None = None,
) -> MeasuredFace:
    """Measure each zone of a whole face, seen straight on and at its own scale.

    Parameters
    ----------
    face : ScaledPhotograph
        Photograph with the landmarks of its face (`scaled_photograph(..., find_landmarks=True)`).
    distance : float, optional
        Distance from the lens to the face [m]; an arm's length with its uncertainty when left out.
        It matters where the scale comes from the irises.
    q : float, optional
        As in `measure`.
    progress : callable, optional
        Called with the share of the work done, 0 to 1.

    Returns
    -------
    MeasuredFace
        A zone that is out of view, turned away or of poor quality costs no other.

    Raises
    ------
    ParameterError
        If there are no landmarks, or the distance or `q` is out of range.
    """
    if face.face is None:
        raise ParameterError(
            f"{face.photograph.name} has no landmarks of a face; find them by scaled_photograph("
            "..., find_landmarks=True), or measure a close-up with its zone."
        )
    told = progress or unheard
    measured: dict[FaceZone, MeasuredPhotograph] = {}
    refused: dict[FaceZone, str] = {}
    for number, name in enumerate(NAMES, start=1):
        try:
            seen = zone_view(face.photograph, face.face, name, face.scale, distance)
            view = _View(seen.photograph, seen.mask, tissue_zone(name), seen.warnings)
            measured[name] = _measured(face, view, q, unheard)
        except PhotographError as problem:
            refused[name] = str(problem)
        told(number / len(NAMES))
    return MeasuredFace(MappingProxyType(measured), MappingProxyType(refused))


@dataclass(frozen=True, slots=True, eq=False)
class _View:
    """A picture to measure: a whole close-up, or one straightened zone of a face."""

    photograph: Photograph
    mask: ZonePixels
    zone: Zone
    warnings: tuple[str, ...] = ()


def _measured(
    scaled: ScaledPhotograph, view: _View, q: float | None, told: Progress
) -> MeasuredPhotograph:
    photograph, mask = view.photograph, view.mask
    # before anything is resampled: a scale that is far off would take all memory
    require_quality(photograph, (resolution(photograph),))
    resolution_warnings(photograph)
    require_enough_skin(photograph)
    dark = darkness(photograph, mask)
    quality = findings(photograph, mask, dark)
    limits = (*view.warnings, *require_quality(photograph, quality))
    told(0.1)
    blur = next(one.value for one in quality if one.name == "blur") * mm
    measurement = measure_pores(photograph, zone=view.zone, zone_mask=mask, q=q, blur=blur)
    _require_pores_or_sharpness(photograph, measurement.count, blur)
    told(0.9)
    try:
        look = tone(photograph, mask, measurement.drawn, scaled.patch_levels, dark)
    except PhotographError as problem:
        look, limits = None, (*limits, f"Tone is not told: {problem}")
    own = None
    if look is not None and look.is_absolute:
        try:
            own = fit_colour(look, view.zone, photograph.name)
        except PhotographError as problem:
            limits = (*limits, f"Melanin and blood are not told: {problem}")
    told(1.0)
    return MeasuredPhotograph(photograph, scaled.scale, measurement, quality, look, limits, own)


def _require_pores_or_sharpness(photograph: Photograph, count: Estimate, blur: float) -> None:
    """Refuse a photograph that shows no pores and is too soft to tell that there are none."""
    if count.value < _HARDLY_ANY and blur > SHARP_ENOUGH:
        raise PhotographError(
            f"{photograph.name}: no pores are seen, but blur is {blur / mm:.3g} mm, and through "
            f"more than {SHARP_ENOUGH / mm:g} mm skin without pores cannot be told from pores out "
            "of focus. Focus on the skin, hold still, go nearer, use more light."
        )


def _span(estimate: Estimate, unit: float, style: str) -> str:
    value, low, high = (
        format(getattr(estimate, key) / unit, style) for key in ("value", "low", "high")
    )
    return f"{value} ({low} to {high})"
