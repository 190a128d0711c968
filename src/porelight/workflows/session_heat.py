"""One treatment seen as heat: what was delivered, what was read, who gets how warm."""

import warnings
from dataclasses import dataclass

from porelight.errors import ExtrapolationWarning, ParameterError
from porelight.laser.exposure import Exposure
from porelight.progress import Progress, unheard
from porelight.session.ensemble import PhysicsEnsemble, absorption_dominates
from porelight.session.monitoring import (
    Perfusion,
    ThermometerTrace,
    thermometer_trace,
    validity_warnings,
)
from porelight.session.result import SessionResult
from porelight.session.scattered import ScatteredSession
from porelight.session.thermography import (
    SurfaceFilm,
    SurfaceMap,
    Warmth,
    surface_film,
    surface_map,
    warmth_by_skin_type,
)
from porelight.tissue.skin import Skin
from porelight.units import to_celsius

_SESSION, _TABLE = 0.3, 0.7  # shares of the work


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SessionHeat:
    """One session of scattered light on typical tissue, as it was delivered.

    Attributes
    ----------
    exposure : Exposure
        The planned session.
    perfusion : {"constant", "thermoregulated"}
        Whether blood flow was taken as at rest, or as rising with warmth.
    delivered : ScatteredSession
        The session of the pulses that were fired.
    result : SessionResult
        Temperatures and injury that they left.
    trace : ThermometerTrace
        Readings of the thermometer at the spot.
    validity_warnings : tuple of str
        Assumptions of the sum of pulses that the session does not meet.
    warmth : tuple of Warmth
        By skin type; empty if it was not asked for.
    """

    exposure: Exposure
    perfusion: Perfusion
    delivered: ScatteredSession
    result: SessionResult
    trace: ThermometerTrace
    validity_warnings: tuple[str, ...]
    warmth: tuple[Warmth, ...]

    @property
    def surface_resting(self) -> float:
        """Surface before the session [K]."""
        return float(self.result.resting[0])

    @property
    def surface_end(self) -> float:
        """Surface at the end, mean over the area between pulses [K]."""
        return float(self.delivered.area_reading[-1])

    @property
    def thermometer_highest(self) -> float:
        """Highest reading of the thermometer at the spot [K]."""
        return float(self.trace.reading.max())

    @property
    def peak(self) -> float:
        """Highest temperature of any depth, mean over places [K]."""
        return float(self.result.peak_temperature.max())

    def surface_map(self) -> SurfaceMap:
        """Return peak, end and dose over the area, from above."""
        return surface_map(self.delivered)

    def surface_film(self) -> SurfaceFilm:
        """Return the surface over the session, frame by frame."""
        return surface_film(self.delivered)

    def __repr__(self) -> str:
        """Return pulses and temperatures, and where the model is left."""
        pulses = f"{self.result.pulses_delivered} of {self.exposure.n_pulses} pulses"
        lines = [
            f"{self.exposure.device}, {pulses}, {self.perfusion} perfusion",
            f"  surface: {to_celsius(self.surface_resting):.1f} degC before, "
            f"{to_celsius(self.surface_end):.1f} at the end, felt up to "
            f"{to_celsius(self.result.surface_felt):.1f}",
            f"  thermometer: up to {to_celsius(self.thermometer_highest):.1f} degC; hottest depth: "
            f"{to_celsius(self.peak):.1f} degC",
        ]
        return "\n".join([*lines, *(f"  note: {line}" for line in self.validity_warnings)])


def session_heat(
    skin: Skin,
    exposure: Exposure,
    *,
    photons: int = 100_000,
    seed: int = 1,
    perfusion: Perfusion = "constant",
    skin_types: bool = False,
    progress: Progress = unheard,
) -> SessionHeat:
    """Simulate the heat of one session, up to the operator's stop.

    Parameters
    ----------
    skin : Skin
        The skin that is treated; its tissue has the library's middle values.
    exposure : Exposure
        Session of light that scatters before it is absorbed.
    photons : int
        Photons of the light, and again for each skin type.
    seed : int
        The same seed gives the same numbers.
    perfusion : {"constant", "thermoregulated"}
        Whether blood flows as at rest, or more as the skin warms.
    skin_types : bool
        Whether to find out too how warm each Fitzpatrick type gets.
    progress : callable
        Called with the share of the work done, 0 to 1.

    Raises
    ------
    ParameterError
        If the light is absorbed before it scatters, so that the surface boils off.
    """
    if absorption_dominates(skin, exposure.wavelength):
        raise ParameterError(
            f"{exposure.device} boils the surface off; its heat is in the report of 'porelight "
            "simulate'. Choose a session of scattered light."
        )
    ensemble = PhysicsEnsemble(skin, ({},), photons, seed, perfusion=perfusion)
    whole = _SESSION if skin_types else 1.0
    with warnings.catch_warnings():
        # what the sum of pulses cannot tell is said once, in `validity_warnings`
        warnings.simplefilter("ignore", ExtrapolationWarning)
        result = ensemble.treat_member(exposure, 0)
        delivered = ensemble.delivered(exposure)
        limits = validity_warnings(result, delivered, perfusion)
        trace = thermometer_trace(delivered)
        progress(whole)
        table: tuple[Warmth, ...] = ()
        if skin_types:
            table = warmth_by_skin_type(
                skin,
                exposure,
                n_photons=photons,
                seed=seed,
                progress=lambda done: progress(whole + _TABLE * done),
            )
    return SessionHeat(exposure, perfusion, delivered, result, trace, limits, table)
