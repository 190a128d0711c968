r"""Safety limits of a session, as chances over people and over what nobody knows.

Each limit is a sourced number of ``data/tissue/limits.toml``, and so is the chance with which it
may be passed. A check that fails refuses the setting; there is no trading of safety against
benefit. The device's own limits are held before any simulation, by
`laser.devices.Device.breaches`.

Few members of the physics are simulated, and no member passes a limit that one in a hundred may
pass. So the chance is that of a next member [1]_: the logarithm of the quantity is taken as normal,
its mean and variance as known from n members, and

.. math:: P = P\left(t_{n-1} > \frac{\ln L - m}{s \sqrt{1 + 1/n}}\right).

A member in which next to nothing happens lies many factors below the others and says nothing of
those above: values are held no further below the median than twice the farthest above it, which
leaves the chance what it is where logarithms are normal (1.1 % for 1 % with thirteen members). And
less than one cell in a thousand million is none: the treated skin has no more.
Few members mean more room to the limit. Members are taken as independent; two people
under one draw of knowledge are so but for what nobody knows, so n is at most twice too large.
Logarithms are what is near to normal: rates of injury rise by a factor for each kelvin.

References
----------
.. [1] G. J. Hahn, W. Q. Meeker, Statistical Intervals (1991), section 4.7: prediction of one future
   observation of a normal population.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, stdtr

from porelight.course.draws import member_of
from porelight.course.settings import EnsembleSettings
from porelight.course.statistics import ShareOfPeople, share_of_people
from porelight.course.value_text import chance as chance_text
from porelight.data.library import Parameter, parameter
from porelight.laser.exposure import Exposure
from porelight.quantities import Floats
from porelight.session.ensemble import absorption_dominates
from porelight.session.result import DEPTH, SessionResult
from porelight.tissue.skin import Skin
from porelight.units import to_celsius, um

HURT = "people hurt"
DARKENED = "darkening that shows"
TOO_DEEP = "a wound too deep"
_FARTHEST = 2.0  # distance below the median over the largest above it
_LEAST = 1e-30  # where nothing happens there is no logarithm
_NO_CELL = 1e-9  # share of the cells of 100 cm2 of epidermis, some 1e9, that is not one of them


@dataclass(frozen=True, slots=True)
class LimitCheck:
    """The chance that a session passes a limit, and the chance that is allowed.

    Attributes
    ----------
    limit : str
        What would happen beyond the limit.
    chance : float
        Chance of it for one person, over people and what nobody knows [-].
    allowed : float
        Largest chance that is allowed [-].
    detail : str
        The quantity as simulated beside its limit, as text in clinic units.
    source : str
        Source of the limit, with its flag.
    """

    limit: str
    chance: float
    allowed: float
    detail: str
    source: str

    @property
    def passed(self) -> bool:
        """Whether the chance is allowed."""
        return self.chance <= self.allowed

    @property
    def used(self) -> float:
        """The chance over the one allowed: above 1 the check fails."""
        return self.chance / self.allowed

    @property
    def reason(self) -> str:
        """The check in one line, for the table of refusals."""
        return (
            f"{self.limit}: chance {100.0 * self.chance:.3g} %, allowed "
            f"{100.0 * self.allowed:.3g} % ({self.detail})"
        )


@dataclass(frozen=True, slots=True, eq=False)
class SessionQuantities:
    """What the limits of a session are held against, one value per member: (n_member,).

    Attributes
    ----------
    rest, reading, felt, peak : ndarray of float64
        Temperature of the surface at rest, its highest reading between pulses, the highest that is
        felt, and the highest anywhere [K].
    killed, denatured : ndarray of float64
        Dead cells of the epidermis at the worst place, and most denatured collagen below [-].
    wound : ndarray of float64
        Depth of the wound [m].
    """

    rest: Floats
    reading: Floats
    felt: Floats
    peak: Floats
    killed: Floats
    denatured: Floats
    wound: Floats

    @classmethod
    def of(cls, skin: Skin, results: Sequence[SessionResult]) -> "SessionQuantities":
        """Return the quantities of a session as simulated."""
        epidermis = skin.layers[0].thickness >= DEPTH
        return cls(
            rest=np.array([float(one.resting[0]) for one in results]),
            reading=np.array([one.surface_reading for one in results]),
            felt=np.array([one.surface_felt for one in results]),
            peak=np.array([float(one.peak_temperature.max()) for one in results]),
            killed=np.array([float(one.worst_killed[epidermis].mean()) for one in results]),
            denatured=np.array([float(one.field.denatured[~epidermis].max()) for one in results]),
            wound=np.array([one.wound_depth for one in results]),
        )


def session_checks(
    skin: Skin, exposure: Exposure, results: Sequence[SessionResult], settings: EnsembleSettings
) -> tuple[LimitCheck, ...]:
    """Compare the results of a session, over all members, with the limits of the skin.

    Parameters
    ----------
    skin : Skin
        The skin that is treated.
    exposure : Exposure
        The session's settings.
    results : sequence of SessionResult
        Results of the session, one per member.
    settings : EnsembleSettings
        Which people those members treat.

    Returns
    -------
    tuple of LimitCheck
        Checks against the limits of ablating or of non-ablating sessions.
    """
    return checks_of(skin, exposure, SessionQuantities.of(skin, results), settings)


def checks_of(
    skin: Skin, exposure: Exposure, found: SessionQuantities, settings: EnsembleSettings
) -> tuple[LimitCheck, ...]:
    """Compare what limits are held against with the limits; else as `session_checks`."""
    if absorption_dominates(skin, exposure.wavelength):
        limit = _limit("wound_depth")
        text = f"{np.median(found.wound) / um:.0f} um deep, limit {limit.value / um:.0f} um"
        return (_exceeded(TOO_DEEP, found.wound, limit, "deep_wounds", text),)
    rest = float(found.rest[0])
    return (
        _pain(skin, found.felt, settings),
        _heated("a surface too warm between pulses", found.reading, rest, "surface_reading"),
        _heated("vaporisation", found.peak, rest, "peak_temperature"),
        _altered("injury of the epidermis", found.killed, "epidermis_killed", "dead cells"),
        _altered("denatured collagen", found.denatured, "dermis_denatured", "of collagen"),
    )


def hurt(skin: Skin, results: Sequence[SessionResult], settings: EnsembleSettings) -> ShareOfPeople:
    """Return the share of people whom a session hurts; thresholds of pain differ between them.

    Parameters are those of `session_checks`. An ablative session is given under anaesthesia and
    has no pain here.
    """
    return hurt_at(skin, np.array([one.surface_felt for one in results]), settings)


def hurt_at(skin: Skin, felt: Floats, settings: EnsembleSettings) -> ShareOfPeople:
    """Return the share of people hurt where each member feels a temperature, (n_member,) [K]."""
    threshold, spread = _comfort(skin), _limit("comfort_temperature_spread").value
    chances = ndtr((felt - threshold.value) / spread)
    return share_of_people(chances[member_of(settings) % felt.size], settings.people)


def darkening_check(darkened: ShareOfPeople) -> LimitCheck:
    """Compare the share of people whose skin darkens after a course with the one allowed."""
    allowed = _limit("darkened_people")
    return LimitCheck(
        DARKENED,
        darkened.chance,
        allowed.value,
        f"{chance_text(darkened.low)} to {chance_text(darkened.high)} by what nobody knows",
        _cited(allowed),
    )


def chance_above(values: Floats, limit: float) -> float:
    """Return the chance that the next member of the physics lies above a limit.

    Parameters
    ----------
    values : ndarray of float64, shape (n_member,)
        A quantity that is 0 or more, in each member.
    limit : float
        The limit, above 0.

    Returns
    -------
    float
        See the module. 0 or 1 where the members do not differ, or there is only one.
    """
    logarithm = np.log(np.maximum(values, _LEAST * limit) / limit)
    median = float(np.median(logarithm))
    logarithm = np.maximum(logarithm, median - _FARTHEST * (logarithm.max() - median))
    n = values.size
    spread = float(np.std(logarithm, ddof=1)) if n > 1 else 0.0
    middle = float(logarithm.mean())
    if spread == 0.0:
        return float(middle > 0.0)
    return float(stdtr(n - 1, middle / (spread * np.sqrt(1.0 + 1.0 / n))))


def binding(checks: Sequence[LimitCheck]) -> LimitCheck:
    """Return the check that leaves the least room."""
    return max(checks, key=lambda one: one.used)


def _pain(skin: Skin, felt_by_members: Floats, settings: EnsembleSettings) -> LimitCheck:
    threshold, allowed = _comfort(skin), _limit("hurt_people")
    share = hurt_at(skin, felt_by_members, settings)
    felt = float(np.median(felt_by_members))
    return LimitCheck(
        HURT,
        share.chance,
        allowed.value,
        f"{to_celsius(felt):.1f} degC felt, threshold {to_celsius(threshold.value):.1f} degC "
        f"+- {_limit('comfort_temperature_spread').value:g} K between people",
        _cited(threshold),
    )


def _heated(name: str, values: Floats, rest: float, limit_name: str) -> LimitCheck:
    """Check a temperature by its rise above rest."""
    limit = _limit(limit_name)
    text = (
        f"{to_celsius(float(np.median(values))):.1f} degC, limit {to_celsius(limit.value):.1f} degC"
    )
    chance = chance_above(values - rest, limit.value - rest)
    return LimitCheck(name, chance, _limit("injured_people").value, text, _cited(limit))


def _altered(name: str, shares: Floats, limit_name: str, what: str) -> LimitCheck:
    """Check an altered share by its damage integral, which is what heat makes grow."""
    limit = _limit(limit_name)
    text = f"{100 * float(shares.max()):.2g} % {what} at most, limit {100 * limit.value:.2g} %"
    injured = np.clip(shares, _NO_CELL, 1.0 - _LEAST)
    chance = chance_above(-np.log1p(-injured), float(-np.log1p(-limit.value)))
    return LimitCheck(name, chance, _limit("injured_people").value, text, _cited(limit))


def _exceeded(name: str, values: Floats, limit: Parameter, allowed: str, text: str) -> LimitCheck:
    chance = chance_above(values, limit.value)
    return LimitCheck(name, chance, _limit(allowed).value, text, _cited(limit))


def _comfort(skin: Skin) -> Parameter:
    return _limit("comfort_temperature_perioral" if skin.zone == "chin" else "comfort_temperature")


def _limit(name: str) -> Parameter:
    return parameter("tissue", "limits", name)


def _cited(entry: Parameter) -> str:
    return f"{entry.source} ({entry.flag})"
