"""One skin under many draws of its physical parameters, and the result of any session on it.

There are two kinds of physics. Where scattering outweighs absorption a session is the sum
of its pulses (`porelight.session.scattered`); where absorption outweighs scattering the surface
boils off (`porelight.session.ablative`). Which of them follows from the optics at the wavelength.
A device with other physics brings a `SessionModel` of its own.
"""

import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache, partial
from typing import Protocol

import numpy as np

from porelight.data.file_units import NM
from porelight.errors import ExtrapolationWarning, ParameterError
from porelight.kept import Kept
from porelight.laser.beam import Beam
from porelight.laser.exposure import Exposure
from porelight.laser.handpiece import exposure_path
from porelight.laser.motion import Motion, PulsePath
from porelight.light.field import LightField
from porelight.quantities import Floats
from porelight.session.ablative import ablative_session
from porelight.session.injury_law import InjuryLaw, library_injury
from porelight.session.kept_results import keep_result, kept_result, result_key
from porelight.session.monitoring import (
    Perfusion,
    perfusion_correction,
    require_perfusion,
    stop_time,
    validity_warnings,
)
from porelight.session.result import SessionResult
from porelight.session.scattered import (
    RisePerJoule,
    ScatteredSession,
    SkinResponse,
    response_length,
    rise_per_joule,
    session_result,
    skin_response,
)
from porelight.threads import available_threads, in_order
from porelight.tissue.optics import skin_optics
from porelight.tissue.skin import Skin

ABSORPTION_DOMINATES_FROM = (
    10.0  # mu_a over mu_s_reduced from which on light is absorbed before it scatters
)
_RISES = 8  # rises of whole sessions that are held for each member, some MB each
# places at which a session is computed: near the middle of the area and one in each ninth of the
# rest, off the lines of the spot's path, as shares of the side
PLACES: Floats = np.array(
    [
        *([0.01, 0.02], [-0.31, -0.27], [0.36, 0.29], [-0.28, 0.34], [0.33, -0.36]),
        *([0.04, 0.37], [-0.38, 0.05], [0.29, -0.03], [-0.05, -0.33]),
    ]
)


class SessionModel(Protocol):
    """One kind of physics of a session."""

    def applies(self, skin: Skin, exposure: Exposure) -> bool:
        """Return whether this model describes an exposure of this skin."""
        ...

    def treat(self, ensemble: "PhysicsEnsemble", exposure: Exposure, index: int) -> SessionResult:
        """Return the result of a session for member `index` of an ensemble."""
        ...


