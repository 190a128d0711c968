r"""Weeks of pore diameter from weeks of collagen: a homogenised constrained mixture.

New collagen is laid down under tension in the skin as it is on that day, and keeps that shape in
mind. Each pool of collagen in each ring therefore carries the strain at which, on average, it is
free [1]_ [2]_,

.. math::
    \dot e_n = \frac{P}{n}\,(\Delta\varepsilon - \delta\,a - e_n), \qquad
    \dot e_m = \frac{M}{m}\,(e_n - e_m),

for the radial and the hoop direction. n and m are immature and mature collagen, P the deposition
flux, M the flux of maturation and repair, :math:`\Delta\varepsilon` the ring's strain since rest,
and :math:`a = (P - P_0)_+ / P` the share of deposition beyond the resting one :math:`P_0`, for
activated cells pull by :math:`\delta` along the hoop and by a part of it radially. The mixture is
free at

.. math:: e = \frac{m\,e_m + w\,n\,e_n}{m + w\,n} - e_{th}\,z - c ,

with denatured collagen z shrunk by heat and the contraction c of a healing wound; its modulus is

.. math:: \frac{E}{E_0} = \Bigl(\frac{m + w\,n}{m_0 + w\,n_0}\Bigr)^{\beta}
                          \bigl[1 + h\,(m + n - m_0 - n_0)\bigr].

Every day the ring of `porelight.mechanics.ring` is in balance with it. Without treatment every
increment is zero and the diameter does not move.

References
----------
.. [1] J. D. Humphrey, K. R. Rajagopal, "A constrained mixture model for growth and remodeling of
       soft tissues", Math. Models Methods Appl. Sci. 12, 407-430 (2002),
       doi 10.1142/S0218202502001714.
.. [2] C. J. Cyron, R. C. Aydin, J. D. Humphrey, "A homogenized constrained mixture (and mechanical
       analog) model for growth and remodeling of soft tissue", Biomech. Model. Mechanobiol. 15,
       1389-1403 (2016), doi 10.1007/s10237-016-0770-9.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import numpy as np

from porelight.errors import ParameterError, did_you_mean
from porelight.mechanics.ring import RestingRing, RingMechanics, RingMesh
from porelight.quantities import Floats

Mechanism: TypeAlias = Literal["stiffness", "pre-strain", "shrinkage", "plug", "contraction"]
MECHANISMS: frozenset[Mechanism] = frozenset(get_args(Mechanism))
_TWO_DAYS = 172_800.0  # s


@dataclass(frozen=True, slots=True, eq=False)
class RingCollagen:
    """Collagen of each ring over time, as fractions of the resting total.

    All arrays have the shape (n_time, n_draw, n_element). The first time must be skin at rest, at
    most with the heat of a first session already in it (mature collagen turned to denatured).
    """

    mesh: RingMesh
    immature: Floats  # n [-]
    mature: Floats  # m [-]
    denatured: Floats  # z [-]
    production: Floats  # P, deposition flux [1/s]
    maturation: Floats  # flux from immature to mature, repair included [1/s]

    def __post_init__(self) -> None:
        for name in ("immature", "mature", "denatured", "production", "maturation"):
            array = getattr(self, name)
            if array.ndim != 3 or array.shape[2] != self.mesh.n_element or array.size == 0:
                raise ParameterError(
                    f"{name} has shape {array.shape}; expected (n_time, n_draw, "
                    f"{self.mesh.n_element})."
                )
            if array.shape != self.immature.shape:
                raise ParameterError(
                    f"{name} has shape {array.shape} but immature has {self.immature.shape}; "
                    "all collagen histories must have the same shape."
                )
            if not ((array >= 0.0) & np.isfinite(array)).all():
                raise ParameterError(
                    f"{name} goes down to {array.min():g}; collagen and its fluxes cannot be "
                    "negative or undefined."
                )
        if not (self.immature > 0.0).all() or not (self.production > 0.0).all():
            raise ParameterError(
                "immature collagen or its production is 0 somewhere; living skin always holds and "
                "makes some. Check that the histories were filled."
            )


def pore_opening(
    times: Floats,
    collagen: RingCollagen,
    plug_pressure: Floats,
    contraction: Floats,
    parameters: RingMechanics,
    *,
    mechanisms: AbstractSet[Mechanism] = MECHANISMS,
    max_step: float | Floats = _TWO_DAYS,
) -> Floats:
    """Pore diameter over its resting diameter through a course of healing.

    Parameters
    ----------
    times : ndarray of float64, shape (n_time,)
        When the histories are given and the answer is wanted, increasing [s].
    collagen : RingCollagen
        Collagen histories on the rings of its mesh.
    plug_pressure : ndarray of float64, shape (n_time, n_draw)
        Pressure of the plug over its resting value [-]; 1 is no change, 0 a clean pore.
    contraction : ndarray of float64, shape (n_time, n_draw)
        Equal shrinkage in both directions that the patch would show if it were free [-]; positive
        shrinks.
    parameters : RingMechanics
        The pore, its surroundings, and how new collagen is laid down.
    mechanisms : set of str
        What is allowed to act, to tell what did what: ``stiffness`` (modulus follows collagen),
        ``pre-strain`` (collagen keeps the strain at which it was laid down), ``shrinkage`` (of
        denatured collagen), ``plug``, ``contraction``. The parts do not add up exactly.
    max_step : float or ndarray of float64, shape (n_time - 1,)
        Longest step of the integration, or one for each interval of `times` [s];
        histories are interpolated linearly between `times`.

    Returns
    -------
    ndarray of float64, shape (n_time, n_draw)
        Diameter ratio [-]; exactly 1 if nothing ever changes.

    Raises
    ------
    ParameterError
        If shapes disagree, times do not increase, or a mechanism is unknown.

    Notes
    -----
    Second order in the step: pool strains relax exponentially towards a target taken at the middle
    of the step, where the ring's strain is extrapolated from the two last balances; one solution of
    the ring a step. Small strain throughout, read as logarithmic in the end: see `opening` in
    `porelight.mechanics.ring`.
    """
    n_time, n_draw, _ = collagen.immature.shape
    _check(times, collagen, plug_pressure, contraction, mechanisms)
    longest = np.broadcast_to(np.asarray(max_step, dtype=np.float64), n_time - 1)
    if not (longest > 0.0).all():
        raise ParameterError(f"max_step is {longest.min():g} s; expected above 0 s.")
    n_draw = max(n_draw, parameters.n_draw)
    resting = RestingRing.of(collagen.mesh, parameters, n_draw)
    mixture = _Mixture.of(collagen, resting, parameters, mechanisms)

    ratio = np.empty((n_time, n_draw))
    after = mixture.moment(0, plug_pressure, contraction)
    strains = _PoolStrains.at_rest(resting.modulus.shape)
    ratio[0], now = mixture.balance(after, strains)
    before = now
    last_step = 1.0
    for i_time in range(1, n_time):
        start, end = after, mixture.moment(i_time, plug_pressure, contraction)
        n_step = int(np.ceil((times[i_time] - times[i_time - 1]) / longest[i_time - 1]))
        step = (times[i_time] - times[i_time - 1]) / n_step
        for i_step in range(n_step):
            left = after
            after = end if i_step == n_step - 1 else start.towards(end, (i_step + 1) / n_step)
            lead = 0.5 * step / last_step
            middle = tuple(new + lead * (new - old) for new, old in zip(now, before, strict=True))
            strains = mixture.relaxed(strains, left, after, (middle[0], middle[1]), step)
            before, last_step = now, step
            ratio[i_time], now = mixture.balance(after, strains)
    return ratio


@dataclass(frozen=True, slots=True, eq=False)
class _Moment:
    """The histories at one time; collagen (n_element, n_draw), the rest (n_draw,)."""

    immature: Floats
    mature: Floats
    denatured: Floats
    production: Floats
    maturation: Floats
    plug_pressure: Floats
    contraction: Floats

    def towards(self, other: "_Moment", share: float) -> "_Moment":
        """Return the moment at `share` of the way to another one."""
        return _Moment(
            immature=self.immature + share * (other.immature - self.immature),
            mature=self.mature + share * (other.mature - self.mature),
            denatured=self.denatured + share * (other.denatured - self.denatured),
            production=self.production + share * (other.production - self.production),
            maturation=self.maturation + share * (other.maturation - self.maturation),
            plug_pressure=self.plug_pressure + share * (other.plug_pressure - self.plug_pressure),
            contraction=self.contraction + share * (other.contraction - self.contraction),
        )


@dataclass(frozen=True, slots=True, eq=False)
class _PoolStrains:
    """Strains at which the pools are free: (radial, hoop) pairs of (n_element, n_draw)."""

    immature: tuple[Floats, Floats]
    mature: tuple[Floats, Floats]

    @classmethod
    def at_rest(cls, shape: tuple[int, ...]) -> "_PoolStrains":
        """Return pools that have never been anything but at rest."""
        none = np.zeros(shape)
        return cls(immature=(none, none), mature=(none, none))


@dataclass(frozen=True, slots=True, eq=False)
class _Mixture:
    """The mixture's laws on one mesh: moments in, balances and pool strains out."""

    collagen: RingCollagen
    resting: RestingRing
    parameters: RingMechanics
    mechanisms: AbstractSet[Mechanism]
    resting_bearing: Floats  # m0 + w n0, (n_element, n_draw)
    resting_total: Floats  # m0 + n0, (n_element, n_draw)
    resting_production: Floats  # P0, (n_element, n_draw)

    @classmethod
    def of(
        cls,
        collagen: RingCollagen,
        resting: RestingRing,
        parameters: RingMechanics,
        mechanisms: AbstractSet[Mechanism],
    ) -> "_Mixture":
        """Return the mixture; what is denatured at the first time was mature before it."""
        immature = _across(collagen.immature[0])
        mature = _across(collagen.mature[0] + collagen.denatured[0])
        return cls(
            collagen=collagen,
            resting=resting,
            parameters=parameters,
            mechanisms=mechanisms,
            resting_bearing=mature + parameters.immature_stiffness * immature,
            resting_total=mature + immature,
            resting_production=_across(collagen.production[0]),
        )

    def moment(self, i_time: int, plug_pressure: Floats, contraction: Floats) -> _Moment:
        """Return the histories at one output time."""
        return _Moment(
            immature=_across(self.collagen.immature[i_time]),
            mature=_across(self.collagen.mature[i_time]),
            denatured=_across(self.collagen.denatured[i_time]),
            production=_across(self.collagen.production[i_time]),
            maturation=_across(self.collagen.maturation[i_time]),
            plug_pressure=plug_pressure[i_time],
            contraction=contraction[i_time],
        )

    def balance(
        self, moment: _Moment, strains: _PoolStrains
    ) -> tuple[Floats, tuple[Floats, Floats]]:
        """Diameter ratio and (radial, hoop) strain since rest, with the ring in balance."""
        given, active = self.parameters, self.mechanisms
        young = given.immature_stiffness * moment.immature
        bearing = moment.mature + young
        relative_modulus = np.ones_like(bearing)
        if "stiffness" in active:
            gain = bearing / self.resting_bearing
            thickness = moment.mature + moment.immature - self.resting_total
            relative_modulus = gain**given.collagen_stiffness_exponent
            relative_modulus = relative_modulus * (1.0 + given.dermal_thickening * thickness)
        free = []
        for i_axis, shrinkage_share in ((0, given.shrinkage_isotropy), (1, 1.0)):
            held = moment.mature * strains.mature[i_axis] + young * strains.immature[i_axis]
            eigenstrain = held / bearing
            if "shrinkage" in active:
                shrinkage = given.shrinkage_strain * shrinkage_share
                eigenstrain = eigenstrain - shrinkage * moment.denatured
            if "contraction" in active:
                eigenstrain = eigenstrain - moment.contraction
            free.append(eigenstrain)
        pressure = moment.plug_pressure if "plug" in active else np.ones_like(moment.plug_pressure)
        ratio, radial, hoop = self.resting.changed(relative_modulus, (free[0], free[1]), pressure)
        return ratio, (radial, hoop)

    def relaxed(
        self,
        strains: _PoolStrains,
        left: _Moment,
        right: _Moment,
        middle: tuple[Floats, Floats],
        step: float,
    ) -> _PoolStrains:
        """Pool strains after one step of turnover at the strain `middle` (radial, hoop)."""
        if "pre-strain" not in self.mechanisms:
            return strains
        activity = 0.5 * (self.activity(left) + self.activity(right))
        renewal = left.production / left.immature + right.production / right.immature
        renewed = -np.expm1(-0.5 * step * renewal)
        # a ring without mature collagen takes on whatever matures first
        mature = left.mature + right.mature
        maturing = np.divide(
            step * (left.maturation + right.maturation),
            mature,
            out=np.full_like(mature, np.inf),
            where=mature > 0.0,
        )
        matured = -np.expm1(-maturing)
        immature, old = [], []
        pull = self.parameters.deposition_pre_strain
        for i_axis, share in ((0, self.parameters.deposition_isotropy), (1, 1.0)):
            was = strains.immature[i_axis]
            becomes = was + renewed * (middle[i_axis] - pull * share * activity - was)
            aged = strains.mature[i_axis]
            old.append(aged + matured * (0.5 * (was + becomes) - aged))
            immature.append(becomes)
        return _PoolStrains(immature=(immature[0], immature[1]), mature=(old[0], old[1]))

    def activity(self, moment: _Moment) -> Floats:
        """Share of deposition beyond the resting one, (n_element, n_draw)."""
        surplus = np.maximum(moment.production - self.resting_production, 0.0)
        return np.asarray(surplus / moment.production)


