"""A session of strongly absorbed light (2790 nm): ablation, and the heat that stays behind.

Spots overlap, so a place gets one pulse, or two, or four, and again in every pass. Each class of
places is one column of skin that keeps what its earlier pulses left: depth, heat, dryness. The
session is their mean, weighted by the share of the area.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache

import numpy as np

from porelight.heat.ablation import (
    AblationMaterial,
    AblationResult,
    PulseTrain,
    ablate_places,
)
from porelight.heat.conduction import resting_temperature
from porelight.heat.pulse import treatment_grid
from porelight.heat.surface import Surface
from porelight.heat.temporal_profile import TemporalProfile
from porelight.injury.field import InjuryField, injured_depth
from porelight.laser.exposure import Exposure
from porelight.quantities import Floats
from porelight.session.injury_law import InjuryLaw, library_injury
from porelight.session.result import DEPTH, N_CLOCK, SessionResult, at_plexus
from porelight.tissue.layered import LayeredTissue
from porelight.tissue.optics import skin_optics
from porelight.tissue.skin import Skin
from porelight.tissue.thermal import skin_thermal

COOL_DOWN = 10.0  # s after the last pulse that are simulated too
_LONGEST = 60.0  # s simulated for one place, at most
_READ_AFTER = 1.0  # s after the last pulse at which the surface is read
_SAMPLES = 200  # along each side of a cell of the pattern of spots
_SMALLEST = 1e-3  # share of the area below which a class of places is left out


@dataclass(frozen=True, slots=True)
class Coverage:
    """Numbers of spots of one pass that cover a place, each with its share of the area."""

    n_spots: tuple[int, ...]
    share: tuple[float, ...]

    @property
    def mean(self) -> float:
        """Mean number of spots."""
        return float(np.dot(self.n_spots, self.share))


def coverage(exposure: Exposure) -> Coverage:
    """Return how the spots of one pass cover the area.

    Parameters
    ----------
    exposure : Exposure
        With an `overlap`, spots lie on a square pattern whose pitch is the spot's diameter less
        that share. Without, the beam is moved by hand: every place gets the mean number of pulses,
        rounded up on as much of the area as makes the mean right, and one at least.

    Returns
    -------
    Coverage
        Shares add up to 1; those below 1e-3 are left out.
    """
    if exposure.overlap == 0.0:
        mean = max(1.0, exposure.pulses_per_point / exposure.passes)
        whole = int(mean + _SMALLEST)
        more = max(0.0, mean - whole)
        if more < _SMALLEST:
            return Coverage((whole,), (1.0,))
        return Coverage((whole, whole + 1), (1.0 - more, more))
    return _square_pattern(exposure.overlap)


@lru_cache(maxsize=64)  # all members of all plans ask for a few
def _square_pattern(overlap: float) -> Coverage:
    """Return how spots on a square pattern cover the area."""
    pitch = 1.0 - overlap  # in diameters
    at = pitch * (np.arange(_SAMPLES) + 0.5) / _SAMPLES
    reach = int(np.ceil(0.5 / pitch)) + 1
    centres = pitch * np.arange(-reach, reach + 2)
    along = np.square(at[:, None] - centres)
    inside = along[:, None, :, None] + along[None, :, None, :] <= 0.25
    counts = inside.sum(axis=(2, 3))
    numbers, found = np.unique(counts, return_counts=True)
    keep = found >= _SMALLEST * counts.size
    share = found[keep] / found[keep].sum()
    return Coverage(tuple(int(n) for n in numbers[keep]), tuple(float(x) for x in share))


@dataclass(frozen=True, slots=True, eq=False)
class _PlaceResult:
    """Result for the places that the same number of spots cover, over `DEPTH`."""

    field: InjuryField
    removed: Floats
    rise: Floats  # (n_depth,) the highest [K]
    final: Floats  # (n_depth,) [K]
    history: Floats  # (N_CLOCK, n_depth) [K]
    surface: float  # rise of the surface a second after the last pulse [K]
    ablated_depth: float


def ablative_session(
    skin: Skin,
    exposure: Exposure,
    values: Mapping[str, float],
    injury: InjuryLaw = library_injury,
) -> SessionResult:
    """Return the result of one session of a strongly absorbed beam.

    Parameters
    ----------
    skin : Skin
        The skin that is treated.
    exposure : Exposure
        Wavelength, radiant exposure, pulse duration, rate, overlap and passes matter.
    values : mapping of str to float
        Values of library parameters that differ from their medians.
    injury : InjuryLaw
        What the heat does to the tissue that is left.

    Notes
    -----
    One dimension is enough where light ends within microns of a surface millimetres wide.
    Overlapping spots follow one another at the rate of the pulses. A pass starts when the pass
    before it has ended, at most ten seconds after it began: skin has cooled by then. Depths are
    those below the surface before the session.
    """
    surface = Surface.from_values(values, "air" if exposure.cooling == "none" else exposure.cooling)
    grid = treatment_grid(exposure.beam.diameter)
    resting = np.interp(
        DEPTH, grid.z, resting_temperature(grid, skin_thermal(skin, values), surface)
    )
    covered = coverage(exposure)
    clock = np.geomspace(
        exposure.pulse_duration / 32.0, _end(exposure, max(covered.n_spots)), N_CLOCK
    )
    lit = [n for n in covered.n_spots if n]
    found = ablation_of_places(skin, exposure, values, lit, surface, float(resting[0]))
    places = [
        _place_result(
            pulses,
            injury(pulses.time, _staying(pulses), values, resting=float(resting[0])),
            float(resting[0]),
            clock,
        )
        for pulses in found
    ]
    if 0 in covered.n_spots:
        places.insert(covered.n_spots.index(0), _untreated(clock))
    weights = np.array(covered.share)

    def mean(name: str) -> Floats:
        stacked = np.array([getattr(place, name) for place in places])
        return np.asarray(np.tensordot(weights, stacked, 1), dtype=np.float64)

    field = InjuryField(
        **{
            entry.name: np.tensordot(
                weights, np.array([getattr(place.field, entry.name) for place in places]), 1
            )
            for entry in fields(InjuryField)
        }
    )
    removed = mean("removed")
    usual = places[int(weights.argmax())]
    warmth = np.array([max(0.0, place.surface) for place in places])
    return SessionResult(
        resting=resting,
        peak_temperature=resting + mean("rise"),
        final_temperature=resting + mean("final"),
        field=field,
        ablated=removed,
        worst_killed=np.max([place.field.killed for place in places], axis=0),
        vessel_coagulated=at_plexus(skin, field.coagulated),
        surface_reading=float(resting[0] + weights @ warmth),
        surface_felt=float(resting[0] + warmth.max()),
        ablated_depth=float(mean("ablated_depth")),
        wound_depth=float(injured_depth(DEPTH, np.maximum(field.killed, removed))),
        pulses_delivered=exposure.n_pulses,
        clock=clock,
        history=resting + usual.history,
    )


def ablation_of_places(
    skin: Skin,
    exposure: Exposure,
    values: Mapping[str, float],
    n_spots: Sequence[int],
    surface: Surface,
    skin_temperature: float,
) -> tuple[AblationResult, ...]:
    """Return the ablation of places, one for each number of spots of every pass that cover it.

    Parameters
    ----------
    skin, exposure, values
        As in `ablative_session`.
    n_spots : sequence of int
        Spots of each pass that cover the place, 1 or more, for each place.
    surface : Surface
        Heat exchange at the surface.
    skin_temperature : float
        Temperature of the surface before the session [K].
    """
    material, entering = ablation_material(skin, exposure.wavelength, values)
    trains = [
        PulseTrain(
            entering * exposure.radiant_exposure * n * exposure.passes,
            _course(exposure, n),
            _end(exposure, n),
        )
        for n in n_spots
    ]
    return ablate_places(material, trains, surface, skin_temperature)


def ablation_material(
    skin: LayeredTissue, wavelength: float, values: Mapping[str, float]
) -> tuple[AblationMaterial, float]:
    """Return skin as ablation sees it, and the share of light that enters it.

    Parameters
    ----------
    skin : LayeredTissue
        Skin that is treated; its uppermost layer stands for all of it.
    wavelength : float
        Vacuum wavelength, one that water absorbs strongly [m].
    values : mapping of str to float
        Values of library parameters that differ from their medians.
    """
    optics = skin_optics(skin, wavelength, values)
    index = float(optics.refractive_index[0])
    material = AblationMaterial.from_values(
        {**values, "mu_a_skin_2790": float(optics.mu_a[0])}, wavelength
    )
    return material, 1.0 - ((index - 1.0) / (index + 1.0)) ** 2


def _course(exposure: Exposure, n_spots: int) -> TemporalProfile:
    """Return the pulses of all passes on one place."""
    spots = TemporalProfile.rectangle(exposure.pulse_duration)
    if n_spots > 1:
        spots = spots.repeated(1.0 / exposure.rate, n_spots)
    if exposure.passes == 1:
        return spots
    apart = exposure.n_pulses / exposure.passes / exposure.rate
    # skin has cooled after ten seconds; more passes than fit into a minute follow sooner
    most = (_LONGEST - COOL_DOWN - spots.duration) / exposure.passes
    return spots.repeated(max(spots.duration, min(apart, COOL_DOWN, most)), exposure.passes)


def _end(exposure: Exposure, n_spots: int) -> float:
    return _course(exposure, max(1, n_spots)).duration + COOL_DOWN


def _untreated(clock: Floats) -> _PlaceResult:
    """Return the result for places between the spots."""
    nothing = np.zeros_like(DEPTH)
    field = InjuryField(**{entry.name: nothing for entry in fields(InjuryField)})
    still = np.zeros((clock.size, DEPTH.size))
    return _PlaceResult(field, nothing, nothing, nothing, still, 0.0, 0.0)


def _at_times(time: Floats, rows: Floats, clock: Floats) -> Floats:
    """Return rows that belong to times, interpolated at those of a clock; the last one stays."""
    after = np.clip(np.searchsorted(time, clock), 1, time.size - 1)
    share = np.clip((clock - time[after - 1]) / (time[after] - time[after - 1]), 0.0, 1.0)
    before = rows[after - 1]
    return np.asarray(before + share[:, None] * (rows[after] - before))


def _staying(pulses: AblationResult) -> Floats:
    """Return the temperature of the skin that is left, shape (n_time, n_left) [K]."""
    return pulses.temperature[:, ~pulses.ablated]


def _place_result(
    pulses: AblationResult, left: InjuryField, skin_temperature: float, clock: Floats
) -> _PlaceResult:
    """Return the result for places with these pulses and this injury of the skin that is left."""
    depth, rise = pulses.depth[~pulses.ablated], _staying(pulses) - skin_temperature
    removed = (pulses.ablated_depth > DEPTH).astype(np.float64)

    def below(profile: Floats) -> Floats:
        return np.interp(DEPTH, depth, profile, right=0.0)

    injury = {}
    for entry in fields(InjuryField):
        gone = 1.0 if entry.name in {"killed", "denatured"} else 0.0
        injury[entry.name] = np.where(removed > 0.0, gone, below(getattr(left, entry.name)))
    return _PlaceResult(
        field=InjuryField(**injury),
        removed=removed,
        rise=below(rise.max(axis=0)),
        final=below(rise[-1]),
        history=_at_times(pulses.time, np.array([below(row) for row in rise]), clock),
        surface=float(np.interp(pulses.pulse_end[-1] + _READ_AFTER, pulses.time, rise[:, 0])),
        ablated_depth=pulses.ablated_depth,
    )
