r"""Totals of layered media by adding and doubling: no random numbers, about six digits.

A layer is described by two matrices, reflection and transmission, whose column j is the flux sent
into every direction by a unit flux that arrives in direction j. Two layers give the matrices of
their sum by summing all the reflections between them (adding); a thick layer is a thin one doubled
again and again [1]_. Directions are labelled by :math:`q = n \sin\theta`, which refraction leaves
alone, so layers of different refractive index share the same directions.

What differs from the usual form: the thin layer to start from is exact (a matrix exponential), and
the quadrature over q is split at the refractive index of every medium and smooth in the square
roots that appear there (grazing rays, total reflection), so that few directions suffice.

References
----------
.. [1] H. C. van de Hulst, Multiple Light Scattering, Academic Press (1980).
.. [2] S. A. Prahl, M. J. C. van Gemert, A. J. Welch, "Determining the optical properties of turbid
   media by using the adding-doubling method," Appl. Opt. 32, 559-568 (1993).
   doi:10.1364/AO.32.000559
.. [3] W. J. Wiscombe, "The delta-M method," J. Atmos. Sci. 34, 1408-1422 (1977).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal, Self, TypeAlias

import numpy as np
from scipy.linalg import expm

from porelight.errors import ParameterError
from porelight.quantities import Floats
from porelight.tissue.optics import LayeredOptics

Incidence: TypeAlias = float | Literal["lambertian", "isotropic"]

# a layer that lets less than this through is as good as infinitely thick
_OPAQUE = 1e-14
_MOST_DOUBLINGS = 100
_FEWEST_NODES = 4
_EVEN = np.ones(1)  # moments of scattering that is even in all directions
# no light enters a clear layer's rays that are reflected whole on both sides; for them the sum over
# reflections is 0 / 0, and this makes it 0
_ALMOST_ONE = 1.0 + 4.0 * np.finfo(np.float64).eps


@dataclass(frozen=True, slots=True, eq=False)
class LayeredTotals:
    """Shares of a wide or narrow beam, or of diffuse light; they do not depend on its width."""

    specular: float  # reflected where the beam meets the surface
    reflectance: float  # came back out of the tissue
    transmittance: float  # left through the bottom, scattered or not
    by_layer: Floats  # (n_layers,) absorbed


@dataclass(frozen=True, slots=True, eq=False)
class _Directions:
    """Directions: 0 is a beam (no weight in integrals), the others are a quadrature over q."""

    q: Floats  # (n,) n sin(theta)
    weight: Floats  # (n,) such that the integral of f q dq is sum(weight f)

    @classmethod
    def of(cls, refractive_index: Floats, n_angles: int, beam: float) -> Self:
        breaks = np.concatenate([[0.0], np.unique(refractive_index)])
        q, weight = [np.array([beam])], [np.zeros(1)]
        for low, high in pairwise(breaks**2):
            # the cosine in the denser medium spans this share of the whole; nodes in proportion
            n_nodes = max(_FEWEST_NODES, math.ceil(n_angles * math.sqrt((high - low) / high)))
            nodes, weights = np.polynomial.legendre.leggauss(n_nodes)
            angle, step = 0.25 * math.pi * (nodes + 1.0), 0.25 * math.pi * weights
            # q^2 = low + (high - low) sin^2: both square roots at the ends become smooth
            q.append(np.sqrt(low + (high - low) * np.sin(angle) ** 2))
            weight.append((high - low) * np.sin(angle) * np.cos(angle) * step)
        return cls(np.concatenate(q), np.concatenate(weight))

    def cosine(self, refractive_index: float) -> Floats:
        """Cosine of each direction in a medium, 0 where it cannot travel there."""
        return np.asarray(np.sqrt(np.maximum(0.0, 1.0 - (self.q / refractive_index) ** 2)))

    def arriving(self, incidence: Incidence, index_above: float) -> Floats:
        """Share of the light that falls onto the surface in each direction, (n,)."""
        arrives = np.zeros_like(self.q)
        if not isinstance(incidence, str):
            arrives[0] = 1.0
            return arrives
        cosine = self.cosine(index_above)
        falls = cosine > 0.0
        arrives[falls] = self.weight[falls]
        if incidence == "isotropic":
            arrives[falls] /= cosine[falls]
        return np.asarray(arrives / arrives.sum(), dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class _Slab:
    """Reflection and transmission from above and from below, each (n, n)."""

    reflect_down: Floats  # light that arrives from above, sent back up
    transmit_down: Floats
    reflect_up: Floats  # light that arrives from below, sent back down
    transmit_up: Floats

    @classmethod
    def symmetric(cls, reflect: Floats, transmit: Floats) -> Self:
        return cls(reflect, transmit, reflect, transmit)

    @classmethod
    def nothing(cls, n: int) -> Self:
        return cls.symmetric(np.zeros((n, n)), np.eye(n))

    @property
    def upside_down(self) -> "_Slab":
        """The slab turned over."""
        return _Slab(self.reflect_up, self.transmit_up, self.reflect_down, self.transmit_down)

    def over(self, below: "_Slab") -> "_Slab":
        """Return this slab with another one under it."""
        eye = _ALMOST_ONE * np.eye(self.reflect_down.shape[0])
        down = np.linalg.solve(eye - self.reflect_up @ below.reflect_down, self.transmit_down)
        up = np.linalg.solve(eye - below.reflect_down @ self.reflect_up, below.transmit_up)
        return _Slab(
            reflect_down=self.reflect_down + self.transmit_up @ below.reflect_down @ down,
            transmit_down=below.transmit_down @ down,
            reflect_up=below.reflect_up + below.transmit_down @ self.reflect_up @ up,
            transmit_up=self.transmit_up @ up,
        )


def layered_totals(
    optics: LayeredOptics,
    *,
    n_angles: int = 48,
    incidence: Incidence = 0.0,
    source_depth: float | None = None,
) -> LayeredTotals:
    """Reflectance, transmittance and absorption by layer of light that falls onto layers.

    Parameters
    ----------
    optics : LayeredOptics
        Layers from the surface down; the last may be infinitely thick if it absorbs.
    n_angles : int
        Directions up to the lowest refractive index, and moments of the phase function. With 48
        the totals of skin are right to about 1e-5.
    incidence : float or {"lambertian", "isotropic"}
        Angle of a beam to the normal, in the medium above [rad]; or diffuse light: of one radiance
        from everywhere above, or as much from every solid angle.
    source_depth : float, optional
        Depth at which the light starts, inside the layers [m]; the angle is that in the layer, and
        isotropic light goes up as well as down. A source in a plane lies below it.

    Returns
    -------
    LayeredTotals
        Shares that sum to 1.

    Raises
    ------
    ParameterError
        If the last layer is infinitely thick and does not absorb.

    References
    ----------
    H. C. van de Hulst, Multiple Light Scattering, Academic Press (1980).
    S. A. Prahl et al., Appl. Opt. 32, 559-568 (1993). doi:10.1364/AO.32.000559
    """
    if source_depth is not None:
        return _totals_from_inside(optics, n_angles, incidence, source_depth)
    indices = np.concatenate(
        [[optics.index_above], optics.refractive_index, [optics.index_below]]
    ).astype(np.float64)
    angle = 0.0 if isinstance(incidence, str) else incidence
    directions = _Directions.of(indices, n_angles, optics.index_above * math.sin(angle))
    arrives = directions.arriving(incidence, optics.index_above)
    surfaces = [
        _interface(directions, float(above), float(below)) for above, below in pairwise(indices)
    ]
    layers = [_layer(directions, optics, number, n_angles) for number in range(indices.size - 2)]
    # what lies above, and below, the top and the bottom of each layer
    above, below = [surfaces[0]], [surfaces[-1]]
    for layer, surface in zip(layers, surfaces[1:], strict=True):
        above.append(above[-1].over(layer))
        above.append(above[-1].over(surface))
    for layer, surface in zip(layers[::-1], surfaces[-2::-1], strict=True):
        below.append(layer.over(below[-1]))
        below.append(surface.over(below[-1]))
    net = [_net_flux(up, down, arrives) for up, down in zip(above[:-1], below[-2::-1], strict=True)]
    specular = float((surfaces[0].reflect_down @ arrives).sum())
    return LayeredTotals(
        specular=specular,
        reflectance=float((above[-1].reflect_down @ arrives).sum()) - specular,
        transmittance=float((above[-1].transmit_down @ arrives).sum()),
        by_layer=np.array([net[2 * i] - net[2 * i + 1] for i in range(len(layers))]),
    )


def _totals_from_inside(
    optics: LayeredOptics, n_angles: int, incidence: Incidence, depth: float
) -> LayeredTotals:
    """Return the totals of light that starts inside the layers."""
    cut, number, is_new = _cut(optics, depth)
    index = float(cut.refractive_index[number])
    indices = np.concatenate([[cut.index_above], cut.refractive_index, [cut.index_below]])
    angle = 0.0 if isinstance(incidence, str) else incidence
    directions = _Directions.of(indices, n_angles, index * math.sin(angle))
    surfaces = [_interface(directions, float(a), float(b)) for a, b in pairwise(indices)]
    layers = [_layer(directions, cut, i, n_angles) for i in range(cut.n_layers)]
    down = directions.arriving(incidence, index)
    up = np.zeros_like(down)
    if incidence == "isotropic":
        down, up = 0.5 * down, 0.5 * down
    slabs = [surfaces[0]]
    for layer, surface in zip(layers, surfaces[1:], strict=True):
        slabs += [layer, surface]
    # the source lies on the upper face of its layer
    above, below = slabs[: 2 * number + 1], slabs[2 * number + 1 :]
    turned = [slab.upside_down for slab in above[::-1]]
    lower, transmittance = _fluxes(turned, below, down, up)
    upper, reflectance = _fluxes(below, turned, up, down)
    # each layer lies between two of the planes at which fluxes are known
    absorbed = [upper[i] - upper[i + 1] for i in range(1, len(upper) - 1, 2)][::-1]
    absorbed += [lower[i] - lower[i + 1] for i in range(0, len(lower) - 1, 2)]
    if is_new:
        absorbed[number - 1 : number + 1] = [absorbed[number - 1] + absorbed[number]]
    return LayeredTotals(0.0, reflectance, transmittance, np.array(absorbed))


def _cut(optics: LayeredOptics, depth: float) -> tuple[LayeredOptics, int, bool]:
    """Return layers of which one begins at a depth, its number, and whether that is a new one."""
    planes = np.concatenate([[0.0], np.cumsum(optics.thickness)])
    number = int(np.searchsorted(planes, depth, side="right")) - 1
    if not 0 <= number < optics.n_layers:
        raise ParameterError(
            f"source_depth is {depth:g} m; expected 0 m to less than the depth of the layers, "
            f"{planes[-1]:g} m."
        )
    if depth == planes[number]:
        return optics, number, False
    twice = np.insert(np.arange(optics.n_layers), number, number)
    thickness = optics.thickness[twice]
    thickness[number] = depth - planes[number]
    thickness[number + 1] -= thickness[number]
    columns = ("mu_a", "mu_s", "anisotropy", "refractive_index")
    parts = {name: getattr(optics, name)[twice] for name in columns}
    phase = [optics.phase[i] for i in twice] if optics.phase else []
    return replace(optics, thickness=thickness, phase=tuple(phase), **parts), number + 1, True


def _fluxes(
    behind: Sequence[_Slab], ahead: Sequence[_Slab], forward: Floats, backward: Floats
) -> tuple[list[float], float]:
    """Return the net flux before and after each slab ahead of a source, and what gets through.

    `behind` lists the slabs on the other side, the nearest first, as seen from the source.
    """
    n = forward.size
    mirror = _Slab.nothing(n)
    for slab in behind:
        mirror = mirror.over(slab)
    rest = [_Slab.nothing(n)]
    for slab in ahead[::-1]:
        rest.append(slab.over(rest[-1]))
    eye, passed = _ALMOST_ONE * np.eye(n), _Slab.nothing(n)
    sent = forward + mirror.reflect_down @ backward
    nets, through = [], 0.0
    for number in range(len(ahead) + 1):
        # between the slabs behind, those passed, and those still ahead
        start = np.linalg.solve(eye - mirror.reflect_down @ passed.reflect_down, sent)
        whole = mirror.upside_down.over(passed)
        beyond = rest[len(ahead) - number]
        there = np.linalg.solve(
            eye - whole.reflect_up @ beyond.reflect_down, passed.transmit_down @ start
        )
        through = float(there.sum())
        nets.append(through - float((beyond.reflect_down @ there).sum()))
        if number < len(ahead):
            passed = passed.over(ahead[number])
    return nets, through


def _net_flux(upper: _Slab, lower: _Slab, arrives: Floats) -> float:
    """Return the net downward flux between two slabs, per unit of what arrives from above."""
    eye = _ALMOST_ONE * np.eye(upper.reflect_up.shape[0])
    down = np.linalg.solve(
        eye - upper.reflect_up @ lower.reflect_down, upper.transmit_down @ arrives
    )
    return float(down.sum() - (lower.reflect_down @ down).sum())


def _interface(directions: _Directions, n_above: float, n_below: float) -> _Slab:
    """Fresnel's equations for unpolarised light at a plane, one direction at a time."""
    above, below = directions.cosine(n_above), directions.cosine(n_below)
    passes = (above > 0.0) & (below > 0.0)
    a, b = np.where(passes, above, 1.0), np.where(passes, below, 1.0)
    s_wave = (n_above * a - n_below * b) / (n_above * a + n_below * b)
    p_wave = (n_above * b - n_below * a) / (n_above * b + n_below * a)
    reflected = 0.5 * (s_wave**2 + p_wave**2)
    transmit = np.diag(np.where(passes, 1.0 - reflected, 0.0))
    return _Slab(
        # total reflection where the direction exists on one side only
        reflect_down=np.diag(np.where(passes, reflected, above > 0.0)),
        transmit_down=transmit,
        reflect_up=np.diag(np.where(passes, reflected, below > 0.0)),
        transmit_up=transmit,
    )