def _across(array: Floats) -> Floats:
    """Return (n_draw, n_element) as (n_element, n_draw), so that draws are contiguous."""
    return np.ascontiguousarray(array.T)


def _check(
    times: Floats,
    collagen: RingCollagen,
    plug_pressure: Floats,
    contraction: Floats,
    mechanisms: AbstractSet[Mechanism],
) -> None:
    n_time, n_draw, _ = collagen.immature.shape
    if times.shape != (n_time,):
        raise ParameterError(
            f"times has shape {times.shape} but the collagen histories hold {n_time} times."
        )
    if not (np.diff(times) > 0.0).all():
        raise ParameterError("times must increase strictly [s].")
    for name, array in (("plug_pressure", plug_pressure), ("contraction", contraction)):
        if array.shape != (n_time, n_draw):
            raise ParameterError(
                f"{name} has shape {array.shape}; expected (n_time, n_draw) = ({n_time}, {n_draw})."
            )
    if not ((plug_pressure >= 0.0) & (plug_pressure <= 100.0)).all():
        raise ParameterError(
            f"plug_pressure runs from {plug_pressure.min():g} to {plug_pressure.max():g}; expected "
            "0 to 100. It is relative: 1 is the pressure at rest, not pascals."
        )
    if not (np.abs(contraction) < 1.0).all():
        raise ParameterError(
            f"contraction is as large as {np.abs(contraction).max():g}; expected below 1. It is a "
            "strain, not per cent."
        )
    for name in sorted(mechanisms - MECHANISMS):
        raise ParameterError(f"no mechanism named {name!r}{did_you_mean(name, MECHANISMS)}")