class PhysicsEnsemble:
    """One skin under many draws of its optical, thermal and injury parameters.

    Photons are followed once per member and beam, and sessions that differ only in energy share
    everything but the injury, so a plan may try many settings.

    Parameters
    ----------
    skin : Skin
        The skin that is treated.
    members : sequence of mapping of str to float
        Values of library parameters, one mapping per member; with them, those of the person's
        optics where these were measured.
    n_photons : int
        Photons per member and beam.
    seed : int
        Seed of the photons' random numbers.
    perfusion : {"constant", "thermoregulated"}
        Whether blood flows as at rest, or more as the skin warms.
    injury : InjuryLaw
        What heat does to the tissue.
    models : sequence of SessionModel
        Models of a session; the first that applies to an exposure is used.
    refinement : int
        Parts into which each cell of the pulse's grid is cut in each direction.
    kept : Kept, optional
        Where results are kept and looked for; each is computed when left out. Only for the
        library's own injury and models: what others compute cannot be told from outside.
    """

    def __init__(  # noqa: PLR0913  what is simulated, and how finely
        self,
        skin: Skin,
        members: Sequence[Mapping[str, float]],
        n_photons: int,
        seed: int,
        *,
        perfusion: Perfusion = "constant",
        injury: InjuryLaw = library_injury,
        models: Sequence[SessionModel] | None = None,
        refinement: int = 1,
        kept: Kept | None = None,
    ) -> None:
        require_perfusion(perfusion)
        self.skin = skin
        self.perfusion = perfusion
        self.members = tuple(members)
        self.skins = tuple(skin.with_draw(values) for values in self.members)
        self.injury = injury
        self._models: Sequence[SessionModel] = SESSION_MODELS if models is None else tuple(models)
        self._n_photons = n_photons
        self._seed = seed
        self._refinement = refinement
        is_own = injury is library_injury and tuple(self._models) == SESSION_MODELS
        self._kept = kept if is_own else None
        # by member, as each is treated by a thread of its own
        self._responses: list[dict[object, SkinResponse]] = [{} for _ in self.members]
        self._rises: list[dict[object, RisePerJoule]] = [{} for _ in self.members]
        self._warned: set[Exposure] = set()

    def require(self, exposure: Exposure) -> None:
        """Refuse a session that no model describes, or that its model describes in part only.

        Raises
        ------
        ParameterError
            If no model applies, or the one that does would pass over a setting.
        """
        model = self._model_of(exposure)
        if isinstance(model, AblationModel):
            model.require(exposure)

    def treat(self, exposure: Exposure) -> tuple[SessionResult, ...]:
        """Return the result of one session for every member."""
        members = range(len(self.members))
        found = in_order(partial(self.treat_member, exposure), members, available_threads())
        return tuple(result for _, result in found)

    def treat_member(self, exposure: Exposure, index: int) -> SessionResult:
        """Return the result of one session for one member."""
        result = self._result(exposure, index)
        if result.unmet and exposure not in self._warned:
            self._warned.add(exposure)
            for line in result.unmet:
                warnings.warn(line, ExtrapolationWarning, stacklevel=3)
        return result

    def _result(self, exposure: Exposure, index: int) -> SessionResult:
        """Return a result that was kept, or compute it."""
        if self._kept is None:
            return self._model_of(exposure).treat(self, exposure, index)
        key = result_key(
            *(self.skins[index], self.members[index], exposure, index == 0),
            *(self._n_photons, self._seed + index, self.perfusion, self._refinement),
        )
        found = kept_result(self._kept, key)
        if found is None:
            found = self._model_of(exposure).treat(self, exposure, index)
            keep_result(self._kept, key, found)
        return found

    def _model_of(self, exposure: Exposure) -> SessionModel:
        for model in self._models:
            if model.applies(self.skin, exposure):
                return model
        raise ParameterError(
            f"no session model applies to {exposure.device} at {NM.shown(exposure.wavelength)}; "
            "give one that does."
        )

    def delivered(self, exposure: Exposure, index: int = 0) -> ScatteredSession:
        """Return a session of scattered light as it was delivered, up to the operator's stop."""
        response = self._response(exposure, index)
        rise = self._rise(exposure, index, response)
        planned = ScatteredSession(
            exposure, self.members[index], response, rise, injury=self.injury
        )
        session = self._corrected(planned)
        stop = stop_time(session)
        if stop < rise.path.time[-1]:
            # pulses after the reading that was above the threshold are not fired
            fired = rise_per_joule(response, rise.path.until(stop), exposure, places(exposure))
            session = self._corrected(replace(session, per_joule=fired))
        return session

    def release(self, index: int) -> None:
        """Let go of the responses of one member, some 30 MB for each beam."""
        self._responses[index].clear()
        self._rises[index].clear()

    def light(self, exposure: Exposure, index: int = 0) -> LightField:
        """Return the light field of this beam in the skin of one member."""
        return self._response(exposure, index).light

    def _response(self, exposure: Exposure, index: int) -> SkinResponse:
        key, responses = _light_and_heat(exposure), self._responses[index]
        if key not in responses:
            responses[key] = skin_response(
                self.skins[index],
                exposure,
                self.members[index],
                n_photons=self._n_photons,
                seed=self._seed + index,
                refinement=self._refinement,
            )
        return responses[key]

    def _rise(self, exposure: Exposure, index: int, response: SkinResponse) -> RisePerJoule:
        rises = self._rises[index]
        key = (
            *_light_and_heat(exposure),
            *(exposure.rate, exposure.n_pulses, exposure.area, exposure.passes),
            *(exposure.aspect, exposure.motion),
        )
        if key not in rises:
            if len(rises) == _RISES:  # the oldest goes: a search asks for hundreds
                del rises[next(iter(rises))]
            rises[key] = rise_per_joule(
                response, exposure_path(exposure), exposure, places(exposure)
            )
        return rises[key]

    def _corrected(self, session: ScatteredSession) -> ScatteredSession:
        """Return the session with what thermoregulated perfusion adds to the sum of its pulses."""
        if self.perfusion == "constant":
            return session
        return replace(session, correction=perfusion_correction(session))