def _layer(directions: _Directions, optics: LayeredOptics, number: int, n_moments: int) -> _Slab:
    """Matrices of one homogeneous layer; directions that it cannot hold stay empty."""
    index, g = float(optics.refractive_index[number]), float(optics.anisotropy[number])
    mu_a, mu_s = float(optics.mu_a[number]), float(optics.mu_s[number])
    thickness = float(optics.thickness[number])
    if mu_a == 0.0 and math.isinf(thickness):
        raise ParameterError(
            f"layer {number} is infinitely thick and its mu_a is 0 1/m; expected some absorption, "
            "or a thickness (and index_below behind it)."
        )
    cosine = directions.cosine(index)
    travels = cosine > 0.0
    mu, weight = cosine[travels], directions.weight[travels] / (index**2 * cosine[travels])
    n = directions.q.size
    reflect, transmit = np.zeros((n, n)), np.zeros((n, n))
    block = np.ix_(travels, travels)
    if mu_s == 0.0:
        transmit[block] = np.diag(np.exp(-mu_a * thickness / mu))
    else:
        # delta-M: the sharpest part of the forward peak counts as not scattered [3]_, that of a
        # peak to the back as reflected
        phase = optics.phase[number] if optics.phase else None
        if phase is None:
            known = abs(g) ** np.arange(n_moments + 1)
        else:
            known, g = phase.moments(n_moments + 1), abs(g)
        peak = max(float(known[-1]), 0.0)
        moments = (known[:-1] - peak) / (1.0 - peak) if peak < 1.0 else _EVEN
        forward, backward = _phase_matrices(mu, weight, np.asarray(moments, dtype=np.float64))
        scatters, eye = mu_s * (1.0 - peak), np.eye(mu.size)
        returns = 0.0
        if g < 0.0:
            forward, backward, returns = backward, forward, mu_s * peak
        loss = ((mu_a + scatters + returns) * eye - scatters * forward) / mu
        gain = (returns * eye + scatters * backward) / mu
        reflect[block], transmit[block] = _doubled(loss, gain, thickness)
    return _Slab.symmetric(reflect, transmit)


def _phase_matrices(mu: Floats, weight: Floats, moments: Floats) -> tuple[Floats, Floats]:
    """Share of the flux scattered out of direction j that goes into direction i, (n, n) each."""
    order = np.arange(moments.size)
    coefficient = 0.5 * (2.0 * order + 1.0) * moments
    legendre = np.polynomial.legendre.legvander(mu, moments.size - 1)
    forward = weight[:, None] * (legendre * coefficient @ legendre.T)
    backward = weight[:, None] * (legendre * (coefficient * (-1.0) ** order) @ legendre.T)
    # the quadrature may not create or destroy light, however few the directions
    total = (forward + backward).sum(axis=0)
    return forward / total, backward / total


def _doubled(loss: Floats, backward: Floats, thickness: float) -> tuple[Floats, Floats]:
    """Return reflection and transmission of a layer, from a thin one doubled until it is as thick.

    Down- and upward fluxes obey d(down)/dz = -loss down + backward up, and the mirror image of it.
    """
    steepest = float(np.diag(loss).max())
    if math.isinf(thickness):
        thin, doublings = 1.0 / steepest, _MOST_DOUBLINGS
    else:
        doublings = max(0, math.ceil(math.log2(max(thickness * steepest, 1.0))))
        thin = thickness / 2.0**doublings
    n = loss.shape[0]
    across = expm(thin * np.block([[-loss, backward], [-backward, loss]]))
    # nothing comes up through the bottom of the thin layer
    reflect = -np.linalg.solve(across[n:, n:], across[n:, :n])
    transmit = across[:n, :n] + across[:n, n:] @ reflect
    eye = np.eye(n)
    for _ in range(doublings):
        inside = np.linalg.solve(eye - reflect @ reflect, transmit)
        reflect, transmit = reflect + transmit @ reflect @ inside, transmit @ inside
        if transmit.max() < _OPAQUE:
            break
    return reflect, transmit