@dataclass(frozen=True, slots=True)
class AblationModel:
    """The session model of light that is absorbed before it is scattered: the surface boils off."""

    def applies(self, skin: Skin, exposure: Exposure) -> bool:
        """Return whether absorption outweighs scattering at this wavelength."""
        return absorption_dominates(skin, exposure.wavelength)

    def unused(self, exposure: Exposure) -> frozenset[str]:
        """Return the paths of the settings that do not change the result.

        Each place is one column of skin in depth: what counts is which share of the area gets how
        many pulses, and when. With an overlap that share follows from the pattern alone.
        """
        never = {"motion", "aspect", "stop_at_surface", "stop_reads", "thermometer"}
        if exposure.overlap > 0.0:
            about_beam = {one.name for one in fields(Beam)} - {"diameter"}
            return frozenset(never | {"area"} | {f"beam.{name}" for name in about_beam})
        return frozenset(never | {"beam.tilt", "beam.spreading"})

    def require(self, exposure: Exposure) -> None:
        """Refuse settings that would be passed over and whose user would expect an effect.

        Raises
        ------
        ParameterError
            If there is one; it is named.
        """
        beam = exposure.beam
        asked = {
            "stop_at_surface": exposure.stop_at_surface < math.inf,
            "motion": exposure.motion != Motion(),
            "aspect": exposure.aspect != 1.0,
            "the beam's profile": beam.profile != "flat-top",
            "the beam's angles": not beam.is_straight,
        }
        for name, is_asked in asked.items():
            if is_asked:
                raise ParameterError(
                    f"{name} has no effect on {exposure.device} at "
                    f"{NM.shown(exposure.wavelength)}, where the surface boils off and every place "
                    "is computed by itself; leave it as usual."
                )

    def treat(self, ensemble: PhysicsEnsemble, exposure: Exposure, index: int) -> SessionResult:
        """Return the result of the session for one member."""
        self.require(exposure)
        skin, values = ensemble.skins[index], ensemble.members[index]
        return ablative_session(skin, exposure, values, ensemble.injury)


@dataclass(frozen=True, slots=True)
class ScatteringModel:
    """The session model of light that scatters: the session is the sum of its pulses."""

    def applies(self, skin: Skin, exposure: Exposure) -> bool:
        """Return whether scattering outweighs absorption at this wavelength."""
        return not absorption_dominates(skin, exposure.wavelength)

    def unused(self, exposure: Exposure) -> frozenset[str]:
        """Return the paths of the settings that do not change the result.

        The overlap of a scanner is in its number of pulses, the passes of a recorded path in its
        places.
        """
        recorded = isinstance(exposure.motion, PulsePath)
        return frozenset({"overlap", "passes"} if recorded else {"overlap"})

    def treat(self, ensemble: PhysicsEnsemble, exposure: Exposure, index: int) -> SessionResult:
        """Return the result of the session for one member, up to the operator's stop."""
        delivered = ensemble.delivered(exposure, index)
        result = session_result(delivered)
        if index > 0:  # the first member stands for all: they are treated in no certain order
            return result
        return replace(result, unmet=validity_warnings(result, delivered, ensemble.perfusion))


SESSION_MODELS = (AblationModel(), ScatteringModel())


@lru_cache(maxsize=256)  # a plan asks this of one skin some thousand times
def absorption_dominates(skin: Skin, wavelength: float) -> bool:
    """Return whether light of this wavelength is absorbed before it is scattered."""
    optics = skin_optics(skin, wavelength)
    reduced = optics.mu_s[0] * (1.0 - optics.anisotropy[0])
    return bool(optics.mu_a[0] > ABSORPTION_DOMINATES_FROM * reduced)


def _light_and_heat(exposure: Exposure) -> tuple[object, ...]:
    """Return the settings that decide the response to one pulse, as a key of the cache."""
    return (
        *(exposure.wavelength, exposure.beam, exposure.pulse_duration),
        *(exposure.cooling, response_length(exposure)),
    )


def places(exposure: Exposure) -> Floats:
    """Return the places of the area at which a session is computed [m], shape (n_place, 2)."""
    return np.asarray(PLACES * np.array(exposure.sides), dtype=np.float64)
